//! `PREFIX_failures.csv` and `PREFIX_exceptions.csv`: what did not pass, grouped.

use std::io::{self, Write};

use super::super::http_log::timestamp_in_seconds;
use super::{csv_writer, type_and_name};
use crate::stats::Summary;

/// Writes `PREFIX_failures.csv`: answers that failed an expectation and requests without a usable one, each that made a
/// check not pass, grouped by request and by what was wrong. Times are UTC.
///
/// # Errors
/// Those of the writer.
pub fn write_failures(summary: &Summary, writer: impl Write) -> io::Result<()> {
    let mut csv = csv_writer(writer);
    csv.write_record(["Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"])?;
    for group in &summary.failures {
        let seen = |at| summary.began.map_or_else(String::new, |began| timestamp_in_seconds(began + at));
        for (request, count) in summary.requests_of(group) {
            let Some(request) = request else { continue };
            let (method, name) = type_and_name(&request);
            let (count, first, last) = (count.to_string(), seen(group.first), seen(group.last));
            csv.write_record([method, name, &group.message, &count, &first, &last])?;
        }
    }
    csv.flush()
}

/// Writes `PREFIX_exceptions.csv`: checks that did not pass for another reason than a request, such as a panic, by their
/// names and grouped by what they said. `Traceback` is what else was known about the first of them.
///
/// # Errors
/// Those of the writer.
pub fn write_exceptions(summary: &Summary, writer: impl Write) -> io::Result<()> {
    let mut csv = csv_writer(writer);
    csv.write_record(["Count", "Message", "Traceback", "Nodes"])?;
    for group in &summary.failures {
        let message = format!("{}: {}", summary.check_of(group), group.message);
        for (_, count) in summary.requests_of(group).iter().filter(|(request, _)| request.is_none()) {
            csv.write_record([&count.to_string(), &message, group.detail.as_deref().unwrap_or_default(), "local"])?;
        }
    }
    csv.flush()
}
