//! A precision that was asked for, and what became of it.

use serde::{Deserialize, Serialize};

use super::gate::GateUnit;
use super::number::{Number, Seconds};
use super::text::Text;
use crate::stats::PrecisionVerdict;

/// Precision that was asked for, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "precision"))]
pub(crate) struct Precision {
    /// Precision as it was written.
    expr: Text,
    /// Whether it was reached.
    reached: bool,
    /// Share of the value that half of its interval may be.
    wanted: Number,
    /// Share of the value that half of its interval was; null where no interval, or an open one, is known.
    half_width: Option<Number>,
    /// Value at full load, in `unit`; null without data.
    value: Option<Number>,
    /// Lower end of its interval, in `unit`; null where none is known.
    low: Option<Number>,
    /// Upper end of its interval, in `unit`; null where none is known.
    high: Option<Number>,
    /// Unit of the value and its interval; null for a number of things.
    unit: Option<GateUnit>,
    /// Time of full load in s that would have been long enough; null where it was, or it cannot be told.
    needed_s: Option<Seconds>,
}

impl From<&PrecisionVerdict> for Precision {
    fn from(verdict: &PrecisionVerdict) -> Self {
        Precision {
            expr: (&verdict.expr).into(),
            reached: verdict.is_reached(),
            wanted: Number(verdict.wanted),
            half_width: verdict.half_width.map(Number),
            value: verdict.value.map(Number),
            low: verdict.interval.map(|interval| Number(interval.low)),
            high: verdict.interval.and_then(|interval| interval.high).map(Number),
            unit: GateUnit::of(verdict.unit),
            needed_s: verdict.needed.map(Seconds::from),
        }
    }
}
