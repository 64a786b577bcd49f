//! Evidence for a diagnosis: numbers with their names.

use std::time::Duration;

/// With fewer answers, checks or connections nothing is said.
pub(super) const ENOUGH: u64 = 100;
/// With fewer that are slow or fail nothing is said of those.
pub(super) const ENOUGH_OF_FEW: u64 = 20;

/// Number that speaks for a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// What it is, in small letters and without its unit: `receive_p50`.
    pub name: &'static str,
    /// The number.
    pub measure: Measure,
}

/// Number with its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Measure {
    /// How many.
    Count(u64),
    /// Mean of how many.
    Mean(f64),
    /// Part of a whole, 0 to 1.
    Share(f64),
    /// How many a second.
    PerSecond(f64),
    /// Time that something took.
    Time(Duration),
}

impl Evidence {
    pub(super) fn count(name: &'static str, count: u64) -> Self {
        Evidence { name, measure: Measure::Count(count) }
    }

    pub(super) fn mean(name: &'static str, mean: f64) -> Self {
        Evidence { name, measure: Measure::Mean(mean) }
    }

    pub(super) fn share(name: &'static str, share: f64) -> Self {
        Evidence { name, measure: Measure::Share(share) }
    }

    pub(super) fn per_s(name: &'static str, rate: f64) -> Self {
        Evidence { name, measure: Measure::PerSecond(rate) }
    }

    pub(super) fn time(name: &'static str, time: Duration) -> Self {
        Evidence { name, measure: Measure::Time(time) }
    }
}

/// One number by another; nothing of nothing.
pub(super) fn share_of(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A share as people read it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
