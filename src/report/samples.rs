//! A line for each request as it ends, for people who do their own statistics, and for JMeter.

use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use csv::Writer;

use crate::moment::Moment;
use crate::names::Names;
use crate::sample::{Answer, RequestRow};
use crate::units::milliseconds;

/// How the lines of the samples look. A request that was cut off at the end of a run has none; those of the warm-up have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SampleFormat {
    /// perfloop's own columns, `.` for decimals, empty where there is nothing to tell:
    ///
    /// | column | |
    /// |---|---|
    /// | `ended_unix_ms` | when it ended: milliseconds since 1970, UTC |
    /// | `request` | the name it is counted under |
    /// | `check` | the check that made it |
    /// | `user`, `iteration` | who made it, and in which iteration; both count from 1 |
    /// | `status` | of the answer |
    /// | `response_time_ms` | without an answer, as far as it went |
    /// | `client_delay_ms` | what the tester itself was late to fetch the answer |
    /// | `setup_ms` | name, connection and TLS, when it made a connection |
    /// | `bytes_in`, `bytes_out` | off the socket and onto it |
    /// | `new_connection` | `true` or `false` |
    /// | `outcome` | `answered`; `fail`, measured by the check itself and not good; or why there was no answer: `timeout`, `refused`, `resolve`, `connect`, `tls`, `reset`, `closed`, `protocol`, `io`, `badrequest` |
    #[default]
    Csv,
    /// The columns of JMeter's result files, in their usual order, so that `jmeter -g FILE -o FOLDER` makes a dashboard
    /// of them. `elapsed`, `Latency` and `Connect` hold the setup, as in JMeter; `success` is an answer with a status
    /// below 400: whether its expectations held is not known yet when a request ends.
    Jtl,
}

const COLUMNS: [&str; 13] = [
    "ended_unix_ms",
    "request",
    "check",
    "user",
    "iteration",
    "status",
    "response_time_ms",
    "client_delay_ms",
    "setup_ms",
    "bytes_in",
    "bytes_out",
    "new_connection",
    "outcome",
];
const JTL_COLUMNS: [&str; 17] = [
    "timeStamp",
    "elapsed",
    "label",
    "responseCode",
    "responseMessage",
    "threadName",
    "dataType",
    "success",
    "failureMessage",
    "bytes",
    "sentBytes",
    "grpThreads",
    "allThreads",
    "URL",
    "Latency",
    "IdleTime",
    "Connect",
];
/// A run that is killed leaves what it saw until then.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// Writes requests until there are no more. After an error the rest is taken and thrown away.
pub(crate) fn write_all(
    rows: impl Iterator<Item = RequestRow>,
    writer: impl Write,
    format: SampleFormat,
    names: &Names,
) -> io::Result<()> {
    let clocks = (Moment::now(), SystemTime::now());
    let mut csv = Writer::from_writer(writer);
    let mut result = match format {
        SampleFormat::Csv => csv.write_record(COLUMNS),
        SampleFormat::Jtl => csv.write_record(JTL_COLUMNS),
    }
    .map_err(io::Error::from)
    .and_then(|()| csv.flush());
    let mut flushed = clocks.0;
    for row in rows {
        if result.is_err() {
            continue;
        }
        let ended = unix_time(row.sample.ended, clocks);
        result = match format {
            SampleFormat::Csv => csv.write_record(own_row(&row, ended, names)),
            SampleFormat::Jtl => csv.write_record(jtl_row(&row, ended, names)),
        }
        .map_err(io::Error::from);
        if result.is_ok() && flushed.elapsed() >= FLUSH_EVERY {
            result = csv.flush();
            flushed = Moment::now();
        }
    }
    result.and_then(|()| csv.flush())
}

/// A moment before or after the one at which both clocks were read.
fn unix_time(moment: Moment, (instant, system): (Moment, SystemTime)) -> Duration {
    let before = system - instant.saturating_duration_since(moment);
    let time = before + moment.saturating_duration_since(instant);
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn status(answer: Answer) -> Option<u16> {
    match answer {
        Answer::Status(status) => Some(status),
        Answer::Recorded { .. } | Answer::None { .. } => None,
    }
}

fn outcome(answer: Answer) -> String {
    match answer {
        Answer::Status(_) | Answer::Recorded { good: true } => "answered".into(),
        Answer::Recorded { good: false } => "fail".into(),
        Answer::None { kind, .. } => format!("{kind:?}").to_lowercase(),
    }
}

fn own_row(row: &RequestRow, ended: Duration, names: &Names) -> [String; COLUMNS.len()] {
    let sample = &row.sample;
    let ms = |time| format!("{:.6}", milliseconds(time));
    [
        format!("{:.3}", milliseconds(ended)),
        names.request_name(sample.request).to_string(),
        sample.check.map(|check| names.check_name(check).to_string()).unwrap_or_default(),
        row.user.to_string(),
        row.iteration.to_string(),
        status(sample.answer).map(|status| status.to_string()).unwrap_or_default(),
        ms(sample.times.response_time()),
        ms(sample.times.client_delay()),
        ms(sample.times.setup()),
        sample.traffic.bytes_in.to_string(),
        sample.traffic.bytes_out.to_string(),
        sample.traffic.new_connection.to_string(),
        outcome(sample.answer),
    ]
}

fn jtl_row(row: &RequestRow, ended: Duration, names: &Names) -> [String; JTL_COLUMNS.len()] {
    let sample = &row.sample;
    let ms = |time: Duration| (milliseconds(time).round() as u64).to_string();
    let elapsed = sample.times.setup() + sample.times.response_time();
    let outcome = outcome(sample.answer);
    let (code, success, why) = match sample.answer {
        Answer::Status(status) => (status.to_string(), status < 400, String::new()),
        Answer::Recorded { good: true } => (String::new(), true, String::new()),
        Answer::Recorded { good: false } => (String::new(), false, outcome),
        Answer::None { .. } => (format!("Non HTTP response code: {outcome}"), false, outcome),
    };
    [
        ms(ended.saturating_sub(sample.times.client_delay() + elapsed)),
        ms(elapsed),
        names.request_name(sample.request).to_string(),
        code,
        String::new(),
        // JMeter takes what stands before the last blank for the group.
        format!("users 1-{}", row.user),
        "text".into(),
        success.to_string(),
        why,
        sample.traffic.bytes_in.to_string(),
        sample.traffic.bytes_out.to_string(),
        row.users_up.to_string(),
        row.users_up.to_string(),
        String::new(),
        ms(sample.times.setup() + sample.times.first_byte()),
        "0".into(),
        ms(sample.times.setup()),
    ]
}
