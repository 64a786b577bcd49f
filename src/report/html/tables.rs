//! The tables: the rows of the run, counts and times beside one another.

use std::time::Duration;

use maud::{Markup, html};

use crate::report::text::{PERCENTILES, UNBACKED, bytes, level_name, number_ms, rate, statuses};
use crate::stats::{CheckCounters, RequestCounters, Section, Summary, Timing};

/// The names of the columns of a [`Timing`].
const TIMES: [&str; 7] = ["mean", "min", "p50", "p90", "p95", "p99", "max"];

pub(super) fn tables(summary: &Summary) -> Markup {
    html! {
        section {
            h2 { "Checks" }
            (checks(summary))
            @if !summary.whole.requests.is_empty() {
                h2 { "Requests" }
                (requests(summary))
            }
            @let apart = apart(summary);
            @if !apart.is_empty() {
                h2 { "Apart from response times" }
                (table(&["", "count"], "ms", apart))
            }
            @if has_unbacked(&summary.whole) {
                p.hint { (UNBACKED) " fewer than 10 samples lie beyond this percentile" }
            }
            @if summary.levels.len() > 1 {
                h2 { "Levels" }
                (levels(summary))
            }
        }
    }
}

fn checks(summary: &Summary) -> Markup {
    let full_load = summary.full_load.as_ref();
    let rows = rows(&summary.whole, full_load, |s| &s.checks, |s| &s.totals, |check: &CheckCounters| &check.name);
    let mut cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(name, section, check)| {
            let counts = [check.pass, check.fail, check.exception, check.unfinished].map(|count| count.to_string());
            let rates = [section.passes_per_s(check), section.rps(check)].map(rate);
            [vec![name.clone()], counts.to_vec(), rates.to_vec(), times(&check.tpr)].concat()
        })
        .collect();
    let totals = &summary.whole.totals;
    for (name, timing) in [("all fails", &totals.fail_tpr), ("all exceptions", &totals.exception_tpr)] {
        if timing.count() > 0 {
            cells.push([vec![name.to_owned()], vec![String::new(); 6], times(timing)].concat());
        }
    }
    table(&["check", "pass", "fail", "exception", "unfinished", "passes/s", "rps"], "TPR, ms", cells)
}

fn requests(summary: &Summary) -> Markup {
    let full_load = summary.full_load.as_ref();
    let rows = rows(
        &summary.whole,
        full_load,
        |s| &s.requests,
        |s| &s.request_totals,
        |request: &RequestCounters| &request.name,
    );
    let cells = rows.iter().map(|(name, section, request)| {
        let counts = [request.answered, request.exceptions(), request.unfinished, request.new_connections];
        let counts = counts.map(|count| count.to_string()).to_vec();
        let by_status = statuses(request).unwrap_or_default();
        let rest = vec![by_status, bytes(request.bytes_in), rate(section.request_rps(request))];
        [vec![name.clone()], counts, rest, times(&request.response_time)].concat()
    });
    let header = ["request", "answered", "exception", "unfinished", "conns", "by status", "bytes in", "rps"];
    table(&header, "response time, ms", cells.collect())
}

fn apart(summary: &Summary) -> Vec<Vec<String>> {
    let totals = &summary.whole.request_totals;
    let mut timings = vec![
        ("client delay", &totals.client_delay),
        ("setup", &totals.setup),
        ("server late", &totals.server_lateness),
        ("tester late", &totals.tester_lateness),
    ];
    if totals.tester_lateness.count() > 0 {
        timings.push(("corrected", &totals.corrected_time));
    }
    let timings = timings.into_iter().filter(|(_, timing)| timing.count() > 0);
    timings.map(|(name, timing)| [vec![name.to_owned(), timing.count().to_string()], times(timing)].concat()).collect()
}

fn levels(summary: &Summary) -> Markup {
    let seconds = |span: Duration| format!("{:.1}", span.as_secs_f64());
    let cells = summary.levels.iter().map(|level| {
        let section = &level.section;
        let failed = section.totals.fail_ratio().map_or("–".into(), |ratio| format!("{:.2}", ratio * 100.0));
        let numbers = vec![
            level_name(level.what),
            seconds(level.from),
            seconds(section.span),
            rate(section.rps(&section.totals)),
            failed,
            format!("{:.2}", section.in_flight),
        ];
        [numbers, times(&section.totals.tpr)].concat()
    });
    table(&["level", "from, s", "for, s", "rps", "fail %", "in flight"], "TPR, ms", cells.collect())
}

fn times(timing: &Timing) -> Vec<String> {
    let time = |time: Option<Duration>| time.map_or("–".to_owned(), number_ms);
    let mut cells = vec![time(timing.mean()), time(timing.min())];
    cells.extend(PERCENTILES.map(|percent| {
        let is_backed = timing.count() == 0 || timing.is_backed(percent);
        let mark = if is_backed { String::new() } else { UNBACKED.to_string() };
        time(timing.percentile(percent)) + &mark
    }));
    cells.push(time(timing.max()));
    cells
}

/// Columns of one's own, and behind them those of times.
fn table(header: &[&str], of_times: &str, rows: Vec<Vec<String>>) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table {
                thead {
                    tr.groups { th colspan=(header.len()) {} th.times colspan=(TIMES.len()) { (of_times) } }
                    tr { @for (column, name) in header.iter().chain(&TIMES).enumerate() {
                        th scope="col" class=[is_first_time(column, header)] { (name) }
                    } }
                }
                tbody { @for row in rows {
                    tr { @for (column, cell) in row.iter().enumerate() {
                        @if column == 0 { th scope="row" title=(cell) { (cell) } }
                        @else { td class=[is_first_time(column, header)] { (marked(cell)) } }
                    } }
                } }
            }
        }
    }
}

fn is_first_time(column: usize, header: &[&str]) -> Option<&'static str> {
    (column == header.len()).then_some("times")
}

/// The mark of an unbacked percentile hangs behind the digits, which stay aligned.
fn marked(cell: &str) -> Markup {
    match cell.strip_suffix(UNBACKED) {
        Some(number) => html! { (number) span.mark { (UNBACKED) } },
        None => html! { (cell) },
    }
}

/// Some percentile of the tables says little.
fn has_unbacked(section: &Section) -> bool {
    let checks = section.checks.iter().flat_map(|check| [&check.tpr, &check.fail_tpr, &check.exception_tpr]);
    let mut timings = checks.chain(section.requests.iter().map(|request| &request.response_time));
    timings.any(|timing| timing.count() > 0 && PERCENTILES.iter().any(|percent| !timing.is_backed(*percent)))
}

/// Rows of a section: one for each name, one for all together if there are several, and one at full load.
fn rows<'a, T>(
    whole: &'a Section,
    full_load: Option<&'a Section>,
    each: impl Fn(&'a Section) -> &'a [T],
    total: impl Fn(&'a Section) -> &'a T,
    name: impl Fn(&'a T) -> &'a str,
) -> Vec<(String, &'a Section, &'a T)> {
    let mut rows: Vec<_> = each(whole).iter().map(|counters| (name(counters).to_owned(), whole, counters)).collect();
    if rows.len() > 1 {
        rows.push(("all".into(), whole, total(whole)));
    }
    if let Some(section) = full_load {
        rows.push(("at full load".into(), section, total(section)));
    }
    rows
}
