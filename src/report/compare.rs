//! Two sides of runs as a table.

use std::io::{self, Write};

use super::outline::{Align, write_columns};
use super::text::{four_digits, rate};
use crate::stats::{Change, ComparedRow, Comparison, DrawnUnit, Metric, RowKind};

const COLUMNS: [Align; 7] =
    [Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Left, Align::Left];

/// Writes each row with its metrics, `width` columns wide.
///
/// # Errors
/// Those of the writer.
pub fn write_comparison(comparison: &Comparison, width: u16, mut writer: impl Write) -> io::Result<()> {
    for (kind, title) in [(RowKind::Check, "check, TPR in ms"), (RowKind::Request, "request, in ms")] {
        let rows: Vec<&ComparedRow> = comparison.rows.iter().filter(|row| row.kind == kind).collect();
        if rows.is_empty() {
            continue;
        }
        let header = [title, "", "base", "new", "change", "95 % interval", ""].map(str::to_owned).to_vec();
        let lines = std::iter::once(header).chain(rows.into_iter().flat_map(lines));
        write_columns(&COLUMNS, lines, width, &mut writer)?;
        writeln!(writer)?;
    }
    for (side, names) in [("base", &comparison.only_base), ("new", &comparison.only_new)] {
        for (kind, name) in names {
            writeln!(writer, "only in {side}: {} {name}", kind_word(*kind))?;
        }
    }
    if !(comparison.only_base.is_empty() && comparison.only_new.is_empty()) {
        writeln!(writer)?;
    }
    if comparison.unit == DrawnUnit::Blocks {
        writeln!(writer, "within-run noise only: what differs from run to run takes three runs a side to know")?;
    }
    if comparison.rows.iter().flat_map(|row| &row.changes).any(|change| change.interval.is_none()) {
        writeln!(writer, "- fewer than 10 samples lie beyond this percentile, which is not judged")?;
    }
    Ok(())
}

/// What a row is called.
pub(super) fn kind_word(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Check => "check",
        RowKind::Request => "request",
    }
}

fn lines(row: &ComparedRow) -> impl Iterator<Item = Vec<String>> {
    row.changes.iter().enumerate().map(|(index, change)| {
        let Change { metric, base, new, .. } = change;
        let name = if index == 0 { row.name.to_string() } else { String::new() };
        let interval = change.interval.map_or("-".into(), |(low, high)| {
            let unit = if *metric == Metric::FailRatio { "points" } else { "%" };
            format!("{} to {} {unit}", percent(low), percent(high))
        });
        vec![
            name,
            label(*metric).to_owned(),
            value(*metric, *base),
            value(*metric, *new),
            by(*metric, change.change),
            interval,
            change.verdict.to_string(),
        ]
    })
}

fn label(metric: Metric) -> &'static str {
    match metric {
        Metric::FailRatio => "fail %",
        _ => metric.name(),
    }
}

fn value(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Rps => rate(value),
        Metric::P50 | Metric::P95 | Metric::P99 => four_digits(value / 1e6),
        Metric::FailRatio => format!("{:.2}", value * 100.0),
    }
}

fn by(metric: Metric, change: f64) -> String {
    let unit = if metric == Metric::FailRatio { "points" } else { "%" };
    format!("{} {unit}", percent(change))
}

/// `+3.1`, `-0.4`, `0.0`.
fn percent(share: f64) -> String {
    let text = format!("{:+.1}", share * 100.0);
    if text == "+0.0" || text == "-0.0" { "0.0".into() } else { text }
}
