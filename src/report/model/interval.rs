//! Intervals of values at full load.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::number::Number;
use crate::stats::{CONFIDENCE, Interval, Intervals, Timing};
use crate::units::milliseconds;

/// Ends of the intervals of times, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "bounds_ms"))]
pub(crate) struct Bounds {
    /// Lower end of the interval of the mean, in ms; null where too little ended.
    pub(super) mean_low: Option<Number>,
    /// Upper end of the interval of the mean, in ms; null where it is not known.
    pub(super) mean_high: Option<Number>,
    /// Lower end of the interval of the median, in ms; null where too little ended.
    pub(super) p50_low: Option<Number>,
    /// Upper end of the interval of the median, in ms; null where it is not known.
    pub(super) p50_high: Option<Number>,
    /// Lower end of the interval of the 95th percentile, in ms; null where too little ended.
    pub(super) p95_low: Option<Number>,
    /// Upper end of the interval of the 95th percentile, in ms; null where too few samples lie beyond it to know one.
    pub(super) p95_high: Option<Number>,
    /// Lower end of the interval of the 99th percentile, in ms; null where too little ended.
    pub(super) p99_low: Option<Number>,
    /// Upper end of the interval of the 99th percentile, in ms; null where too few samples lie beyond it to know one.
    pub(super) p99_high: Option<Number>,
    /// Probability with which each interval holds its value.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub(super) confidence: f64,
}

/// Ends of the intervals of a rate and a share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "bounds"))]
pub(crate) struct RateBounds {
    /// Lower end of the interval of rps; null where too little ended.
    rps_low: Option<Number>,
    /// Upper end of the interval of rps; null where too little ended.
    rps_high: Option<Number>,
    /// Lower end of the interval of the share of failures; null where too little ended.
    fail_ratio_low: Option<Number>,
    /// Upper end of the interval of the share of failures; null where too little ended.
    fail_ratio_high: Option<Number>,
    /// Probability with which each interval holds its value.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    confidence: f64,
}

impl RateBounds {
    /// `None` where nothing is known.
    pub(super) fn of(rps: Option<Interval>, fail_ratio: Option<Interval>) -> Option<Self> {
        rps.or(fail_ratio)?;
        Some(RateBounds {
            rps_low: rps.map(|interval| short(interval.low)),
            rps_high: rps.and_then(|interval| interval.high).map(short),
            fail_ratio_low: fail_ratio.map(|interval| short(interval.low)),
            fail_ratio_high: fail_ratio.and_then(|interval| interval.high).map(short),
            confidence: CONFIDENCE,
        })
    }
}

impl Bounds {
    /// Ends of the intervals of these times; `None` where nothing is known.
    pub(super) fn of(timing: &Timing, intervals: &Intervals) -> Option<Self> {
        let Intervals { mean, p50, p95, p99, .. } = *intervals;
        mean.or(p50)?;
        let ms = |interval: Option<Interval>, value: Option<Duration>| {
            let interval = interval.map(|interval| interval.times(1e-6));
            let interval =
                interval.map(|interval| value.map_or(interval, |value| interval.around(milliseconds(value))));
            (interval.map(|interval| short(interval.low)), interval.and_then(|interval| interval.high).map(short))
        };
        let percentile = |interval, percent| ms(interval, timing.percentile(percent));
        let (mean, p50) = (ms(mean, timing.mean()), percentile(p50, 50.0));
        let (p95, p99) = (percentile(p95, 95.0), percentile(p99, 99.0));
        Some(Bounds {
            mean_low: mean.0,
            mean_high: mean.1,
            p50_low: p50.0,
            p50_high: p50.1,
            p95_low: p95.0,
            p95_high: p95.1,
            p99_low: p99.0,
            p99_high: p99.1,
            confidence: CONFIDENCE,
        })
    }
}

/// To six decimals: no interval is known better, and a millionth of a millisecond is the smallest time.
fn short(value: f64) -> Number {
    Number((value * 1e6).round() / 1e6)
}
