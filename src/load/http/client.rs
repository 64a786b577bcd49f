//! One user's HTTP client: the only place that calls ureq.

use std::io::{self, Read};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use ureq::config::AutoHeaderValue;
use ureq::http::{HeaderMap, Request, Response, Uri, Version, header};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector as _};
use ureq::{Agent, AsSendBody, Body};

use super::ask::{Ask, Manner};
use super::buffers::{FIRST_OUTPUT, MAX_OUTPUT};
use super::interrupt::Interrupt;
use super::proxy::{ForwardProxy, Proxy, SocksProxy};
use super::resolver::{AddressBook, UserResolver};
use super::settings::{Added, HttpSettings};
use super::tls::{self, TlsConnector, TlsSetup};
use super::transport::{Ready, TcpConnector};
use super::wire::SharedWire;
use crate::error::Error;
use crate::load::os::{self, StampKeeper};
use crate::outcome::RequestErrorKind;
use crate::sample::{Phase, RequestTimes, Traffic};

/// Of a longer body the rest is read and counted, but not kept.
pub(crate) const MAX_BODY: usize = 16 * 1024 * 1024;
/// No more memory is taken on an answer's word that it is long.
const TRUSTED_LENGTH: usize = 64 * 1024;
/// Longer than any wait between two iterations, so that it is the server that ends a connection.
const MAX_IDLE: Duration = Duration::from_secs(24 * 3600);
const USER_AGENT: &str = concat!("perfloop/", env!("CARGO_PKG_VERSION"));

/// What all clients of a run share.
#[derive(Debug)]
pub(crate) struct ClientFactory {
    settings: HttpSettings,
    config: ureq::config::Config,
    book: Arc<AddressBook>,
    tls: Arc<TlsSetup>,
    socks: Option<SocksProxy>,
    forward: Option<ForwardProxy>,
    _stamps: StampKeeper,
}

/// A client with its own connections and nothing shared on the way of a request.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
    wire: SharedWire,
    timeout: Duration,
    connect_timeout: Option<Duration>,
    keep_alive: bool,
    compressed: bool,
    omitted: Vec<Added>,
    forward: Option<ForwardProxy>,
}

/// One exchange, ended.
#[derive(Debug)]
pub(crate) struct Exchanged {
    /// When the first byte was handed to the kernel.
    pub(crate) sent_at: Option<Instant>,
    /// When the last byte of the answer arrived.
    pub(crate) answered_at: Option<Instant>,
    pub(crate) times: RequestTimes,
    pub(crate) traffic: Traffic,
    pub(crate) answer: Result<Answered, Lost>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// At most [`MAX_BODY`] bytes of the body.
    pub(crate) body: Vec<u8>,
    pub(crate) version: Version,
    /// Of the other end of the connection.
    pub(crate) peer: Option<IpAddr>,
    /// That of the other side (DER), if it was wanted.
    pub(crate) certificate: Option<Vec<u8>>,
}

/// No usable answer.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) phase: Phase,
    pub(crate) kind: RequestErrorKind,
    pub(crate) message: String,
}

