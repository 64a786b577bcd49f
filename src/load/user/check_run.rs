//! Run of one check by its user, from its begin to the sample that tells how it ended.

use std::sync::Arc;
use std::time::Duration;

use super::User;
use super::running_check::RunningCheck;
use crate::ids::CheckId;
use crate::load::check::Check;
use crate::load::check::hooks::FailureEvent;
use crate::load::pool::in_flight::NoMore;
use crate::load::pool::recorder::{CheckTimes, EndedRequest};
use crate::moment::Moment;
use crate::outcome::{Outcome, Reason, RequestErrorKind, panic_tells_of_no_answer};
use crate::phase::Phase;
use crate::sample::{Answer, RequestTimes, Traffic};

/// Connections refused in a row after which a user rests, so that a dead service is not asked by a busy loop.
const REFUSALS_BEFORE_PAUSE: u32 = 100;

impl User {
    /// Runs a check once and records how it ended. True if it passed.
    pub(crate) fn run(&mut self, id: CheckId, check: &Check) -> Result<bool, NoMore> {
        let started = Moment::now();
        self.recorder.begin_check(id, started)?;
        let (is_after_stop, opens_iteration) = (self.slot.is_stopped(), self.clock.opens_iteration());
        self.running.begin(is_after_stop, check.asks);
        let serial = self.serial;
        self.redactor.begin();
        self.agent.begin_check();
        let mut outcome = check.run(self);
        self.settle_agent();
        self.suspect(&mut outcome);
        self.log_last();
        if self.running.has_no_row {
            // Without its data it tested nothing, so that it is neither a pass nor a fail.
            self.recorder.forget_check()?;
            return Err(NoMore);
        }
        if self.running.has_left {
            self.recorder.come_home()?;
            return Err(NoMore);
        }
        let ended = Moment::now();
        if let (Outcome::Pass, Some(recorded)) = (&outcome, self.running.recorded.take()) {
            outcome = recorded;
        }
        if let Outcome::Fail(reason) | Outcome::Exception(reason) = &mut outcome {
            self.find_what_was_sent(serial);
            reason.clean(&self.redactor);
        }
        let blamed = self.running.blame.settle(&mut outcome);
        let elapsed = ended.nanos_since(started);
        let passed = outcome == Outcome::Pass;
        if !passed && !self.observers.hooks.failure.is_empty() {
            self.tell_of_failure(&check.name, &outcome);
        }
        let RunningCheck { tpr, requests, answered, thought, hooks, asked, .. } = self.running;
        let tpr = if requests == 0 { elapsed - thought.into() } else { tpr };
        let recorded = self.recording(id, &outcome, ended, tpr.span(), serial);
        let done = if passed { ended } else { Moment::now() };
        let (busy, idle) = self.clock.end_check(done, thought);
        let times = CheckTimes {
            tpr,
            elapsed,
            busy: busy.into(),
            idle: idle.into(),
            hooks: hooks.into(),
            requests,
            answered,
            asked,
            opens_iteration,
        };
        self.recorder.end_check(id, ended, times, outcome, blamed)?;
        if let Some(recorded) = recorded {
            self.observers.flight_recorder.offer(*recorded);
        }
        Ok(passed)
    }

    /// The running check wanted a row of this feed, which has none left: the run ends.
    pub(crate) fn has_no_row(&mut self, feed: &Arc<str>) {
        self.running.has_no_row = true;
        self.slot.used_up(feed);
    }

    /// Calls the hooks for failures, whose time is the tester's.
    #[inline(never)]
    fn tell_of_failure(&mut self, check: &str, outcome: &Outcome) {
        let hooks = Arc::clone(&self.observers.hooks);
        let exchanges = std::mem::take(&mut self.running.exchanges);
        let (user, iteration) = (self.id, self.iteration);
        let event = FailureEvent { check, user, iteration, outcome, exchanges: &exchanges };
        self.running.hooks += hooks.failure.iter().map(|hook| hooks.timed(|| hook(&event))).sum::<Duration>();
    }

    /// Refused so often in a row that it should rest; the rest is recorded.
    pub(crate) fn must_pause(&self, pause: Duration) -> bool {
        let must = self.refusals >= REFUSALS_BEFORE_PAUSE;
        if must {
            self.recorder.pause(pause);
        }
        must
    }

    /// Outcome of a panic: an exception when it may have come of a request without an answer, or says
    /// so itself.
    #[cold]
    pub(crate) fn outcome_of_panic(&mut self, message: String) -> Outcome {
        self.settle_agent();
        if let Some(request) = self.running.in_exchange.take() {
            let answer = Answer::None { kind: RequestErrorKind::Io, phase: Phase::Send };
            // A cut has counted the request already, and will count the check.
            let (times, traffic) = (RequestTimes::default(), Traffic::default());
            let _ = self.recorder.end_request(EndedRequest {
                request,
                ended: Moment::now(),
                times,
                lateness: None,
                traffic,
                answer,
            });
            self.running.lost = Some(request);
            self.running.blame.lost(request);
        }
        match self.running.lost {
            Some(_) => Outcome::Exception(Reason { message, detail: None, request: self.running.lost }),
            None if panic_tells_of_no_answer(&message) => Outcome::Exception(message.into()),
            None => Outcome::Fail(message.into()),
        }
    }
}
