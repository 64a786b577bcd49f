//! The numbers as an interval log of HdrHistogram, for its tools.

use std::io::{self, Write};
use std::time::Duration;

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, IntervalLogWriterError, Tag};

use super::RunInfo;
use crate::stats::{Summary, Timing, UNIT};

/// Writes response times: for each name an interval over the whole tested time, tagged with the name, to 3 digits; and
/// over time an interval for each slot of the timeline, of all requests together without a tag and their client delays
/// with the tag `client_delay`, to 4 parts in a thousand. Values are in units of 100 ns, the interval's maximum in ms.
/// Blanks and commas, which a tag cannot have, become `_`.
///
/// # Errors
/// Those of the writer.
pub fn write_hlog(summary: &Summary, info: &RunInfo, mut writer: impl Write) -> io::Result<()> {
    let mut serializer = V2DeflateSerializer::new();
    IntervalLogWriterBuilder::new()
        .add_comment(&format!("[perfloop {}: response times, in units of 100 ns]", env!("CARGO_PKG_VERSION")))
        .with_start_time(info.started)
        .with_base_time(info.started)
        .begin_log_with(&mut writer, &mut serializer)?;
    let units_per_ms = Duration::from_millis(1).as_nanos() / UNIT.as_nanos();
    let mut header = IntervalLogWriterBuilder::new();
    header.with_max_value_divisor(units_per_ms as f64);
    writeln!(writer, r#""StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram""#)?;
    let mut log = header.begin_log_with(&mut writer, &mut serializer)?;
    let mut write = |times: &Timing, start: Duration, length: Duration, tag: Option<&str>| {
        let Some(histogram) = times.histogram() else { return Ok(()) };
        log.write_histogram(histogram, start, length, tag.and_then(Tag::new)).map_err(|error| match error {
            IntervalLogWriterError::IoError(error) => error,
            IntervalLogWriterError::SerializeError(error) => io::Error::other(error),
        })
    };
    for request in &summary.whole.requests {
        let tag = request.name.replace(|c: char| c == ',' || c.is_whitespace(), "_");
        write(&request.response_time, Duration::ZERO, summary.tested(), Some(&tag))?;
    }
    let (width, mut start) = (summary.timeline.width(), Duration::ZERO);
    for slot in summary.timeline.slots() {
        let length = width.min(summary.tested().saturating_sub(start));
        write(&slot.response_times.timing(), start, length, None)?;
        write(&slot.client_delays.timing(), start, length, Some("client_delay"))?;
        start += width;
    }
    writer.flush()
}
