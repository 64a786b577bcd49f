use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::chance::{Jitter, Share};
use crate::clock::Clock;
use crate::hits::Hits;
use crate::settings::Settings;
#[cfg(feature = "sqlite")]
use crate::users::Users;

/// State shared by all connections.
pub(crate) struct App {
    pub(crate) hits: Hits,
    pub(crate) connections: AtomicU64,
    pub(crate) clock: Clock,
    pub(crate) errors: Share,
    #[cfg(feature = "sqlite")]
    pub(crate) users: Users,
    delay: Duration,
    jitter: Option<Jitter>,
}

/// A handle to the [`App`], as handlers get it.
pub(crate) type SharedApp = Arc<App>;

impl App {
    pub(crate) fn new(settings: &Settings) -> io::Result<Self> {
        Ok(Self {
            hits: Hits::default(),
            connections: AtomicU64::new(0),
            clock: Clock::start()?,
            errors: Share::new(settings.error_rate),
            #[cfg(feature = "sqlite")]
            users: Users::open(settings.db.as_deref())?,
            delay: settings.delay,
            jitter: settings.jitter.then(Jitter::default),
        })
    }

    /// Waits as long as a `/json` answer is to take.
    pub(crate) async fn delay(&self) {
        let delay = self.jitter.as_ref().map_or(self.delay, |jitter| jitter.around(self.delay));
        self.clock.sleep(delay).await;
    }
}
