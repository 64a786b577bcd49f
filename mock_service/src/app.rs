use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::chance::{Jitter, Share};
use crate::clock::Clock;
use crate::hits::Hits;
use crate::places::Places;
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
    tests: Option<OneByOne>,
}

/// Place that requests take one after the other, each for so long.
struct OneByOne {
    place: Mutex<Places>,
    time: Duration,
}

/// A handle to the [`App`], as handlers get it.
pub(crate) type SharedApp = Arc<App>;

impl App {
    /// Opens the database, and starts what waits for nobody. What connects does so on the runtime that this runs on.
    pub(crate) async fn start(settings: &Settings) -> io::Result<Self> {
        Ok(Self {
            hits: Hits::default(),
            connections: AtomicU64::new(0),
            clock: Clock::start()?,
            errors: Share::new(settings.error_rate),
            #[cfg(feature = "sqlite")]
            users: Users::open(&settings.db).await?,
            delay: settings.delay,
            jitter: settings.jitter.then(Jitter::default),
            tests: (!settings.tests_time.is_zero())
                .then(|| OneByOne { place: Mutex::new(Places::new(1, usize::MAX)), time: settings.tests_time }),
        })
    }

    /// Waits until the testing types have an answer.
    pub(crate) async fn turn_of_tests(&self) {
        let Some(OneByOne { place, time }) = &self.tests else { return };
        let stay = {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            place.take(Instant::now(), || *time)
        };
        if let Some(stay) = stay {
            self.clock.sleep_until(stay.due).await;
        }
    }

    /// Waits as long as a `/json` answer is to take.
    pub(crate) async fn delay(&self) {
        let delay = self.jitter.as_ref().map_or(self.delay, |jitter| jitter.around(self.delay));
        self.clock.sleep(delay).await;
    }
}
