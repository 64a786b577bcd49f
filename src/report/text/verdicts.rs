//! Whether the numbers can be trusted.

use std::io;

use super::detail::Detail;
use super::sheet::Sheet;
use super::style::Paint;
use crate::stats::{LoadVerdict, Summary, TimesVerdict};

/// What there is to warn of comes first. Evidence is for a verdict that is not the best one.
pub(super) fn write(summary: &Summary, detail: Detail, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let warnings = summary.warning_lines();
    for warning in &warnings {
        let text = format!("{} {warning}", sheet.paint(Paint::Warning, "warning:"));
        sheet.line(&text)?;
    }
    if !warnings.is_empty() {
        sheet.blank()?;
    }
    let times = summary.times_verdict();
    let load = summary.load_verdict();
    let mood = |is_good| if is_good { Paint::Good } else { Paint::Warning };
    let times_text = painted(&times.to_string(), mood(times == TimesVerdict::Exact), sheet);
    let load_text = painted(&load.to_string(), mood(matches!(load, LoadVerdict::AsAsked(_))), sheet);
    sheet.labelled("times: ", &times_text)?;
    sheet.labelled("load:  ", &load_text)?;
    if detail == Detail::Full || !matches!(load, LoadVerdict::AsAsked(_)) {
        for line in summary.load_evidence() {
            sheet.labelled("       ", &line)?;
        }
    }
    Ok(())
}

/// Its first words, which are the verdict.
fn painted(text: &str, paint: Paint, sheet: &Sheet<'_>) -> String {
    let end = text.find([',', ';']).unwrap_or(text.len());
    let (verdict, rest) = text.split_at(end);
    sheet.paint(paint, verdict) + rest
}
