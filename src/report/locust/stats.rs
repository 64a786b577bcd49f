//! `PREFIX_stats.csv`: a row for each request, and one for all together.

use std::io::{self, Write};

use super::{AGGREGATED, csv_writer, mean, mean_bytes, number, percentile_names, ratio, times_of, type_and_name};
use crate::stats::{RequestCounters, Section, Summary};

const COLUMNS: [&str; 11] = [
    "Type",
    "Name",
    "Request Count",
    "Failure Count",
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "Average Content Size",
    "Requests/s",
    "Failures/s",
];

/// Writes `PREFIX_stats.csv`: a row for each request, in the order of their names, and at the end `Aggregated`.
///
/// # Errors
/// Those of the writer.
pub fn write_stats(summary: &Summary, writer: impl Write) -> io::Result<()> {
    let mut csv = csv_writer(writer);
    csv.write_record(COLUMNS.into_iter().chain(percentile_names()))?;
    let section = &summary.whole;
    let mut rows: Vec<_> = section.requests.iter().map(|counters| (type_and_name(&counters.name), counters)).collect();
    rows.sort_by_key(|((method, name), _)| (*name, *method));
    for (place, counters) in rows.into_iter().chain([(("", AGGREGATED), &section.request_totals)]) {
        csv.write_record(row(place, section, counters))?;
    }
    csv.flush()
}

fn row((method, name): (&str, &str), section: &Section, counters: &RequestCounters) -> Vec<String> {
    let timing = &counters.response_time;
    let times = times_of(counters);
    let ended = times.ended;
    let [min, max] = times.ends();
    let per_s = |count: f64| ratio(count, section.span.as_secs_f64());
    let mut row = vec![
        method.to_owned(),
        name.to_owned(),
        ended.to_string(),
        counters.failures().to_string(),
        times.median(),
        number(mean(timing.sum(), timing.count())),
        min,
        max,
        mean_bytes(counters.body_bytes, ended),
        number(per_s(ended as f64)),
        number(per_s(counters.failures() as f64)),
    ];
    row.extend(times.percentiles());
    row
}
