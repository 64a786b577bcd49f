//! HTTP client of one user: it finds a connection, exchanges on it, and keeps it.

use std::cell::RefCell;
use std::sync::Arc;

use super::agent::AgentMaker;
use super::body::BodyLimit;
use super::codec::{Broken, Exchange, Incoming, Spare};
use super::conclude::conclude;
use super::connection_pool::Pool;
use super::connector::{Connections, UserParts};
use super::decoding::unpacked;
use super::exchange_timing::SharedTiming;
use super::exchanged::Exchanged;
use super::explain::Limits;
use super::headers::Headers;
use super::interrupt::Interrupt;
use super::outgoing::Outgoing;
use super::proxy::Proxy;
use super::request_parts::RequestParts;
use super::resolver::AddressBook;
use super::settings::HttpSettings;
use super::shared::Shared;
use super::tls::TlsSetup;
use crate::error::Error;
use crate::load::os::StampKeeper;
use crate::moment::Moment;
use crate::phase::Phase;

/// Maker of the clients of a run, and owner of what they share.
#[derive(Debug)]
pub(crate) struct ClientFactory {
    shared: Arc<Shared>,
    _stamps: StampKeeper,
}

/// A client with its own connections and nothing shared on the way of a request.
#[derive(Debug)]
pub(crate) struct Client {
    shared: Arc<Shared>,
    timing: SharedTiming,
    connections: Connections,
    kept: RefCell<Kept>,
}

/// State that a client keeps from one exchange to the next.
#[derive(Debug, Default)]
struct Kept {
    pool: Pool,
    scratch: Vec<u8>,
    spare: Spare,
}

/// Remedy for an exchange that broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedy {
    /// None: the exchange is over.
    None,
    /// The request goes once more, on a new connection.
    Repeat,
    /// The request goes once more, without waiting for the service to ask for its body.
    RepeatWithoutExpectation,
}

impl ClientFactory {
    /// # Errors
    /// When the certificates or the proxy cannot be used.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, Error> {
        let tls = Arc::new(TlsSetup::new(settings)?);
        let proxy = settings.proxy.as_ref().map(Proxy::new).transpose()?;
        let book = Arc::new(AddressBook::with(settings));
        let shared = Arc::new(Shared { settings: settings.clone(), book, tls, proxy });
        Ok(ClientFactory { shared, _stamps: StampKeeper::new() })
    }

    pub(super) fn settings(&self) -> &HttpSettings {
        &self.shared.settings
    }

    /// A client for user number `turn`, whose exchanges end when `interrupt` says so.
    pub(crate) fn client(&self, turn: u32, interrupt: &Interrupt) -> Client {
        let timing = SharedTiming::default();
        let (shared, tls, interrupt) = (Arc::clone(&self.shared), Arc::default(), interrupt.clone());
        let connections = Connections::new(UserParts { shared, tls, interrupt, turn }, &timing);
        Client { shared: Arc::clone(&self.shared), timing, connections, kept: RefCell::default() }
    }
}

impl Client {
    /// Makes one exchange, the body read to its end.
    pub(crate) fn exchange(&self, ask: RequestParts<'_>) -> Exchanged {
        let settings = &self.shared.settings;
        let timeout = ask.timeout.unwrap_or(settings.timeout);
        let connect_timeout = settings.connect_timeout.map(|limit| limit.min(timeout));
        let careful = !ask.method.is_idempotent();
        self.timing.lock().begin_exchange(
            Moment::now(),
            timeout,
            connect_timeout,
            careful,
            ask.options.wants_certificate,
        );
        self.timing.set_output_size(0);
        let mut result = self.attempt(ask);
        let remedy = result.as_ref().err().map_or(Remedy::None, |broken| self.remedy(broken, careful));
        match remedy {
            Remedy::None => {}
            Remedy::Repeat => {
                self.timing.lock().begin_again(Moment::now());
                result = self.attempt(ask);
            }
            Remedy::RepeatWithoutExpectation => {
                self.timing.lock().begin_again(Moment::now());
                let mut headers = ask.headers.clone();
                headers.remove("expect");
                result = self.attempt(RequestParts { headers: &headers, head: None, ..ask });
            }
        }
        let limits = Limits { whole: timeout, connect: connect_timeout };
        conclude(&self.timing, result, ask.uri, self.shared.proxy.as_ref(), limits)
    }

