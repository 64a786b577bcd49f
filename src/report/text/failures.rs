//! What did not pass, grouped.

use std::io;

use super::numbers::seconds;
use super::sheet::Sheet;
use super::style::Paint;
use crate::report::curl::curl_line;
use crate::stats::{FailureGroup, Summary};
use crate::units;

/// More groups of failures are left to the JSON report.
const SHOWN: usize = 20;
/// Where messages begin.
const INDENT: &str = "                    ";

pub(super) fn write(summary: &Summary, sheet: &mut Sheet<'_>) -> io::Result<()> {
    write_groups(summary, &summary.failures, "failures", sheet)?;
    let of_warmup = summary.warmup.as_ref().map_or(&[][..], |warmup| &warmup.failures);
    write_groups(summary, of_warmup, "failures in the warm-up", sheet)
}

fn write_groups(summary: &Summary, failures: &[FailureGroup], title: &str, sheet: &mut Sheet<'_>) -> io::Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    let title = sheet.paint(Paint::Head, title);
    sheet.line(&title)?;
    for group in failures.iter().take(SHOWN) {
        let kind = if group.is_exception { "exception" } else { "fail" };
        let label = format!("{:>7}  {}  ", group.count, sheet.paint(Paint::Bad, &format!("{kind:<9}")));
        sheet.labelled(&label, &format!("{}: {}", summary.check_of(group), group.message))?;
        let detail = group.detail.as_deref().map(|detail| format!(", {detail}")).unwrap_or_default();
        sheet.labelled(INDENT, &format!("{}{detail}", when(group)))?;
    }
    if failures.len() > SHOWN {
        let more = units::count((failures.len() - SHOWN) as u64, "group");
        sheet.labelled(INDENT, &format!("and {more} more; a report as JSON has all"))?;
    }
    if let Some(recording) = failures.first().and_then(|largest| largest.recordings.first.first()) {
        sheet.whole_line(&format!("repeat: {}", curl_line(&recording.exchange)))?;
    }
    sheet.blank()
}

fn when(group: &FailureGroup) -> String {
    match group.count {
        1 => format!("at {}", seconds(group.first)),
        _ => format!("from {} to {}", seconds(group.first), seconds(group.last)),
    }
}
