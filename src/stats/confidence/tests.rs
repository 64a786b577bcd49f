//! Coverage: how many intervals hold the truth, on streams whose truth is known.

use fastrand::Rng;

use super::batch::Batch;
use super::*;
use crate::stats::SparseHistogram;

/// Makes a stream.
type Make = fn() -> Box<dyn Stream>;

const MS: f64 = 1e6;

/// Stream of times in nanoseconds with a mean around 10 ms.
trait Stream {
    fn next(&mut self, random: &mut Rng) -> f64;
}

fn exponential(mean: f64, random: &mut Rng) -> f64 {
    -mean * (1.0 - random.f64()).ln()
}

/// Standard normal, by Box and Muller.
fn normal(random: &mut Rng) -> f64 {
    (-2.0 * (1.0 - random.f64()).ln()).sqrt() * (std::f64::consts::TAU * random.f64()).cos()
}

/// Times that know nothing of one another.
struct Independent;

impl Stream for Independent {
    fn next(&mut self, random: &mut Rng) -> f64 {
        exponential(10.0 * MS, random)
    }
}

/// Logarithms of times that follow the one before by so much: an AR(1) process.
struct Following {
    by: f64,
    last: f64,
}

impl Stream for Following {
    fn next(&mut self, random: &mut Rng) -> f64 {
        self.last = self.by * self.last + (1.0 - self.by * self.by).sqrt() * normal(random);
        10.0 * MS * (0.5 * self.last).exp()
    }
}

/// A fast and a slow regime, each for about 100 samples.
struct Regimes {
    is_slow: bool,
    left: u32,
}

impl Stream for Regimes {
    fn next(&mut self, random: &mut Rng) -> f64 {
        if self.left == 0 {
            self.is_slow = !self.is_slow;
            self.left = exponential(100.0, random) as u32 + 1;
        }
        self.left -= 1;
        exponential(if self.is_slow { 15.0 * MS } else { 5.0 * MS }, random)
    }
}

/// What a stream's mean, p50, p95 and p99 are, in ms.
#[derive(Clone, Copy)]
struct Truth([f64; 4]);

fn batches(stream: &mut dyn Stream, samples: u32, blocks: u32, random: &mut Rng) -> Batches {
    for _ in 0..500 {
        stream.next(random);
    }
    let batch = |_| {
        let mut times = SparseHistogram::default();
        (0..samples / blocks).for_each(|_| times.record(std::time::Duration::from_nanos(stream.next(random) as u64)));
        let count = f64::from(samples / blocks);
        Batch { width_s: 1.0, answered: count, failures: 0.0, ended: count, times: times.counts().collect() }
    };
    Batches::from_parts((0..blocks).map(batch).collect())
}

/// What became of the intervals of one value.
#[derive(Debug, Clone, Copy, Default)]
struct Coverage {
    /// Share of those that hold the truth, those that are open among them.
    held: f64,
    /// Share of those that are open.
    open: f64,
    /// Mean width of the closed ones over that of the interval that holds 95 % of their middles: above one, they are
    /// wider than needed.
    wider: f64,
}

impl Coverage {
    fn of(intervals: &[Interval], truth: f64) -> Coverage {
        let count = intervals.len() as f64;
        let holds = |interval: &&Interval| interval.low <= truth && interval.high.is_none_or(|high| truth <= high);
        let closed: Vec<(f64, f64)> = intervals.iter().filter_map(|one| Some((one.low, one.high?))).collect();
        let many = closed.len().max(1) as f64;
        let mean = |of: &dyn Fn(&(f64, f64)) -> f64| closed.iter().map(of).sum::<f64>() / many;
        let middle = mean(&|(low, high)| (low + high) / 2.0);
        let variance = mean(&|(low, high)| ((low + high) / 2.0 - middle).powi(2));
        Coverage {
            held: intervals.iter().filter(holds).count() as f64 / count,
            open: 1.0 - closed.len() as f64 / count,
            wider: mean(&|(low, high)| high - low) / (2.0 * 1.96 * variance.sqrt()),
        }
    }
}

/// Coverage of mean, p50, p95 and p99.
fn coverage(make: Make, truth: Truth, (samples, blocks): (u32, u32), streams: u32) -> [Coverage; 4] {
    let mut found: [Vec<Interval>; 4] = Default::default();
    let mut random = Rng::with_seed(7);
    for _ in 0..streams {
        let of = batches(make().as_mut(), samples, blocks, &mut random).intervals();
        for (place, interval) in [of.mean, of.p50, of.p95, of.p99].into_iter().enumerate() {
            found[place].push(interval.expect("enough blocks"));
        }
    }
    std::array::from_fn(|place| Coverage::of(&found[place], truth.0[place] * MS))
}

const INDEPENDENT: Truth = Truth([10.0, 6.9315, 29.957, 46.052]);
/// A logarithmic normal distribution with 0.5: exp(0.125), and exp(0.5 z).
const FOLLOWING: Truth = Truth([11.3315, 10.0, 22.7602, 32.0007]);
/// Half of the samples each: the roots of 1 - (exp(-x/5) + exp(-x/15)) / 2.
const REGIMES: Truth = Truth([10.0, 5.7337, 34.6852, 58.6863]);

const STREAMS: [(&str, Make, Truth); 4] = [
    ("independent", || Box::new(Independent), INDEPENDENT),
    ("AR(1) 0.5", || Box::new(Following { by: 0.5, last: 0.0 }), FOLLOWING),
    ("AR(1) 0.9", || Box::new(Following { by: 0.9, last: 0.0 }), FOLLOWING),
    ("two regimes", || Box::new(Regimes { is_slow: false, left: 0 }), REGIMES),
];

/// Coverage of each kind of stream, of this many samples in this many blocks, each at least so much.
fn holds(size: (u32, u32), streams: u32, least: f64) {
    for (name, stream, truth) in STREAMS {
        let found = coverage(stream, truth, size, streams);
        let cells =
            found.map(|one| format!("{:.1} % x {:.2} ({:.0} % open)", one.held * 100.0, one.wider, one.open * 100.0));
        println!("| {name} | {} in {} | {} |", size.0, size.1, cells.join(" | "));
        for (one, what) in found.iter().zip(["mean", "p50", "p95", "p99"]) {
            assert!(one.held >= least, "{name}, {size:?}, {what}: {one:?}");
        }
    }
}

#[test]
fn most_intervals_of_dependent_samples_hold_the_truth() {
    // Of 200, by chance 89 % where 93 % are true.
    holds((3000, 30), 200, 0.88);
}

#[test]
#[ignore = "needs a minute"]
fn at_least_93_of_100_intervals_hold_the_truth_in_1000_streams_each() {
    for size in [(3000, 30), (6000, 60), (12_000, 40)] {
        holds(size, 1000, 0.93);
    }
}
