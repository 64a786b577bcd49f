//! Failures or slow answers that are those of one among several: a request, a check, a status.

use std::time::Duration;

use super::evidence::{ENOUGH, ENOUGH_OF_FEW, Evidence, percent, share_of};
use super::sign::Sign;
use super::slow;
use super::told::Diagnosis;
use crate::stats::counters::RequestCounters;
use crate::stats::summary::Summary;
use crate::units;

/// One has most if it has this share of it,
const MOST: f64 = 0.8;
/// and no more than this share of all.
const MINOR: f64 = 0.5;
/// A name with fewer failures is no further one that fails.
const FAILS_TOO: u64 = 5;
/// Slow answers take at least so much longer than the median.
const LEAST: Duration = Duration::from_millis(20);
/// Fewer slow answers are no tail.
const TAIL: f64 = 0.01;

/// One of several, with what it has of something and of all.
#[derive(Debug, Clone, Copy)]
struct One {
    place: usize,
    count: u64,
    share: f64,
    share_of_all: f64,
}

pub(super) fn failures_of_one(summary: &Summary) -> Option<Diagnosis> {
    of_request(summary).or_else(|| of_check(summary)).or_else(|| of_status(summary))
}

fn of_request(summary: &Summary) -> Option<Diagnosis> {
    let requests = &summary.whole.requests;
    let one = one_of(requests.iter().map(|row| (row.failures(), row.sent())))?;
    let row = &requests[one.place];
    let how = how(row).map(|how| format!(", mostly with {how}")).unwrap_or_default();
    let text = format!(
        "{} of the failures are those of {}, which is {} of the requests{how}",
        percent(one.share),
        row.name,
        percent(one.share_of_all)
    );
    Some(failing(text, one))
}

fn of_check(summary: &Summary) -> Option<Diagnosis> {
    let checks = &summary.whole.checks;
    let one = one_of(checks.iter().map(|check| (check.fail + check.exception, check.ended())))?;
    let text = format!(
        "{} of the failures are those of the check {}, which is {} of the checks",
        percent(one.share),
        checks[one.place].name,
        percent(one.share_of_all)
    );
    Some(failing(text, one))
}

/// Of failures of several requests, the status that nearly all of them have.
fn of_status(summary: &Summary) -> Option<Diagnosis> {
    let totals = &summary.whole.request_totals;
    let failures = totals.failures();
    let failing_names = summary.whole.requests.iter().filter(|row| row.failures() >= FAILS_TOO).count();
    let (status, count) =
        totals.statuses.iter().filter(|(status, _)| **status >= 400).max_by_key(|(_, count)| **count)?;
    let share = share_of(*count, failures);
    if failures < ENOUGH_OF_FEW || totals.sent() < ENOUGH || failing_names < 2 || !(MOST..=1.0).contains(&share) {
        return None;
    }
    let text = format!(
        "{} of the failures have the status {status}, those of {failing_names} different requests alike",
        percent(share)
    );
    Some(failing(text, One { place: 0, count: *count, share, share_of_all: share_of(*count, totals.sent()) }))
}

fn failing(text: String, one: One) -> Diagnosis {
    Diagnosis::new(Sign::FailuresOfOne, text, "begin with that one", evidence(one))
}

fn evidence(one: One) -> Vec<Evidence> {
    vec![
        Evidence::count("count", one.count),
        Evidence::share("its", one.share),
        Evidence::share("of_all", one.share_of_all),
    ]
}

pub(super) fn slow_answers_of_one(summary: &Summary) -> Option<Diagnosis> {
    let requests = &summary.whole.requests;
    let bar = slow::bar(summary, LEAST)?;
    let beyond = |row: &RequestCounters| row.response_time.count_between(bar, Duration::MAX);
    let one = one_of(requests.iter().map(|row| (beyond(row), row.answered)))?;
    let slow: u64 = requests.iter().map(beyond).sum();
    if share_of(slow, summary.whole.request_totals.answered) < TAIL {
        return None;
    }
    let row = &requests[one.place];
    let median = row.response_time.percentile(50.0)?;
    let text = format!(
        "{} of the {slow} answers that took more than {} are those to {}, which is {} of the answers and has a median of {}",
        percent(one.share),
        units::short(bar),
        row.name,
        percent(one.share_of_all),
        units::short(median),
    );
    let evidence = evidence(one).into_iter().chain([Evidence::time("slow_beyond", bar), Evidence::time("p50", median)]);
    let remedy = "begin with that one: what does it do now and then that the others do not?";
    Some(Diagnosis::new(Sign::SlowAnswersOfOne, text, remedy, evidence.collect()))
}

/// The one that has most of something though it is a minor part of all, each told as its part and its whole.
fn one_of(rows: impl Iterator<Item = (u64, u64)>) -> Option<One> {
    let rows: Vec<(u64, u64)> = rows.collect();
    let (parts, wholes): (u64, u64) = rows.iter().fold((0, 0), |(parts, wholes), row| (parts + row.0, wholes + row.1));
    let (place, (count, whole)) = rows.iter().enumerate().max_by_key(|(_, row)| row.0)?;
    let one = One { place, count: *count, share: share_of(*count, parts), share_of_all: share_of(*whole, wholes) };
    let is_enough = wholes >= ENOUGH && *count >= ENOUGH_OF_FEW;
    (is_enough && one.share >= MOST && one.share_of_all <= MINOR).then_some(one)
}

/// How most of these requests fail.
fn how(row: &RequestCounters) -> Option<String> {
    let is_most = |count: &u64| share_of(*count, row.failures()) >= MOST;
    let status = row.statuses.iter().find(|(status, count)| **status >= 400 && is_most(count));
    let kind = row.lost.iter().find(|(_, count)| is_most(count));
    let status = status.map(|(status, _)| format!("status {status}"));
    status.or_else(|| kind.map(|(kind, _)| format!("{kind:?}").to_lowercase()))
}