impl ClientFactory {
    /// # Errors
    /// When the certificates cannot be read.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, Error> {
        let tls = Arc::new(TlsSetup::new(settings)?);
        let (connect, forward, socks) = match settings.proxy.as_ref().map(Proxy::new).transpose()? {
            None => (None, None, None),
            Some(Proxy::Connect(proxy, forward)) => (Some(proxy), forward, None),
            Some(Proxy::Socks(proxy)) => (None, None, Some(proxy)),
        };
        let book = Arc::new(AddressBook::with(settings));
        let config = Agent::config_builder()
            // A status is the check's to judge.
            .http_status_as_error(false)
            // Each hop is a request of its own, made by the user.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Never what the environment says: that would count for loopback too.
            .proxy(connect)
            .user_agent(automatic(settings, Added::UserAgent, AutoHeaderValue::Provided(Arc::new(USER_AGENT.into()))))
            .accept(automatic(settings, Added::Accept, AutoHeaderValue::Default))
            // Asked for and unpacked here, so that only who wants it pays for it.
            .accept_encoding(AutoHeaderValue::None)
            .max_idle_age(MAX_IDLE)
            .max_idle_connections_per_host(8)
            .allow_non_standard_methods(true)
            .build();
        Ok(ClientFactory { settings: settings.clone(), config, book, tls, socks, forward, _stamps: StampKeeper::new() })
    }

    pub(super) fn settings(&self) -> &HttpSettings {
        &self.settings
    }

    /// A client for user number `turn`.
    pub(crate) fn client(&self, turn: u32) -> Client {
        let wire = SharedWire::default();
        let connector = ConnectProxyConnector::default()
            .chain(TcpConnector::new(wire.clone(), Arc::clone(&self.book), self.socks.clone()))
            .chain(TlsConnector::new(Arc::clone(&self.tls), wire.clone()))
            .chain(Ready::new(wire.clone()));
        let resolver = UserResolver::new(Arc::clone(&self.book), wire.clone(), turn as usize);
        Client {
            agent: Agent::with_parts(self.config.clone(), connector, resolver),
            wire,
            timeout: self.settings.timeout,
            connect_timeout: self.settings.connect_timeout,
            keep_alive: self.settings.keep_alive,
            compressed: self.settings.compressed,
            omitted: self.settings.omitted.clone(),
            forward: self.forward.clone(),
        }
    }
}

impl Client {
    /// From now on this ends what the client is blocked on, too.
    pub(crate) fn obey(&self, interrupt: &Interrupt) {
        interrupt.add(self.agent.clone());
    }

    /// Makes one exchange, the body read to its end.
    pub(crate) fn exchange(&self, ask: Ask<'_>) -> Exchanged {
        let Ask { method, uri, headers, body, manner, .. } = ask;
        let timeout = ask.timeout.unwrap_or(self.timeout);
        let connect_timeout = self.connect_timeout.map(|limit| limit.min(timeout));
        let output_size = output_size(uri, headers, body);
        let careful = !method.is_idempotent();
        let now = Instant::now();
        self.wire.lock().begin(now, timeout, connect_timeout, output_size, careful, manner.wants_certificate);
        let mut result = self.attempt(ask);
        if result.is_err() && self.was_stale(careful) {
            self.wire.lock().begin_again();
            result = self.attempt(ask);
        }
        let mut wire = self.wire.lock();
        match result {
            Ok((mut answered, body_bytes)) => {
                answered.peer = wire.peer;
                answered.certificate = wire.certificate.take();
                Exchanged {
                    sent_at: wire.sent_at(),
                    answered_at: wire.last_byte_at(),
                    times: wire.answered(),
                    traffic: Traffic { body_bytes, ..wire.traffic },
                    answer: Ok(answered),
                }
            }
            Err(error) => {
                // In TLS 1.3 the service may refuse a client when that has sent its request already.
                let is_handshake = wire.traffic.new_connection && tls::is_alert(&error);
                let phase = if is_handshake { Phase::Tls } else { wire.phase };
                Exchanged {
                    sent_at: wire.sent_at(),
                    answered_at: None,
                    times: wire.given_up(Instant::now()),
                    traffic: wire.traffic,
                    answer: Err(explain(error, phase, wire.reset, uri, (timeout, connect_timeout))),
                }
            }
        }
    }

    fn omits(&self, header: Added) -> bool {
        self.omitted.contains(&header)
    }

    fn asks_compressed(&self, manner: Manner) -> bool {
        self.compressed && !manner.is_raw && !self.omits(Added::AcceptEncoding)
    }

    /// The server had closed the connection before the request came: nobody's failure. (RFC 9110, 9.2.2
    /// lets a client repeat what does twice what it does once; the rest is repeated only if no byte of it had left.)
    fn was_stale(&self, careful: bool) -> bool {
        let wire = self.wire.lock();
        let died = matches!(wire.phase, Phase::Send | Phase::FirstByte) && (!careful || wire.untouched);
        died && !wire.traffic.new_connection && !wire.is_overdue(Instant::now())
    }

