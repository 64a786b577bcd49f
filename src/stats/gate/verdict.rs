//! Verdict on a gate.

use std::fmt;

use super::condition::GateKind;
use super::unit::GateUnit;

/// Verdict on a [`Gate`](super::Gate): what was measured, and whether the gate was crossed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GateVerdict {
    /// The condition as it was written.
    pub expr: String,
    /// How it is meant.
    pub kind: GateKind,
    /// True for the gate that is there because no other gate is on the fail ratio of all.
    pub implied: bool,
    /// Measured value, in [`unit`](Self::unit); `None` without data.
    pub value: Option<f64>,
    /// Numbers it was measured by: `1250 times of the whole run after its warm-up`.
    pub judged_by: String,
    /// Limit, in the same unit.
    pub limit: f64,
    /// The unit of the numbers.
    pub unit: GateUnit,
    /// The gate was crossed, which fails the run.
    pub crossed: bool,
    /// How far the value is from the limit, on whichever side; `None` without data.
    pub margin: Option<f64>,
    /// The value is no percentile with fewer than 10 samples beyond it.
    pub is_backed: bool,
    /// True for the gate that stopped the run; its numbers are those of that moment.
    pub stopped_run: bool,
    /// Note on it, such as why there are no data.
    pub note: Option<String>,
}

impl fmt::Display for GateVerdict {
    /// The condition as a sentence: `fail if p95 > 450ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            GateKind::FailIf => "fail if",
            GateKind::Threshold => "threshold",
            GateKind::Within => "within",
            GateKind::Until => "until",
        };
        let implied = if self.implied { " (implied)" } else { "" };
        write!(f, "{kind} {}{implied}", self.expr)
    }
}
