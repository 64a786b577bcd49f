//! Settling of a level: whether what it shows is still a change, by MSER-5 and the slope of its blocks.

use crate::stats::{Batches, Subject, Summary, Trend};

/// With fewer blocks nothing is known of a slope.
const MIN_BLOCKS: usize = 10;
/// A user's first iterations are done when there are so many of all users for each.
const ITERATIONS: f64 = 1.2;

/// Every user has had an iteration, and nothing rises or falls any more.
pub(super) fn is_settled(level: &Summary, users: f64) -> bool {
    let series = series(level);
    let has_run = level.whole.iterations as f64 >= ITERATIONS * users;
    has_run && series.len() >= MIN_BLOCKS && {
        let times: Vec<f64> = series.iter().map(|(time, _)| *time).collect();
        let cut = mser(&times);
        cut <= times.len() / 2 && !drifts(&series[cut..])
    }
}

/// The number in flight rises to the end of the level.
pub(super) fn in_flight_rises(level: &Summary) -> bool {
    let in_flight: Vec<f64> = series(level).iter().map(|(_, in_flight)| *in_flight).collect();
    Trend::of(&in_flight).is_some_and(|trend| trend.rises() && trend.change > 0.1)
}

/// Mean time and number in flight of each block, without the last one, which is seldom whole.
fn series(level: &Summary) -> Vec<(f64, f64)> {
    let mut series: Vec<(f64, f64)> = Batches::of(level, &Subject::Checks).series().flatten().collect();
    series.pop();
    series
}

fn drifts(series: &[(f64, f64)]) -> bool {
    let of = |of: fn(&(f64, f64)) -> f64| Trend::of(&series.iter().map(of).collect::<Vec<_>>());
    [of(|(time, _)| *time), of(|(_, in_flight)| *in_flight)].into_iter().flatten().any(|trend| trend.is_drift())
}

/// How many values of a series are of its beginning: what is left has the least standard error of its mean (White,
/// Cobb and Spratt, 2000; blocks are the batches that the 5 in MSER-5 stands for).
fn mser(values: &[f64]) -> usize {
    let error = |cut: usize| {
        let rest = &values[cut..];
        let count = rest.len() as f64;
        let mean = rest.iter().sum::<f64>() / count;
        rest.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count * count)
    };
    // The last few vary by chance.
    let most = values.len().saturating_sub(5);
    (0..=most).min_by(|one, other| error(*one).total_cmp(&error(*other))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_that_differs_is_cut_off_and_a_series_without_one_is_hardly_cut() {
        let noise = |n: u32| f64::from(n * 7 % 5);
        let steady: Vec<f64> = (0..40).map(|n| 100.0 + noise(n)).collect();
        assert!(mser(&steady) <= 1, "of values that vary alike, hardly any");
        let begins: Vec<f64> =
            (0..40).map(|n| if n < 8 { 400.0 - f64::from(n) * 30.0 } else { 100.0 + noise(n) }).collect();
        assert_eq!(mser(&begins), 8);
    }
}
