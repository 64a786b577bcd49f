//! All batches of one subject, and the intervals that follow from them.

use std::collections::BTreeMap;

use super::batch::{Batch, widths};
use super::interval::{Interval, Intervals, Subject};
use super::ratio::Ratio;
use crate::stats::{Block, BlockRow, SparseHistogram, Summary};

/// A percentile has an upper end only with this many independent samples beyond it.
const SAMPLES_BEYOND: f64 = 15.0;

/// Blocks of full load, as far as they are of one subject.
#[derive(Debug, Clone)]
pub(crate) struct Batches {
    batches: Vec<Batch>,
    /// All times in order, each with its count.
    times: Vec<(u64, u64)>,
}

impl Batches {
    /// Batches of a subject at full load.
    pub(crate) fn of(summary: &Summary, subject: &Subject) -> Batches {
        let lost_share = lost_share(summary, subject);
        let is_check = matches!(subject, Subject::Checks | Subject::Check(_));
        let blocks = summary.blocks.blocks().iter().zip(widths(summary));
        let batch = |(block, width): (&Block, std::time::Duration)| {
            let mut batch = Batch { width_s: width.as_secs_f64(), ..Batch::default() };
            rows(block, subject).for_each(|row| batch.add_row(row, lost_share, is_check));
            batch
        };
        Batches::from_parts(blocks.map(batch).collect())
    }

    pub(super) fn from_parts(batches: Vec<Batch>) -> Batches {
        let mut times: BTreeMap<u64, u64> = BTreeMap::new();
        for (nanos, count) in batches.iter().flat_map(|batch| &batch.times) {
            *times.entry(*nanos).or_default() += u64::from(*count);
        }
        Batches { batches, times: times.into_iter().collect() }
    }

    pub(crate) fn intervals(&self) -> Intervals {
        Intervals {
            mean: self.mean(),
            p50: self.percentile(50.0),
            p95: self.percentile(95.0),
            p99: self.percentile(99.0),
            rps: self.rps(),
            fail_ratio: self.fail_ratio(),
        }
    }

    /// Interval of the answered requests per second.
    pub(crate) fn rps(&self) -> Option<Interval> {
        let ratio = self.ratio(|batch| (batch.answered, batch.width_s))?;
        // One request more or less lies within each span.
        let half = ratio.half().max(1.0 / self.sum(|batch| batch.width_s));
        Some(symmetric(ratio.value, half))
    }

    /// Interval of the mean time.
    pub(crate) fn mean(&self) -> Option<Interval> {
        let ratio = self.ratio(|batch| (batch.time(), batch.timed()))?;
        Some(symmetric(ratio.value, ratio.half()))
    }

    /// Interval of the share that did not pass.
    pub(crate) fn fail_ratio(&self) -> Option<Interval> {
        let ratio = self.ratio(|batch| (batch.failures, batch.ended))?;
        // More failures than ends are of requests whose answers failed later.
        let (low, high) = ratio.wilson(ratio.value.min(1.0), self.sum(|batch| batch.ended));
        Some(Interval { low, high: Some(high) })
    }

    /// Interval of the time that `percent` (0 to 100) of the samples do not exceed.
    pub(crate) fn percentile(&self, percent: f64) -> Option<Interval> {
        let beyond = 1.0 - percent / 100.0;
        let value = self.value_with_beyond(beyond)?;
        let ratio = self.ratio(|batch| (batch.beyond(value), batch.timed()))?;
        let samples = self.sum(Batch::timed);
        let (least, most) = ratio.wilson(beyond, samples);
        let is_backed = ratio.independent(beyond, samples) * beyond >= SAMPLES_BEYOND;
        // Before any sample lies beyond a value, nothing is known of one.
        let high = self.value_with_beyond(least).filter(|_| is_backed && least * samples >= 1.0);
        Some(Interval {
            low: self.value_with_beyond(most)? as f64,
            high: high.map(|high| SparseHistogram::ceiling(high) as f64),
        })
    }

    /// Interval of the share of the times that are longer than this, in nanoseconds.
    pub(crate) fn share_beyond(&self, limit: f64) -> Option<(f64, f64)> {
        let ratio = self.ratio(|batch| (batch.beyond(limit as u64), batch.timed()))?;
        Some(ratio.wilson(ratio.value, self.sum(Batch::timed)))
    }

    /// The shortest time beyond which no larger share lies.
    fn value_with_beyond(&self, share: f64) -> Option<u64> {
        let total: u64 = self.times.iter().map(|(_, count)| count).sum();
        let wanted = ((total as f64 * (1.0 - share) - 1e-6).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = self.times.iter().find(|(_, count)| {
            seen += count;
            seen >= wanted
        });
        reached.map(|(nanos, _)| *nanos)
    }

    /// Response times or TPR of each block: its mean in nanoseconds, and the sum over its width, which is the mean number
    /// of them that went on. `None` without any.
    pub(crate) fn series(&self) -> impl Iterator<Item = Option<(f64, f64)>> {
        self.batches.iter().map(|batch| {
            let timed = batch.timed();
            (timed > 0.0 && batch.width_s > 0.0).then(|| (batch.time() / timed, batch.time() / 1e9 / batch.width_s))
        })
    }

    fn ratio(&self, of: impl Fn(&Batch) -> (f64, f64)) -> Option<Ratio> {
        Ratio::of(&self.batches.iter().map(of).collect::<Vec<_>>())
    }

    fn sum(&self, of: impl Fn(&Batch) -> f64) -> f64 {
        self.batches.iter().map(of).sum()
    }
}

fn symmetric(value: f64, half: f64) -> Interval {
    Interval { low: (value - half).max(0.0), high: Some(value + half) }
}

fn rows<'a>(block: &'a Block, subject: &Subject) -> impl Iterator<Item = &'a BlockRow> {
    let (rows, name) = match subject {
        Subject::Checks => (&block.checks, None),
        Subject::Check(name) => (&block.checks, Some(name.clone())),
        Subject::Requests => (&block.requests, None),
        Subject::Request(name) => (&block.requests, Some(name.clone())),
    };
    rows.iter().filter(move |row| name.as_ref().is_none_or(|name| row.name == *name))
}

/// How many of the failures of requests have no answer, and so no time: blocks count them together.
pub(in crate::stats) fn lost_share(summary: &Summary, subject: &Subject) -> f64 {
    let full_load = summary.full_load.as_ref();
    let request = match subject {
        Subject::Request(name) => full_load.and_then(|part| part.requests.iter().find(|request| request.name == *name)),
        _ => full_load.map(|part| &part.request_totals),
    };
    match request {
        Some(request) if request.failures() > 0 => request.exceptions() as f64 / request.failures() as f64,
        _ => 0.0,
    }
}
