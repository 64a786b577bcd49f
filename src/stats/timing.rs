//! Times, counted: exact count, sum, minimum and maximum beside a histogram for percentiles.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};

use crate::nanos::Nanos;

/// One step of the histogram.
pub(crate) const UNIT: Duration = Duration::from_nanos(100);
/// The longest time the histogram tells apart (one hour); longer ones only show in the exact numbers.
const LONGEST_UNITS: u64 = 36_000_000_000;
/// Significant digits: a percentile is right to one part in a thousand.
const DIGITS: u8 = 3;
/// A percentile means little unless this many samples lie beyond it.
const SAMPLES_BEYOND: f64 = 10.0;

/// A time in units, rounded up, within what the histogram tells apart.
fn units(time: Nanos) -> u64 {
    time.get().div_ceil(UNIT.as_nanos() as u64).clamp(1, LONGEST_UNITS)
}

/// Times of one kind. Takes a few words until the first one is recorded.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Timing {
    count: u64,
    sum: Nanos,
    min: Nanos,
    max: Nanos,
    histogram: Option<Histogram<u64>>,
}

impl Timing {
    pub(crate) fn record(&mut self, time: impl Into<Nanos>) {
        let time = time.into();
        self.count_in(time, 1);
        self.sum += time;
        if let Some(histogram) = &mut self.histogram {
            // It grows as needed.
            let _ = histogram.record(units(time));
        }
    }

    /// Records the same time so often.
    pub(crate) fn record_many(&mut self, time: impl Into<Nanos>, count: u64) {
        if count == 0 {
            return;
        }
        let time = time.into();
        self.count_in(time, count);
        self.sum += time.times(count);
        if let Some(histogram) = &mut self.histogram {
            // It grows as needed.
            let _ = histogram.record_n(units(time), count);
        }
    }

    fn count_in(&mut self, time: Nanos, count: u64) {
        if self.histogram.is_none() {
            self.min = time;
            // Infallible: the precision is a valid one.
            self.histogram = Histogram::new(DIGITS).ok();
        }
        self.min = self.min.min(time);
        self.max = self.max.max(time);
        self.count += count;
    }

    pub(crate) fn merge(&mut self, other: &Timing) {
        if other.count == 0 {
            return;
        }
        self.min = if self.count == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.count += other.count;
        self.sum += other.sum;
        match (&mut self.histogram, &other.histogram) {
            // Infallible, because a histogram made by `new` grows.
            (Some(mine), Some(theirs)) => drop(mine.add(theirs)),
            (mine @ None, theirs) => mine.clone_from(theirs),
            (Some(_), None) => {}
        }
    }

    /// How many times were recorded.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all times, exact.
    pub fn sum(&self) -> Duration {
        self.sum.span()
    }

    /// The mean, exact; `None` without samples.
    pub fn mean(&self) -> Option<Duration> {
        let mean = Duration::try_from_secs_f64(self.sum().as_secs_f64() / self.count as f64);
        (self.count > 0).then(|| mean.unwrap_or(Duration::MAX))
    }

    /// The shortest time, exact; `None` without samples.
    pub fn min(&self) -> Option<Duration> {
        (self.count > 0).then_some(self.min.span())
    }

    /// The longest time, exact; `None` without samples.
    pub fn max(&self) -> Option<Duration> {
        (self.count > 0).then_some(self.max.span())
    }

    /// How many of the samples lie between these times, to 3 digits; none where only the exact numbers are known.
    pub(crate) fn count_between(&self, from: Duration, to: Duration) -> u64 {
        let Some(histogram) = &self.histogram else { return 0 };
        histogram.count_between(units(from.into()), units(to.into()))
    }

