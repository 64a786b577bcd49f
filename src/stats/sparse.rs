//! A histogram that takes room only for what it has seen.

use std::time::Duration;

use super::buckets::{self, Buckets};
use crate::nanos::Nanos;

const BUCKETS: Buckets = Buckets::of(8);

/// Times to 4 parts in a thousand, in 4 bytes for each bucket that was seen: with all that a run of days may see, 13 KiB
/// from a microsecond to a minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SparseHistogram {
    /// How often times of a bucket were seen, by its place. What one number cannot hold stands in several, of which the
    /// first has room.
    counts: Vec<(u16, u16)>,
}

impl SparseHistogram {
    pub(crate) fn record(&mut self, time: impl Into<Nanos>) {
        self.add(BUCKETS.place(time.into().get()), 1);
    }

    fn add(&mut self, place: u32, mut count: u32) {
        // Of 64 bits there are some thousand buckets.
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        let at = self.counts.partition_point(|(known, _)| *known < place);
        if let Some((_, held)) = self.counts.get_mut(at).filter(|(known, _)| *known == place) {
            let taken = count.min((u16::MAX - *held).into());
            *held += taken as u16;
            count -= taken;
        }
        while count > 0 {
            let taken = count.min(u16::MAX.into());
            self.counts.insert(at, (place, taken as u16));
            count -= taken;
        }
    }

    pub(crate) fn merge(&mut self, other: &SparseHistogram) {
        other.places().for_each(|(place, count)| self.add(place, count));
    }

    /// Gives back what was kept for more: there will hardly be any.
    pub(super) fn close(&mut self) {
        self.counts.shrink_to_fit();
    }

    fn places(&self) -> impl Iterator<Item = (u32, u32)> {
        let of_place = |all: &[(u16, u16)]| {
            let sum = all.iter().fold(0, |sum: u32, (_, count)| sum.saturating_add((*count).into()));
            all.first().map(|(place, _)| ((*place).into(), sum))
        };
        self.counts.chunk_by(|one, next| one.0 == next.0).filter_map(of_place)
    }

    /// How often times from a number of nanoseconds up to that of the next possible bucket were seen, in order.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u32)> {
        self.places().map(|(place, count)| (BUCKETS.floor(place), count))
    }

    /// From what [`counts`](Self::counts) gave.
    pub(crate) fn of(counts: impl IntoIterator<Item = (u64, u32)>) -> Self {
        let mut histogram = SparseHistogram::default();
        counts.into_iter().for_each(|(nanos, count)| histogram.add(BUCKETS.place(nanos), count));
        histogram
    }

    /// The shortest time that lies in a later bucket than this one, in nanoseconds.
    pub(crate) fn ceiling(nanos: u64) -> u64 {
        BUCKETS.floor(BUCKETS.place(nanos) + 1)
    }

    /// How many times were recorded.
    pub fn count(&self) -> u64 {
        self.places().map(|(_, count)| u64::from(count)).sum()
    }

    /// How many times were longer than this, to 4 parts in a thousand.
    pub(super) fn count_beyond(&self, time: Duration) -> u64 {
        let bar = BUCKETS.place(Nanos::from(time).get());
        self.places().filter(|(place, _)| *place > bar).map(|(_, count)| u64::from(count)).sum()
    }

    /// The time that `percent` (0 to 100) of the samples did not exceed; `None` without samples.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let place = buckets::percentile(self.places(), self.count(), percent)?;
        Some(Duration::from_nanos(BUCKETS.floor(place)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_beyond_what_one_bucket_holds_are_kept_and_told_as_one() {
        let (mut one, mut parts) = (SparseHistogram::default(), SparseHistogram::default());
        one.add(700, 200_000);
        one.add(3, 1);
        (0..20).for_each(|_| parts.add(700, 10_000));
        parts.add(3, 1);
        assert_eq!(one, parts);
        let counts: Vec<_> = one.counts().collect();
        assert_eq!(counts, [(3, 1), (BUCKETS.floor(700), 200_000)]);
        assert_eq!((one.count(), SparseHistogram::of(counts)), (200_001, parts));
        one.merge(&one.clone());
        assert_eq!(one.count(), 400_002);
    }
}
