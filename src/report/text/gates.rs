//! The gates as a table.

use std::io;

use super::detail::Detail;
use super::numbers::{UNBACKED, gate_number};
use super::page::Page;
use super::style::Paint;
use super::table::{Cell, LongNames, Row, Table};
use crate::stats::{GateVerdict, Summary};

/// Each gate with its numbers, and below the table what there is to say about them.
///
/// Where all held and nothing is to be said, a line will do.
pub(super) fn write(summary: &Summary, detail: Detail, page: &mut Page<'_>) -> io::Result<()> {
    if summary.gates.is_empty() {
        return page.blank();
    }
    let all_held = summary.gates.iter().all(|gate| !gate.crossed && gate.note.is_none() && gate.is_backed);
    if all_held && detail == Detail::Short && summary.whole.totals.pass > 0 {
        let gates: Vec<String> = summary.gates.iter().map(held).collect();
        let word = page.paint(Paint::Good, if gates.len() == 1 { "held" } else { "all held" });
        page.labelled("gates: ", &format!("{word}, {}", gates.join("; ")))?;
        return page.blank();
    }
    page.blank()?;
    let columns = [("value", 3), ("limit", 1), ("", 4), ("by", 2)];
    let rows = summary.gates.iter().map(row);
    page.table(&Table::new("gate", columns).with(LongNames::Wrap).rows(rows))?;
    let notes = summary.gates.iter().filter_map(|gate| Some(format!("{gate}: {}", gate.note.as_ref()?)));
    let no_pass = summary.whole.totals.pass == 0 && summary.gates.iter().all(|gate| !gate.crossed);
    let no_pass = no_pass.then(|| "no check passed, which fails the run whatever its gates say".to_owned());
    let with_data = summary.gates.iter().filter(|gate| gate.value.is_some());
    let judged_by: Vec<&str> = with_data.map(|gate| gate.judged_by.as_str()).collect();
    let judged_by = (!judged_by.is_empty()).then(|| format!("judged by {}", judged_by.join("; ")));
    let lines: Vec<String> = judged_by.into_iter().chain(notes).chain(no_pass).collect();
    lines.iter().try_for_each(|line| page.line(line))?;
    if lines.is_empty() { Ok(()) } else { page.blank() }
}

/// `fail if p95 > 450ms (is 206.5 ms)`
fn held(gate: &GateVerdict) -> String {
    let value = gate.value.map_or("no data".into(), |value| gate_number(value, gate.unit));
    format!("{gate}: {}", value.trim())
}

fn row(gate: &GateVerdict) -> Row {
    let GateVerdict { value, limit, unit, margin, .. } = gate;
    let mark = if gate.is_backed { String::new() } else { UNBACKED.to_string() };
    let (word, paint) = if gate.crossed { ("crossed", Paint::Bad) } else { ("held", Paint::Good) };
    let cells = vec![
        Cell::new(value.map_or("-".into(), |value| gate_number(value, *unit) + &mark)),
        Cell::new(gate_number(*limit, *unit)),
        Cell::new(word).painted(paint),
        Cell::new(margin.map_or("no data".into(), |margin| gate_number(margin, *unit))),
    ];
    Row::new(gate.to_string(), cells)
}
