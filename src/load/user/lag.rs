//! How late a user with due times is, and whose doing it is: the service's, whose answers came late, or the tester's.

use std::time::Duration;

use crate::moment::Moment;
use crate::sample::Lateness;

/// Lag of a user behind its due times.
#[derive(Debug, Default)]
pub(crate) struct Lag {
    /// When the next request was to be sent, if that is planned.
    due: Option<Moment>,
    /// When the last answer arrived, or was given up.
    answered: Option<Moment>,
    /// When the last rest was to end.
    rested_until: Option<Moment>,
    /// By so much the last answer would have come earlier without the tester's own delays,
    tester: Duration,
    /// and by so much without rests.
    rest: Duration,
}

impl Lag {
    /// An iteration begins, whose first request is due then, if that is planned.
    pub(crate) fn begin(&mut self, due: Option<Moment>) {
        self.due = due;
    }

    /// The user rests on purpose.
    pub(crate) fn rests_until(&mut self, end: Moment) {
        self.rested_until = Some(end);
    }

    /// A request was sent at the end of its setup. Only the first one of an iteration can be late against the plan; what
    /// holds the others back makes the next iteration late.
    ///
    /// What the tester was late before is not the service's, even if an answer came late for it: a tester that stood
    /// still sends what had become due meanwhile one after the other.
    pub(crate) fn sent(&mut self, at: Option<Moment>, setup: Duration) -> Option<Lateness> {
        let (due, at) = (self.due.take(), at?);
        let began = at.checked_sub(setup).unwrap_or(at);
        let free = self.answered.into_iter().chain(due).max()?;
        let rested = self.rested_until.map_or(free, |end| end.max(free));
        let own = began.saturating_duration_since(rested);
        let Some(due) = due else {
            self.tester = self.tester.saturating_add(own);
            self.rest = self.rest.saturating_add(rested - free);
            return None;
        };
        let late = free - due;
        let by_tester = late.min(self.tester);
        let by_rest = (late - by_tester).min(self.rest);
        (self.tester, self.rest) = (by_tester + own, by_rest + (rested - free));
        Some(Lateness { server: (late - by_tester - by_rest).into(), tester: self.tester.into() })
    }

    /// The answer arrived, or was given up.
    pub(crate) fn answered(&mut self, at: Moment) {
        self.answered = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nanos::Nanos;

    const MS: Duration = Duration::from_millis(1);

    /// A user whose iterations are due each 100 ms from a start on.
    struct Paced {
        lag: Lag,
        start: Moment,
        iterations: u32,
    }

    impl Paced {
        fn new() -> Self {
            Paced { lag: Lag::default(), start: Moment::now(), iterations: 0 }
        }

        /// An iteration whose only request is sent and answered at these milliseconds: how late the server and the
        /// tester were, in milliseconds.
        fn iteration(&mut self, sent: u32, answered: u32) -> (u128, u128) {
            let lateness = self.first(sent, answered);
            (lateness.server.span().as_millis(), lateness.tester.span().as_millis())
        }

        fn first(&mut self, sent: u32, answered: u32) -> Lateness {
            self.lag.begin(Some(self.start + 100 * self.iterations * MS));
            self.iterations += 1;
            let lateness = self.lag.sent(Some(self.start + sent * MS), Duration::ZERO).expect("it was due");
            self.lag.answered(self.start + answered * MS);
            lateness
        }

        fn further(&mut self, sent: u32, answered: u32) {
            assert_eq!(self.lag.sent(Some(self.start + sent * MS), Duration::ZERO), None);
            self.lag.answered(self.start + answered * MS);
        }

        fn rests(&mut self, until: u32) {
            self.lag.rests_until(self.start + until * MS);
        }
    }

    #[test]
    fn a_slow_answer_makes_the_server_late_until_it_has_caught_up() {
        let mut user = Paced::new();
        assert_eq!(user.iteration(0, 250), (0, 0));
        assert_eq!(user.iteration(250, 260), (150, 0));
        assert_eq!(user.iteration(260, 270), (60, 0));
        assert_eq!(user.iteration(300, 310), (0, 0));
    }

    #[test]
    fn what_became_due_while_the_tester_stood_still_is_the_testers_to_the_last() {
        let mut user = Paced::new();
        assert_eq!(user.iteration(0, 20), (0, 0));
        assert_eq!(user.iteration(450, 470), (0, 350));
        assert_eq!(user.iteration(470, 490), (0, 270));
        assert_eq!(user.iteration(490, 510), (0, 190));
        assert_eq!(user.iteration(510, 530), (0, 110));
        assert_eq!(user.iteration(530, 550), (0, 30));
        assert_eq!(user.iteration(600, 620), (0, 0));
    }

    #[test]
    fn an_answer_that_was_late_by_itself_before_the_tester_stood_still_stays_the_servers() {
        let mut user = Paced::new();
        assert_eq!(user.iteration(0, 130), (0, 0));
        assert_eq!(user.iteration(450, 460), (30, 320));
        // Without the 320 ms it would have come at 140.
        assert_eq!(user.iteration(460, 700), (0, 260));
        // This one took 240 ms: at 440 it would have been, and 140 after its due time.
        assert_eq!(user.iteration(700, 710), (140, 260));
    }

    #[test]
    fn what_holds_back_the_later_requests_of_an_iteration_is_the_testers_or_planned() {
        let mut user = Paced::new();
        assert_eq!(user.iteration(0, 10), (0, 0));
        assert_eq!(user.iteration(100, 110), (0, 0));
        user.further(300, 310);
        assert_eq!(user.iteration(310, 320), (0, 110));
        let mut user = Paced::new();
        assert_eq!(user.iteration(0, 10), (0, 0));
        user.rests(290);
        user.further(290, 300);
        assert_eq!(user.iteration(300, 310), (0, 0), "it rested for longer than the pace allows");
        user.rests(380);
        assert_eq!(user.iteration(385, 390), (0, 5), "and before it began as well");
    }

    #[test]
    fn a_request_that_got_no_answer_makes_the_server_late() {
        let mut user = Paced::new();
        user.lag.begin(Some(user.start));
        user.iterations = 1;
        assert_eq!(user.lag.sent(None, Duration::ZERO), None, "it could not connect");
        user.lag.answered(user.start + 180 * MS);
        assert_eq!(user.iteration(180, 190), (80, 0));
    }

    #[test]
    fn the_setup_of_a_connection_is_nobodys_lateness() {
        let mut lag = Lag::default();
        let start = Moment::now();
        lag.begin(Some(start));
        let lateness = lag.sent(Some(start + 30 * MS), 25 * MS).expect("it was due");
        assert_eq!(lateness, Lateness { server: Nanos::ZERO, tester: (5 * MS).into() });
    }
}
