//! Confidence: the interval in which a value of full load lies with 95 %, by its blocks.
//!
//! The samples of a run depend on one another: answers that stand in one queue are slow together. An interval that takes
//! them as independent is too narrow. So the spread is learned from the [blocks](super::Blocks) of full load, as *batch
//! means* (Law, *Simulation Modeling and Analysis*): a ratio of two sums over blocks varies as the blocks do, and the
//! widest interval of blocks as they are, in pairs, in fours and so on counts, down to 7 batches, with Student's t of
//! each. Percentiles follow Woodruff (1952): the share of samples beyond the value is such a ratio; its interval, in
//! Wilson's form for as many independent samples as vary alike, is carried over to the values that have these shares.
//!
//! How many of these intervals hold the truth is tested on streams whose truth is known: `confidence/tests.rs`.

mod batch;
mod batches;
mod ratio;

use std::sync::Arc;

pub(super) use batch::{Batch, widths};
pub(crate) use batches::Batches;

use super::summary::Summary;

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

impl Summary {
    /// Intervals of all checks together at full load: of their TPR, their requests per second and their fail ratio.
    pub fn intervals(&self) -> Intervals {
        self.intervals_of(&Subject::Checks)
    }

    /// Intervals of a check at full load, by its name.
    pub fn intervals_of_check(&self, name: &str) -> Intervals {
        self.intervals_of(&Subject::Check(name.into()))
    }

    /// Intervals of the requests of a name at full load.
    pub fn intervals_of_request(&self, name: &str) -> Intervals {
        self.intervals_of(&Subject::Request(name.into()))
    }

    pub(crate) fn intervals_of(&self, subject: &Subject) -> Intervals {
        Batches::of(self, subject).intervals()
    }
}

#[cfg(test)]
mod tests;