    fn attempt(&self, ask: Ask<'_>) -> Result<(Answered, u64), ureq::Error> {
        let Ask { headers, manner, .. } = ask;
        let mut request = Request::new(());
        *request.method_mut() = ask.method.clone();
        *request.uri_mut() = ask.uri.clone();
        *request.headers_mut() = headers.clone();
        *request.version_mut() = manner.version;
        if self.asks_compressed(manner) && !headers.contains_key(header::ACCEPT_ENCODING) {
            request.headers_mut().insert(header::ACCEPT_ENCODING, header::HeaderValue::from_static("gzip"));
        }
        if !self.keep_alive {
            request.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
        }
        let is_plain = ask.uri.scheme_str() == Some("http");
        if let Some(proxy) = self.forward.as_ref().filter(|_| manner.asks_proxy && is_plain) {
            request = self.asking(proxy, request);
        }
        let response = match ask.body {
            Some(body) => self.run(request.map(|()| body)),
            None => self.run(request),
        }?;
        self.take(response, self.compressed && !manner.is_raw)
    }

    /// The request as one for which a proxy is asked.
    fn asking(&self, proxy: &ForwardProxy, mut request: Request<()>) -> Request<()> {
        let mut wire = self.wire.lock();
        wire.proxy = Some(proxy.uri.clone());
        wire.origin = request.uri().authority().map(|authority| format!("http://{authority}"));
        let login = proxy.login.iter().map(|login| (header::PROXY_AUTHORIZATION, login.clone()));
        request.headers_mut().extend(login);
        self.agent.configure_request(request).proxy(None).build()
    }

    /// Not inlined, as is [`take`](Self::take): in one frame the two would take twice the stack of each user.
    #[inline(never)]
    fn run(&self, request: Request<impl AsSendBody>) -> Result<Response<Body>, ureq::Error> {
        self.agent.run(request)
    }

    #[inline(never)]
    fn take(&self, response: Response<Body>, unpacks: bool) -> Result<(Answered, u64), ureq::Error> {
        let (head, body) = response.into_parts();
        let expected = body.content_length().unwrap_or(0);
        let unpack = unpacks && is_gzip(&head.headers);
        let body = body.into_reader();
        let (body, length) = if unpack { unpack_whole(body) } else { read_whole(body, expected) }?;
        let (status, version) = (head.status.as_u16(), head.version);
        Ok((Answered { status, headers: head.headers, body, version, peer: None, certificate: None }, length))
    }

    /// The headers as they go over the wire: those of the request, and those that ureq adds to it.
    pub(crate) fn headers_added(&self, ask: Ask<'_>) -> Vec<(String, String)> {
        let Ask { uri, headers, body, manner, .. } = ask;
        let host = uri.authority().map(|authority| authority.as_str().to_owned());
        let added = [
            (header::HOST, host),
            (header::CONTENT_LENGTH, body.map(|body| body.len().to_string())),
            (header::USER_AGENT, (!self.omits(Added::UserAgent)).then(|| USER_AGENT.to_owned())),
            (header::ACCEPT, (!self.omits(Added::Accept)).then(|| "*/*".to_owned())),
            (header::ACCEPT_ENCODING, self.asks_compressed(manner).then(|| "gzip".to_owned())),
            (header::CONNECTION, (!self.keep_alive).then(|| "close".to_owned())),
        ];
        let missing = added.into_iter().filter(|(name, _)| !headers.contains_key(name));
        missing.filter_map(|(name, value)| Some((name.to_string(), value?))).collect()
    }
}

/// What a header is set to by itself.
fn automatic(settings: &HttpSettings, header: Added, otherwise: AutoHeaderValue) -> AutoHeaderValue {
    if settings.omitted.contains(&header) { AutoHeaderValue::None } else { otherwise }
}

