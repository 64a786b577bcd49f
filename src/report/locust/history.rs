//! `PREFIX_stats_history.csv`: all requests together, over time.

use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use super::{AGGREGATED, Times, csv_writer, mean, mean_bytes, milliseconds, number, percentile_names, ratio};
use crate::stats::{Slot, Summary};

const COLUMNS: [&str; 6] = ["Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"];
const TOTALS: [&str; 7] = [
    "Total Request Count",
    "Total Failure Count",
    "Total Median Response Time",
    "Total Average Response Time",
    "Total Min Response Time",
    "Total Max Response Time",
    "Total Average Content Size",
];

/// Writes `PREFIX_stats_history.csv`: a row `Aggregated` for each slot of the timeline, which is a second in runs of up
/// to ten minutes.
///
/// `Timestamp` is the end of the slot. `User Count`, `Requests/s` and `Failures/s` are the slot's own; the last slot of
/// a run is seldom a whole one, and its rates are the lower for it. The percentiles and the totals are cumulative, from
/// the start of the run to the end of the slot, and good to 4 parts in a thousand before they are rounded.
///
/// # Errors
/// Those of the writer.
pub fn write_history(summary: &Summary, writer: impl Write) -> io::Result<()> {
    let mut csv = csv_writer(writer);
    csv.write_record(COLUMNS.into_iter().chain(percentile_names()).chain(TOTALS))?;
    let began = summary.began.unwrap_or(UNIX_EPOCH).duration_since(UNIX_EPOCH).unwrap_or_default();
    let width = summary.timeline.width();
    let mut until_now = Slot::default();
    for (number, slot) in (1..).zip(summary.timeline.slots()) {
        until_now.merge(slot);
        csv.write_record(row(began + width * number, width, slot, &until_now))?;
    }
    csv.flush()
}

fn ended(slot: &Slot) -> u64 {
    slot.answered + slot.lost
}

fn failures(slot: &Slot) -> u64 {
    slot.lost + slot.expectations_failed
}

fn row(at: Duration, width: Duration, slot: &Slot, until_now: &Slot) -> Vec<String> {
    let times = Times {
        ended: ended(until_now),
        count: until_now.answered,
        min_ms: until_now.response_time_min.map_or(0.0, milliseconds),
        max_ms: milliseconds(until_now.response_time_max),
        percentile_ms: |percent| until_now.response_times.percentile(percent).map(milliseconds),
    };
    let [min, max] = times.ends();
    let per_s = |count: u64| format!("{:.6}", ratio(count as f64, width.as_secs_f64()));
    let mut row = vec![
        at.as_secs().to_string(),
        slot.users.to_string(),
        String::new(),
        AGGREGATED.to_owned(),
        per_s(ended(slot)),
        per_s(failures(slot)),
    ];
    row.extend(times.percentiles());
    row.extend([
        ended(until_now).to_string(),
        failures(until_now).to_string(),
        times.median(),
        number(mean(until_now.response_time_sum, until_now.answered)),
        min,
        max,
        mean_bytes(until_now.body_bytes, ended(until_now)),
    ]);
    row
}
