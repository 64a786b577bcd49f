//! Halves of full load: whether they agree.
//!
//! The blocks of full load, without the last one, which is seldom whole, are cut into two halves of equally many; of an
//! odd number the one in the middle is left out. Three things are looked at, block by block: the answers, the mean TPR
//! of the passes, and the share of checks that did not pass. The halves agree on one of them if its means differ by
//! at most 1 %, or by at most 10 % that a rank test (Mann and Whitney's, two-sided, with its correction for ties)
//! takes for chance at the level of 1 %. The share of failures differs by points.
//!
//! Where nothing could be told, nothing is said: with fewer than 6 blocks a half the rank test cannot reach its level.
//! And a user's answers may fall so that one half has one more of them than the other; with fewer than 10 answers of a
//! user in a half this alone may make a tenth. In longer runs a difference that small is none.

use std::cmp::Ordering;

use super::chance::Z_OF_1_PERCENT;
use crate::stats::{Block, SparseHistogram};

/// With fewer blocks a half even the clearest order may be chance.
const MIN_HALF: usize = 6;
/// A change this small is none, however sure.
const SAME: f64 = 0.01;
/// A change this large is one, however much the blocks vary.
const DIFFERENT: f64 = 0.10;

/// Halves of full load, and on what they agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Halves {
    pub(super) answers_agree: bool,
    pub(super) times_agree: bool,
    pub(super) failures_agree: bool,
}

/// Comparison of the halves of whole blocks; `None` where too little is there to tell.
pub(super) fn halves(whole: &[Block], users: u32) -> Option<Halves> {
    let length = whole.len() / 2;
    let halves = [&whole[..length], &whole[whole.len() - length..]];
    let of = |value: fn(&Block) -> Option<f64>| halves.map(|half| half.iter().filter_map(value).collect::<Vec<f64>>());
    let is_told = |series: &[Vec<f64>; 2]| series.iter().all(|half| half.len() >= MIN_HALF);
    let (answers, times, failures) = (of(|block| Some(block.answered() as f64)), of(mean_tpr), of(fail_ratio));
    let rate = mean(&answers[0]);
    let one_each = f64::from(users) / length.max(1) as f64;
    if !is_told(&answers) || !is_told(&failures) || one_each > DIFFERENT * rate {
        return None;
    }
    // Where nothing passes there are no times.
    let times_agree = !is_told(&times) || agree(&times, mean(&times[0]), 0.0);
    Some(Halves {
        answers_agree: agree(&answers, rate, one_each),
        times_agree,
        failures_agree: agree(&failures, 1.0, 0.0),
    })
}

/// In nanoseconds; `None` without a pass.
fn mean_tpr(block: &Block) -> Option<f64> {
    let times = || block.checks.iter().map(|row| &row.times).flat_map(SparseHistogram::counts);
    let count: f64 = times().map(|(_, count)| f64::from(count)).sum();
    let sum: f64 = times().map(|(nanos, count)| nanos as f64 * f64::from(count)).sum();
    (count > 0.0).then(|| sum / count)
}

/// `None` if no check ended.
fn fail_ratio(block: &Block) -> Option<f64> {
    let passes: u64 = block.checks.iter().map(|row| row.times.count()).sum();
    let ended = passes + block.failures();
    (ended > 0).then(|| block.failures() as f64 / ended as f64)
}

/// By shares of `whole`; and what is as small as `grain` is none.
fn agree(halves: &[Vec<f64>; 2], whole: f64, grain: f64) -> bool {
    let difference = (mean(&halves[1]) - mean(&halves[0])).abs();
    let is_same = difference <= f64::max(SAME * whole, grain);
    is_same || (difference <= DIFFERENT * whole && rank_distance(halves).abs() <= Z_OF_1_PERCENT)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// How far the ranks of the second half are from what chance makes of them, in standard deviations.
fn rank_distance([first, second]: &[Vec<f64>; 2]) -> f64 {
    let (n, m) = (first.len() as f64, second.len() as f64);
    let wins: f64 = second.iter().flat_map(|new| first.iter().map(|old| win(*new, *old))).sum();
    let mut all: Vec<f64> = first.iter().chain(second).copied().collect();
    all.sort_by(f64::total_cmp);
    let ties: f64 = all.chunk_by(|a, b| a == b).map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64).sum();
    let variance = n * m / 12.0 * ((n + m + 1.0) - ties / ((n + m) * (n + m - 1.0)));
    let distance = wins - n * m / 2.0;
    // Half a step is lost to the wins' being whole.
    if variance > 0.0 { (distance.abs() - 0.5).max(0.0).copysign(distance) / variance.sqrt() } else { 0.0 }
}

