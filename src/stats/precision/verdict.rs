//! Verdict on a precision.

use std::time::Duration;

use crate::stats::confidence::Interval;
use crate::stats::gate::GateUnit;

/// What became of a [`Precision`](super::Precision).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PrecisionVerdict {
    /// The precision as it was written.
    pub expr: String,
    /// Share that was asked for, 0 to 1.
    pub wanted: f64,
    /// Half of the interval as a share of the value; `None` where no interval, or an open one, is known.
    pub half_width: Option<f64>,
    /// Value, in [`unit`](Self::unit); `None` without data.
    pub value: Option<f64>,
    /// Its interval, in the same unit.
    pub interval: Option<Interval>,
    /// The unit of the numbers.
    pub unit: GateUnit,
    /// Time of full load that would have been long enough: half of the interval shrinks with the root of the time. `None`
    /// where it was reached, or cannot be told.
    pub needed: Option<Duration>,
}

impl PrecisionVerdict {
    /// It is as precise as was asked for.
    pub fn is_reached(&self) -> bool {
        self.half_width.is_some_and(|half| half <= self.wanted)
    }
}
