//! Connections through a proxy: a tunnel by CONNECT (RFC 9110, 9.3.6), SOCKS5 (RFC 1928, RFC 1929), and HTTP proxies that
//! are asked to make the requests themselves.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use percent_encoding::percent_decode_str;
use ureq::Error as UreqError;
use ureq::http::Uri;
use ureq::unversioned::transport::{ConnectionDetails, Connector, Transport, TransportAdapter};
use url::Url;

use super::client::Shared;
use super::codec::{BY_THE_WIRE, Broken, Exchange};
use super::exchange_timing::SharedTiming;
use super::tls::TlsConnector;
use crate::error::Error;
use crate::load::basic_auth;
use crate::sample::Phase;

/// What `--proxy` says.
#[derive(Debug, Clone)]
pub(super) enum Proxy {
    Http(HttpProxy),
    Socks(SocksProxy),
}

/// A proxy that speaks HTTP: it opens tunnels, or makes plain requests itself.
#[derive(Debug, Clone)]
pub(super) struct HttpProxy {
    /// Where it is; `https` if it wants TLS for itself.
    uri: Uri,
    /// The `Proxy-Authorization`, if it wants one.
    pub(super) login: Option<String>,
}

/// A SOCKS5 proxy.
#[derive(Debug, Clone)]
pub(super) struct SocksProxy {
    /// Where it is, as the resolver wants it.
    uri: Uri,
    /// The proxy looks the target's name up (`socks5h`); else perfloop does.
    resolves: bool,
    credentials: Option<(String, String)>,
}

impl Proxy {
    /// # Errors
    /// A line that names the flag and the remedy.
    pub(super) fn new(url: &Url) -> Result<Proxy, Error> {
        let refuse = |why: &str| {
            Err(Error::usage(format!(
                "--proxy {}: {why}; give a URL like http://127.0.0.1:3128 or socks5://127.0.0.1:1080",
                url.scheme()
            )))
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return refuse("has no host") };
        let scheme = match url.scheme() {
            "http" | "socks5" | "socks5h" => "http",
            "https" => "https",
            _ => return refuse("is none that perfloop speaks"),
        };
        let port = url.port_or_known_default().unwrap_or(SOCKS_PORT);
        let Ok(uri) = format!("{scheme}://{host}:{port}/").parse() else { return refuse("has no usable host") };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let credentials = (!url.username().is_empty() || url.password().is_some())
            .then(|| (decoded(url.username()), decoded(url.password().unwrap_or_default())));
        Ok(match url.scheme() {
            "http" | "https" => {
                let login = credentials.map(|(user, password)| basic_auth(&format!("{user}:{password}")));
                Proxy::Http(HttpProxy { uri, login })
            }
            scheme => Proxy::Socks(SocksProxy { uri, resolves: scheme == "socks5h", credentials }),
        })
    }

    /// Where the proxy is.
    pub(super) fn uri(&self) -> &Uri {
        match self {
            Proxy::Http(proxy) => &proxy.uri,
            Proxy::Socks(proxy) => &proxy.uri,
        }
    }

    /// The proxy as one that makes plain requests itself.
    pub(super) fn forward(&self) -> Option<&HttpProxy> {
        match self {
            Proxy::Http(proxy) => Some(proxy),
            Proxy::Socks(_) => None,
        }
    }
}

/// Makes a connection to a proxy one to the target.
#[derive(Debug)]
pub(super) struct ProxyConnector {
    shared: Arc<Shared>,
    tls: Arc<TlsConnector>,
    timing: SharedTiming,
}

impl ProxyConnector {
    pub(super) fn new(shared: Arc<Shared>, tls: Arc<TlsConnector>, timing: SharedTiming) -> Self {
        ProxyConnector { shared, tls, timing }
    }

    fn open(
        &self,
        details: &ConnectionDetails<'_>,
        transport: Box<dyn Transport>,
    ) -> Result<Box<dyn Transport>, UreqError> {
        match &self.shared.proxy {
            None => Ok(transport),
            Some(Proxy::Http(proxy)) => {
                self.timing.lock().begin(Phase::Proxy, Instant::now());
                let mut transport = match proxy.uri.scheme_str() {
                    Some("https") => self.tls.handshake(&proxy.uri, transport, &details.current_time)?,
                    _ => transport,
                };
                // What needs no TLS the proxy is asked for itself.
                if details.needs_tls() {
                    self.tunnel(proxy, details.uri, &mut *transport)?;
                }
                self.timing.lock().end(Instant::now());
                Ok(transport)
            }
            Some(Proxy::Socks(proxy)) => {
                self.timing.lock().begin(Phase::Proxy, Instant::now());
                let address = if proxy.resolves { None } else { Some(address_of(details)?) };
                let mut stream = TransportAdapter::new(transport, Arc::clone(&details.current_time));
                proxy.open(&mut stream, details.uri, address)?;
                let mut transport = stream.into_inner();
                said_no_more(&mut *transport)?;
                self.timing.lock().end(Instant::now());
                Ok(transport)
            }
        }
    }

