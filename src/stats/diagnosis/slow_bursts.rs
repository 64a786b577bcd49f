//! Slow answers that come in bursts at a steady interval: something runs in the service by a clock.

use std::time::Duration;

use super::evidence::{ENOUGH, ENOUGH_OF_FEW, Evidence};
use super::sign::Sign;
use super::slow::{SlowOverTime, SlowSlot};
use super::told::Diagnosis;
use crate::stats::summary::Summary;
use crate::units;

/// Slow answers take at least so much longer than the median.
const LEAST: Duration = Duration::from_millis(20);
/// A slot with fewer slow answers belongs to no burst.
const SLOW_SLOT: u64 = 3;
/// Slots of a burst have so many times the mean of all.
const STANDS_OUT: f64 = 2.0;
/// Fewer bursts may be regular by chance.
const MIN_BURSTS: usize = 5;
/// So many of the slow answers are in bursts, else there are none.
const IN_BURSTS: f64 = 0.9;
/// From one burst to the next there are so many slots, else they cannot be told apart.
const MIN_PERIOD: f64 = 3.0;
/// A burst is off its time by no more, in slots or in parts of the period.
const OFF_SLOTS: f64 = 0.5;
const OFF_PERIOD: f64 = 0.1;
/// Before the first burst and after the last there is no room for another, with a little to spare.
const NO_ROOM: f64 = 1.25;

/// Slots side by side, in which many answers were slow.
#[derive(Debug, Clone, Copy)]
struct Burst {
    /// First slot.
    start: usize,
    slots: usize,
    slow: u64,
    /// Its middle, in slots from the start.
    middle: f64,
}

pub(super) fn slow_bursts(summary: &Summary) -> Option<Diagnosis> {
    let over_time = SlowOverTime::of(summary, LEAST)?;
    // What the tester did to itself is no sign of the service.
    if over_time.answers() < ENOUGH || over_time.slow() < ENOUGH_OF_FEW || summary.stalls.count() > 0 {
        return None;
    }
    let bursts = bursts(&over_time.slots);
    let period = period(&bursts, over_time.slots.len(), over_time.slow())?;
    let every = units::times(over_time.width, period);
    let slots: usize = bursts.iter().map(|burst| burst.slots).sum();
    let lasts = units::times(over_time.width, slots as f64 / bursts.len() as f64);
    let slow: u64 = bursts.iter().map(|burst| burst.slow).sum();
    let moments: Vec<Duration> = bursts.iter().map(|burst| over_time.moment(burst.start as f64)).collect();
    let text = format!(
        "answers took more than {} in {} bursts, one every {}, the first at {}: something runs in the service by a clock, such as a collection, a checkpoint or a job",
        units::short(tidy(over_time.bar)),
        bursts.len(),
        units::short(tidy(every)),
        units::short(tidy(moments.first().copied().unwrap_or_default())),
    );
    let evidence = vec![
        Evidence::count("bursts", bursts.len() as u64),
        Evidence::time("every", every),
        Evidence::time("lasts", lasts),
        Evidence::time("slow_beyond", over_time.bar),
        Evidence::count("slow", slow),
    ];
    let remedy = "look for what runs at that interval, and whether it can run in smaller steps";
    Some(Diagnosis { moments, ..Diagnosis::new(Sign::SlowBursts, text, remedy, evidence) })
}

/// Without digits that tell nothing.
fn tidy(time: Duration) -> Duration {
    let step = Duration::from_millis(if time < Duration::from_secs(1) { 1 } else { 10 });
    step.saturating_mul(u32::try_from((time.as_secs_f64() / step.as_secs_f64()).round() as u64).unwrap_or(u32::MAX))
}

fn bursts(slots: &[SlowSlot]) -> Vec<Burst> {
    let mean = slots.iter().map(|slot| slot.slow).sum::<u64>() as f64 / slots.len().max(1) as f64;
    let is_slow = |slot: &SlowSlot| slot.slow >= SLOW_SLOT && slot.slow as f64 >= STANDS_OUT * mean;
    let mut bursts = Vec::new();
    let mut start = 0;
    for run in slots.chunk_by(|one, next| is_slow(one) == is_slow(next)) {
        if run.first().is_some_and(is_slow) {
            let slow: u64 = run.iter().map(|slot| slot.slow).sum();
            let weighed: f64 =
                run.iter().enumerate().map(|(place, slot)| (place as f64 + 0.5) * slot.slow as f64).sum();
            bursts.push(Burst { start, slots: run.len(), slow, middle: start as f64 + weighed / slow as f64 });
        }
        start += run.len();
    }
    bursts
}

/// Interval of bursts that come by a clock, in slots.
fn period(bursts: &[Burst], slots: usize, slow: u64) -> Option<f64> {
    let [first, .., last] = bursts else { return None };
    let period = (last.middle - first.middle) / (bursts.len() - 1) as f64;
    let off = f64::max(OFF_SLOTS, OFF_PERIOD * period);
    let is_on_time =
        |(place, burst): (usize, &Burst)| (burst.middle - first.middle - place as f64 * period).abs() <= off;
    let in_bursts: u64 = bursts.iter().map(|burst| burst.slow).sum();
    let slow_slots: usize = bursts.iter().map(|burst| burst.slots).sum();
    let is_throughout = first.middle <= NO_ROOM * period && slots as f64 - last.middle <= NO_ROOM * period;
    let is_steady = bursts.len() >= MIN_BURSTS
        && period >= MIN_PERIOD
        && bursts.iter().enumerate().all(is_on_time)
        && is_throughout
        && in_bursts as f64 >= IN_BURSTS * slow as f64
        && 2 * slow_slots <= slots;
    is_steady.then_some(period)
}
