//! The distribution of response times in numbers.

use std::io;

use super::numbers::marked_percentile;
use super::page::Page;
use super::table::{Cell, Row, Table};
use crate::stats::{Summary, Timing};

const PERCENTILES: [f64; 11] = [50.0, 66.0, 75.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.9, 99.99, 100.0];
/// More requests than this have rows in other reports.
const MAX_ROWS: usize = 20;

pub(super) fn write(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let (title, all) = times(summary);
    if all.count() == 0 {
        return Ok(());
    }
    let names = PERCENTILES.map(|percent| format!("p{percent}"));
    let table = Table::new(title, names.iter().map(|name| (name.as_str(), 0)));
    let requests = &summary.whole.requests;
    let timed = requests.iter().filter(|request| request.response_time.count() > 0);
    let each: Vec<Row> = timed.map(|request| row(&request.name, &request.response_time)).collect();
    let corrected = &summary.whole.request_totals.corrected_time;
    let mut of_all = vec![row("all", all)];
    if summary.whole.request_totals.tester_lateness.count() > 0 {
        of_all.push(row("corrected", corrected));
    }
    let rows = if (2..=MAX_ROWS).contains(&each.len()) { [each, of_all].concat() } else { of_all };
    folded(&table.rows(rows), page)
}

/// In as many parts, one below the other, as it takes for all columns to have room.
fn folded(table: &Table, page: &mut Page<'_>) -> io::Result<()> {
    let count = PERCENTILES.len();
    let parts = |size: usize| (0..count).step_by(size).map(move |from| table.part(from..count.min(from + size)));
    let size = (1..=count).rev().find(|size| parts(*size).all(|part| part.fits(page.width))).unwrap_or(1);
    // Parts of about one length look better than a full one and a rest.
    let even = count.div_ceil(count.div_ceil(size));
    parts(even).try_for_each(|part| page.table(&part))
}

fn row(name: &str, timing: &Timing) -> Row {
    Row::new(name, PERCENTILES.map(|percent| Cell::new(marked_percentile(timing, percent))).to_vec())
}

/// Times that a run is about: response times, or TPR where checks make no requests that are seen.
pub(super) fn times(summary: &Summary) -> (&'static str, &Timing) {
    let response_time = &summary.whole.request_totals.response_time;
    match response_time.count() {
        0 => ("TPR, ms", &summary.whole.totals.tpr),
        _ => ("response time, ms", response_time),
    }
}
