//! The last seconds of a run, while it goes on.

use std::collections::VecDeque;
use std::time::Duration;

use super::sparse::SparseHistogram;
use crate::sample::{Answer, CheckSample, Ending, RequestSample};

/// Number of seconds of the run that are kept, the one that goes on included.
const SECONDS: u64 = 10;

/// Numbers of the last 10 seconds of a run: the one that goes on and the 9 before it. See
/// [`Live::recent`](crate::Live::recent).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Recent {
    /// How long these seconds have taken: less than 10 s, and at a run's start as long as it goes on.
    pub span: Duration,
    /// The run warms up: what ended is part of no total.
    pub is_warm_up: bool,
    /// Checks that passed.
    pub pass: u64,
    /// Checks that failed.
    pub fail: u64,
    /// Checks that ended as exceptions.
    pub exception: u64,
    /// Requests that were answered; a check that made none counts as one.
    pub answered: u64,
    /// Response times of those; of a check that made none, its own.
    pub response_times: SparseHistogram,
}

impl Recent {
    /// Checks that did not pass.
    pub fn failures(&self) -> u64 {
        self.fail + self.exception
    }

    /// Answered requests per second.
    pub fn rps(&self) -> f64 {
        if self.span.is_zero() { 0.0 } else { self.answered as f64 / self.span.as_secs_f64() }
    }

    /// The response time that `percent` (0 to 100) of the answers did not exceed, to 4 parts in a thousand; `None`
    /// without answers.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        self.response_times.percentile(percent)
    }

    /// `counts_alone`: by its nature the check makes no requests.
    pub(super) fn add_check(&mut self, sample: &CheckSample, counts_alone: bool) {
        match sample.outcome {
            Ending::Pass => self.pass += 1,
            Ending::Fail(_) => self.fail += 1,
            Ending::Exception(_) => self.exception += 1,
        }
        if counts_alone && sample.is_alone() {
            self.answered += 1;
            self.response_times.record(sample.tpr);
        }
    }

    pub(super) fn add_request(&mut self, sample: &RequestSample) {
        if !matches!(sample.answer, Answer::None { .. }) {
            self.answered += 1;
            self.response_times.record(sample.times.response_nanos());
        }
    }

    fn merge(&mut self, other: &Recent) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.exception += other.exception;
        self.answered += other.answered;
        self.response_times.merge(&other.response_times);
    }
}

/// The seconds that are kept, the oldest first.
#[derive(Debug)]
pub(super) struct Window {
    seconds: VecDeque<(u64, Recent)>,
    /// Nothing of what is measured has ended yet.
    is_of_warm_up: bool,
}

impl Window {
    pub(super) fn new() -> Self {
        Window { seconds: VecDeque::new(), is_of_warm_up: true }
    }

    /// Where something counts that ended at this moment of the warm-up, or of what is measured; `None` if that has
    /// gone by.
    pub(super) fn at(&mut self, moment: Duration, is_of_warm_up: bool) -> Option<&mut Recent> {
        if is_of_warm_up && !self.is_of_warm_up {
            return None;
        } else if self.is_of_warm_up && !is_of_warm_up {
            // From now on the seconds are counted from another start.
            *self = Window { seconds: VecDeque::new(), is_of_warm_up };
        }
        let second = moment.as_secs();
        if self.seconds.back().is_some_and(|(newest, _)| *newest == second) {
            return self.seconds.back_mut().map(|(_, recent)| recent);
        }
        let newest = self.seconds.back().map_or(second, |(newest, _)| second.max(*newest));
        while self.seconds.front().is_some_and(|(oldest, _)| oldest + SECONDS <= newest) {
            self.seconds.pop_front();
        }
        if second + SECONDS <= newest {
            return None;
        }
        let place = self.seconds.partition_point(|(known, _)| *known < second);
        if self.seconds.get(place).is_none_or(|(known, _)| *known != second) {
            self.seconds.insert(place, (second, Recent::default()));
        }
        self.seconds.get_mut(place).map(|(_, recent)| recent)
    }

    /// The last seconds before this moment of the warm-up, or of what is measured.
    pub(super) fn recent(&self, moment: Duration, is_warm_up: bool) -> Recent {
        let first = moment.as_secs().saturating_sub(SECONDS - 1);
        let span = moment.saturating_sub(Duration::from_secs(first));
        let mut recent = Recent { span, is_warm_up, ..Recent::default() };
        if is_warm_up == self.is_of_warm_up {
            self.seconds.iter().filter(|(second, _)| *second >= first).for_each(|(_, one)| recent.merge(one));
        }
        recent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn passes(window: &Window, seconds: u32) -> (u64, Duration) {
        let recent = window.recent(seconds * SECOND + SECOND / 2, false);
        (recent.pass, recent.span)
    }

    #[test]
    fn ten_seconds_are_kept_and_the_oldest_goes_when_the_next_begins() {
        let mut window = Window::new();
        for second in 0..30 {
            (0..=second).for_each(|_| window.at(second * SECOND, false).expect("the newest").pass += 1);
            let wanted: u64 = (u64::from(second).saturating_sub(9)..=second.into()).map(|second| second + 1).sum();
            let span = (second.min(9)) * SECOND + SECOND / 2;
            assert_eq!(passes(&window, second), (wanted, span), "second {second}");
        }
        assert_eq!(window.seconds.len(), 10);
        assert_eq!(passes(&window, 35), ((26..=29).map(|second| second + 1).sum(), 9 * SECOND + SECOND / 2));
        assert_eq!(passes(&window, 39).0, 0, "nothing ends any more");
    }

    #[test]
    fn what_comes_late_counts_for_its_own_second_while_that_is_kept() {
        let mut window = Window::new();
        window.at(12 * SECOND, false).expect("the newest").pass += 1;
        window.at(3 * SECOND, false).expect("kept").pass += 1;
        assert!(window.at(2 * SECOND, false).is_none(), "gone by");
        assert_eq!([12, 13].map(|second| passes(&window, second).0), [2, 1]);
    }

    #[test]
    fn the_warm_up_is_left_behind_with_the_first_that_is_measured() {
        let mut window = Window::new();
        window.at(SECOND, true).expect("the newest").pass += 5;
        assert_eq!(window.recent(SECOND, true).pass, 5);
        assert_eq!(window.recent(SECOND, false).pass, 0, "nothing measured has ended");
        window.at(Duration::ZERO, false).expect("the newest").pass += 1;
        assert!(window.at(SECOND, true).is_none());
        assert_eq!(window.recent(SECOND, false).pass, 1);
    }
}
