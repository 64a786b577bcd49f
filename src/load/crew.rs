//! Who is up: the number of released users, and the level that follows from it.

use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::queue::Sink;
use crate::sample::{Level, Sample, UserEvent, UserSample};

#[derive(Debug)]
pub(crate) struct Crew {
    wanted: u32,
    released: AtomicU32,
    level: AtomicU16,
    sink: Sink,
}

impl Crew {
    pub(crate) fn new(wanted: u32, sink: Sink) -> Self {
        Crew { wanted, released: AtomicU32::new(0), level: AtomicU16::new(Level::NONE.0), sink }
    }

    /// The level that what ends now belongs to.
    pub(crate) fn level(&self) -> Level {
        Level(self.level.load(Ordering::Relaxed))
    }

    /// A user begins; the last wanted one completes the level.
    pub(crate) fn user_released(&self, due: Instant) {
        let at = Instant::now();
        let late = at.saturating_duration_since(due);
        self.sink.push(Sample::User(UserSample { at, event: UserEvent::Released { late } }));
        if self.released.fetch_add(1, Ordering::SeqCst) + 1 == self.wanted {
            self.level.store(Level::FULL.0, Ordering::SeqCst);
            self.sink.push(Sample::FullLoad { from: at });
        }
    }

    /// A user begins nothing more; the first one to leave ends the level.
    pub(crate) fn user_ended(&self, run_delay: Option<Duration>) {
        self.leave_level();
        let event = UserEvent::Ended { run_delay };
        self.sink.push(Sample::User(UserSample { at: Instant::now(), event }));
    }

    /// Not all users are wanted any more.
    pub(crate) fn leave_level(&self) {
        self.level.store(Level::NONE.0, Ordering::SeqCst);
    }
}