    /// The time that `percent` (0 to 100) of the samples did not exceed, to 3 digits; `None` without samples.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let histogram = self.histogram.as_ref()?;
        let units = histogram.value_at_quantile(percent / 100.0);
        let time = Duration::from_nanos(units.saturating_mul(UNIT.as_nanos() as u64));
        Some(time.clamp(self.min.span(), self.max.span()))
    }

    /// Exact numbers of these times, of which no percentile is known.
    pub(crate) fn without_histogram(&self) -> Self {
        Timing { histogram: None, ..*self }
    }

    /// Timing of so many times of which only the sum is known.
    pub(crate) fn evenly(count: u64, sum: Duration) -> Self {
        let mut timing = Timing::default();
        if count > 0 {
            timing.record_many(Duration::from_secs_f64(sum.as_secs_f64() / count as f64), count);
            timing.sum = sum.into();
        }
        timing
    }

    /// The histogram, in units of 100 ns and 3 digits; `None` without samples.
    pub(crate) fn histogram(&self) -> Option<&Histogram<u64>> {
        self.histogram.as_ref()
    }

    /// The histogram as text: HdrHistogram's V2 format, compressed, in base64. `None` without samples.
    pub fn encoded_histogram(&self) -> Option<String> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(self.histogram.as_ref()?, &mut bytes).ok()?;
        Some(STANDARD.encode(bytes))
    }

    /// Times that were written as their exact numbers and their histogram; `None` if these do not belong together.
    pub(crate) fn decoded(count: u64, sum: Duration, min: Duration, max: Duration, encoded: &str) -> Option<Self> {
        let bytes = STANDARD.decode(encoded).ok()?;
        let mut histogram: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).ok()?;
        let is_whole = count > 0 && histogram.len() == count && histogram.sigfig() == DIGITS && min <= max;
        if !is_whole {
            return None;
        }
        // Otherwise one that was read does not grow.
        histogram.auto(true);
        Some(Timing { count, sum: sum.into(), min: min.into(), max: max.into(), histogram: Some(histogram) })
    }

    /// How many times lie within each of these bounds, which ascend, and beyond the one before it; to 3 digits. What
    /// is beyond the last is not among them.
    pub fn counts(&self, bounds: &[Duration]) -> Vec<u64> {
        let mut counts = vec![0; bounds.len()];
        let bounds: Vec<u64> = bounds.iter().map(|bound| units((*bound).into())).collect();
        let Some(histogram) = &self.histogram else { return counts };
        for step in histogram.iter_recorded() {
            let lowest = histogram.lowest_equivalent(step.value_iterated_to());
            if let Some(place) = bounds.iter().position(|bound| lowest <= *bound) {
                counts[place] += step.count_at_value();
            }
        }
        counts
    }

    /// Whether at least 10 samples lie beyond this percentile, so that it says more than one slow answer would.
    pub fn is_backed(&self, percent: f64) -> bool {
        // A count and a percentile are far from the precision of a double; the margin is for the division.
        (self.count as f64) * (100.0 - percent) / 100.0 >= SAMPLES_BEYOND - 1e-6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(times: impl IntoIterator<Item = u64>) -> Timing {
        let mut timing = Timing::default();
        times.into_iter().for_each(|us| timing.record(Duration::from_micros(us)));
        timing
    }

    #[test]
    fn mean_min_and_max_are_exact_and_percentiles_right_to_three_digits() {
        let timing = timing(1..=10_000);
        assert_eq!(timing.count(), 10_000);
        assert_eq!(timing.min(), Some(Duration::from_micros(1)));
        assert_eq!(timing.max(), Some(Duration::from_micros(10_000)));
        assert_eq!(timing.mean(), Some(Duration::from_nanos(5_000_500)));
        for percent in [50.0, 90.0, 95.0, 99.0] {
            let wanted = percent * 100.0;
            let got = timing.percentile(percent).expect("samples").as_nanos() as f64 / 1000.0;
            assert!((got - wanted).abs() / wanted <= 1e-3, "p{percent}: {got} us");
        }
    }

    #[test]
    fn without_samples_there_are_no_numbers() {
        let timing = Timing::default();
        assert_eq!((timing.mean(), timing.min(), timing.max(), timing.percentile(50.0)), (None, None, None, None));
    }

    #[test]
    fn a_merge_is_the_same_as_recording_everything_in_one() {
        let mut parts = timing(1..=500);
        parts.merge(&timing(501..=1000));
        parts.merge(&Timing::default());
        let whole = timing(1..=1000);
        for percent in [0.0, 50.0, 99.0, 100.0] {
            assert_eq!(parts.percentile(percent), whole.percentile(percent));
        }
        assert_eq!(
            (parts.count(), parts.sum(), parts.min(), parts.max()),
            (1000, whole.sum(), whole.min(), whole.max())
        );
        let mut empty = Timing::default();
        empty.merge(&whole);
        assert_eq!(empty.percentile(50.0), whole.percentile(50.0));
    }

    #[test]
    fn what_was_written_is_read_back_and_still_grows() {
        let whole = timing((1..=5000).map(|n| n * 7));
        let [sum, min, max] = [Some(whole.sum()), whole.min(), whole.max()].map(Option::unwrap_or_default);
        let encoded = whole.encoded_histogram().expect("samples");
        let mut read = Timing::decoded(5000, sum, min, max, &encoded).expect("its own text");
        for percent in [0.0, 50.0, 99.9, 100.0] {
            assert_eq!(read.percentile(percent), whole.percentile(percent));
        }
        read.merge(&timing([50_000_000]));
        assert_eq!((read.count(), read.percentile(100.0)), (5001, Some(Duration::from_secs(50))));
        assert!(Timing::decoded(4999, sum, min, max, &encoded).is_none(), "a count that is not the histogram's");
        assert!(Timing::decoded(5000, sum, min, max, &encoded[..40]).is_none(), "a part of a histogram");
        assert_eq!(Timing::default().encoded_histogram(), None);
    }

    #[test]
    fn no_percentile_lies_outside_of_what_was_seen() {
        let mut timing = Timing::default();
        timing.record(Duration::from_nanos(1));
        timing.record(Duration::from_secs(7200));
        assert_eq!(timing.percentile(1.0), Some(Duration::from_nanos(100)));
        assert_eq!(timing.max(), Some(Duration::from_secs(7200)));
        assert!(timing.percentile(100.0) <= timing.max());
    }

    #[test]
    fn a_percentile_is_backed_by_ten_samples_beyond_it() {
        assert!(!timing(1..=999).is_backed(99.0));
        assert!(timing(1..=1000).is_backed(99.0));
        assert!(timing(1..=20).is_backed(50.0));
    }
}
