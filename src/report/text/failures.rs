//! Failures, grouped.

use std::io;

use super::numbers::seconds;
use super::page::Page;
use super::style::Paint;
use crate::report::curl::curl_line;
use crate::stats::{FailureGroup, Summary};
use crate::units;

/// More groups of failures are left to the JSON report.
const SHOWN: usize = 20;
/// Where messages begin.
const INDENT: &str = "                    ";

pub(super) fn write(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    write_groups(summary, &summary.failures, "failures", page)?;
    let of_warmup = summary.warmup.as_ref().map_or(&[][..], |warmup| &warmup.failures);
    write_groups(summary, of_warmup, "failures in the warm-up", page)
}

fn write_groups(summary: &Summary, failures: &[FailureGroup], title: &str, page: &mut Page<'_>) -> io::Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    let title = page.paint(Paint::Head, title);
    page.line(&title)?;
    for group in failures.iter().take(SHOWN) {
        let kind = if group.is_exception { "exception" } else { "fail" };
        let label = format!("{:>7}  {}  ", group.count, page.paint(Paint::Bad, &format!("{kind:<9}")));
        page.labelled(&label, &format!("{}: {}", summary.check_of(group), group.message))?;
        let detail = group.detail.as_deref().map(|detail| format!(", {detail}")).unwrap_or_default();
        page.labelled(INDENT, &format!("{}{detail}", when(group)))?;
    }
    if failures.len() > SHOWN {
        let more = units::count((failures.len() - SHOWN) as u64, "group");
        page.labelled(INDENT, &format!("and {more} more; a report as JSON has all"))?;
    }
    if let Some(example) = failures.first().and_then(|largest| largest.examples.first.first()) {
        page.whole_line(&format!("repeat: {}", curl_line(&example.exchange)))?;
    }
    page.blank()
}

fn when(group: &FailureGroup) -> String {
    match group.count {
        1 => format!("at {}", seconds(group.first)),
        _ => format!("from {} to {}", seconds(group.first), seconds(group.last)),
    }
}