/// `limits` are those of the whole exchange and of making a connection.
fn explain(error: ureq::Error, phase: Phase, reset: bool, uri: &Uri, limits: (Duration, Option<Duration>)) -> Lost {
    let (timeout, connect_timeout) = limits;
    let host = uri.authority().map_or("the host", |authority| authority.as_str());
    let doing = phase.doing();
    let (kind, message) = match error {
        ureq::Error::Timeout(_) => {
            let limit = connect_timeout.filter(|_| phase.is_before_send()).unwrap_or(timeout);
            (RequestErrorKind::Timeout, format!("timed out after {} while {doing}", crate::units::short(limit)))
        }
        ureq::Error::Io(error) => explain_io(&error, phase, reset, host),
        ureq::Error::ConnectProxyFailed(error) => {
            (RequestErrorKind::Connect, format!("the proxy opens no connection to {host}: {error}"))
        }
        ureq::Error::HostNotFound => (RequestErrorKind::Resolve, format!("{host} has no address")),
        ureq::Error::Other(error) if phase == Phase::Tls => {
            (RequestErrorKind::Tls, format!("TLS with {host} failed: {error}"))
        }
        ureq::Error::Other(error) => (RequestErrorKind::Resolve, format!("{host} has no address: {error}")),
        ureq::Error::Tls(error) => (RequestErrorKind::Tls, format!("TLS with {host} failed: {error}")),
        ureq::Error::Http(error) => (RequestErrorKind::BadRequest, format!("the request cannot be sent: {error}")),
        ureq::Error::BadUri(error) => (RequestErrorKind::BadRequest, format!("the URL cannot be used: {error}")),
        ureq::Error::Protocol(error) => (RequestErrorKind::Protocol, format!("broken HTTP while {doing}: {error}")),
        other => (RequestErrorKind::Protocol, format!("broken answer while {doing}: {other}")),
    };
    Lost { phase, kind, message }
}

fn explain_io(error: &io::Error, phase: Phase, reset: bool, host: &str) -> (RequestErrorKind, String) {
    let doing = phase.doing();
    match (error.kind(), phase) {
        (io::ErrorKind::ConnectionRefused, _) => (RequestErrorKind::Refused, format!("connection refused by {host}")),
        (io::ErrorKind::AddrNotAvailable, Phase::Connect) => (
            RequestErrorKind::Connect,
            format!(
                "no port is left for a connection to {host}; keep connections alive, use fewer users, or raise net.ipv4.ip_local_port_range"
            ),
        ),
        (_, Phase::Connect) if os::is_out_of_files(error) => (
            RequestErrorKind::Connect,
            format!("no file is left to open for a connection to {host}; use fewer users, or raise ulimit -n"),
        ),
        (_, Phase::Connect) => (RequestErrorKind::Connect, format!("cannot connect to {host}: {error}")),
        (io::ErrorKind::UnexpectedEof, _) => {
            (RequestErrorKind::Closed, format!("connection closed by {host} while {doing}"))
        }
        _ if reset => (RequestErrorKind::Reset, format!("connection reset by {host} while {doing}")),
        (_, Phase::Tls) => (RequestErrorKind::Tls, format!("TLS with {host} failed: {error}")),
        _ => (RequestErrorKind::Io, format!("{error} while {doing}")),
    }
}

/// What the output buffer must hold: ureq writes the head line by line, and a line must fit.
fn output_size(uri: &Uri, headers: &HeaderMap, body: Option<&[u8]>) -> usize {
    /// Method, version, separators, and the headers that ureq adds.
    const REST: usize = 256;
    let target = uri.path().len() + uri.query().map_or(0, str::len) + uri.host().map_or(0, str::len);
    let headers: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let body = body.map_or(0, |body| body.len().min(MAX_OUTPUT));
    FIRST_OUTPUT.max(target + headers + REST).max(body)
}

/// Reads the body to its end, so that the connection can be used again and the last byte counts. Keeps at most
/// [`MAX_BODY`] bytes; returns them and the length of all.
fn read_whole(mut body: impl Read, expected: u64) -> io::Result<(Vec<u8>, u64)> {
    let mut kept =
        Vec::with_capacity(usize::try_from(expected).map_or(TRUSTED_LENGTH, |length| length.min(TRUSTED_LENGTH)));
    body.by_ref().take(MAX_BODY as u64).read_to_end(&mut kept)?;
    let rest = if kept.len() < MAX_BODY { 0 } else { io::copy(&mut body, &mut io::sink())? };
    let length = kept.len() as u64 + rest;
    Ok((kept, length))
}

/// The same for a body that has to be unpacked. Not inlined: the decoder needs a stack that other answers do not.
#[inline(never)]
fn unpack_whole(body: impl Read) -> io::Result<(Vec<u8>, u64)> {
    read_whole(MultiGzDecoder::new(body), 0)
}

fn is_gzip(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|coding| matches!(coding.as_bytes(), b"gzip" | b"x-gzip"))
}
