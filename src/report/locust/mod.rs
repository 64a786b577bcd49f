//! The four CSV files of Locust, for tools that read them: its names, its columns, their order and its rounding.
//!
//! A request is a row: `Type` is its method, `Name` the rest of its name, such as `GET` and `/cart`. Counted are the
//! requests that ended in the measured part of the run: `Request Count` is those with and without a usable answer,
//! `Failure Count` those without one and the checks that failed on an expectation of one. Times are response times of
//! the answered, in milliseconds; a request without an answer has none. As in Locust, percentiles are rounded to two
//! digits, and to whole milliseconds below 100 ms; they are `N/A` where nothing ended, and 0 where nothing was answered.
//! Rates are over the tested time. A check that makes no requests has no row.

mod failures;
mod history;
#[cfg(feature = "cli")]
mod locustfile;
#[cfg(feature = "cli")]
mod page;
mod stats;

use std::io::Write;
use std::time::Duration;

use csv::{Terminator, Writer, WriterBuilder};

pub use failures::{write_exceptions, write_failures};
pub use history::write_history;
#[cfg(feature = "cli")]
pub(crate) use locustfile::{LocustClass, LocustOption, write_locustfile};
#[cfg(feature = "cli")]
pub(crate) use page::{Page, tasks};
pub use stats::write_stats;

#[cfg(feature = "cli")]
use crate::nanos::Nanos;
use crate::stats::RequestCounters;

/// The percentiles of each row, in percent, with their column names.
const PERCENTILES: [(f64, &str); 11] = [
    (50.0, "50%"),
    (66.0, "66%"),
    (75.0, "75%"),
    (80.0, "80%"),
    (90.0, "90%"),
    (95.0, "95%"),
    (98.0, "98%"),
    (99.0, "99%"),
    (99.9, "99.9%"),
    (99.99, "99.99%"),
    (100.0, "100%"),
];
/// The name of the row of all requests together.
const AGGREGATED: &str = "Aggregated";

fn csv_writer<W: Write>(writer: W) -> Writer<W> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(writer)
}

/// The columns of percentiles.
fn percentile_names() -> impl Iterator<Item = &'static str> {
    PERCENTILES.iter().map(|(_, name)| *name)
}

/// The method and the rest of a request's name; a name without a method has an empty one.
pub(crate) fn type_and_name(request: &str) -> (&str, &str) {
    match request.split_once(' ') {
        Some((method, rest)) if method.chars().all(|c| c.is_ascii_uppercase()) => (method, rest),
        _ => ("", request),
    }
}

/// A time as Locust keeps it for percentiles: two digits, and whole milliseconds below 100 ms.
fn rounded(ms: f64) -> u64 {
    let step = match ms.round_ties_even() as u64 {
        ..100 => 1.0,
        100..1000 => 10.0,
        1000..10_000 => 100.0,
        _ => 1000.0,
    };
    ((ms / step).round_ties_even() * step) as u64
}

/// Time as Locust counts it together with others, in whole microseconds.
#[cfg(feature = "cli")]
pub(crate) fn rounded_as_locust(time: Nanos) -> u64 {
    rounded(milliseconds(time.span())) * 1000
}

/// Time as a worker of perfloop counts it together with others, in whole microseconds: to the microsecond below a
/// millisecond, and above as Locust does.
#[cfg(feature = "cli")]
pub(crate) fn rounded_finely(time: Nanos) -> u64 {
    let micros = (time.get() as f64 / 1000.0).round_ties_even() as u64;
    if micros < 1000 { micros } else { rounded_as_locust(time) }
}

/// The times of some requests, as Locust shows them.
struct Times<F> {
    /// How many requests ended.
    ended: u64,
    /// How many of them have a time.
    count: u64,
    min_ms: f64,
    max_ms: f64,
    /// The time, in milliseconds, that a percentage of the samples did not exceed.
    percentile_ms: F,
}

impl<F: Fn(f64) -> Option<f64>> Times<F> {
    /// The sample with this number, counted from 0, in the order of size.
    fn at(&self, rank: u64) -> u64 {
        let rank = rank.min(self.count.saturating_sub(1));
        // The middle of its step, so that no rounding leads to its neighbour.
        let percent = 100.0 * (rank as f64 + 0.5) / self.count as f64;
        (self.percentile_ms)(percent).map_or(0, rounded)
    }

    /// Time of the first request beyond a percentage of all.
    fn percentile(&self, percent: f64) -> u64 {
        if self.count == 0 { 0 } else { self.at((self.count as f64 * (percent / 100.0)) as u64) }
    }

    fn percentiles(&self) -> Vec<String> {
        let text = |percent| if self.ended == 0 { "N/A".to_owned() } else { self.percentile(percent).to_string() };
        PERCENTILES.iter().map(|(percent, _)| text(*percent)).collect()
    }

    /// Rounded like a percentile, but not beyond what was seen.
    fn median(&self) -> String {
        let median = self.percentile(50.0);
        if median as f64 > self.max_ms {
            number(self.max_ms)
        } else if (median as f64) < self.min_ms {
            number(self.min_ms)
        } else {
            median.to_string()
        }
    }

    /// The shortest and the longest; without times a whole zero.
    fn ends(&self) -> [String; 2] {
        [self.min_ms, self.max_ms].map(|ms| if self.count == 0 { "0".into() } else { number(ms) })
    }
}

/// The times of the requests that were counted.
fn times_of(counters: &RequestCounters) -> Times<impl Fn(f64) -> Option<f64>> {
    let timing = &counters.response_time;
    let ms = |time: Option<Duration>| time.map_or(0.0, milliseconds);
    Times {
        ended: counters.answered + counters.exceptions(),
        count: timing.count(),
        min_ms: ms(timing.min()),
        max_ms: ms(timing.max()),
        percentile_ms: |percent| timing.percentile(percent).map(milliseconds),
    }
}

/// The mean number of bytes of so many; of none a whole zero.
fn mean_bytes(bytes: u64, ended: u64) -> String {
    if ended == 0 { "0".into() } else { number(bytes as f64 / ended as f64) }
}

/// Without the noise of a product of fractions: what Locust shows has no more digits than there were.
fn milliseconds(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e6
}

/// The mean of times, in milliseconds.
fn mean(sum: Duration, count: u64) -> f64 {
    ratio(sum.as_nanos() as f64, count as f64) / 1e6
}

/// Unrounded, and never without a decimal point.
fn number(value: f64) -> String {
    format!("{value:?}")
}

fn ratio(sum: f64, count: f64) -> f64 {
    if count == 0.0 { 0.0 } else { sum / count }
}

#[cfg(test)]
mod tests;
