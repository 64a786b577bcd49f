//! Trend of a series: whether it rises or falls from its beginning to its end.

use super::chance::Z_OF_1_PERCENT;
use crate::stats::correlation::correlation;

/// With fewer values even the clearest order may be chance.
const MIN_VALUES: usize = 10;
/// A change this small, as a share of the median, is none, however sure.
const SAME: f64 = 0.01;

/// Trend of a series, by Mann and Kendall's test (Kendall, *Rank Correlation Methods*) and Sen's slope (1968).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trend {
    /// Distance of the order of its values from what chance makes of it, in standard deviations: above zero it rises.
    pub(crate) distance: f64,
    /// Change from its beginning to its end, as a share of its median.
    pub(crate) change: f64,
}

impl Trend {
    /// `None` with too few values to tell.
    pub(crate) fn of(values: &[f64]) -> Option<Trend> {
        if values.len() < MIN_VALUES {
            return None;
        }
        let count = values.len() as f64;
        let pairs = || (0..values.len()).flat_map(|late| (0..late).map(move |early| (early, late)));
        let order: f64 = pairs().map(|(early, late)| sign(values[late] - values[early])).sum();
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let tied = |ties: f64| ties * (ties - 1.0) * (2.0 * ties + 5.0);
        let ties: f64 = sorted.chunk_by(|one, next| one == next).map(|equal| tied(equal.len() as f64)).sum();
        let variance = (count * (count - 1.0) * (2.0 * count + 5.0) - ties) / 18.0;
        let slope =
            median(pairs().map(|(early, late)| (values[late] - values[early]) / (late - early) as f64).collect());
        let rests: Vec<f64> = (0..).zip(values).map(|(place, value)| value - slope * f64::from(place)).collect();
        // Values that follow the one before have a longer way to go by chance (Yue and Wang, 2004).
        let neighbours = correlation(&rests).clamp(0.0, 0.9);
        let variance = variance * (1.0 + neighbours) / (1.0 - neighbours);
        // A step is lost to the order's being whole.
        let order = (order.abs() - 1.0).max(0.0).copysign(order);
        let distance = if variance > 0.0 { order / variance.sqrt() } else { 0.0 };
        let middle = median(sorted);
        let change = if middle > 0.0 { slope * (count - 1.0) / middle } else { 0.0 };
        Some(Trend { distance, change })
    }

    /// The series rises or falls, by more than chance at 1 % and by more than 1 %.
    pub(crate) fn is_drift(&self) -> bool {
        self.distance.abs() > Z_OF_1_PERCENT && self.change.abs() > SAME
    }

    /// The series rises.
    pub(crate) fn rises(&self) -> bool {
        self.is_drift() && self.distance > 0.0
    }
}

fn sign(difference: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference.signum() }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) { (values[middle - 1] + values[middle]) / 2.0 } else { values[middle] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_that_rises_or_falls_drifts_and_a_level_one_does_not() {
        let noise = |n: u32| f64::from(n * 7 % 5);
        let drifts = |of: &dyn Fn(u32) -> f64| Trend::of(&(0..40).map(of).collect::<Vec<_>>()).map(|t| t.is_drift());
        assert_eq!(drifts(&|n| 100.0 + noise(n)), Some(false));
        assert_eq!(drifts(&|n| 100.0 + noise(n) + f64::from(n) / 4.0), Some(true));
        assert_eq!(drifts(&|n| 100.0 + noise(n) - f64::from(n) / 4.0), Some(true));
        assert_eq!(drifts(&|n| 100.0 + f64::from(n) / 100.0), Some(false), "less than one percent");
        assert_eq!(Trend::of(&[1.0; 9]), None);
        assert_eq!(Trend::of(&[1.0; 10]), Some(Trend { distance: 0.0, change: 0.0 }));
    }

    #[test]
    fn the_test_is_as_in_the_books() {
        // All of 45 pairs rise: S = 45, variance 10 * 9 * 25 / 18 = 125; what is left of a straight line depends on nothing.
        let straight: Vec<f64> = (1..=10).map(f64::from).collect();
        let trend = Trend::of(&straight).expect("10 values");
        assert!((trend.distance - 44.0 / 125f64.sqrt()).abs() < 1e-9 && trend.rises(), "{trend:?}");
        assert!((trend.change - 9.0 / 5.5).abs() < 1e-9, "{trend:?}");
    }

    #[test]
    fn false_alarms_are_few_among_series_that_wander() {
        let mut random = fastrand::Rng::with_seed(3);
        for (follows, most) in [(0.0, 30), (0.5, 30)] {
            let alarms = (0..1000).filter(|_| {
                let mut last = 0.0;
                let mut next = || {
                    last = follows * last + random.f64() - 0.5;
                    10.0 + last
                };
                let series: Vec<f64> = (0..40).map(|_| next()).collect();
                Trend::of(&series).is_some_and(|trend| trend.is_drift())
            });
            let alarms = alarms.count();
            assert!(alarms <= most, "{follows}: {alarms} of 1000");
        }
    }
}
