//! Ledger: what has ended since it was last taken away, for a master that adds it up with that of others.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::Stats;
use crate::moment::Moment;
use crate::nanos::Nanos;
use crate::sample::{Answer, CheckSample, Ending, RequestSample};

/// Rounding of a time to whole microseconds, by which times are counted together.
pub(crate) type Rounding = fn(Nanos) -> u64;

/// Counts and times of requests, and of checks that by their nature make none.
#[derive(Debug)]
pub(crate) struct Ledger {
    rounding: Rounding,
    /// The same moment on both clocks.
    epoch: (Moment, Duration),
    rows: BTreeMap<LedgerKey, LedgerRow>,
}

/// What a row of the ledger is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LedgerKey {
    /// Requests, by the number of their name.
    Request(u16),
    /// A check, by its number.
    Check(u16),
}

/// Counts and times of a row since the ledger was last taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LedgerRow {
    /// Those that ended, answered or not.
    pub(crate) count: u64,
    pub(crate) failures: u64,
    /// Sum of their times: response times, and of the lost how long they took.
    pub(crate) sum: Nanos,
    /// `None` without any.
    pub(crate) min: Option<Nanos>,
    pub(crate) max: Nanos,
    pub(crate) body_bytes: u64,
    /// How many took so many microseconds, rounded.
    pub(crate) times: BTreeMap<u64, u64>,
    /// How many ended and how many failed in each second since 1970.
    pub(crate) seconds: BTreeMap<u64, (u64, u64)>,
    /// When the last ended, since 1970.
    pub(crate) last: Duration,
}

impl LedgerRow {
    fn ended(&mut self, time: Nanos, rounded: u64, at: Duration) {
        self.count += 1;
        self.sum += time;
        self.min = Some(self.min.map_or(time, |min| min.min(time)));
        self.max = self.max.max(time);
        *self.times.entry(rounded).or_default() += 1;
        self.seconds.entry(at.as_secs()).or_default().0 += 1;
        self.last = self.last.max(at);
    }

    /// Adds those of another row.
    pub(crate) fn add(&mut self, other: &LedgerRow) {
        self.count += other.count;
        self.failures += other.failures;
        self.sum += other.sum;
        self.min = self.min.into_iter().chain(other.min).min();
        self.max = self.max.max(other.max);
        self.body_bytes += other.body_bytes;
        self.last = self.last.max(other.last);
        for (micros, count) in &other.times {
            *self.times.entry(*micros).or_default() += count;
        }
        for (second, (ended, failed)) in &other.seconds {
            let counts = self.seconds.entry(*second).or_default();
            *counts = (counts.0 + ended, counts.1 + failed);
        }
    }

    fn failed(&mut self, at: Duration) {
        self.failures += 1;
        self.seconds.entry(at.as_secs()).or_default().1 += 1;
    }
}

impl Ledger {
    pub(super) fn new(rounding: Rounding) -> Self {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Ledger { rounding, epoch: (Moment::now(), since_1970), rows: BTreeMap::new() }
    }

    /// `counts_alone`: by its nature the check makes no requests.
    pub(super) fn add_check(&mut self, sample: &CheckSample, counts_alone: bool) {
        let at = self.since_1970(sample.ended);
        let is_failure = !matches!(sample.outcome, Ending::Pass);
        if let Some(request) = sample.blamed {
            self.rows.entry(LedgerKey::Request(request.0)).or_default().failed(at);
        }
        if counts_alone && sample.is_alone() {
            let rounded = (self.rounding)(sample.tpr);
            let row = self.rows.entry(LedgerKey::Check(sample.check.0)).or_default();
            row.ended(sample.tpr, rounded, at);
            if is_failure {
                row.failed(at);
            }
        }
    }

    pub(super) fn add_request(&mut self, sample: &RequestSample) {
        let at = self.since_1970(sample.ended);
        let is_lost = matches!(sample.answer, Answer::None { .. });
        let response = sample.times.response_nanos();
        let time = if is_lost { sample.times.setup_nanos() + response } else { response };
        let rounded = (self.rounding)(time);
        let row = self.rows.entry(LedgerKey::Request(sample.request.0)).or_default();
        row.ended(time, rounded, at);
        row.body_bytes += sample.traffic.body_bytes;
        if is_lost || sample.answer == (Answer::Recorded { good: false }) {
            row.failed(at);
        }
    }

    /// What has ended since it was last taken.
    pub(super) fn take(&mut self) -> BTreeMap<LedgerKey, LedgerRow> {
        std::mem::take(&mut self.rows)
    }

    fn since_1970(&self, at: Moment) -> Duration {
        let (moment, since_1970) = self.epoch;
        (since_1970 + (at - moment)).saturating_sub(moment - at)
    }
}

impl Stats {
    /// Keeps a ledger from now on.
    pub(crate) fn keep_ledger(&mut self, rounding: Rounding) {
        self.ledger = Some(Ledger::new(rounding));
    }

    /// What has ended since this was asked last; see [`Ledger`].
    pub(crate) fn take_ledger(&mut self) -> BTreeMap<LedgerKey, LedgerRow> {
        self.ledger.as_mut().map(Ledger::take).unwrap_or_default()
    }
}
