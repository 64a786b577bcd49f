//! Slow answers that are the first on their connections: what the service does once for each.

use std::time::Duration;

use super::evidence::{ENOUGH, ENOUGH_OF_FEW, Evidence, percent, share_of};
use super::sign::Sign;
use super::slow::SlowOverTime;
use super::told::Diagnosis;
use crate::stats::summary::Summary;
use crate::units;

/// Slow answers take at least so much longer than the median.
const LEAST: Duration = Duration::from_millis(50);
/// So many of the slow answers are the first on their connections.
const FIRST: f64 = 0.9;
/// Of all answers no more are.
const SELDOM: f64 = 0.5;
/// So many of the first answers are slow.
const USUALLY: f64 = 0.5;
/// Part of the run that is its start,
const START: f64 = 0.2;
/// and so many of the slow answers come after it: else it is the start that was slow.
const LATER: f64 = 0.5;

pub(super) fn slow_first_answers(summary: &Summary) -> Option<Diagnosis> {
    let over_time = SlowOverTime::of(summary, LEAST)?;
    let (bar, slots) = (over_time.bar, &over_time.slots);
    let rows = || summary.whole.requests.iter();
    let slow: u64 = rows().map(|row| row.response_time.count_between(bar, Duration::MAX)).sum();
    let firsts: u64 = rows().map(|row| row.first_on_connection.count()).sum();
    let slow_firsts: u64 = rows().map(|row| row.first_on_connection.count_beyond(bar)).sum();
    let answered = summary.whole.request_totals.answered;
    let start = (START * slots.len() as f64).ceil() as usize;
    let later: u64 = slots.iter().skip(start).map(|slot| slot.slow).sum();
    let is_seen = answered >= ENOUGH
        && slow >= ENOUGH_OF_FEW
        && share_of(slow_firsts, slow) >= FIRST
        && share_of(firsts, answered) <= SELDOM
        && share_of(slow_firsts, firsts) >= USUALLY
        && share_of(later, over_time.slow()) >= LATER;
    if !is_seen {
        return None;
    }
    let share = share_of(slow_firsts, slow).min(1.0);
    let text = format!(
        "{} of the {slow} answers that took more than {} were the first on their connection: the service does something once for each",
        percent(share),
        units::short(bar),
    );
    let evidence = vec![
        Evidence::share("first_of_slow", share),
        Evidence::count("slow", slow),
        Evidence::count("first_answers", firsts),
        Evidence::time("slow_beyond", bar),
    ];
    let remedy = "look at what a new connection costs it; to measure what comes after, give a warm-up (warmup)";
    Some(Diagnosis::new(Sign::SlowFirstAnswers, text, remedy, evidence))
}
