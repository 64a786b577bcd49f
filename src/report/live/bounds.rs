//! Intervals of the numbers of a row at full load.

use std::time::Duration;

use serde::Serialize;

use super::rounded;
use crate::stats::{self, CONFIDENCE, Interval, Intervals, RowOf, Subject, Summary};
use crate::units::milliseconds;

/// Ends of the intervals of a row's numbers at full load; null where they are not known.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "row_bounds"))]
pub(crate) struct Bounds {
    /// Probability with which each interval holds its value.
    confidence: f64,
    /// Lower end of the mean, in ms.
    mean_low_ms: Option<f64>,
    /// Upper end of the mean, in ms.
    mean_high_ms: Option<f64>,
    /// Lower end of the median, in ms.
    p50_low_ms: Option<f64>,
    /// Upper end of the median, in ms.
    p50_high_ms: Option<f64>,
    /// Lower end of the 95th percentile, in ms.
    p95_low_ms: Option<f64>,
    /// Upper end of the 95th percentile, in ms; null where too few samples lie beyond it.
    p95_high_ms: Option<f64>,
    /// Lower end of the 99th percentile, in ms.
    p99_low_ms: Option<f64>,
    /// Upper end of the 99th percentile, in ms; null where too few samples lie beyond it.
    p99_high_ms: Option<f64>,
    /// Lower end of the answers per second.
    rps_low: Option<f64>,
    /// Upper end of the answers per second.
    rps_high: Option<f64>,
    /// Lower end of the share of failures.
    fail_ratio_low: Option<f64>,
    /// Upper end of the share of failures.
    fail_ratio_high: Option<f64>,
}

type Ends = (Option<f64>, Option<f64>);

impl Bounds {
    /// Of a row at full load; `None` where nothing is known of it.
    pub(super) fn of(summary: &Summary, row: &stats::Row, span: Duration) -> Option<Bounds> {
        let intervals = summary.intervals_of(&match row.of {
            RowOf::Check => Subject::Check(row.name.clone()),
            RowOf::Request => Subject::Request(row.name.clone()),
            RowOf::AllChecks => Subject::Checks,
            RowOf::AllRequests => Subject::Requests,
        });
        let Intervals { mean, p50, p95, p99, rps, fail_ratio } = intervals;
        mean.or(rps).or(fail_ratio)?;
        let [p50_at, _, p95_at, p99_at] = row.times.percentiles;
        let per_s = row.answers as f64 / span.as_secs_f64().max(f64::MIN_POSITIVE);
        let (mean, p50) = (times(mean, row.times.mean), times(p50, p50_at));
        let (p95, p99) = (times(p95, p95_at), times(p99, p99_at));
        let (rps, fail_ratio) = (ends(rps, per_s, rounded), ends(fail_ratio, share(row), |share| share));
        Some(Bounds {
            confidence: CONFIDENCE,
            mean_low_ms: mean.0,
            mean_high_ms: mean.1,
            p50_low_ms: p50.0,
            p50_high_ms: p50.1,
            p95_low_ms: p95.0,
            p95_high_ms: p95.1,
            p99_low_ms: p99.0,
            p99_high_ms: p99.1,
            rps_low: rps.0,
            rps_high: rps.1,
            fail_ratio_low: fail_ratio.0,
            fail_ratio_high: fail_ratio.1,
        })
    }
}

fn share(row: &stats::Row) -> f64 {
    if row.count > 0 { row.failures as f64 / row.count as f64 } else { 0.0 }
}

fn ends(interval: Option<Interval>, value: f64, rounded: fn(f64) -> f64) -> Ends {
    let interval = interval.map(|interval| interval.around(value));
    (interval.map(|interval| rounded(interval.low)), interval.and_then(|interval| interval.high).map(rounded))
}

/// Ends in ms of an interval in ns.
fn times(interval: Option<Interval>, value: Option<Duration>) -> Ends {
    let interval = interval.map(|interval| interval.times(1e-6));
    ends(interval, value.map_or_else(|| interval.map_or(0.0, |interval| interval.low), milliseconds), rounded)
}
