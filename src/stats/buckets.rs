//! Buckets of times: each half as wide as the next power of two has them, so that all are equally right.

use std::time::Duration;

use super::timing::Timing;

/// How many leading bits of a time its bucket keeps: one bit more is twice as right, and takes twice as many buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Buckets {
    kept_bits: u32,
}

impl Buckets {
    pub(super) const fn of(kept_bits: u32) -> Self {
        Buckets { kept_bits }
    }

    /// The bucket of a time, in the order of times.
    pub(super) const fn place(self, nanos: u64) -> u32 {
        let bits = u64::BITS - nanos.leading_zeros();
        let dropped = bits.saturating_sub(self.kept_bits);
        (dropped << (self.kept_bits - 1)) + (nanos >> dropped) as u32
    }

    /// The shortest time of a bucket, in nanoseconds.
    pub(super) fn floor(self, place: u32) -> u64 {
        let dropped = self.dropped(place);
        u64::from(place - (dropped << (self.kept_bits - 1))) << dropped
    }

    /// The time in the middle of a bucket.
    pub(super) fn middle(self, place: u32) -> Duration {
        Duration::from_nanos(self.floor(place).saturating_add((1 << self.dropped(place)) / 2))
    }

    fn dropped(self, place: u32) -> u32 {
        (place >> (self.kept_bits - 1)).saturating_sub(1)
    }
}

/// The place at which `percent` (0 to 100) of all are reached; `None` without any.
pub(super) fn percentile(counts: impl Iterator<Item = (u32, u32)>, total: u64, percent: f64) -> Option<u32> {
    let wanted = ((total as f64 * percent / 100.0).ceil() as u64).max(1);
    let mut seen = 0;
    let mut counts = counts;
    counts.find_map(|(place, count)| {
        seen += u64::from(count);
        (seen >= wanted).then_some(place)
    })
}

/// The times as a [`Timing`], each as the middle of its bucket and none beyond `max`.
pub(super) fn timing(buckets: Buckets, counts: impl Iterator<Item = (u32, u32)>, max: Duration) -> Timing {
    let mut timing = Timing::default();
    for (place, count) in counts {
        timing.record_many(buckets.middle(place).min(max), count.into());
    }
    timing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_lies_in_its_bucket_and_buckets_follow_one_another() {
        for kept_bits in [8, 9] {
            let buckets = Buckets::of(kept_bits);
            let mut before = None;
            let around =
                |power: u32| [(1u64 << power) - 1, 1 << power, (1 << power) + 1, (1 << power) + (1 << power) / 3];
            for time in (0..2000).chain((11..63).flat_map(around)) {
                let place = buckets.place(time);
                assert!(buckets.floor(place) <= time && time < buckets.floor(place + 1).max(time + 1), "{time}");
                assert_eq!(buckets.place(buckets.floor(place)), place, "{time}");
                assert!(before.is_none_or(|before| before <= place), "{time}");
                let middle = buckets.middle(place).as_nanos() as f64;
                let right = 0.5f64.powi(kept_bits as i32);
                assert!((middle - time as f64).abs() <= 1.0f64.max(time as f64 * right), "{time}: {middle}");
                before = Some(place);
            }
            assert_eq!(buckets.place(buckets.floor(buckets.place(u64::MAX))), buckets.place(u64::MAX));
        }
    }
}
