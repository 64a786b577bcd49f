//! The one way to a connection: name, TCP, proxy, TLS, each a connector of ureq's chain.

use std::fmt;
use std::sync::{Arc, LazyLock};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::Resolver as _;
use ureq::unversioned::transport::time::Instant as UreqInstant;
use ureq::unversioned::transport::{ConnectionDetails, Connector, Transport};
use ureq::{Agent, Error};

use super::codec::BY_THE_WIRE;
use super::connection_pool::{Connection, Origin};
use super::exchange_timing::SharedTiming;
use super::interrupt::Interrupt;
use super::proxy::Proxy;
use super::proxy_connector::ProxyConnector;
use super::resolver::UserResolver;
use super::shared::Shared;
use super::tls::{TlsConnector, TlsSessions};
use super::transport::TcpConnector;

type AnyConnector = dyn Connector<(), Out = Box<dyn Transport>>;
type RunConnector = dyn Fn(&ConnectionDetails<'_>) -> Result<Box<dyn Transport>, Error> + Send + Sync;
type Clock = dyn Fn() -> UreqInstant + Send + Sync;

/// Settings that ureq's connectors are handed and that perfloop's do not use: theirs they get when they are made.
static CONFIG: LazyLock<Config> = LazyLock::new(|| Agent::config_builder().proxy(None).build());
static CLOCK: LazyLock<Arc<Clock>> = LazyLock::new(|| Arc::new(UreqInstant::now));
static NO_OTHER_CONNECTOR: LazyLock<Arc<RunConnector>> = LazyLock::new(|| Arc::new(|_| Err(Error::ConnectionFailed)));

/// Maker of one client's connections.
pub(super) struct Connections {
    chain: Box<AnyConnector>,
    resolver: UserResolver,
    timing: SharedTiming,
    user: UserParts,
}

/// Parts of a user that all of its connections share.
#[derive(Debug, Clone)]
pub(super) struct UserParts {
    pub(super) shared: Arc<Shared>,
    pub(super) tls: Arc<TlsSessions>,
    pub(super) interrupt: Interrupt,
    /// Position of the user: users take the addresses of a host in turn.
    pub(super) turn: u32,
}

impl Connections {
    pub(super) fn new(user: UserParts, timing: &SharedTiming) -> Self {
        let shared = &user.shared;
        let tls = Arc::new(TlsConnector::new(Arc::clone(&shared.tls), timing.clone(), Arc::clone(&user.tls)));
        let chain = TcpConnector::new(timing.clone(), Arc::clone(shared))
            .chain(ProxyConnector::new(Arc::clone(shared), Arc::clone(&tls), timing.clone()))
            .chain(Last(tls));
        Connections {
            chain: Box::new(chain),
            resolver: UserResolver::new(Arc::clone(&shared.book), timing.clone(), user.turn as usize),
            timing: timing.clone(),
            user,
        }
    }

    pub(super) fn user(&self) -> &UserParts {
        &self.user
    }

    /// A new connection for requests to this place, as the proxy has it.
    ///
    /// # Errors
    /// Why there is none; the timing knows in which phase.
    #[inline(never)]
    pub(super) fn connect(&self, uri: &Uri) -> Result<Connection, Error> {
        let proxy = self.user.shared.proxy.as_ref();
        let first = proxy.map_or(uri, Proxy::uri);
        let addrs = self.resolver.resolve(first, &CONFIG, BY_THE_WIRE)?;
        let interrupt = self.user.interrupt.clone();
        let details = ConnectionDetails {
            uri,
            addrs,
            config: &CONFIG,
            request_level: false,
            resolver: &self.resolver,
            now: UreqInstant::now(),
            timeout: BY_THE_WIRE,
            current_time: Arc::clone(&CLOCK),
            run_connector: Arc::clone(&NO_OTHER_CONNECTOR),
            register_shutdown: Arc::new(move |handle| {
                interrupt.add(handle);
                Ok(())
            }),
        };
        let transport = self.chain.connect(&details, None)?.ok_or(Error::ConnectionFailed)?;
        self.timing.lock().ready();
        Ok(Connection { transport, origin: Origin::of(uri) })
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("chain", &self.chain).finish_non_exhaustive()
    }
}

/// The end of the chain: TLS for https URLs, and one type for whatever comes out.
#[derive(Debug)]
struct Last(Arc<TlsConnector>);

impl<In: Transport> Connector<In> for Last {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        if details.needs_tls() {
            return self.0.connect(details.uri, Box::new(transport), &details.current_time).map(Some);
        }
        Ok(Some(Box::new(transport)))
    }
}
