//! Numbers as they are written, and the bounds within which they are read: a report can be written by hand.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units::milliseconds;

/// Counts beyond this are no run's; below it, the sum of thousands of reports is still a number.
const MAX_COUNT: u64 = 1 << 48;
/// Numbers beyond this are no run's.
const MAX_NUMBER: f64 = 1e15;
/// Seconds beyond this are no run's: about three centuries.
const MAX_SECONDS: f64 = 1e10;
/// The refusal of a number out of bounds; its key is told by who reads the whole.
const OUT_OF_BOUNDS: &str = "invalid value: out of bounds";

/// A count, bounded when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u64")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, description = ""))]
pub(crate) struct Count(pub(crate) u64);

/// A number, bounded when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "f64")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, description = ""))]
pub(crate) struct Number(#[cfg_attr(test, schemars(range(min = 0)))] pub(crate) f64);

/// A number that follows from others; `null` stands for one that is none, as of something divided by no time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Option<f64>")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, description = ""))]
pub(crate) struct Quotient(#[cfg_attr(test, schemars(range(min = 0)))] pub(crate) f64);

/// A span of time in seconds, bounded when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "f64")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, description = ""))]
pub(crate) struct Seconds(#[cfg_attr(test, schemars(range(min = 0)))] f64);

/// A span of time in milliseconds, to the nanosecond and bounded when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "f64")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, description = ""))]
pub(crate) struct Milliseconds(#[cfg_attr(test, schemars(range(min = 0)))] f64);

impl TryFrom<u64> for Count {
    type Error = &'static str;

    fn try_from(count: u64) -> Result<Self, Self::Error> {
        if count <= MAX_COUNT { Ok(Count(count)) } else { Err(OUT_OF_BOUNDS) }
    }
}

impl TryFrom<f64> for Number {
    type Error = &'static str;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        if number.abs() <= MAX_NUMBER { Ok(Number(number)) } else { Err(OUT_OF_BOUNDS) }
    }
}

impl From<Option<f64>> for Quotient {
    fn from(number: Option<f64>) -> Self {
        Quotient(number.unwrap_or(f64::NAN))
    }
}

impl TryFrom<f64> for Seconds {
    type Error = &'static str;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        if (0.0..=MAX_SECONDS).contains(&seconds) { Ok(Seconds(seconds)) } else { Err(OUT_OF_BOUNDS) }
    }
}

impl From<Duration> for Seconds {
    fn from(time: Duration) -> Self {
        Seconds(time.as_secs_f64())
    }
}

impl From<Seconds> for Duration {
    fn from(Seconds(seconds): Seconds) -> Self {
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }
}

impl TryFrom<f64> for Milliseconds {
    type Error = &'static str;

    fn try_from(ms: f64) -> Result<Self, Self::Error> {
        if (0.0..=MAX_SECONDS * 1e3).contains(&ms) { Ok(Milliseconds(ms)) } else { Err(OUT_OF_BOUNDS) }
    }
}

impl From<Duration> for Milliseconds {
    fn from(time: Duration) -> Self {
        // What lies behind the nanosecond is the noise of the binary fraction.
        Milliseconds((milliseconds(time) * 1e6).round() / 1e6)
    }
}

impl From<Milliseconds> for Duration {
    fn from(Milliseconds(ms): Milliseconds) -> Self {
        // By the whole nanosecond that was written.
        Duration::from_nanos((ms * 1e6).round() as u64)
    }
}
