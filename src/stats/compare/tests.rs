//! Sides that are made of numbers drawn by seed.

use std::time::Duration;

use fastrand::Rng;

use super::*;
use crate::names::Names;
use crate::stats::{Block, Blocks, CheckCounters, Section, SparseHistogram, Stats};

const WIDTH: Duration = Duration::from_millis(100);

/// Normally distributed around zero, with a spread of one.
fn noise(random: &mut Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

/// A second of 8 users who wait `ms` for each answer: each answer varies by 5 %, each block by 2 %, and one answer in
/// fifty takes half as long again.
fn block(random: &mut Rng, ms: f64, fail_ratio: f64) -> Block {
    let of_block = 1.0 + 0.02 * noise(random);
    let (mut times, mut row, mut left) = (SparseHistogram::default(), BlockRow::default(), 8.0 * 100.0);
    while left > 0.0 {
        let slow = if random.f64() < 0.02 { 1.5 } else { 1.0 };
        let took = ms * of_block * slow * (1.0 + 0.05 * noise(random));
        left -= took;
        row.requests += 1;
        if random.f64() < fail_ratio {
            row.failures += 1;
        } else {
            times.record(Duration::from_secs_f64(took / 1e3));
        }
    }
    let checks = vec![BlockRow { name: "a".into(), times, ..row }];
    Block { checks, requests: Vec::new() }
}

fn run_of(name: &str, blocks: Vec<Block>) -> Summary {
    let span = WIDTH * blocks.len() as u32;
    let section =
        || Section::of(vec![CheckCounters { name: name.into(), ..CheckCounters::default() }], Vec::new(), span, 0.0);
    let stats = Stats::new(Arc::new(Names::new([name])), 8, false);
    let blocks = Blocks::of(Some(WIDTH), blocks);
    Summary { whole: section(), full_load: Some(section()), blocks, ..stats.summary(Duration::ZERO) }
}

fn run(random: &mut Rng, ms: f64, fail_ratio: f64) -> Summary {
    run_of("a", (0..10).map(|_| block(random, ms, fail_ratio)).collect())
}

fn compared(base: Summary, new: Summary) -> Comparison {
    Comparison::of(&[base], &[new], &Tolerance::default()).expect("comparable")
}

fn verdict_on(comparison: &Comparison, metric: Metric) -> Verdict {
    comparison.rows[0].changes.iter().find(|change| change.metric == metric).expect("samples").verdict
}

#[test]
fn of_two_hundred_like_pairs_hardly_any_is_told_to_differ() {
    let random = &mut Rng::with_seed(1);
    let none = Tolerance::default().of_all(0.0);
    let (mut worse, mut differs) = (0, 0);
    for _ in 0..200 {
        let sides = [run(random, 5.0, 0.01), run(random, 5.0, 0.01)];
        let mut found = Comparison::of(&sides[..1], &sides[1..], &Tolerance::default()).expect("comparable");
        worse += u32::from(found.is_worse());
        found.tell(&none);
        differs += u32::from(found.is_worse() || found.has(Verdict::Better));
    }
    // 1 in 20 may differ if no change is tolerated: of 200 hardly ever more than 17.
    assert!(worse <= 10 && differs <= 17, "{worse} and {differs} of 200");
}

#[test]
fn a_tenth_more_time_is_found() {
    let random = &mut Rng::with_seed(3);
    let found = (0..100).filter(|_| compared(run(random, 5.0, 0.0), run(random, 5.5, 0.0)).is_worse()).count();
    assert!(found >= 90, "{found} of 100");
}

#[test]
fn three_runs_a_side_are_compared_as_runs() {
    let random = &mut Rng::with_seed(4);
    // Each run is as fast as its machine is that day.
    let mut side = |ms: f64| -> Vec<Summary> {
        (0..3)
            .map(|_| ms * (1.0 + 0.01 * noise(random)))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|ms| run(random, ms, 0.0))
            .collect()
    };
    let mut told = |new: f64| {
        let comparison = Comparison::of(&side(5.0), &side(new), &Tolerance::default()).expect("comparable");
        assert_eq!(comparison.unit, DrawnUnit::Runs);
        comparison.is_worse()
    };
    let like = (0..20).filter(|_| told(5.0)).count();
    let slower = (0..20).filter(|_| told(6.0)).count();
    assert!(like <= 2 && slower >= 18, "{like} and {slower} of 20");
}

#[test]
fn the_same_runs_compare_the_same_and_unlike_their_reverse() {
    let random = &mut Rng::with_seed(5);
    let (fast, slow) = (run(random, 5.0, 0.0), run(random, 7.0, 0.0));
    let there = compared(fast.clone(), slow.clone());
    assert_eq!(there, compared(fast.clone(), slow.clone()));
    let back = compared(slow, fast.clone());
    for metric in [Metric::Rps, Metric::P50, Metric::P95] {
        let both = (verdict_on(&there, metric), verdict_on(&back, metric));
        assert_eq!(both, (Verdict::Worse, Verdict::Better), "{metric}");
    }
    let itself = compared(fast.clone(), fast);
    assert!(itself.changes().all(|change| change.change == 0.0));
    assert!(!itself.is_worse() && !itself.has(Verdict::Better));
    assert_eq!(verdict_on(&itself, Metric::P50), Verdict::NoDifference);
}

