//! Two sides of runs as a table.

use std::io::{self, Write};

use super::text::{Align, four_digits, rate, write_columns};
use crate::stats::{Change, ComparedRow, Comparison, DrawnUnit, Metric, RowKind, Verdict};

const COLUMNS: [Align; 6] = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Left, Align::Left];
const HEADER: [&str; 6] = ["", "base", "new", "change", "95 % interval", ""];

/// Writes each row with its metrics, in at most 80 columns; only a name can be longer, on a line of its own.
///
/// # Errors
/// Those of the writer.
pub fn write_comparison(comparison: &Comparison, mut writer: impl Write) -> io::Result<()> {
    for (kind, title) in [(RowKind::Check, "checks, TPR in ms"), (RowKind::Request, "requests, in ms")] {
        let rows: Vec<&ComparedRow> = comparison.rows.iter().filter(|row| row.kind == kind).collect();
        if !rows.is_empty() {
            writeln!(writer, "{title}")?;
            write_rows(&rows, &mut writer)?;
            writeln!(writer)?;
        }
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
    if comparison.changes().any(|change| change.interval.is_none()) {
        writeln!(writer, "- fewer than 10 samples lie beyond this percentile, which is not judged")?;
    }
    if let Some(how) = how_to_tell_more(comparison) {
        writeln!(writer, "cannot be told: the change may lie within the tolerance or beyond it; {how}")?;
    }
    Ok(())
}

/// The verdict on everything, as the last line says it.
pub(crate) fn headline(comparison: &Comparison) -> String {
    let of_all = format!("{} of {} changes", comparison.count(Verdict::CannotBeTold), comparison.changes().count());
    let untold = comparison.has(Verdict::CannotBeTold);
    match comparison.verdict() {
        Verdict::Worse => "worse".into(),
        Verdict::Better if untold => format!("better, and nothing that is told to be worse; {of_all} cannot be told"),
        Verdict::Better => "better, and nothing worse".into(),
        Verdict::CannotBeTold => format!("{of_all} cannot be told, and nothing is told to be worse"),
        Verdict::NoDifference => "no difference".into(),
    }
}

/// How more could be told, where something cannot.
pub(super) fn how_to_tell_more(comparison: &Comparison) -> Option<&'static str> {
    comparison.has(Verdict::CannotBeTold).then_some(match comparison.unit {
        DrawnUnit::Blocks => "longer runs tell more, and three or more a side; a larger tolerance asks for less",
        DrawnUnit::Runs => "more runs a side tell more; a larger tolerance asks for less",
    })
}

/// Word for the kind of a row.
pub(super) fn kind_word(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Check => "check",
        RowKind::Request => "request",
    }
}

/// All rows share their columns, and each begins with a line of its name.
fn write_rows(rows: &[&ComparedRow], writer: &mut impl Write) -> io::Result<()> {
    let cells = rows.iter().flat_map(|row| row.changes.iter().map(cells));
    let mut table = Vec::new();
    write_columns(&COLUMNS, std::iter::once(HEADER.map(str::to_owned).to_vec()).chain(cells), u16::MAX, &mut table)?;
    let mut lines = table.split_inclusive(|byte| *byte == b'\n');
    lines.by_ref().take(1).try_for_each(|line| writer.write_all(line))?;
    for row in rows {
        writeln!(writer, "{}", row.name)?;
        lines.by_ref().take(row.changes.len()).try_for_each(|line| writer.write_all(line))?;
    }
    Ok(())
}

fn cells(change: &Change) -> Vec<String> {
    let Change { metric, base, new, .. } = change;
    let interval = change.interval.map_or("-".into(), |(low, high)| format!("{} to {}", percent(low), percent(high)));
    vec![
        format!("  {}", label(*metric)),
        value(*metric, *base),
        value(*metric, *new),
        by(*metric, change.change),
        interval,
        change.verdict.to_string(),
    ]
}

/// Label of a metric in tables.
pub(super) fn label(metric: Metric) -> &'static str {
    match metric {
        Metric::FailRatio => "fail %",
        _ => metric.name(),
    }
}

/// A metric's value, in the unit of tables.
pub(super) fn value(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Rps => rate(value),
        Metric::P50 | Metric::P95 | Metric::P99 => four_digits(value / 1e6),
        Metric::FailRatio => format!("{:.2}", value * 100.0),
    }
}

/// By how much a metric changed, with the unit of that.
pub(super) fn by(metric: Metric, change: f64) -> String {
    let unit = if metric == Metric::FailRatio { "points" } else { "%" };
    format!("{} {unit}", percent(change))
}

/// `+3.1`, `-0.4`, `0.0`.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:+.1}", share * 100.0);
    if text == "+0.0" || text == "-0.0" { "0.0".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(metric: Metric, base: f64, new: f64, interval: Option<(f64, f64)>) -> Change {
        let change = if metric == Metric::FailRatio { new - base } else { new / base - 1.0 };
        Change {
            metric,
            base,
            new,
            base_interval: None,
            new_interval: None,
            change,
            interval,
            p: None,
            verdict: Verdict::NoDifference,
        }
    }

    fn text(rows: Vec<ComparedRow>) -> String {
        let comparison = Comparison {
            unit: DrawnUnit::Runs,
            rows,
            only_base: Vec::new(),
            only_new: vec![(RowKind::Check, "b".into())],
        };
        let mut bytes = Vec::new();
        write_comparison(&comparison, &mut bytes).expect("memory");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn each_row_is_named_once_above_its_metrics() {
        let row = |kind, name: &str| ComparedRow {
            kind,
            name: name.into(),
            changes: vec![
                change(Metric::Rps, 100.0, 110.0, Some((0.08, 0.12))),
                change(Metric::P99, 2e6, 1e6, None),
                change(Metric::FailRatio, 0.0, 0.01, Some((0.0, 0.02))),
            ],
        };
        let text = text(vec![row(RowKind::Check, "a"), row(RowKind::Check, "long"), row(RowKind::Request, "GET /")]);
        let wanted = "\
checks, TPR in ms
            base     new       change  95 % interval
a
  rps     100.00  110.00      +10.0 %  +8.0 to +12.0  no difference
  p99       2.00    1.00      -50.0 %  -              no difference
  fail %    0.00    1.00  +1.0 points  0.0 to +2.0    no difference
long
";
        assert!(text.starts_with(wanted), "{text}");
        assert!(text.contains("\n\nrequests, in ms\n") && text.contains("\nGET /\n"), "{text}");
        assert!(text.contains("\nonly in new: check b\n") && text.ends_with("which is not judged\n"), "{text}");
    }

    #[test]
    fn the_widest_numbers_fit_eighty_columns() {
        let changes = vec![
            change(Metric::Rps, 1e6, 1_234_567.0, Some((-0.9999, 99.999))),
            change(Metric::P95, 3.6e12, 1e12, Some((-0.9999, 99.999))),
            change(Metric::FailRatio, 0.0, 1.0, Some((-1.0, 1.0))),
        ];
        let text = text(vec![ComparedRow { kind: RowKind::Check, name: "a".into(), changes }]);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("-100.0 to +9999.9") && text.contains("+100.0 points"), "{text}");
    }
}
