//! A histogram of a fixed size, for what must not grow.

use std::ops::Range;
use std::time::Duration;

use super::buckets::{self, Buckets};
use super::timing::Timing;
use crate::nanos::Nanos;

const BUCKETS: Buckets = Buckets::of(8);
/// The longest time it tells apart, in nanoseconds: more than an hour.
const LONGEST: u64 = (1 << 42) - 1;
/// Number of buckets: 18 KiB once there is a sample.
const LENGTH: usize = BUCKETS.place(LONGEST) as usize + 1;

/// Times to 4 parts in a thousand, in memory that no sample adds to.
#[derive(Debug, Clone, Default)]
pub struct SlotHistogram {
    /// How often times of a bucket were seen; made for the first one.
    counts: Option<Box<[u32]>>,
    /// Where counts may be: what lies outside was never touched.
    used: Range<usize>,
    /// The longest time, as it was.
    max: Nanos,
}

impl SlotHistogram {
    pub(super) fn record(&mut self, time: impl Into<Nanos>) {
        let time = time.into();
        self.max = self.max.max(time);
        self.add(BUCKETS.place(time.get().min(LONGEST)) as usize, 1);
    }

    fn add(&mut self, place: usize, count: u32) {
        let counts = self.counts.get_or_insert_with(|| vec![0; LENGTH].into());
        counts[place] = counts[place].saturating_add(count);
        self.used = if self.used.is_empty() {
            place..place + 1
        } else {
            self.used.start.min(place)..self.used.end.max(place + 1)
        };
    }

    pub(super) fn merge(&mut self, other: &SlotHistogram) {
        self.max = self.max.max(other.max);
        other.places().for_each(|(place, count)| self.add(place as usize, count));
    }

    /// Forgets all samples, and keeps the memory.
    pub(super) fn clear(&mut self) {
        if let Some(counts) = &mut self.counts {
            counts[self.used.clone()].fill(0);
        }
        self.used = 0..0;
        self.max = Nanos::ZERO;
    }

    fn places(&self) -> impl Iterator<Item = (u32, u32)> {
        let counts = self.counts.as_ref().map_or(&[][..], |counts| &counts[self.used.clone()]);
        (self.used.start as u32..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0)
    }

    /// How often times from a number of nanoseconds up to that of the next possible bucket were seen, in order.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u32)> {
        self.places().map(|(place, count)| (BUCKETS.floor(place), count))
    }

    /// From what [`counts`](Self::counts) gave, and the longest time.
    pub(crate) fn of(counts: impl IntoIterator<Item = (u64, u32)>, max: Duration) -> Self {
        let mut histogram = SlotHistogram::default();
        for (nanos, count) in counts {
            histogram.add(BUCKETS.place(nanos.min(LONGEST)) as usize, count);
        }
        histogram.max = max.into();
        histogram
    }

    /// The longest time, exact; `None` without samples.
    pub fn max(&self) -> Option<Duration> {
        (!self.used.is_empty()).then(|| self.max.span())
    }

    /// The times as a [`Timing`], each as the middle of its bucket.
    pub(crate) fn timing(&self) -> Timing {
        buckets::timing(BUCKETS, self.places(), self.max.span())
    }

    /// How many times were recorded.
    pub fn count(&self) -> u64 {
        self.places().map(|(_, count)| u64::from(count)).sum()
    }

    /// How many times were longer than this, to 4 parts in a thousand.
    pub(super) fn count_beyond(&self, time: Duration) -> u64 {
        let bar = BUCKETS.place(Nanos::from(time).get().min(LONGEST));
        self.places().filter(|(place, _)| *place > bar).map(|(_, count)| u64::from(count)).sum()
    }

    /// The time that `percent` (0 to 100) of the samples did not exceed; `None` without samples.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        buckets::percentile(self.places(), self.count(), percent)
            .map(|place| BUCKETS.middle(place).min(self.max.span()))
    }
}

/// Equal if they hold the same counts.
impl PartialEq for SlotHistogram {
    fn eq(&self, other: &Self) -> bool {
        self.places().eq(other.places())
    }
}

impl Eq for SlotHistogram {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_to_four_parts_in_a_thousand_and_a_cleared_one_is_like_new() {
        let mut histogram = SlotHistogram::default();
        (1..=10_000).for_each(|us| histogram.record(Duration::from_micros(us)));
        for percent in [1.0, 50.0, 95.0, 99.9] {
            let (wanted, got) = (percent * 100.0, histogram.percentile(percent).expect("samples").as_secs_f64() * 1e6);
            assert!((got - wanted).abs() <= wanted * 0.004, "p{percent}: {got}");
        }
        histogram.clear();
        assert_eq!((histogram.count(), histogram.percentile(50.0)), (0, None));
        assert_eq!(histogram, SlotHistogram::default());
    }

    #[test]
    fn times_beyond_an_hour_are_counted_as_the_longest() {
        let mut histogram = SlotHistogram::default();
        [Duration::MAX, Duration::ZERO].into_iter().for_each(|time| histogram.record(time));
        assert_eq!(histogram.count(), 2);
        assert!(histogram.percentile(100.0).expect("samples") > Duration::from_secs(3600));
        assert_eq!(histogram.percentile(50.0), Some(Duration::ZERO));
    }
}
