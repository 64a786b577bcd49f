//! Two runs, compared, in words and numbers.

use serde::Serialize;

use super::rounded;
use crate::report::compare::{by, headline, kind_word, label, percent, value};
use crate::stats::{Change, Comparison};

/// Comparison of two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Comparison of two runs"))]
pub(crate) struct Compared {
    /// Verdict on everything: worse, better, no difference, or cannot be told.
    verdict: String,
    /// The verdict in a line.
    headline: String,
    /// What makes the comparison say less than it seems to.
    warnings: Vec<String>,
    /// Checks and requests.
    rows: Vec<ComparedRow>,
}

/// Changes of a check, or of the requests of a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "compared_row"))]
struct ComparedRow {
    /// `check` or `request`.
    kind: &'static str,
    /// Name of the row.
    name: String,
    /// Changes of its metrics.
    changes: Vec<ComparedChange>,
}

/// Change of a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "compared_change"))]
struct ComparedChange {
    /// Metric.
    metric: &'static str,
    /// Value of the base, for people.
    base: String,
    /// Value of the new run, for people.
    new: String,
    /// By how much it changed, for people.
    change: String,
    /// 95 % interval of the change, as shares of the base; null where fewer than 10 samples tell.
    interval: Option<(f64, f64)>,
    /// The interval, for people.
    interval_text: Option<String>,
    /// Verdict on the change.
    verdict: String,
}

impl Compared {
    pub(crate) fn of(comparison: &Comparison, warnings: Vec<String>) -> Compared {
        let change = |change: &Change| ComparedChange {
            metric: label(change.metric),
            base: value(change.metric, change.base),
            new: value(change.metric, change.new),
            change: by(change.metric, change.change),
            interval: change.interval.map(|(low, high)| (rounded(low), rounded(high))),
            interval_text: change.interval.map(|(low, high)| format!("{} to {} %", percent(low), percent(high))),
            verdict: change.verdict.to_string(),
        };
        let rows = comparison.rows.iter().map(|row| ComparedRow {
            kind: kind_word(row.kind),
            name: row.name.to_string(),
            changes: row.changes.iter().map(change).collect(),
        });
        Compared {
            verdict: comparison.verdict().to_string(),
            headline: headline(comparison),
            warnings,
            rows: rows.collect(),
        }
    }
}
