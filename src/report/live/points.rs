//! Points of the charts.

use std::time::Duration;

use serde::Serialize;

use super::{ms, per_second};
use crate::stats::{Point, Series, SparseHistogram};

/// A last point of which less than this share is over says nothing.
const LEAST_SHARE: f64 = 0.25;

/// Points of the charts of a run, or of one of its rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Points of the charts"))]
pub(crate) struct Points {
    /// What they are of: `all`, `check:NAME` or `request:NAME`.
    pub(crate) of: String,
    /// The points.
    pub(crate) points: Columns,
    /// Moments at which the load changed.
    pub(crate) marks: Vec<Mark>,
}

/// Points, column by column: each list has one value for each point. Null stands for what is not known of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "points"))]
pub(crate) struct Columns {
    /// Span of a point, in s.
    width_s: f64,
    /// Number of the first point: it begins so many widths after the start of the run.
    from: usize,
    /// Answers per second.
    rps: Vec<f64>,
    /// Checks that did not pass per second; of one request, its failures.
    failures_per_s: Vec<f64>,
    /// Median of the times, in ms.
    p50_ms: Vec<Option<f64>>,
    /// Time in ms that 95 % did not exceed.
    p95_ms: Vec<Option<f64>>,
    /// Time in ms that 99 % did not exceed.
    p99_ms: Vec<Option<f64>>,
    /// Longest time, in ms.
    max_ms: Vec<Option<f64>>,
    /// The most users that were up; empty for one row.
    users: Vec<u32>,
    /// Mean number of requests in flight at the service; empty for one row.
    in_flight: Vec<f64>,
    /// Median of the delay of the tester itself, in ms; empty for one row.
    delay_p50_ms: Vec<Option<f64>>,
    /// Delay of the tester itself in ms that 99 % did not exceed; empty for one row.
    delay_p99_ms: Vec<Option<f64>>,
}

/// Moment at which the load changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "mark"))]
pub(crate) struct Mark {
    /// Moment, in s from the start of what is measured.
    pub(crate) at_s: f64,
    /// What changed.
    pub(crate) text: String,
}

impl Columns {
    /// Points of all together from this one on, of a run that has gone on for so long.
    pub(crate) fn of_all(series: &Series, from: usize, elapsed: Duration) -> Columns {
        let mut columns = Columns::of_row(series, from, elapsed);
        for (point, span) in whole(series, from, elapsed) {
            columns.users.push(point.users);
            columns.in_flight.push(per_second(point.at_service.as_secs_f64(), span));
            columns.delay_p50_ms.push(percentile(&point.delays, 50.0));
            columns.delay_p99_ms.push(percentile(&point.delays, 99.0));
        }
        columns
    }

    /// Points of one row.
    pub(crate) fn of_row(series: &Series, from: usize, elapsed: Duration) -> Columns {
        let mut columns = Columns { width_s: series.width().as_secs_f64(), from, ..Columns::default() };
        for (Point { row, .. }, span) in whole(series, from, elapsed) {
            columns.rps.push(per_second(row.times.count() as f64, span));
            columns.failures_per_s.push(per_second(row.failures as f64, span));
            columns.p50_ms.push(percentile(&row.times, 50.0));
            columns.p95_ms.push(percentile(&row.times, 95.0));
            columns.p99_ms.push(percentile(&row.times, 99.0));
            columns.max_ms.push((row.times.count() > 0).then(|| ms(row.max.span())));
        }
        columns
    }
}

/// Points from this one on that are over, each with how much of it is.
fn whole(series: &Series, from: usize, elapsed: Duration) -> impl Iterator<Item = (&Point, Duration)> {
    let width = series.width();
    let spans = (0_u32..).map(move |place| elapsed.saturating_sub(width * place).min(width));
    let points = series.points().iter().zip(spans);
    points.take_while(move |(_, span)| span.as_secs_f64() >= width.as_secs_f64() * LEAST_SHARE).skip(from)
}

fn percentile(times: &SparseHistogram, percent: f64) -> Option<f64> {
    times.percentile(percent).map(ms)
}