    /// A server may close a connection just before a request comes, which is no failure. Idempotent requests are repeated
    /// (RFC 9110, 9.2.2), others only if no byte of them had left.
    fn remedy(&self, broken: &Broken, careful: bool) -> Remedy {
        let timing = self.timing.lock();
        if timing.is_overdue(Moment::now()) {
            return Remedy::None;
        }
        let is_reused = !timing.traffic.new_connection;
        match broken {
            Broken::ExpectationFailed => Remedy::RepeatWithoutExpectation,
            Broken::Early if is_reused && !careful => Remedy::Repeat,
            Broken::Closed | Broken::Transport(_) => {
                let died = matches!(timing.phase, Phase::Send | Phase::FirstByte) && (!careful || timing.untouched);
                if died && is_reused { Remedy::Repeat } else { Remedy::None }
            }
            Broken::Early | Broken::Protocol(_) | Broken::Packed(_) => Remedy::None,
        }
    }

    fn outgoing<'a>(&'a self, ask: RequestParts<'a>) -> Outgoing<'a> {
        let is_plain = ask.uri.scheme_str() == Some("http");
        let forward = self.shared.proxy.as_ref().and_then(Proxy::forward).filter(|_| is_plain);
        Outgoing { ask, settings: &self.shared.settings, forward }
    }

    fn attempt(&self, ask: RequestParts<'_>) -> Result<Incoming, Broken> {
        let outgoing = self.outgoing(ask);
        let kept = &mut *self.kept.borrow_mut();
        let mut connection = match kept.pool.take(ask.uri) {
            Some(connection) => {
                self.timing.lock().ready();
                connection
            }
            None => self.connections.connect(ask.uri)?,
        };
        let limit = BodyLimit(self.shared.settings.max_body);
        let mut exchange =
            Exchange { transport: &mut *connection.transport, timing: &self.timing, spare: &mut kept.spare };
        let mut incoming = exchange.run(&outgoing, limit, &mut kept.scratch)?;
        if incoming.keeps_alive {
            kept.pool.put(connection);
        }
        if outgoing.unpacks() {
            unpack(&mut incoming)?;
        }
        Ok(incoming)
    }

    /// Takes the memory of an answer that nobody looks at any more, for the next one.
    pub(crate) fn reuse(&self, headers: Headers, body: Vec<u8>) {
        let spare = &mut self.kept.borrow_mut().spare;
        (spare.headers, spare.body) = (headers, body);
    }

    /// Head of a request as it goes out: a request that is the same each time can be [given](RequestParts::head) it.
    pub(crate) fn head_of(&self, ask: RequestParts<'_>) -> Vec<u8> {
        let mut head = Vec::new();
        self.outgoing(ask).write_head(&mut head);
        head
    }

    /// Maker of a ureq agent that is the same user to services as this client.
    pub(crate) fn agent_maker(&self) -> AgentMaker {
        AgentMaker(self.connections.user().clone())
    }

    /// The headers as they go over the timing: those that the client adds, and those of the request.
    pub(crate) fn headers_added(&self, ask: RequestParts<'_>) -> Vec<(String, String)> {
        let outgoing = self.outgoing(ask);
        outgoing.added().into_iter().flatten().map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    }
}

/// Not inlined: the decoder needs a stack that other answers do not.
#[inline(never)]
fn unpack(incoming: &mut Incoming) -> Result<(), Broken> {
    match unpacked(&incoming.head.headers, &incoming.body) {
        Ok(None) => {}
        Ok(Some(unpacked)) => incoming.body = unpacked,
        // The body of an answer that leads elsewhere is not looked at.
        Err(_) if (300..400).contains(&incoming.head.status) && incoming.head.headers.has("location") => {}
        Err(why) => return Err(Broken::Packed(why)),
    }
    Ok(())
}
