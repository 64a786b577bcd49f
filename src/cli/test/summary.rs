//! Summary of all files, as Hurl tells it.

use std::io::{self, Write};
use std::time::Duration;

use crate::script::{FileResult, FileVerdict};

/// Writes the sums.
pub(super) fn write(results: &[FileResult], time: Duration, mut writer: impl Write) -> io::Result<()> {
    let files = results.len();
    let good = results.iter().filter(|result| result.verdict() == FileVerdict::Ok).count();
    let requests: u64 = results.iter().map(|result| u64::from(result.requests())).sum();
    let rate = if time.is_zero() { 0.0 } else { requests as f64 / time.as_secs_f64() };
    let percent = |part: usize| if files == 0 { 0.0 } else { 100.0 * part as f64 / files as f64 };
    writeln!(writer, "{}", "-".repeat(80))?;
    writeln!(writer, "Executed files:    {files}")?;
    writeln!(writer, "Executed requests: {requests} ({rate:.1}/s)")?;
    writeln!(writer, "Succeeded files:   {good} ({:.1}%)", percent(good))?;
    writeln!(writer, "Failed files:      {} ({:.1}%)", files - good, percent(files - good))?;
    writeln!(writer, "Duration:          {} ms", time.as_millis())
}
