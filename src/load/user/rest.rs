//! A user's rests, in its checks and between them, and what becomes of a check whose rest the stop ends.

use std::time::Duration;

use crate::load::pool::user_slot::Slept;
use crate::load::user::User;
use crate::moment::Moment;
use crate::units::after;

impl User {
    /// Rests, as a person does between two steps. Not part of TPR. The stop ends it early; then the check may end, but
    /// makes no further request: one that would is unfinished.
    pub fn think(&mut self, time: Duration) {
        self.rest(time);
    }

    /// Rests. False if the stop ended the rest.
    pub(crate) fn rest(&mut self, time: Duration) -> bool {
        if time.is_zero() {
            return true;
        }
        let began = Moment::now();
        let planned_end = after(began, time);
        let slept_to_the_end = self.slot.rest_until(planned_end, self.running.is_after_stop);
        // What it slept too long is the tester's doing.
        let end = if slept_to_the_end { planned_end } else { Moment::now() };
        let rested = end.saturating_duration_since(began);
        self.session.lock().lag.rests_until(end);
        self.running.thought += rested;
        self.clock.rest(rested);
        self.running.rest_was_cut |= !slept_to_the_end;
        if !slept_to_the_end {
            self.agent.may_send_no_more();
        }
        slept_to_the_end
    }

    /// Rests between two iterations. False if its slot ended before.
    pub(crate) fn rest_until(&mut self, end: Moment) -> bool {
        self.rest_until_called(end, || false) == Slept::ToTheEnd
    }

    /// Rests between two iterations, until somebody calls at the latest.
    pub(crate) fn rest_until_called(&mut self, end: Moment, is_called: impl Fn() -> bool) -> Slept {
        let began = Moment::now();
        let slept = self.slot.sleep_until_called(end, is_called);
        let woke = if slept == Slept::ToTheEnd { end } else { Moment::now() };
        self.clock.rest(woke.saturating_duration_since(began));
        slept
    }

    /// Sum of the user's rests on purpose.
    pub(crate) fn rested(&self) -> Duration {
        self.clock.rested()
    }

    /// The running check may send something. If not, it is unfinished from now on: the stop has ended its rest, or the
    /// run was cut off.
    pub(crate) fn may_send(&mut self) -> bool {
        if self.running.rest_was_cut || self.slot.is_cut() {
            self.leave();
        }
        !self.running.has_left
    }

    /// Gives the running check up, which is counted as unfinished.
    pub(crate) fn leave(&mut self) {
        self.running.has_left = true;
        self.recorder.leave();
    }

    /// The running check was given up.
    pub(crate) fn has_left(&self) -> bool {
        self.running.has_left
    }
}
