//! Record of each second of a run, for those who look on: taken away once a second, so that it does not grow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Stats;
use super::examples::Example;
use super::sparse::SparseHistogram;
use crate::moment::Moment;
use crate::nanos::Nanos;
use crate::sample::{Answer, CheckSample, Ending, RequestSample};

/// Seconds that wait to be taken; of more the oldest are dropped.
const MOST_WAITING: usize = 120;
/// Exchanges of a failure group that a second keeps.
const KEPT_OF_GROUP: usize = 3;
/// Failure groups of a second of which exchanges are kept.
const KEPT_GROUPS: usize = 10;

/// One second of the measured part of a run, or a part of it that came late.
#[derive(Debug, Clone, Default)]
pub(crate) struct Second {
    /// Answers, and checks that did not pass.
    pub(crate) all: SecondRow,
    /// Rows of the checks, by their numbers.
    pub(crate) checks: BTreeMap<u16, SecondRow>,
    /// Rows of the requests, by their numbers.
    pub(crate) requests: BTreeMap<u16, SecondRow>,
    /// Delay of the tester itself, where stamps tell.
    pub(crate) delays: SparseHistogram,
    /// Time that answered requests were at the service within this second.
    pub(crate) at_service: Duration,
    /// The most users that were up; `None` if their number did not change.
    pub(crate) users: Option<u32>,
    /// Failures, by the number of their group.
    pub(crate) failures: BTreeMap<u32, FailedNow>,
}

/// Counts and times of a row in a second.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecondRow {
    /// Runs of a check that ended, or requests that did.
    pub(crate) count: u64,
    /// Runs that did not pass; requests that were lost, or because of which a check did not pass.
    pub(crate) failures: u64,
    /// TPR of the passes, or response times of the answered.
    pub(crate) times: SparseHistogram,
    /// Sum of these times.
    pub(crate) sum: Nanos,
    /// The longest of them.
    pub(crate) max: Nanos,
    /// Bytes of decoded bodies.
    pub(crate) body_bytes: u64,
}

/// Failures of a group in a second.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailedNow {
    pub(crate) count: u64,
    /// Some of them, kept whole.
    pub(crate) examples: Vec<Arc<Example>>,
}

/// Seconds that have not been taken yet.
#[derive(Debug, Default)]
pub(crate) struct Seconds(BTreeMap<u64, Second>);

impl SecondRow {
    fn record(&mut self, time: Nanos) {
        self.times.record(time);
        self.sum += time;
        self.max = self.max.max(time);
    }

    pub(crate) fn merge(&mut self, other: &SecondRow) {
        self.count += other.count;
        self.failures += other.failures;
        self.times.merge(&other.times);
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self.body_bytes += other.body_bytes;
    }
}

impl Second {
    pub(crate) fn merge(&mut self, other: Second) {
        self.all.merge(&other.all);
        for (mine, theirs) in [(&mut self.checks, other.checks), (&mut self.requests, other.requests)] {
            theirs.into_iter().for_each(|(id, row)| mine.entry(id).or_default().merge(&row));
        }
        self.delays.merge(&other.delays);
        self.at_service = self.at_service.saturating_add(other.at_service);
        self.users = self.users.max(other.users);
        for (group, failed) in other.failures {
            let mine = self.failures.entry(group).or_default();
            mine.count += failed.count;
            mine.examples.extend(failed.examples);
            mine.examples.truncate(KEPT_OF_GROUP);
        }
    }
}

impl Seconds {
    fn at(&mut self, moment: Duration) -> &mut Second {
        if self.0.len() >= MOST_WAITING && !self.0.contains_key(&moment.as_secs()) {
            self.0.pop_first();
        }
        self.0.entry(moment.as_secs()).or_default()
    }

    /// `counts_alone`: by its nature the check makes no requests.
    pub(super) fn add_check(&mut self, sample: &CheckSample, moment: Duration, counts_alone: bool) {
        let second = self.at(moment);
        let row = second.checks.entry(sample.check.0).or_default();
        row.count += 1;
        if matches!(sample.outcome, Ending::Pass) {
            row.record(sample.tpr);
        } else {
            row.failures += 1;
            second.all.failures += 1;
        }
        if let Some(request) = sample.blamed {
            second.requests.entry(request.0).or_default().failures += 1;
        }
        if counts_alone && sample.is_alone() {
            second.all.count += 1;
            second.all.record(sample.tpr);
        }
    }

