//! The gates as a table for a terminal.

use std::io::{self, Write};

use super::text::{four_digits, rate, write_table};
use crate::stats::{GateUnit, GateVerdict, Summary};

/// Each gate with its numbers, and below the table what there is to say about them.
///
/// # Errors
/// Those of the writer.
pub(super) fn write_gates(summary: &Summary, width: u16, writer: &mut impl Write) -> io::Result<()> {
    if summary.gates.is_empty() {
        return Ok(());
    }
    let rows = summary.gates.iter().map(|gate| {
        let GateVerdict { value, limit, unit, margin, .. } = gate;
        let mark = if gate.is_backed { "" } else { "*" };
        vec![
            gate.to_string(),
            value.map_or("-".into(), |value| number(value, *unit) + mark),
            number(*limit, *unit),
            if gate.crossed { "crossed" } else { "held" }.into(),
            margin.map_or("no data".into(), |margin| number(margin, *unit)),
        ]
    });
    write_table(&["gate", "value", "limit", "", "by"], rows, width, writer)?;
    for gate in &summary.gates {
        if let Some(note) = &gate.note {
            writeln!(writer, "{gate}: {note}")?;
        }
    }
    if summary.whole.totals.pass == 0 && summary.gates.iter().all(|gate| !gate.crossed) {
        writeln!(writer, "no check passed, which fails the run whatever its gates say")?;
    }
    Ok(())
}

/// A number of a gate with its unit.
pub(super) fn number(value: f64, unit: GateUnit) -> String {
    match unit {
        GateUnit::Milliseconds => format!("{} ms", four_digits(value)),
        GateUnit::Ratio => format!("{} %", trimmed(value * 100.0)),
        GateUnit::PerSecond => format!("{}/s", rate(value)),
        _ => trimmed(value),
    }
}

/// At most four decimals, and no trailing zeros.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
