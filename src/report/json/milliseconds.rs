//! Times in milliseconds.

use std::time::Duration;

use crate::units::milliseconds;

/// To the nanosecond: what lies behind it is the noise of the binary fraction.
pub(super) fn ms(time: Option<Duration>) -> Option<f64> {
    time.map(|time| (milliseconds(time) * 1e6).round() / 1e6)
}
