//! Full load in a table of its own: each number with the interval in which it lies.

use std::time::Duration;

use maud::{Markup, html};

use super::bounds::reach;
use crate::report::text::{number_ms, rate};
use crate::stats::{Interval, Intervals, Row, RowOf, Rows, Subject, Summary};

const COLUMNS: [&str; 7] = ["", "rps", "failed %", "mean", "p50", "p95", "p99"];

/// Rows of full load, with the intervals of their numbers; nothing where no interval is known.
pub(super) fn full_load(summary: &Summary) -> Markup {
    let Some(section) = &summary.full_load else { return html! {} };
    let rows = Rows::from(section);
    let told: Vec<_> = rows
        .rows
        .iter()
        .filter(|row| is_told(row, &rows))
        .map(|row| (row, summary.intervals_of(&subject(row))))
        .collect();
    if !told.iter().any(|(_, intervals)| intervals.rps.or(intervals.mean).is_some()) {
        return html! {};
    }
    html! {
        h2 { "At full load, with intervals" }
        div.scroll tabindex="0" {
            table.bounded {
                thead { tr { @for name in COLUMNS { th scope="col" { (name) } } } }
                tbody { @for (row, intervals) in &told { (line(row, intervals, rows.span)) } }
            }
        }
        p.hint { "Times are in ms: TPR of passes of a check, response times of requests. Beneath a number stands the interval in which it lies with 95 %; a question mark is an end that is not known." }
    }
}

/// A row of all is one more only where there are several.
fn is_told(row: &Row, rows: &Rows) -> bool {
    let count = |of: RowOf| rows.rows.iter().filter(|row| row.of == of).count();
    match row.of {
        RowOf::AllChecks => count(RowOf::Check) > 1,
        RowOf::AllRequests => count(RowOf::Request) > 1,
        RowOf::Check | RowOf::Request => true,
    }
}

fn subject(row: &Row) -> Subject {
    match row.of {
        RowOf::Check => Subject::Check(row.name.clone()),
        RowOf::Request => Subject::Request(row.name.clone()),
        RowOf::AllChecks => Subject::Checks,
        RowOf::AllRequests => Subject::Requests,
    }
}

fn line(row: &Row, intervals: &Intervals, span: Duration) -> Markup {
    let name = match row.of {
        RowOf::Check => format!("check {}", row.name),
        RowOf::Request => row.name.to_string(),
        RowOf::AllChecks => "all checks".into(),
        RowOf::AllRequests => "all requests".into(),
    };
    let per_s = row.answers as f64 / span.as_secs_f64().max(f64::MIN_POSITIVE);
    let share = (row.count > 0).then(|| row.failures as f64 / row.count as f64 * 100.0);
    let [p50, _, p95, p99] = row.times.percentiles;
    let times = [(row.times.mean, intervals.mean), (p50, intervals.p50), (p95, intervals.p95), (p99, intervals.p99)];
    html! {
        tr {
            th scope="row" title=(name) { (name) }
            (cell(Some(per_s), intervals.rps, rate))
            (cell(share, intervals.fail_ratio.map(|interval| interval.times(100.0)), |share| format!("{share:.2}")))
            @for (time, interval) in times { (time_cell(time, interval)) }
        }
    }
}

fn cell(value: Option<f64>, interval: Option<Interval>, write: fn(f64) -> String) -> Markup {
    let Some(value) = value else { return html! { td { "–" } } };
    html! { td { (write(value)) (reach(interval.map(|interval| interval.around(value)))) } }
}

fn time_cell(time: Option<Duration>, interval: Option<Interval>) -> Markup {
    let Some(time) = time else { return html! { td { "–" } } };
    let interval = interval.map(|interval| interval.around(time.as_nanos() as f64).times(1e-6));
    html! { td { (number_ms(time)) (reach(interval)) } }
}
