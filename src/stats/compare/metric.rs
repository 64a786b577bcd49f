//! Metric that two sides are compared by.

use std::fmt;

/// Metric that is compared of each check and of the requests of each name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Answered requests per second; more is better.
    Rps,
    /// The median of the times, in nanoseconds.
    P50,
    /// 95 % of the times are no longer, in nanoseconds.
    P95,
    /// 99 % of the times are no longer, in nanoseconds.
    P99,
    /// The share that did not pass, 0 to 1.
    FailRatio,
}

impl Metric {
    /// All metrics, in the order of reports.
    pub const ALL: [Metric; 5] = [Metric::Rps, Metric::P50, Metric::P95, Metric::P99, Metric::FailRatio];

    /// As it is called in gates and reports.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Rps => "rps",
            Metric::P50 => "p50",
            Metric::P95 => "p95",
            Metric::P99 => "p99",
            Metric::FailRatio => "fail_ratio",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
