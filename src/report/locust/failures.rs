//! `PREFIX_failures.csv` and `PREFIX_exceptions.csv`: what did not pass, grouped.

use std::io::{self, Write};

use super::super::http_log::timestamp_in_seconds;
use super::{csv_writer, type_and_name};
use crate::stats::{RequestCounters, Summary};

/// Writes `PREFIX_failures.csv`: answers that made a check not pass and requests without a usable one, grouped by request
/// and by what was wrong: of each request as many as its failures in `PREFIX_stats.csv`. Times are UTC; of what ended no
/// check, such as a request that was tried again, they are not known.
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
    for counters in &summary.whole.requests {
        let told = |group| -> u64 {
            let requests = summary.requests_of(group).into_iter();
            requests.filter(|(name, _)| name.as_ref() == Some(&counters.name)).map(|(_, count)| count).sum()
        };
        let rest = counters.failures().saturating_sub(summary.failures.iter().map(told).sum());
        if rest > 0 {
            let (method, name) = type_and_name(&counters.name);
            csv.write_record([method, name, &ended_no_check(counters), &rest.to_string(), "", ""])?;
        }
    }
    csv.flush()
}

/// Message on requests after which their checks went on.
fn ended_no_check(counters: &RequestCounters) -> String {
    let kinds: Vec<String> = counters.lost.keys().map(|kind| format!("{kind:?}").to_lowercase()).collect();
    let what =
        if kinds.is_empty() { "a failure".to_owned() } else { format!("no usable answer ({})", kinds.join(", ")) };
    format!("{what}, which ended no check")
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