    pub(super) fn add_request(&mut self, sample: &RequestSample, moment: Duration, started: Option<Moment>) {
        self.serve(moment, sample.at_service_since(started).span());
        let second = self.at(moment);
        let row = second.requests.entry(sample.request.0).or_default();
        row.count += 1;
        row.body_bytes += sample.traffic.body_bytes;
        if matches!(sample.answer, Answer::None { .. }) {
            row.failures += 1;
            return;
        }
        row.failures += u64::from(sample.answer == Answer::Recorded { good: false });
        row.record(sample.times.response_nanos());
        second.all.count += 1;
        second.all.record(sample.times.response_nanos());
        second.all.body_bytes += sample.traffic.body_bytes;
        if sample.times.stamped {
            second.delays.record(sample.times.client_delay);
        }
    }

    /// A request that ended then was at the service for so long: each second gets what lies in it.
    fn serve(&mut self, ended: Duration, time: Duration) {
        let (mut end, began) = (ended, ended.saturating_sub(time));
        for _ in 0..MOST_WAITING {
            let start = Duration::from_secs(end.saturating_sub(Duration::from_nanos(1)).as_secs());
            let second = self.at(start);
            second.at_service = second.at_service.saturating_add(end.saturating_sub(began.max(start)));
            end = start;
            if start <= began {
                return;
            }
        }
    }

    pub(super) fn failed(&mut self, group: u32, moment: Duration) {
        self.at(moment).failures.entry(group).or_default().count += 1;
    }

    /// Keeps what was recorded of a failure.
    pub(super) fn keep(&mut self, group: u32, moment: Duration, example: &Arc<Example>) {
        let failures = &mut self.at(moment).failures;
        if failures.len() > KEPT_GROUPS && !failures.contains_key(&group) {
            return;
        }
        let kept = &mut failures.entry(group).or_default().examples;
        if kept.len() < KEPT_OF_GROUP {
            kept.push(Arc::clone(example));
        }
    }

    pub(super) fn users_are(&mut self, users: u32, moment: Duration) {
        let second = self.at(moment);
        second.users = second.users.max(Some(users));
    }

    /// Seconds since they were last taken, each with its number from the start of what is measured. Of one that goes on,
    /// and of one that something was late for, the rest comes with the next.
    pub(crate) fn take(&mut self) -> BTreeMap<u64, Second> {
        std::mem::take(&mut self.0)
    }
}

impl Stats {
    /// From here on each second is recorded, for somebody who takes the record away.
    pub(crate) fn record_seconds(&mut self) {
        self.seconds = Some(Seconds::default());
    }

    /// Seconds that were recorded since this was asked last.
    pub(crate) fn take_seconds(&mut self) -> BTreeMap<u64, Second> {
        self.seconds.as_mut().map(Seconds::take).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_long_request_is_in_flight_in_every_second_it_was() {
        let mut seconds = Seconds::default();
        seconds.serve(SECOND * 5 / 2, SECOND * 11 / 5);
        let taken = seconds.take();
        let at_service: Vec<_> =
            taken.iter().map(|(number, second)| (*number, second.at_service.as_millis())).collect();
        assert_eq!(at_service, [(0, 700), (1, 1000), (2, 500)]);
        seconds.serve(SECOND * 3, SECOND);
        assert_eq!(seconds.take().keys().copied().collect::<Vec<_>>(), [2], "its end is no part of the next");
    }

    #[test]
    fn seconds_that_nobody_takes_are_bounded() {
        let mut seconds = Seconds::default();
        (0..1000).for_each(|number| seconds.users_are(1, SECOND * number));
        let taken = seconds.take();
        assert_eq!((taken.len(), taken.keys().next_back()), (MOST_WAITING, Some(&999)));
        assert!(seconds.take().is_empty());
    }

    #[test]
    fn parts_of_a_second_are_one_when_put_together() {
        let mut seconds = Seconds::default();
        let part = |seconds: &mut Seconds| {
            (0..4).for_each(|_| seconds.failed(7, SECOND));
            seconds.take().remove(&1).expect("it failed then")
        };
        let mut whole = part(&mut seconds);
        whole.merge(part(&mut seconds));
        assert_eq!(whole.failures[&7].count, 8);
    }
}
