//! The numbers as text for a terminal.

pub(super) mod capacity;
mod checks;
mod columns;
mod detail;
mod failures;
mod gates;
mod histogram;
mod levels;
mod live;
pub(crate) mod numbers;
mod page;
mod percentiles;
mod phases;
mod style;
mod table;
mod totals;
mod verdicts;
mod wrap;

use std::io::{self, Write};

pub(crate) use capacity::{answer_line, level_line};
pub(crate) use columns::{Align, write_columns};
pub use detail::Detail;
pub use live::{live_line, progress_line};
pub(crate) use numbers::bytes;
pub(super) use numbers::{PERCENTILES, UNBACKED, four_digits, gate_number, level_name, number_ms, rate};
pub use style::Style;
pub(crate) use totals::headline;
pub(super) use totals::{load_line, precision_lines, span_line, statuses};

use crate::stats::Summary;
use page::Page;

/// A line of text as several, none of them longer than this if its words are not; all but the first are indented.
#[cfg(feature = "cli")]
pub(crate) fn wrapped_line(text: &str, width: u16) -> String {
    wrap::wrapped(text, width.into(), "", "  ").join("\n")
}

/// Writes the result, `width` columns wide, and below it whether it can be trusted.
///
/// # Errors
/// Those of the writer.
pub fn write_text(
    summary: &Summary,
    width: u16,
    style: Style,
    detail: Detail,
    mut writer: impl Write,
) -> io::Result<()> {
    let page = &mut Page::new(&mut writer, width, style);
    capacity::write(summary, page)?;
    totals::write(summary, page)?;
    checks::write(summary, detail, page)?;
    levels::write(summary, page)?;
    failures::write(summary, page)?;
    if detail == Detail::Full {
        phases::write(summary, page)?;
        percentiles::write(summary, page)?;
    }
    page.legend()?;
    if detail == Detail::Full {
        histogram::write(summary, page)?;
    }
    verdicts::write(summary, detail, page)?;
    gates::write(summary, detail, page)
}

#[cfg(test)]
pub(crate) mod tests;
