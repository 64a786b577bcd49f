use std::net::{IpAddr, SocketAddr};
#[cfg(feature = "tls")]
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
#[cfg(feature = "sqlite")]
use mock_service::Database;
use mock_service::Settings;

use crate::duration;

/// An HTTP service to test load testers against.
///
/// It counts each request it gets (GET /__hits) and lists what it serves (GET /__endpoints).
#[derive(Debug, Parser)]
#[command(name = "mock_service", version)]
pub(super) struct Arguments {
    /// Listen on this address
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,

    /// Listen for HTTP on this port; 0 picks a free one
    #[arg(long, default_value_t = 5000)]
    port: u16,

    /// How long /json takes, such as 200ms or 1.5s
    #[arg(long, value_name = "DURATION", default_value = "200ms", value_parser = duration::parse)]
    delay: Duration,

    /// Spread the delay evenly over 50 to 150 %
    #[arg(long)]
    jitter: bool,

    /// How long /tests takes, one answer after another, such as 8500us; 0s for no limit
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration::parse)]
    tests_time: Duration,

    /// The share of the scenario answers that are a 500, from 0 to 1; exact, not random
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = share)]
    error_rate: f64,

    /// Keep the users in this SQLite file, or at this mongodb:// URL (feature mongodb); without it, in memory
    #[cfg(feature = "sqlite")]
    #[arg(long, value_name = "FILE|URL")]
    db: Option<Database>,

    /// Listen for HTTPS on this port as well; 0 picks a free one
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "PORT")]
    tls_port: Option<u16>,

    /// Write the certificate that HTTPS clients must trust to this file
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE", requires = "tls_port")]
    pub(super) ca_file: Option<PathBuf>,

    /// Close keep-alive connections that are idle this long; without it, never
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    idle_timeout: Option<Duration>,

    /// Threads that serve requests; without it, one per core
    #[arg(long, value_name = "THREADS")]
    workers: Option<usize>,
}

impl Arguments {
    pub(super) fn settings(&self) -> Settings {
        let default = Settings::default();
        Settings {
            address: SocketAddr::new(self.host, self.port),
            delay: self.delay,
            jitter: self.jitter,
            tests_time: self.tests_time,
            error_rate: self.error_rate,
            #[cfg(feature = "sqlite")]
            db: self.db.clone().unwrap_or_default(),
            #[cfg(feature = "tls")]
            tls_address: self.tls_port.map(|port| SocketAddr::new(self.host, port)),
            idle_timeout: self.idle_timeout,
            workers: self.workers.unwrap_or(default.workers),
            #[cfg(feature = "tls")]
            client_certificates: false,
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a share is a number from 0 to 1, such as 0.01".into())
}
