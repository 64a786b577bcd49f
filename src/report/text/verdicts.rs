//! Whether the numbers can be trusted, before any of them.

use std::io;

use super::sheet::Sheet;
use super::style::Paint;
use crate::stats::{LoadVerdict, Summary, TimesVerdict};

pub(super) fn write(summary: &Summary, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let times = summary.times_verdict();
    let load = summary.load_verdict();
    let mood = |is_good| if is_good { Paint::Good } else { Paint::Warning };
    let times_text = painted(&times.to_string(), mood(times == TimesVerdict::Exact), sheet);
    let load_text = painted(&load.to_string(), mood(matches!(load, LoadVerdict::AsAsked(_))), sheet);
    sheet.labelled("times: ", &times_text)?;
    sheet.labelled("load:  ", &load_text)?;
    for line in summary.load_evidence() {
        sheet.labelled("       ", &line)?;
    }
    sheet.blank()?;
    let warnings = summary.warning_lines();
    for warning in &warnings {
        let text = format!("{} {warning}", sheet.paint(Paint::Warning, "warning:"));
        sheet.line(&text)?;
    }
    if warnings.is_empty() { Ok(()) } else { sheet.blank() }
}

/// Its first words, which are the verdict.
fn painted(text: &str, paint: Paint, sheet: &Sheet<'_>) -> String {
    let end = text.find([',', ';']).unwrap_or(text.len());
    let (verdict, rest) = text.split_at(end);
    sheet.paint(paint, verdict) + rest
}
