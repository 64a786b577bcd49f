//! Snapshot of a run: all that the page shows of it at a glance.

use serde::Serialize;

use super::diagnosis::Diagnosis;
use super::header::Header;
use super::points::Columns;
use super::row::Row;
use super::search::SearchNow;
use super::verdicts::Verdicts;
use super::{ms, per_second, rounded};
use crate::stats;
use crate::stats::{Recent, RowOf, Summary};

/// Snapshot of a run, made once a second while it goes on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Snapshot of a run"))]
pub(crate) struct Snapshot {
    /// Number of the snapshot in this process.
    pub(crate) seq: u64,
    /// Run, and how far it has come.
    pub(crate) run: Header,
    /// Last 10 s; of a run that is over, the whole of it.
    pub(crate) now: Now,
    /// Whole run so far.
    pub(crate) totals: Totals,
    /// Verdicts on it.
    pub(crate) verdicts: Verdicts,
    /// What makes the numbers say less than they seem to.
    pub(crate) warnings: Vec<String>,
    /// What they show of the service; while the run goes on, as far as counts tell.
    pub(crate) diagnoses: Vec<Diagnosis>,
    /// Rows of the statistics table, of the whole run.
    pub(crate) rows: Vec<Row>,
    /// Parts of the run that have rows.
    pub(crate) parts: Vec<Part>,
    /// Newest points of the charts, some of which may be known; null but in events.
    pub(crate) points: Option<Columns>,
    /// Failures so far.
    pub(crate) failures: FailureCounts,
    /// Lines of the log so far.
    pub(crate) log_lines: usize,
    /// Search for the capacity; null for a run that is none.
    pub(crate) search: Option<SearchNow>,
}

/// Numbers of the last 10 s.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "now"))]
pub(crate) struct Now {
    /// Span of these numbers, in s.
    span_s: f64,
    /// Answers per second.
    rps: f64,
    /// Checks that did not pass, per second.
    failures_per_s: f64,
    /// Share of the checks that did not pass; null without any.
    fail_ratio: Option<f64>,
    /// Median of the response times, in ms.
    p50_ms: Option<f64>,
    /// Response time in ms that 95 % did not exceed.
    p95_ms: Option<f64>,
    /// Response time in ms that 99 % did not exceed.
    p99_ms: Option<f64>,
    /// Mean number of requests in flight at the service.
    in_flight: f64,
}

/// Numbers of the whole run so far.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "totals"))]
pub(crate) struct Totals {
    /// Checks that passed.
    pass: u64,
    /// Checks that failed.
    fail: u64,
    /// Checks that ended as exceptions.
    exception: u64,
    /// Checks that were cut off.
    unfinished: u64,
    /// Answers per second.
    rps: f64,
    /// Share of the checks that did not pass; null without any.
    fail_ratio: Option<f64>,
    /// Median of the response times, in ms; of TPR where no request was answered.
    p50_ms: Option<f64>,
    /// Time in ms that 95 % did not exceed.
    p95_ms: Option<f64>,
    /// Time in ms that 99 % did not exceed.
    p99_ms: Option<f64>,
    /// Longest time, in ms.
    max_ms: Option<f64>,
    /// Mean number of requests in flight at the service.
    in_flight: f64,
    /// Span that rates are divided by, in s.
    tested_s: f64,
}

/// Part of a run that has rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "part"))]
pub(crate) struct Part {
    /// Id: `whole`, `recent`, `full_load` or `level:N`.
    pub(crate) id: String,
    /// Name, for people.
    pub(crate) name: String,
}

/// Number of failures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "failure_counts"))]
pub(crate) struct FailureCounts {
    /// Groups that differ in more than numbers and ids.
    pub(crate) groups: usize,
    /// Checks that did not pass.
    pub(crate) count: u64,
}

impl FailureCounts {
    pub(crate) fn of(numbers: &Summary, groups: usize) -> FailureCounts {
        let totals = &numbers.whole.totals;
        FailureCounts { groups, count: totals.fail + totals.exception }
    }
}

impl Now {
    pub(crate) fn of(recent: &Recent, in_flight: f64) -> Now {
        let ended = recent.pass + recent.failures();
        let percentile = |percent| recent.percentile(percent).map(ms);
        Now {
            span_s: rounded(recent.span.as_secs_f64()),
            rps: rounded(recent.rps()),
            failures_per_s: per_second(recent.failures() as f64, recent.span),
            fail_ratio: (ended > 0).then(|| ratio(recent.failures() as f64 / ended as f64)),
            p50_ms: percentile(50.0),
            p95_ms: percentile(95.0),
            p99_ms: percentile(99.0),
            in_flight: rounded(in_flight),
        }
    }
}

impl From<&Totals> for Now {
    /// Whole of a run that is over.
    fn from(totals: &Totals) -> Now {
        let failures = (totals.fail + totals.exception) as f64;
        Now {
            span_s: totals.tested_s,
            rps: totals.rps,
            failures_per_s: if totals.tested_s > 0.0 { rounded(failures / totals.tested_s) } else { 0.0 },
            fail_ratio: totals.fail_ratio,
            p50_ms: totals.p50_ms,
            p95_ms: totals.p95_ms,
            p99_ms: totals.p99_ms,
            in_flight: totals.in_flight,
        }
    }
}

impl Totals {
    /// Of counts and of the rows of the whole run.
    pub(crate) fn of(summary: &Summary, rows: &stats::Rows) -> Totals {
        let totals = &summary.whole.totals;
        let row = |of| rows.rows.iter().find(|row| row.of == of).filter(|row| row.times.count > 0);
        let times = row(RowOf::AllRequests).or_else(|| row(RowOf::AllChecks)).map(|row| &row.times);
        let [p50_ms, _, p95_ms, p99_ms] = times.map_or([None; 4], |times| times.percentiles.map(|time| time.map(ms)));
        Totals {
            pass: totals.pass,
            fail: totals.fail,
            exception: totals.exception,
            unfinished: totals.unfinished,
            rps: rounded(summary.whole.rps(totals)),
            fail_ratio: totals.fail_ratio().map(ratio),
            p50_ms,
            p95_ms,
            p99_ms,
            max_ms: times.and_then(|times| times.max).map(ms),
            in_flight: rounded(summary.whole.in_flight),
            tested_s: rounded(summary.tested().as_secs_f64()),
        }
    }
}

/// A share, to a thousandth of a percent.
fn ratio(share: f64) -> f64 {
    (share * 1e5).round() / 1e5
}
