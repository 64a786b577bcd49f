//! Batch: what ended of one subject in a span of full load.

use std::time::Duration;

use crate::stats::{BlockRow, SparseHistogram, Summary};

/// Counts and times of what ended in a span of full load.
#[derive(Debug, Clone, Default)]
pub(in crate::stats) struct Batch {
    pub(in crate::stats) width_s: f64,
    pub(in crate::stats) answered: f64,
    pub(in crate::stats) failures: f64,
    pub(in crate::stats) ended: f64,
    /// Nanoseconds, and how often they were seen.
    pub(in crate::stats) times: Vec<(u64, u32)>,
}

impl Batch {
    /// Makes it longer, by a block of this width with this row. Of the failures of a request, so many have no time.
    pub(in crate::stats) fn add(&mut self, width: Duration, row: Option<&BlockRow>, lost_share: f64, is_check: bool) {
        self.width_s += width.as_secs_f64();
        row.into_iter().for_each(|row| self.add_row(row, lost_share, is_check));
    }

    /// Adds a row of a block that is a part of it already.
    pub(super) fn add_row(&mut self, row: &BlockRow, lost_share: f64, is_check: bool) {
        self.answered += row.requests as f64;
        self.failures += row.failures as f64;
        let not_timed = if is_check { row.failures as f64 } else { row.failures as f64 * lost_share };
        self.ended += row.times.count() as f64 + not_timed;
        self.times.extend(row.times.counts());
    }

    /// Number of times in it.
    pub(in crate::stats) fn timed(&self) -> f64 {
        self.times.iter().map(|(_, count)| f64::from(*count)).sum()
    }

    /// Sum of the times, in nanoseconds, each as the middle of its bucket.
    pub(in crate::stats) fn time(&self) -> f64 {
        let middle = |nanos: u64| (nanos + SparseHistogram::ceiling(nanos)) as f64 / 2.0;
        self.times.iter().map(|(nanos, count)| middle(*nanos) * f64::from(*count)).sum()
    }

    /// Number of times longer than this.
    pub(super) fn beyond(&self, limit: u64) -> f64 {
        self.times.iter().filter(|(nanos, _)| *nanos > limit).map(|(_, count)| f64::from(*count)).sum()
    }
}

/// The time that each block of a run took: the last one ends with full load.
pub(in crate::stats) fn widths(summary: &Summary) -> Vec<Duration> {
    let (full, span) = (summary.blocks.width(), summary.full_load.as_ref().map_or(Duration::ZERO, |part| part.span));
    let mut start = Duration::ZERO;
    let widths = summary.blocks.blocks().iter().map(|_| {
        let rest = span.saturating_sub(start);
        start += full;
        if rest.is_zero() { full } else { rest.min(full) }
    });
    widths.collect()
}