    /// Asks an HTTP proxy for a tunnel to the target.
    fn tunnel(&self, proxy: &HttpProxy, target: &Uri, transport: &mut dyn Transport) -> Result<(), UreqError> {
        let authority = format!("{}:{}", target.host().unwrap_or_default(), port_of(target));
        let agent = concat!("perfloop/", env!("CARGO_PKG_VERSION"));
        let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {agent}\r\n");
        if let Some(login) = &proxy.login {
            request.push_str(&format!("Proxy-Authorization: {login}\r\n"));
        }
        request.push_str("Proxy-Connection: Keep-Alive\r\n\r\n");
        match (Exchange { transport: &mut *transport, timing: &self.timing }).open_tunnel(request.as_bytes()) {
            Ok(200..=299) => said_no_more(transport),
            Ok(407) => Err(refused("it wants another user or password (status 407)").into()),
            Ok(status) => Err(refused(&format!("it answered with status {status}")).into()),
            Err(Broken::Transport(error)) => Err(error),
            Err(Broken::Protocol(what)) => Err(refused(&what).into()),
            Err(_) => Err(refused("it closed the connection").into()),
        }
    }
}

impl<In: Transport> Connector<In> for ProxyConnector {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, UreqError> {
        chained.map(|transport| self.open(details, Box::new(transport))).transpose()
    }
}

/// The address of the target, for a proxy that looks up no names.
fn address_of(details: &ConnectionDetails<'_>) -> Result<SocketAddr, UreqError> {
    let no_address = |why: String| {
        let host = details.uri.host().unwrap_or_default();
        UreqError::Io(refused(&format!("{host} has no address{why}")))
    };
    match details.resolver.resolve(details.uri, details.config, BY_THE_WIRE) {
        Ok(found) => found.first().copied().ok_or_else(|| no_address(String::new())),
        Err(error @ UreqError::Timeout(_)) => Err(error),
        Err(UreqError::Other(error)) => Err(no_address(format!(": {error}"))),
        Err(_) => Err(no_address(String::new())),
    }
}

/// What follows a proxy's word that the way is open answers no request.
fn said_no_more(transport: &mut dyn Transport) -> Result<(), UreqError> {
    if transport.buffers().input().is_empty() { Ok(()) } else { Err(refused("it sent more than its answer").into()) }
}

fn port_of(target: &Uri) -> u16 {
    target.port_u16().unwrap_or(if target.scheme_str() == Some("https") { 443 } else { 80 })
}

/// Where a SOCKS proxy listens, if its URL does not say.
const SOCKS_PORT: u16 = 1080;
const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const PASSWORD: u8 = 2;

impl SocksProxy {
    /// Asks the proxy at the other end for a connection to the target.
    fn open(&self, stream: &mut (impl Read + Write), target: &Uri, address: Option<SocketAddr>) -> io::Result<()> {
        let method = if self.credentials.is_some() { PASSWORD } else { NO_AUTHENTICATION };
        stream.write_all(&[VERSION, 1, method])?;
        let [_, chosen] = read(stream)?;
        if chosen != method {
            return Err(refused("it wants another way to log in"));
        }
        if let Some((user, password)) = &self.credentials {
            let mut login = vec![1];
            push_short(&mut login, user)?;
            push_short(&mut login, password)?;
            stream.write_all(&login)?;
            let [_, status] = read(stream)?;
            if status != 0 {
                return Err(refused("it refuses the user or the password"));
            }
        }
        stream.write_all(&request(target, address)?)?;
        let [_, status, _, kind] = read(stream)?;
        if status != 0 {
            return Err(refused(reason(status)));
        }
        // The address it connects from, which nobody needs, and the port.
        let length = match kind {
            1 => 4,
            3 => read::<1>(stream)?[0].into(),
            4 => 16,
            _ => return Err(refused("its answer is broken")),
        };
        stream.read_exact(&mut [0; 255 + 2][..length + 2])
    }
}

fn request(target: &Uri, address: Option<SocketAddr>) -> io::Result<Vec<u8>> {
    let mut request = vec![VERSION, 1, 0];
    let host = target.host().unwrap_or_default().trim_matches(['[', ']']);
    match address.map(|address| address.ip()).or_else(|| host.parse().ok()) {
        Some(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Some(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        None => {
            request.push(3);
            push_short(&mut request, host)?;
        }
    }
    request.extend(port_of(target).to_be_bytes());
    Ok(request)
}

fn push_short(bytes: &mut Vec<u8>, text: &str) -> io::Result<()> {
    let length = u8::try_from(text.len()).map_err(|_| refused("a name is longer than SOCKS can say"))?;
    bytes.push(length);
    bytes.extend(text.as_bytes());
    Ok(())
}

fn read<const N: usize>(stream: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn refused(why: &str) -> io::Error {
    io::Error::other(why.to_owned())
}

fn reason(status: u8) -> &'static str {
    match status {
        2 => "it does not allow this target",
        3 | 4 => "it cannot reach the target",
        5 => "its connection to the target was refused",
        _ => "it failed",
    }
}