#[test]
fn failures_where_there_were_none_are_worse_and_a_single_one_is_chance() {
    let random = &mut Rng::with_seed(6);
    let base = run(random, 5.0, 0.0);
    let many = compared(base.clone(), run(random, 5.0, 0.03));
    assert_eq!(verdict_on(&many, Metric::FailRatio), Verdict::Worse);
    let mut one = base.clone();
    let mut blocks = one.blocks.blocks().to_vec();
    blocks[3].checks[0].failures = 1;
    one.blocks = Blocks::of(Some(WIDTH), blocks);
    assert_eq!(verdict_on(&compared(base.clone(), one), Metric::FailRatio), Verdict::CannotBeTold);
    assert_eq!(verdict_on(&compared(base.clone(), base), Metric::FailRatio), Verdict::NoDifference, "there were none");
}

#[test]
fn a_check_that_comes_to_an_end_no_more_is_worse() {
    let random = &mut Rng::with_seed(7);
    let base = run(random, 5.0, 0.0);
    let stuck = run_of("a", vec![Block::default(); 10]);
    let comparison = compared(base, stuck);
    assert_eq!(comparison.rows[0].changes[0].change, -1.0);
    assert_eq!(verdict_on(&comparison, Metric::Rps), Verdict::Worse);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let random = &mut Rng::with_seed(8);
    let good = run(random, 5.0, 0.0);
    let rows = [
        (run_of("b", good.blocks.blocks().to_vec()), "no check in common"),
        (run_of("a", good.blocks.blocks()[..2].to_vec()), "the new side has 2 blocks"),
    ];
    for (new, words) in rows {
        let error = Comparison::of(std::slice::from_ref(&good), &[new], &Tolerance::default()).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = Comparison::of(&[], &[good], &Tolerance::default()).expect_err("no run");
    assert!(error.to_string().contains("the base side has no run"), "{error}");
}

#[test]
fn percentiles_with_too_few_samples_are_not_judged() {
    let random = &mut Rng::with_seed(9);
    let few = |random: &mut Rng, ms| run_of("a", (0..3).map(|_| block(random, ms, 0.0)).collect());
    let comparison = compared(few(random, 5.0), few(random, 50.0));
    let p99 = &comparison.rows[0].changes[3];
    assert_eq!((p99.metric, p99.interval, p99.p, p99.verdict), (Metric::P99, None, None, Verdict::CannotBeTold));
    assert_eq!(comparison.verdict(), Verdict::Worse, "the others are judged");
}

#[test]
fn tolerances_are_read_and_refused() {
    let of = |metric, share| Ok(ToleranceOf { metric, share });
    assert_eq!("5%".parse(), of(None, 0.05));
    assert_eq!("p99=10 %".parse(), of(Some(Metric::P99), 0.1));
    for text in ["", "5", "-5%", "NaN%", "p98=5%", "p99=", "p99=x%"] {
        assert!(text.parse::<ToleranceOf>().is_err(), "{text}");
    }
}

#[test]
fn a_change_is_told_by_where_its_interval_lies() {
    let told = |metric, interval: Option<(f64, f64)>, p| {
        let (low, high) = interval.unwrap_or_default();
        let change = (low + high) / 2.0;
        let (base_interval, new_interval) = (None, None);
        let change = Change {
            metric,
            base: 0.2,
            new: 0.2,
            base_interval,
            new_interval,
            change,
            interval,
            p: Some(p),
            verdict: Verdict::Worse,
        };
        verdict(&change, 0.05)
    };
    let (chance, none) = (0.4, 0.001);
    for (interval, p, wanted) in [
        (Some((-0.02, 0.03)), chance, Verdict::NoDifference),
        (Some((0.01, 0.04)), none, Verdict::NoDifference),
        (Some((-0.05, 0.05)), chance, Verdict::NoDifference),
        (Some((0.036, 0.415)), chance, Verdict::CannotBeTold),
        (Some((0.036, 0.415)), none, Verdict::CannotBeTold),
        (Some((-0.63, 1.81)), chance, Verdict::CannotBeTold),
        (Some((-0.02, 0.06)), chance, Verdict::CannotBeTold),
        (Some((0.06, 0.4)), chance, Verdict::CannotBeTold),
        (Some((0.06, 0.4)), none, Verdict::Worse),
        (Some((-0.4, -0.06)), none, Verdict::Better),
        (None, chance, Verdict::CannotBeTold),
    ] {
        assert_eq!(told(Metric::P95, interval, p), wanted, "{interval:?} {p}");
    }
    assert_eq!(told(Metric::Rps, Some((0.06, 0.4)), none), Verdict::Better);
    assert_eq!(told(Metric::Rps, Some((-0.4, -0.06)), none), Verdict::Worse);
    // Of failures a change in points, and the twentieth part of a fifth is a hundredth.
    assert_eq!(told(Metric::FailRatio, Some((-0.005, 0.009)), chance), Verdict::NoDifference);
    assert_eq!(told(Metric::FailRatio, Some((-0.005, 0.02)), chance), Verdict::CannotBeTold);
    assert_eq!(told(Metric::FailRatio, Some((0.02, 0.05)), none), Verdict::Worse);
}

#[test]
fn everything_together_is_no_difference_only_where_all_can_be_told() {
    let random = &mut Rng::with_seed(11);
    let mut found = compared(run(random, 5.0, 0.0), run(random, 5.0, 0.0));
    let mut told = |verdicts: [Verdict; 3]| {
        found.rows[0].changes.truncate(3);
        found.rows[0].changes.iter_mut().zip(verdicts).for_each(|(change, verdict)| change.verdict = verdict);
        found.verdict()
    };
    use Verdict::{Better, CannotBeTold, NoDifference, Worse};
    assert_eq!(told([NoDifference; 3]), NoDifference);
    assert_eq!(told([NoDifference, CannotBeTold, NoDifference]), CannotBeTold);
    assert_eq!(told([Better, CannotBeTold, NoDifference]), Better);
    assert_eq!(told([Better, CannotBeTold, Worse]), Worse);
}
