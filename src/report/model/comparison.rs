//! The report of a comparison.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::stats::{self, DrawnUnit, Metric};

/// The version of this shape: a change that could break a reader raises it.
const SCHEMA_VERSION: u64 = 2;

/// Comparison of runs as written by perfloop compare with --json, version 2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "perfloop comparison"))]
pub(crate) struct Comparison {
    /// Version of this shape; a change that could break a reader raises it.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA_VERSION)))]
    schema: u64,
    /// Version of perfloop that wrote it.
    version: Text,
    /// Reports of the base: how it was.
    base: Vec<Text>,
    /// Reports of the new side: how it is now.
    new: Vec<Text>,
    /// Unit that was drawn to learn the spread: whole runs, or blocks of full load, which know the noise within runs
    /// only.
    unit: Unit,
    /// Whether some change is worse.
    worse: bool,
    /// Verdict on all together: worse or better if anything is, no difference if that is told of everything.
    verdict: Verdict,
    /// Warnings of what was not alike, in words.
    warnings: Vec<Text>,
    /// Checks, then requests, that both sides have.
    rows: Vec<Row>,
    /// Checks and requests that only the base has.
    only_base: Vec<Name>,
    /// Checks and requests that only the new side has.
    only_new: Vec<Name>,
}

/// Check with the TPR of its passes, or requests of a name with their response times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "row"))]
pub(crate) struct Row {
    /// Kind of the row.
    kind: RowKind,
    /// Name of the check or of the requests.
    name: Text,
    /// Changes of its metrics.
    changes: Changes,
}

/// Changes of metrics; those are absent that a side has no samples for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "changes"))]
pub(crate) struct Changes {
    /// Change of the answered requests per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Change"))]
    rps: Option<Change>,
    /// Change of the median.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Change"))]
    p50: Option<Change>,
    /// Change of the time that 95 % did not exceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Change"))]
    p95: Option<Change>,
    /// Change of the time that 99 % did not exceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Change"))]
    p99: Option<Change>,
    /// Change of the share that did not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Change"))]
    fail_ratio: Option<Change>,
}

/// Change of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "change"))]
pub(crate) struct Change {
    /// Value of the base, in `value_unit`.
    #[cfg_attr(test, schemars(range(min = 0)))]
    base: f64,
    /// Interval in which the value of the base lies with 95 %, in `value_unit`; null where there are too few samples to tell.
    #[serde(default)]
    base_interval: Option<[f64; 2]>,
    /// Value of the new side, in `value_unit`.
    #[cfg_attr(test, schemars(range(min = 0)))]
    new: f64,
    /// Interval in which the value of the new side lies with 95 %, in `value_unit`; null where there are too few samples to
    /// tell.
    #[serde(default)]
    new_interval: Option<[f64; 2]>,
    /// Unit of both values.
    value_unit: ValueUnit,
    /// Difference between the two, in `change_unit`.
    change: f64,
    /// Interval that the change lies in with 95 %, taken alone, in `change_unit`; null with fewer than 10 samples beyond
    /// the percentile.
    interval: Option<[f64; 2]>,
    /// Unit of the change and its interval: percent of the base, or of failures, percentage points.
    change_unit: ChangeUnit,
    /// Probability of so large a change by chance, 0 to 1, after Holm's correction over all metrics and rows; null
    /// without an interval.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    p: Option<f64>,
    /// Verdict on the change.
    verdict: Verdict,
}

/// Name of a check or of requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "name"))]
pub(crate) struct Name {
    /// Kind of thing that has the name.
    kind: RowKind,
    /// Name of the check or of the requests.
    name: Text,
}

/// Kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum RowKind {
    Check,
    Request,
}

/// Unit that was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum Unit {
    Runs,
    Blocks,
}

/// Unit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum ValueUnit {
    PerS,
    Ms,
    Ratio,
}

/// Unit of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum ChangeUnit {
    Percent,
    Points,
}

/// Verdict: better and worse are no chance and lie beyond the tolerance, no difference lies within it; of the rest it
/// cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "verdict"))]
pub(crate) enum Verdict {
    Better,
    Worse,
    NoDifference,
    CannotBeTold,
}

impl Comparison {
    /// A comparison of these reports, with these warnings.
    pub(crate) fn of(comparison: &stats::Comparison, base: &[String], new: &[String], warnings: &[String]) -> Self {
        let texts = |texts: &[String]| texts.iter().map(Text::from).collect();
        let names = |names: &[(stats::RowKind, Arc<str>)]| names.iter().map(Name::from).collect();
        Comparison {
            schema: SCHEMA_VERSION,
            version: env!("CARGO_PKG_VERSION").into(),
            base: texts(base),
            new: texts(new),
            unit: match comparison.unit {
                DrawnUnit::Runs => Unit::Runs,
                DrawnUnit::Blocks => Unit::Blocks,
            },
            worse: comparison.is_worse(),
            verdict: comparison.verdict().into(),
            warnings: texts(warnings),
            rows: comparison.rows.iter().map(Row::from).collect(),
            only_base: names(&comparison.only_base),
            only_new: names(&comparison.only_new),
        }
    }
}

impl From<&stats::ComparedRow> for Row {
    fn from(row: &stats::ComparedRow) -> Self {
        let mut changes = Changes::default();
        for change in &row.changes {
            let place = match change.metric {
                Metric::Rps => &mut changes.rps,
                Metric::P50 => &mut changes.p50,
                Metric::P95 => &mut changes.p95,
                Metric::P99 => &mut changes.p99,
                Metric::FailRatio => &mut changes.fail_ratio,
            };
            *place = Some(change.into());
        }
        Row { kind: row.kind.into(), name: (&*row.name).into(), changes }
    }
}

impl From<&stats::Change> for Change {
    fn from(change: &stats::Change) -> Self {
        let (value_unit, change_unit, factor) = match change.metric {
            Metric::Rps => (ValueUnit::PerS, ChangeUnit::Percent, 1.0),
            Metric::P50 | Metric::P95 | Metric::P99 => (ValueUnit::Ms, ChangeUnit::Percent, 1e-6),
            Metric::FailRatio => (ValueUnit::Ratio, ChangeUnit::Points, 1.0),
        };
        Change {
            base: change.base * factor,
            base_interval: change.base_interval.map(|(low, high)| [low * factor, high * factor]),
            new: change.new * factor,
            new_interval: change.new_interval.map(|(low, high)| [low * factor, high * factor]),
            value_unit,
            change: change.change * 100.0,
            interval: change.interval.map(|(low, high)| [low * 100.0, high * 100.0]),
            change_unit,
            p: change.p,
            verdict: change.verdict.into(),
        }
    }
}

impl From<&(stats::RowKind, Arc<str>)> for Name {
    fn from((kind, name): &(stats::RowKind, Arc<str>)) -> Self {
        Name { kind: (*kind).into(), name: (&**name).into() }
    }
}

impl From<stats::RowKind> for RowKind {
    fn from(kind: stats::RowKind) -> Self {
        match kind {
            stats::RowKind::Check => RowKind::Check,
            stats::RowKind::Request => RowKind::Request,
        }
    }
}

impl From<stats::Verdict> for Verdict {
    fn from(verdict: stats::Verdict) -> Self {
        match verdict {
            stats::Verdict::Better => Verdict::Better,
            stats::Verdict::Worse => Verdict::Worse,
            stats::Verdict::NoDifference => Verdict::NoDifference,
            stats::Verdict::CannotBeTold => Verdict::CannotBeTold,
        }
    }
}
