//! Each check, and below it the requests it makes.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::io;

use super::detail::Detail;
use super::numbers::{marked_percentile, rate, time_or_dash};
use super::page::Page;
use super::table::{Cell, Row, Table};
use crate::stats::{CheckCounters, RequestCounters, Section, Summary, Timing};
use crate::units;

/// More rows than this are too many to be read.
const MAX_ROWS: usize = 50;
/// The share of checks from which on full load is nearly the whole run.
const MOST: f64 = 0.9;
/// The columns of counts and rates, and how much each is worth where not all have room.
const COUNTS: [(&str, u8); 6] =
    [("pass", 100), ("fail", 95), ("exception", 94), ("unfinished", 30), ("passes/s", 20), ("rps", 90)];
const TIMES: [(&str, u8); 7] =
    [("mean", 50), ("min", 10), ("p50", 85), ("p90", 40), ("p95", 84), ("p99", 83), ("max", 70)];

pub(super) fn write(summary: &Summary, detail: Detail, page: &mut Page<'_>) -> io::Result<()> {
    let whole = &summary.whole;
    let has_requests = whole.requests.iter().any(|request| !is_the_check(request, whole));
    let mut rows: Vec<Row> = Vec::new();
    for (index, check) in whole.checks.iter().enumerate() {
        rows.push(check_row(&check.name, whole, check));
        // Of checks of the same name, the first has them all.
        let is_first = whole.checks[..index].iter().all(|other| other.name != check.name);
        if has_requests && is_first {
            let own = whole.requests.iter().filter(|request| request.check.as_ref() == Some(&check.name));
            rows.extend(own.map(|request| request_row(whole, request).indented()));
        }
    }
    if has_requests {
        rows.extend(shared(whole));
    }
    if whole.checks.len() > 1 {
        rows.push(check_row("all", whole, &whole.totals));
    }
    // Where nearly all ended at full load, it would say the same again.
    let is_news = |section: &&Section| {
        detail == Detail::Full || (section.totals.ended() as f64) < MOST * whole.totals.ended() as f64
    };
    if let Some(section) = summary.full_load.as_ref().filter(is_news) {
        rows.push(check_row("at full load", section, &section.totals));
    }
    for (name, timing) in [("fails", &whole.totals.fail_tpr), ("exceptions", &whole.totals.exception_tpr)] {
        if timing.count() > 0 {
            let nothing = std::iter::repeat_n(Cell::default(), COUNTS.len());
            rows.push(Row::new(name, nothing.chain(times(timing)).collect()));
        }
    }
    let left_out = keep_most(&mut rows, whole);
    page.line(if has_requests {
        "TPR of passes, ms; of requests the response time (TPR: time per request)"
    } else {
        "TPR of passes, ms (TPR: time per request)"
    })?;
    let title = if has_requests { "check, its requests" } else { "check" };
    let is_finished = whole.totals.unfinished == 0 && whole.request_totals.unfinished == 0;
    // A column of zeros is not worth its room.
    let columns = COUNTS.into_iter().chain(TIMES).map(|(title, rank)| match title {
        "unfinished" if !is_finished => (title, 93),
        _ => (title, rank),
    });
    page.table(&Table::new(title, columns).rows(rows))?;
    if left_out == 0 {
        return Ok(());
    }
    let names = units::count(left_out as u64, "more name");
    page.line(&format!("and {names} of requests, with fewer of them; a report as HTML or JSON has all"))?;
    page.blank()
}

/// Leaves out the requests that were made least, where there are too many names. Returns how many.
fn keep_most(rows: &mut Vec<Row>, section: &Section) -> usize {
    if rows.len() <= MAX_ROWS {
        return 0;
    }
    let sent =
        |name: &str| section.requests.iter().find(|request| *request.name == *name).map_or(0, RequestCounters::sent);
    let of_requests = rows.iter().filter(|row| row.is_indented()).count();
    let kept = MAX_ROWS.saturating_sub(rows.len() - of_requests);
    let mut most: Vec<(u64, String)> =
        rows.iter().filter(|row| row.is_indented()).map(|row| (sent(row.name()), row.name().to_owned())).collect();
    most.sort_by_key(|(sent, _)| Reverse(*sent));
    let left_out: HashSet<String> = most.into_iter().skip(kept).map(|(_, name)| name).collect();
    rows.retain(|row| !row.is_indented() || !left_out.contains(row.name()));
    left_out.len()
}

/// Where each check makes one request of its own name, as for targets, the check says it all.
fn is_the_check(request: &RequestCounters, section: &Section) -> bool {
    request.check.as_ref().is_none_or(|check| *check == request.name)
        && section.checks.iter().any(|check| check.name == request.name)
}

/// The requests that no single check makes.
fn shared(section: &Section) -> Vec<Row> {
    let of_none = |request: &&RequestCounters| {
        request.check.as_ref().is_none_or(|check| section.checks.iter().all(|known| known.name != *check))
    };
    let requests: Vec<Row> =
        section.requests.iter().filter(of_none).map(|request| request_row(section, request).indented()).collect();
    let title = (!requests.is_empty()).then(|| Row::new("of no single check", Vec::new()));
    title.into_iter().chain(requests).collect()
}

fn check_row(name: &str, section: &Section, check: &CheckCounters) -> Row {
    let counts = [
        Cell::new(check.pass.to_string()),
        Cell::bad(check.fail),
        Cell::bad(check.exception),
        Cell::bad(check.unfinished),
        Cell::new(rate(section.passes_per_s(check))),
        Cell::new(rate(section.rps(check))),
    ];
    Row::new(name, counts.into_iter().chain(times(&check.tpr)).collect())
}

/// A request is good if it was answered and no check failed on its answer.
fn request_row(section: &Section, request: &RequestCounters) -> Row {
    let counts = [
        Cell::new(request.answered.saturating_sub(request.expectations_failed).to_string()),
        Cell::bad(request.expectations_failed),
        Cell::bad(request.exceptions()),
        Cell::bad(request.unfinished),
        Cell::default(),
        Cell::new(rate(section.request_rps(request))),
    ];
    Row::new(&*request.name, counts.into_iter().chain(times(&request.response_time)).collect())
}

fn times(timing: &Timing) -> impl Iterator<Item = Cell> {
    let cells = TIMES.map(|(title, _)| match title {
        "mean" => time_or_dash(timing.mean()),
        "min" => time_or_dash(timing.min()),
        "max" => time_or_dash(timing.max()),
        _ => title[1..].parse().map_or_else(|_| "-".into(), |percent| marked_percentile(timing, percent)),
    });
    cells.into_iter().map(Cell::new)
}
