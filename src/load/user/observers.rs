//! Observers of a user's requests and failures: hooks, the log, and the examples in reports.

use std::sync::Arc;

use super::failure_history::FailureHistory;
use crate::exchange::{Exchange, FlightRecorder};
use crate::load::check::hooks::Hooks;
use crate::queue::Tap;

/// Observers of one user.
#[derive(Debug)]
pub(crate) struct Observers {
    pub(crate) hooks: Arc<Hooks>,
    /// Log of every exchange.
    pub(crate) log: Option<Tap<Exchange>>,
    /// Keeper of the examples that reports show.
    pub(crate) flight_recorder: FlightRecorder,
    pub(crate) history: FailureHistory,
}

impl Observers {
    pub(crate) fn new(hooks: Arc<Hooks>, log: Option<Tap<Exchange>>, flight_recorder: FlightRecorder) -> Self {
        Observers { hooks, log, flight_recorder, history: FailureHistory::default() }
    }

    /// True when every exchange is looked at, so that a copy of each is made.
    pub(crate) fn see_all(&self) -> bool {
        self.log.is_some() || !self.hooks.failure.is_empty()
    }
}
