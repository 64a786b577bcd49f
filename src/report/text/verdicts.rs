//! Whether the numbers can be trusted, and what they show.

use std::io;

use super::detail::Detail;
use super::page::Page;
use super::style::Paint;
use crate::stats::{LoadVerdict, Summary, TimesVerdict};

/// Writes the warnings, then the verdicts, then the diagnoses. Evidence is for a verdict that is not the best one.
pub(super) fn write(summary: &Summary, detail: Detail, page: &mut Page<'_>) -> io::Result<()> {
    let warnings = summary.warning_lines();
    for warning in &warnings {
        let text = format!("{} {warning}", page.paint(Paint::Warning, "warning:"));
        page.line(&text)?;
    }
    if !warnings.is_empty() {
        page.blank()?;
    }
    let times = summary.times_verdict();
    let load = summary.load_verdict();
    let mood = |is_good| if is_good { Paint::Good } else { Paint::Warning };
    let times_text = painted(&times.to_string(), mood(times == TimesVerdict::Exact), page);
    let load_text = painted(&load.to_string(), mood(matches!(load, LoadVerdict::AsAsked(_))), page);
    page.labelled("times: ", &times_text)?;
    page.labelled("load:  ", &load_text)?;
    if detail == Detail::Full || !matches!(load, LoadVerdict::AsAsked(_)) {
        for line in summary.load_evidence() {
            page.labelled("       ", &line)?;
        }
    }
    for diagnosis in summary.diagnoses() {
        let text = format!("{} {diagnosis}", page.paint(Paint::Warning, "diagnosis:"));
        page.line(&text)?;
    }
    Ok(())
}

/// Its first words, which are the verdict.
fn painted(text: &str, paint: Paint, page: &Page<'_>) -> String {
    let end = text.find([',', ';']).unwrap_or(text.len());
    let (verdict, rest) = text.split_at(end);
    page.paint(paint, verdict) + rest
}
