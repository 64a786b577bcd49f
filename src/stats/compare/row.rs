//! One check or the requests of one name on one side: units of it, drawn again and again.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::metric::Metric;
use crate::stats::confidence::Batch;
use crate::stats::correlation::correlation;
use crate::stats::student;

/// The chance that a value lies beyond its interval.
const ALPHA: f64 = 0.05;
/// How often units are drawn.
const DRAWS: u32 = 1000;
/// Always the same draws, so that the same reports compare the same.
const SEED: u64 = 0x7065_7266_6c6f_6f70;
/// Times are known to so much of themselves; a spread cannot be smaller.
const TIME_STEP: f64 = 1e-3;
/// A percentile means little unless this many samples lie beyond it.
const SAMPLES_BEYOND: f64 = 10.0;
/// Fewer units tell nothing of their correlation.
const MIN_CORRELATED: usize = 8;

/// A value with what is known of its spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub(super) value: f64,
    /// `None` where there are too few samples to tell.
    pub(super) variance: Option<f64>,
    /// How many units it comes from that do not depend on one another.
    pub(super) units: f64,
}

impl Estimate {
    /// The value lies in it with 95 %.
    pub(super) fn interval(&self) -> Option<(f64, f64)> {
        let reach = student::quantile(ALPHA, self.units - 1.0) * self.variance?.sqrt();
        Some(((self.value - reach).max(0.0), self.value + reach))
    }
}

/// All units of one side.
pub(super) struct Row {
    units: Vec<Batch>,
    /// All times that occur, in order.
    values: Vec<u64>,
    /// For each value, how many times of each unit do not exceed it.
    up_to: Vec<Vec<u64>>,
}

impl Row {
    pub(super) fn new(units: Vec<Batch>) -> Self {
        let values: BTreeSet<u64> = units.iter().flat_map(|unit| unit.times.iter().map(|(nanos, _)| *nanos)).collect();
        let values: Vec<u64> = values.into_iter().collect();
        let mut up_to = vec![vec![0; units.len()]; values.len()];
        for (index, unit) in units.iter().enumerate() {
            for (nanos, count) in &unit.times {
                let at = values.partition_point(|value| value < nanos);
                up_to[at][index] += u64::from(*count);
            }
            for at in 1..values.len() {
                up_to[at][index] += up_to[at - 1][index];
            }
        }
        Row { units, values, up_to }
    }

    /// Something ended in it.
    pub(super) fn is_used(&self) -> bool {
        self.units.iter().any(|unit| unit.answered > 0.0 || unit.failures > 0.0 || unit.ended > 0.0)
    }

    pub(super) fn estimates(&self) -> [Option<Estimate>; Metric::ALL.len()] {
        let (length, count) = (self.run_length(), self.units.len());
        let values = Metric::ALL.map(|metric| self.value(metric, &vec![1; count]));
        let (mut random, mut weights) = (Rng::with_seed(SEED), vec![0; count]);
        let mut spreads = [Spread::default(); Metric::ALL.len()];
        for _ in 0..DRAWS {
            weights.fill(0);
            // Batchs that depend on their neighbours are drawn with them.
            (0..count.div_ceil(length)).for_each(|_| {
                let first = random.usize(..count);
                (first..first + length).for_each(|index| weights[index % count] += 1);
            });
            for (metric, spread) in Metric::ALL.into_iter().zip(&mut spreads) {
                if values[metric as usize].is_some() {
                    self.value(metric, &weights).into_iter().for_each(|value| spread.add(value));
                }
            }
        }
        let units = count as f64 / length as f64;
        Metric::ALL.map(|metric| {
            let value = values[metric as usize]?;
            // Draws from few units vary less than what these were drawn from.
            let variance = spreads[metric as usize].variance() * units / (units - 1.0);
            let floor = self.least_variance(metric, value);
            Some(Estimate { value, variance: floor.map(|floor| variance.max(floor)), units })
        })
    }

    /// Of all units, each as often as its weight says.
    fn value(&self, metric: Metric, weights: &[u64]) -> Option<f64> {
        let sum = |of: fn(&Batch) -> f64| -> f64 {
            self.units.iter().zip(weights).map(|(unit, weight)| of(unit) * *weight as f64).sum()
        };
        let ratio = |over: f64, under: f64| (under > 0.0).then(|| over / under);
        match metric {
            Metric::Rps => ratio(sum(|unit| unit.answered), sum(|unit| unit.width_s)),
            Metric::FailRatio => ratio(sum(|unit| unit.failures), sum(|unit| unit.ended)),
            Metric::P50 => self.percentile(0.50, weights),
            Metric::P95 => self.percentile(0.95, weights),
            Metric::P99 => self.percentile(0.99, weights),
        }
    }

    /// In nanoseconds.
    fn percentile(&self, quantile: f64, weights: &[u64]) -> Option<f64> {
        let weighted = |counts: &Vec<u64>| counts.iter().zip(weights).map(|(count, weight)| count * weight).sum();
        let total: u64 = weighted(self.up_to.last()?);
        let wanted = ((total as f64 * quantile).ceil() as u64).max(1);
        let at = self.up_to.partition_point(|counts| weighted(counts) < wanted);
        self.values.get(at).map(|nanos| *nanos as f64)
    }

    /// Variance of a value even if all units are alike; `None` if it says too little.
    fn least_variance(&self, metric: Metric, value: f64) -> Option<f64> {
        let sum = |of: fn(&Batch) -> f64| -> f64 { self.units.iter().map(of).sum() };
        let times = self.up_to.last().map_or(0, |counts| counts.iter().sum::<u64>()) as f64;
        let is_backed = |quantile: f64| times * (1.0 - quantile) >= SAMPLES_BEYOND;
        match metric {
            // One request more or less lies within each span.
            Metric::Rps => Some((1.0 / sum(|unit| unit.width_s)).powi(2)),
            Metric::FailRatio => {
                // No failure among few is no proof that there are none.
                let ended = sum(|unit| unit.ended);
                let ratio = ((sum(|unit| unit.failures) + 1.0) / (ended + 2.0)).min(1.0);
                Some(ratio * (1.0 - ratio) / (ended + 2.0))
            }
            Metric::P50 if !is_backed(0.50) => None,
            Metric::P95 if !is_backed(0.95) => None,
            Metric::P99 if !is_backed(0.99) => None,
            _ => Some((value * TIME_STEP).powi(2)),
        }
    }

    /// How many neighbours are drawn together: one, unless they are alike.
    fn run_length(&self) -> usize {
        let count = self.units.len();
        if count < MIN_CORRELATED {
            return 1;
        }
        let rates: Vec<f64> = self.units.iter().map(|unit| unit.answered / unit.width_s).collect();
        let means: Vec<f64> = self.units.iter().map(mean).collect();
        let limit = 2.0 / (count as f64).sqrt();
        let is_correlated = [rates, means].iter().any(|series| correlation(series) > limit);
        if is_correlated { (count as f64).cbrt().ceil() as usize } else { 1 }
    }
}

fn mean(unit: &Batch) -> f64 {
    if unit.timed() > 0.0 { unit.time() / unit.timed() } else { 0.0 }
}

/// The variance of values as they come.
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
    }

    fn variance(&self) -> f64 {
        if self.count > 1.0 { self.squares / (self.count - 1.0) } else { 0.0 }
    }
}
