//! Clock of a user's work: since when its time is the service's or the tester's, and how long it has rested.

use std::time::Duration;

use super::session::SharedSession;
use crate::moment::Moment;

/// Times of one user's work.
#[derive(Debug)]
pub(crate) struct WorkClock {
    /// End of the last check, or the start of what comes next.
    busy_since: Moment,
    /// Rest on purpose since the last check.
    idle: Duration,
    /// All rests on purpose, since the user began.
    rested: Duration,
    /// True until the first check of an iteration begins.
    opens_iteration: bool,
}

impl Default for WorkClock {
    fn default() -> Self {
        WorkClock { busy_since: Moment::now(), idle: Duration::ZERO, rested: Duration::ZERO, opens_iteration: false }
    }
}

impl WorkClock {
    pub(crate) fn begin(&mut self, planned: Moment) {
        self.busy_since = planned;
    }

    pub(crate) fn busy_since(&self) -> Moment {
        self.busy_since
    }

    pub(crate) fn begin_iteration(&mut self, planned: Moment, is_due: bool, session: &SharedSession) {
        // It may be late because the iteration before it took so long.
        let begins = planned.max(self.busy_since);
        self.idle += begins.saturating_duration_since(self.busy_since);
        self.busy_since = begins;
        session.lock().lag.begin(is_due.then_some(planned));
        self.opens_iteration = true;
    }

    /// True for the first check of an iteration, once.
    pub(crate) fn opens_iteration(&mut self) -> bool {
        std::mem::take(&mut self.opens_iteration)
    }

    /// Ends a check, of which `thought` was a rest. Returns how long the user was busy with it, and how long it rested in
    /// it and before it.
    pub(crate) fn end_check(&mut self, ended: Moment, thought: Duration) -> (Duration, Duration) {
        let busy = ended.saturating_duration_since(self.busy_since).saturating_sub(thought);
        self.busy_since = ended;
        (busy, std::mem::take(&mut self.idle) + thought)
    }

    /// Adds a rest on purpose.
    pub(crate) fn rest(&mut self, rested: Duration) {
        self.rested += rested;
    }

    pub(crate) fn rested(&self) -> Duration {
        self.rested
    }
}
