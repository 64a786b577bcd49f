//! Rows of the statistics table.

use std::time::Duration;

use serde::Serialize;

use super::bounds::Bounds;
use super::{ms, per_second, rounded};
use crate::stats;
use crate::stats::{RowOf, Spread, Summary};

/// Row of the statistics table: a check, the requests of a name, or all together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "row"))]
pub(crate) struct Row {
    /// Kind of the row.
    #[cfg_attr(test, schemars(extend("enum" = ["check", "request", "all checks", "all requests"])))]
    kind: &'static str,
    /// Name of the check or the requests.
    name: String,
    /// Check that makes these requests, if only one does; else null.
    of: Option<String>,
    /// Runs of a check that ended, or requests that did.
    count: u64,
    /// Runs that did not pass; requests that were lost, or because of which a check did not pass.
    failures: u64,
    /// Answers per second.
    rps: f64,
    /// Failures per second.
    failures_per_s: f64,
    /// Mean time, in ms: TPR of the passes of a check, response time of requests.
    mean_ms: Option<f64>,
    /// Shortest time, in ms.
    min_ms: Option<f64>,
    /// Median time, in ms.
    p50_ms: Option<f64>,
    /// Time in ms that 90 % did not exceed.
    p90_ms: Option<f64>,
    /// Time in ms that 95 % did not exceed.
    p95_ms: Option<f64>,
    /// Time in ms that 99 % did not exceed.
    p99_ms: Option<f64>,
    /// Longest time, in ms.
    max_ms: Option<f64>,
    /// Of a schedule: corrected time in ms that 95 % did not exceed.
    corrected_p95_ms: Option<f64>,
    /// Delay of the tester itself in ms that 95 % did not exceed.
    delay_p95_ms: Option<f64>,
    /// Mean size of a decoded body, in bytes; null of a check.
    size_bytes: Option<f64>,
    /// Percentiles beyond which fewer than 10 samples lie.
    unbacked: Vec<String>,
    /// Intervals of its numbers; only of full load, and once the run is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<Bounds>,
}

/// Rows of one part of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Rows of a part of a run"))]
pub(crate) struct RowsOf {
    /// Id of the part.
    pub(crate) part: String,
    /// Its rows.
    pub(crate) rows: Vec<Row>,
}

/// Rows as the page shows them.
pub(crate) fn rows(rows: &stats::Rows) -> Vec<Row> {
    rows.rows.iter().map(|row| of(row, rows.span)).collect()
}

/// Rows of full load of a run that is over, with the intervals of their numbers.
pub(crate) fn bounded_rows(rows: &stats::Rows, summary: &Summary) -> Vec<Row> {
    let bounded = |row| Row { bounds: Bounds::of(summary, row, rows.span), ..of(row, rows.span) };
    rows.rows.iter().map(bounded).collect()
}

fn of(row: &stats::Row, span: Duration) -> Row {
    let [p50_ms, p90_ms, p95_ms, p99_ms] = row.times.percentiles.map(|time| time.map(ms));
    let Spread { mean, min, max, unbacked, .. } = &row.times;
    let is_of_requests = matches!(row.of, RowOf::Request | RowOf::AllRequests);
    Row {
        kind: match row.of {
            RowOf::Check => "check",
            RowOf::Request => "request",
            RowOf::AllChecks => "all checks",
            RowOf::AllRequests => "all requests",
        },
        name: row.name.to_string(),
        of: row.check.as_ref().map(ToString::to_string),
        count: row.count,
        failures: row.failures,
        rps: per_second(row.answers as f64, span),
        failures_per_s: per_second(row.failures as f64, span),
        mean_ms: mean.map(ms),
        min_ms: min.map(ms),
        p50_ms,
        p90_ms,
        p95_ms,
        p99_ms,
        max_ms: max.map(ms),
        corrected_p95_ms: row.corrected_p95.map(ms),
        delay_p95_ms: row.delay_p95.map(ms),
        size_bytes: (is_of_requests && row.answers > 0).then(|| rounded(row.body_bytes as f64 / row.answers as f64)),
        unbacked: unbacked.iter().map(|percent| format!("p{percent}")).collect(),
        bounds: None,
    }
}
