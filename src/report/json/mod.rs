//! The numbers as JSON, written and read.

mod verdict;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::RunInfo;
use super::model::{self, Report, SCHEMA_VERSION};
use crate::stats::{Comparison, Summary};
#[cfg(feature = "cli")]
pub(crate) use verdict::is_good;

/// Writes one JSON object: `run`, `totals`, `checks`, `requests`, `levels`, `blocks`, `timeline`, `warmup`, `failures`,
/// `gates`, `slowest`, `warnings`. The file `schema/report.schema.json` of the repository describes each key.
///
/// # Errors
/// Those of the writer.
pub fn write_json(summary: &Summary, info: &RunInfo, writer: impl Write) -> io::Result<()> {
    write(&Report::from((summary, info)), writer)
}

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
    writer: impl Write,
) -> io::Result<()> {
    write(&model::Comparison::of(comparison, base, new, warnings), writer)
}

fn write(document: &impl Serialize, mut writer: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut writer, document)?;
    writeln!(writer)?;
    writer.flush()
}

/// Reads what [`write_json`] wrote, also what an earlier perfloop wrote in this version of the schema. All that can be
/// added to other runs comes back as it was.
///
/// # Errors
/// What is wrong and what to try, in one line: no report, or one of another version of the schema.
pub(crate) fn read_json(bytes: &[u8]) -> Result<(Summary, RunInfo), String> {
    let no_report = |what: &str| format!("is no report of perfloop ({what}); give the JSON report of a run");
    let document: Value = serde_json::from_slice(bytes).map_err(|error| no_report(&error.to_string()))?;
    if !document.is_object() {
        return Err(no_report("no JSON object"));
    }
    match document.pointer("/run/schema").and_then(Value::as_u64) {
        None => return Err(no_report("no run.schema")),
        Some(SCHEMA_VERSION) => {}
        Some(other) => {
            return Err(format!(
                "has version {other} of the report's schema, and this perfloop reads {SCHEMA_VERSION}; use the perfloop that wrote it"
            ));
        }
    }
    model::from_value(document).and_then(Report::read).map_err(|what| no_report(&what))
}

#[cfg(test)]
mod tests;
