//! Two sides of runs, compared, as JSON.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::compare::kind_word;
use crate::stats::{Change, Comparison, DrawnUnit, Metric, RowKind, Verdict};

/// The version of this shape: a change that could break a reader raises it.
const SCHEMA_VERSION: u64 = 2;

/// Writes one JSON object: `schema`, `version`, `base` and `new` (what was read), `unit`, `worse`, `verdict`, `warnings`, `rows`,
/// `only_base`, `only_new`. The file `schema/comparison.schema.json` of the repository describes each key.
///
/// # Errors
/// Those of the writer.
pub fn write_comparison_json(
    comparison: &Comparison,
    base: &[String],
    new: &[String],
    warnings: &[String],
    mut writer: impl Write,
) -> io::Result<()> {
    let rows = comparison.rows.iter().map(|row| {
        let changes = row.changes.iter().map(|one| (one.metric.name().to_owned(), change(one)));
        json!({ "kind": kind_word(row.kind), "name": &*row.name, "changes": changes.collect::<Map<_, _>>() })
    });
    let document = json!({
        "schema": SCHEMA_VERSION,
        "version": env!("CARGO_PKG_VERSION"),
        "base": base,
        "new": new,
        "unit": match comparison.unit {
            DrawnUnit::Runs => "runs",
            DrawnUnit::Blocks => "blocks",
        },
        "worse": comparison.is_worse(),
        "verdict": word(comparison.verdict()),
        "warnings": warnings,
        "rows": rows.collect::<Vec<_>>(),
        "only_base": names(&comparison.only_base),
        "only_new": names(&comparison.only_new),
    });
    serde_json::to_writer_pretty(&mut writer, &document)?;
    writeln!(writer)?;
    writer.flush()
}

fn names(names: &[(RowKind, Arc<str>)]) -> Value {
    names.iter().map(|(kind, name)| json!({ "kind": kind_word(*kind), "name": &**name })).collect()
}

/// Times in ms; shares in percent, and of failures in percentage points.
fn change(change: &Change) -> Value {
    let (value_unit, change_unit, factor) = match change.metric {
        Metric::Rps => ("per_s", "percent", 1.0),
        Metric::P50 | Metric::P95 | Metric::P99 => ("ms", "percent", 1e-6),
        Metric::FailRatio => ("ratio", "points", 1.0),
    };
    json!({
        "base": change.base * factor,
        "new": change.new * factor,
        "value_unit": value_unit,
        "change": change.change * 100.0,
        "interval": change.interval.map(|(low, high)| [low * 100.0, high * 100.0]),
        "change_unit": change_unit,
        "p": change.p,
        "verdict": word(change.verdict),
    })
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::NoDifference => "no_difference",
        Verdict::CannotBeTold => "cannot_be_told",
    }
}
