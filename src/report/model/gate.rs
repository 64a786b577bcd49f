//! A gate and what became of it.

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::stats::{GateKind as StatsKind, GateUnit as StatsUnit, GateVerdict};

/// Gate, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "gate"))]
pub(crate) struct Gate {
    /// Condition as it was written.
    expr: Text,
    /// Meaning of the condition: what must not happen, or what must hold.
    kind: GateKind,
    /// Whether perfloop added it itself: nothing may fail where no gate says otherwise.
    implied: bool,
    /// Value that was seen, in `unit`; null without data.
    value: Option<f64>,
    /// Limit that the value is held against, in `unit`.
    limit: f64,
    /// Unit of value, limit and margin; null for a number of things.
    unit: Option<GateUnit>,
    /// Whether it was crossed, which fails the run.
    crossed: bool,
    /// Distance of the value from the limit, in `unit`; null without data.
    margin: Option<f64>,
    /// Samples it was judged by, and the part of the run they are of.
    judged_by: Text,
    /// Whether it stopped the run when it was crossed.
    stopped_run: bool,
    /// Note on its judgement, such as why there are no data; null without one.
    note: Option<Text>,
}

/// Meaning of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum GateKind {
    FailIf,
    Threshold,
    Within,
    Until,
}

/// Unit of a gate's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum GateUnit {
    Ms,
    Ratio,
    PerS,
}

impl GateUnit {
    /// `None` for a number of things.
    pub(super) fn of(unit: StatsUnit) -> Option<Self> {
        match unit {
            StatsUnit::Milliseconds => Some(GateUnit::Ms),
            StatsUnit::Ratio => Some(GateUnit::Ratio),
            StatsUnit::PerSecond => Some(GateUnit::PerS),
            StatsUnit::Count => None,
        }
    }
}

impl From<&GateVerdict> for Gate {
    fn from(gate: &GateVerdict) -> Self {
        Gate {
            expr: (&gate.expr).into(),
            kind: match gate.kind {
                StatsKind::FailIf => GateKind::FailIf,
                StatsKind::Threshold => GateKind::Threshold,
                StatsKind::Within => GateKind::Within,
                StatsKind::Until => GateKind::Until,
            },
            implied: gate.implied,
            value: gate.value,
            limit: gate.limit,
            unit: GateUnit::of(gate.unit),
            crossed: gate.crossed,
            margin: gate.margin,
            judged_by: (&gate.judged_by).into(),
            stopped_run: gate.stopped_run,
            note: gate.note.as_ref().map(Text::from),
        }
    }
}
