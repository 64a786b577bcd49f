//! Interval of a value, and what values are of.

use std::sync::Arc;

/// Probability with which an [`Interval`] holds the value.
pub const CONFIDENCE: f64 = 0.95;

/// Interval in which a value lies with [`CONFIDENCE`]: times in nanoseconds, rates per second, ratios 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end; `None` where too few samples lie beyond the value to know one.
    pub high: Option<f64>,
}

impl Interval {
    /// Half of its width as a share of the value; `None` if it is open, or the value is nothing.
    pub fn half_width_of(&self, value: f64) -> Option<f64> {
        let high = self.high?;
        (value > 0.0).then(|| (high - self.low) / 2.0 / value)
    }

    /// In another unit.
    pub(crate) fn times(self, factor: f64) -> Interval {
        Interval { low: self.low * factor, high: self.high.map(|high| high * factor) }
    }

    /// Wide enough to hold a value that was measured more finely.
    pub(crate) fn around(self, value: f64) -> Interval {
        Interval { low: self.low.min(value), high: self.high.map(|high| high.max(value)) }
    }
}

/// Subject of an interval: what a row of a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// All checks together, with the TPR of their passes.
    Checks,
    /// Check of this name.
    Check(Arc<str>),
    /// All requests together, with their response times.
    Requests,
    /// Requests of this name.
    Request(Arc<str>),
}

/// Intervals of the values that stand in reports; each `None` where there is too little to tell one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Intervals {
    /// Of the mean, in nanoseconds.
    pub mean: Option<Interval>,
    /// Of the median, in nanoseconds.
    pub p50: Option<Interval>,
    /// Of the time that 95 % do not exceed, in nanoseconds.
    pub p95: Option<Interval>,
    /// Of the time that 99 % do not exceed, in nanoseconds.
    pub p99: Option<Interval>,
    /// Of the answered requests per second.
    pub rps: Option<Interval>,
    /// Of the share that did not pass, 0 to 1.
    pub fail_ratio: Option<Interval>,
}
