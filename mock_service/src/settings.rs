use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

#[cfg(feature = "sqlite")]
use crate::database::Database;

/// Addresses and behaviour of a [`MockService`](crate::MockService).
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address for HTTP; port 0 picks a free one. Default: `127.0.0.1:0`.
    pub address: SocketAddr,
    /// Time until `/json` answers. Default: 200 ms.
    pub delay: Duration,
    /// Spread the delay of `/json` evenly over 50 to 150 % of `delay`. Default: no.
    pub jitter: bool,
    /// Time that the testing types take for an answer, one after another, as over the only connection of a database: they
    /// bear as many answers a second as fit. Zero for no time and no limit. Default: zero.
    pub tests_time: Duration,
    /// The share, 0.0 to 1.0, of the scenario answers that are a 500. It is exact, not random: 0.01 makes one answer
    /// of each hundred an error. Default: 0.0.
    pub error_rate: f64,
    /// Where the users API keeps its users. Default: in memory.
    #[cfg(feature = "sqlite")]
    pub db: Database,
    /// Address for HTTPS; `None` for no HTTPS. Default: `None`.
    #[cfg(feature = "tls")]
    pub tls_address: Option<SocketAddr>,
    /// Ask HTTPS clients for a certificate of the service's own authority, and turn away who shows none; see
    /// [`MockService::client_pem`](crate::MockService::client_pem). Default: no.
    #[cfg(feature = "tls")]
    pub client_certificates: bool,
    /// Close a keep-alive connection on which no complete request head arrives for this long; `None` for never.
    /// Default: `None`.
    pub idle_timeout: Option<Duration>,
    /// Threads that serve requests (at least one). Default: the number of cores.
    pub workers: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            delay: Duration::from_millis(200),
            jitter: false,
            tests_time: Duration::ZERO,
            error_rate: 0.0,
            #[cfg(feature = "sqlite")]
            db: Database::default(),
            #[cfg(feature = "tls")]
            tls_address: None,
            #[cfg(feature = "tls")]
            client_certificates: false,
            idle_timeout: None,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
