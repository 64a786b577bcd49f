//! A histogram that takes room only for what it has seen.

use std::time::Duration;

use super::buckets::{self, Buckets};

const BUCKETS: Buckets = Buckets::of(9);

/// Times to 2 parts in a thousand, in 8 bytes for each bucket that was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SparseHistogram {
    /// How often times of a bucket were seen, by its place.
    counts: Vec<(u32, u32)>,
}

impl SparseHistogram {
    pub(crate) fn record(&mut self, time: Duration) {
        self.add(BUCKETS.place(buckets::nanos(time)), 1);
    }

    fn add(&mut self, place: u32, count: u32) {
        match self.counts.binary_search_by_key(&place, |(known, _)| *known) {
            Ok(at) => self.counts[at].1 = self.counts[at].1.saturating_add(count),
            Err(at) => self.counts.insert(at, (place, count)),
        }
    }

    pub(crate) fn merge(&mut self, other: &SparseHistogram) {
        other.counts.iter().for_each(|(place, count)| self.add(*place, *count));
    }

    /// How often times from a number of nanoseconds up to that of the next possible bucket were seen, in order.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u32)> {
        self.counts.iter().map(|(place, count)| (BUCKETS.floor(*place), *count))
    }

    /// From what [`counts`](Self::counts) gave.
    pub(crate) fn of(counts: impl IntoIterator<Item = (u64, u32)>) -> Self {
        let mut histogram = SparseHistogram::default();
        counts.into_iter().for_each(|(nanos, count)| histogram.add(BUCKETS.place(nanos), count));
        histogram
    }

    /// How many times were recorded.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    /// The time that `percent` (0 to 100) of the samples did not exceed; `None` without samples.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let place = buckets::percentile(self.counts.iter().copied(), self.count(), percent)?;
        Some(Duration::from_nanos(BUCKETS.floor(place)))
    }
}