fn win(new: f64, old: f64) -> f64 {
    match new.total_cmp(&old) {
        Ordering::Greater => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Less => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::stats::BlockRow;

    fn is_steady(blocks: &[Block], users: u32) -> Option<bool> {
        let (_, whole) = blocks.split_last()?;
        let halves = halves(whole, users)?;
        Some(halves.answers_agree && halves.times_agree && halves.failures_agree)
    }

    fn block(answers: u64, tpr_us: u64, failures: u64) -> Block {
        let mut row = BlockRow { requests: answers, failures, ..BlockRow::default() };
        (0..answers - failures).for_each(|_| row.times.record(Duration::from_micros(tpr_us)));
        Block { checks: vec![row], requests: Vec::new() }
    }

    /// Of so many blocks, and a last one that is not whole.
    fn steady(count: u64, of: impl Fn(u64) -> Block) -> Option<bool> {
        let blocks: Vec<Block> = (0..count).map(of).chain([block(1, 1, 0)]).collect();
        is_steady(&blocks, 1)
    }

    #[test]
    fn halves_that_are_alike_agree_and_a_short_run_says_nothing() {
        assert_eq!(steady(12, |_| block(100, 500, 0)), Some(true));
        assert_eq!(steady(13, |n| block(if n == 6 { 1 } else { 100 }, 500, 0)), Some(true), "the middle is left out");
        assert_eq!(steady(11, |_| block(100, 500, 0)), None);
        assert_eq!(is_steady(&[], 1), None);
    }

    #[test]
    fn halves_that_vary_alike_agree_and_a_drift_among_like_noise_is_found() {
        // 90, 95 … 110, in an order that knows nothing of the halves.
        let noise = |n: u64| 90 + n * 7 % 5 * 5;
        assert_eq!(steady(40, |n| block(noise(n), 500, 0)), Some(true));
        assert_eq!(steady(40, |n| block(noise(n) - n / 20 * 9, 500, 0)), Some(false));
    }

    #[test]
    fn each_of_rates_times_and_failures_must_agree() {
        let late = |n: u64| u64::from(n >= 10);
        assert_eq!(steady(20, |n| block(100 + 20 * late(n), 500, 0)), Some(false), "rates");
        assert_eq!(steady(20, |n| block(100, 500 + 100 * late(n), 0)), Some(false), "times");
        assert_eq!(steady(20, |n| block(100, 500, 5 * late(n))), Some(false), "failures");
    }

    #[test]
    fn a_change_of_a_hundredth_is_none_and_one_beyond_a_tenth_is_one_whatever_the_noise() {
        let late = |n: u64| u64::from(n >= 10);
        assert_eq!(steady(20, |n| block(1000 + 9 * late(n), 500, 0)), Some(true), "sure, and small");
        assert_eq!(steady(20, |n| block(1000 + 30 * late(n), 500, 0)), Some(false), "sure, and not small");
        let one_far_out = |n: u64| block(if n == 15 { 1000 } else { 100 }, 500, 0);
        assert_eq!(steady(20, one_far_out), Some(false), "large, and by ranks nothing");
    }

    #[test]
    fn a_run_in_which_nothing_passes_is_judged_by_the_rest() {
        assert_eq!(steady(20, |_| block(100, 500, 100)), Some(true));
        assert_eq!(steady(20, |n| block(100 + n / 10 * 50, 500, 100 + n / 10 * 50)), Some(false));
    }

    #[test]
    fn answers_that_come_in_lumps_are_no_drift_and_too_few_of_them_say_nothing() {
        // Two users whose answers come in every other block: of nine blocks a half has four or five with some.
        let lumps = |of: u64| move |n: u64| block(if n.is_multiple_of(2) { of } else { 0 }, 500, 0);
        let steady = |count: u64, users: u32| {
            let blocks: Vec<Block> = (0..count).map(lumps(2)).chain([block(1, 1, 0)]).collect();
            is_steady(&blocks, users)
        };
        assert_eq!(steady(18, 2), None, "4 or 5 answers of a user in a half");
        assert_eq!(steady(46, 2), Some(true), "11 or 12");
    }

    #[test]
    fn the_rank_test_is_as_in_the_books() {
        let halves = |first: &[f64], second: &[f64]| [first.to_vec(), second.to_vec()];
        // All wins: U = 36 of 36, mean 18, variance 6 * 6 * 13 / 12 = 39.
        let apart = rank_distance(&halves(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[7.0, 8.0, 9.0, 10.0, 11.0, 12.0]));
        assert!((apart - 17.5 / 39f64.sqrt()).abs() < 1e-12, "{apart}");
        // Two pairs tied: U = 2 of 9, mean 4.5; variance 9 / 12 * (7 - 12 / 30).
        let tied = rank_distance(&halves(&[2.0, 3.0, 4.0], &[1.0, 2.0, 3.0]));
        assert!((tied + 2.0 / (0.75 * 6.6f64).sqrt()).abs() < 1e-12, "{tied}");
        assert_eq!(rank_distance(&halves(&[1.0; 6], &[1.0; 6])), 0.0);
    }
}
