//! Times of one kind.

use serde::{Deserialize, Serialize};

use super::interval::Bounds;
use super::number::{Count, Milliseconds};
use super::read::Read;
use crate::stats::{Intervals, Timing};

/// Times in ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "times_ms"))]
pub(crate) struct Times {
    /// Samples.
    #[cfg_attr(test, schemars(range(min = 1)))]
    count: Count,
    /// Mean in ms, exact.
    mean: Milliseconds,
    /// Shortest time in ms, exact.
    min: Milliseconds,
    /// Median in ms: half of the samples took no longer. To 3 digits, as are all percentiles.
    p50: Milliseconds,
    /// Time in ms that 90 % of the samples did not exceed.
    p90: Milliseconds,
    /// Time in ms that 95 % of the samples did not exceed.
    p95: Milliseconds,
    /// Time in ms that 99 % of the samples did not exceed.
    p99: Milliseconds,
    /// Time in ms that 99.9 % of the samples did not exceed.
    p999: Milliseconds,
    /// Time in ms that 99.99 % of the samples did not exceed.
    p9999: Milliseconds,
    /// Longest time in ms, exact.
    max: Milliseconds,
    /// Sum of all samples in ms, exact.
    sum: Milliseconds,
    /// Percentiles beyond which fewer than 10 samples lie: they say little.
    unbacked: Vec<Percentile>,
    /// Ends of the intervals, of times at full load where enough ended.
    #[serde(flatten)]
    bounds: Option<Bounds>,
    /// HdrHistogram in its V2 format, compressed, in base64: values in units of 100 ns, 3 digits. Those of several runs
    /// can be added. Absent in totals, whose histograms are those of the checks, added.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    histogram: Option<String>,
}

/// A percentile by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, description = ""))]
pub(crate) enum Percentile {
    P50,
    P90,
    P95,
    P99,
    P999,
    P9999,
}

impl Percentile {
    const ALL: [Self; 6] = [Self::P50, Self::P90, Self::P95, Self::P99, Self::P999, Self::P9999];

    /// Percent of the samples that it is not exceeded by.
    fn percent(self) -> f64 {
        match self {
            Percentile::P50 => 50.0,
            Percentile::P90 => 90.0,
            Percentile::P95 => 95.0,
            Percentile::P99 => 99.0,
            Percentile::P999 => 99.9,
            Percentile::P9999 => 99.99,
        }
    }
}

impl Times {
    /// Times without their histogram; `None` without samples.
    pub(super) fn summed(timing: &Timing) -> Option<Self> {
        let [p50, p90, p95, p99, p999, p9999] =
            Percentile::ALL.map(|percentile| timing.percentile(percentile.percent()).unwrap_or_default().into());
        let is_unbacked = |percentile: &Percentile| !timing.is_backed(percentile.percent());
        Some(Times {
            count: Count(timing.count()),
            mean: timing.mean()?.into(),
            min: timing.min()?.into(),
            p50,
            p90,
            p95,
            p99,
            p999,
            p9999,
            max: timing.max()?.into(),
            sum: timing.sum().into(),
            unbacked: Percentile::ALL.into_iter().filter(is_unbacked).collect(),
            bounds: None,
            histogram: None,
        })
    }

    /// Times with the ends of their intervals.
    pub(super) fn bounded(self, timing: &Timing, intervals: &Intervals) -> Self {
        Times { bounds: Bounds::of(timing, intervals), ..self }
    }

    /// Times with the histogram that other runs' can be added to; `None` without samples.
    pub(super) fn mergeable(timing: &Timing) -> Option<Self> {
        Times::summed(timing).map(|times| Times { histogram: timing.encoded_histogram(), ..times })
    }
}

/// The times of a key, none where there were no samples.
///
/// # Errors
/// What is wrong with its histogram.
pub(super) fn timing(times: Option<&Times>, key: &str) -> Read<Timing> {
    let Some(times) = times else { return Ok(Timing::default()) };
    let histogram = times.histogram.as_ref().ok_or("no histogram")?;
    let [sum, min, max] = [times.sum, times.min, times.max].map(Into::into);
    let timing = Timing::decoded(times.count.0, sum, min, max, histogram);
    timing.ok_or_else(|| format!("a damaged histogram in {key}"))
}
