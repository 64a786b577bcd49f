//! Slow answers of the start alone: what the service does once, such as filling its caches.

use std::time::Duration;

use super::evidence::{ENOUGH, ENOUGH_OF_FEW, Evidence, percent, share_of};
use super::sign::Sign;
use super::slow::SlowOverTime;
use super::told::Diagnosis;
use crate::stats::summary::Summary;
use crate::units;

/// Slow answers take at least so much longer than the median.
const LEAST: Duration = Duration::from_millis(50);
/// So many of the slow answers are of the start.
const OF_START: f64 = 0.9;
/// The start is no longer than this part of the run.
const LONGEST_START: f64 = 0.2;
/// So many of the very first answers are slow.
const FIRST_SLOW: f64 = 0.25;
/// With fewer slots there is no start to tell from the rest.
const MIN_SLOTS: usize = 10;

pub(super) fn cold_start(summary: &Summary) -> Option<Diagnosis> {
    let over_time = SlowOverTime::of(summary, LEAST)?;
    let (slow, slots) = (over_time.slow(), &over_time.slots);
    if slow < ENOUGH_OF_FEW || slots.len() < MIN_SLOTS || summary.stalls.count() > 0 {
        return None;
    }
    let first = slots.iter().find(|slot| slot.answers > 0)?;
    let mut so_far = 0;
    let reaches = |count: &u64| {
        so_far += count;
        so_far as f64 >= OF_START * slow as f64
    };
    let start = 1 + slots.iter().map(|slot| slot.slow).collect::<Vec<_>>().iter().position(reaches)?;
    let (early, late) = slots.split_at(start);
    let of_start: u64 = early.iter().map(|slot| slot.slow).sum();
    let later: u64 = late.iter().map(|slot| slot.answers).sum();
    let is_short = start as f64 <= LONGEST_START * slots.len() as f64;
    if !is_short || share_of(first.slow, first.answers) < FIRST_SLOW || later < ENOUGH {
        return None;
    }
    let (share, end) = (share_of(of_start, slow), over_time.moment(start as f64));
    let text = format!(
        "{} of the {slow} answers that took more than {} came in the first {}: the start was cold",
        percent(share),
        units::short(over_time.bar),
        units::short(end),
    );
    let evidence = vec![
        Evidence::share("of_start", share),
        Evidence::count("slow", slow),
        Evidence::time("slow_beyond", over_time.bar),
        Evidence::time("start", end),
    ];
    let remedy = match summary.warmup {
        None => "to measure what comes after it, give a warm-up (warmup)",
        Some(_) => "to measure what comes after it, give a longer warm-up (warmup)",
    };
    Some(Diagnosis::new(Sign::ColdStart, text, remedy, evidence))
}
