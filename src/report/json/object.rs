//! A JSON object of a report, whose keys are wanted: what is not there, or is something else, is told by its key.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::printable::foreign;
use crate::stats::{SparseHistogram, Timing};

/// Counts beyond this are no run's; below it, the sum of thousands of reports is still a number.
const MAX_COUNT: u64 = 1 << 48;
/// Numbers beyond this are no run's.
const MAX_NUMBER: f64 = 1e15;
/// Seconds beyond this are no run's: about three centuries.
const MAX_SECONDS: f64 = 1e10;

/// Says which key is missing or wrong.
pub(super) type Read<T> = Result<T, String>;

/// A JSON object, whose keys are wanted.
pub(super) struct Object<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Object<'a> {
    /// `None` for `null`.
    pub(super) fn maybe<T>(&self, key: &str, of: impl Fn(&'a Value) -> Option<T>) -> Read<Option<T>> {
        match self.0.get(key) {
            None => Err(format!("no {key}")),
            Some(Value::Null) => Ok(None),
            Some(value) => of(value).map(Some).ok_or_else(|| format!("a wrong {key}")),
        }
    }

    pub(super) fn get<T>(&self, key: &str, of: impl Fn(&'a Value) -> Option<T>) -> Read<T> {
        self.maybe(key, of)?.ok_or_else(|| format!("no {key}"))
    }

    pub(super) fn count(&self, key: &str) -> Read<u64> {
        self.get(key, count)
    }

    pub(super) fn small(&self, key: &str) -> Read<u32> {
        self.get(key, |value| value.as_u64()?.try_into().ok())
    }

    pub(super) fn number(&self, key: &str) -> Read<f64> {
        self.get(key, number)
    }

    /// Without what a terminal would obey: anybody can write a report.
    pub(super) fn text(&self, key: &str) -> Read<Cow<'a, str>> {
        Ok(foreign(self.get(key, Value::as_str)?))
    }

    pub(super) fn maybe_text(&self, key: &str) -> Read<Option<String>> {
        Ok(self.maybe(key, Value::as_str)?.map(|text| foreign(text).into_owned()))
    }

    pub(super) fn seconds(&self, key: &str) -> Read<Duration> {
        self.get(key, seconds)
    }

    pub(super) fn object(&self, key: &str) -> Read<Object<'a>> {
        self.get(key, |value| value.as_object().map(Object))
    }

    pub(super) fn maybe_object(&self, key: &str) -> Read<Option<Object<'a>>> {
        self.maybe(key, |value| value.as_object().map(Object))
    }

    /// Reads each object of a list.
    pub(super) fn rows<T>(&self, key: &str, of: impl Fn(&Object<'a>) -> Read<T>) -> Read<Vec<T>> {
        let rows = self.get(key, Value::as_array)?;
        let rows = rows.iter().map(|row| of(&Object(row.as_object().ok_or_else(|| format!("a wrong {key}"))?)));
        rows.collect()
    }

    /// Times with a histogram; `null` are none.
    pub(super) fn times(&self, key: &str) -> Read<Timing> {
        let Some(times) = self.maybe_object(key)? else { return Ok(Timing::default()) };
        let [sum, min, max] = ["sum", "min", "max"].map(|key| times.get(key, milliseconds));
        let timing = Timing::decoded(times.count("count")?, sum?, min?, max?, &times.text("histogram")?);
        timing.ok_or_else(|| format!("a damaged histogram in {key}"))
    }

    /// What reports of earlier versions do not have.
    pub(super) fn later<T>(&self, key: &str, of: impl Fn(&'a Value) -> Option<T>) -> Read<Option<T>> {
        if self.0.contains_key(key) { self.maybe(key, of) } else { Ok(None) }
    }

    /// Times that reports of earlier versions do not have.
    pub(super) fn later_times(&self, key: &str) -> Read<Timing> {
        if self.0.contains_key(key) { self.times(key) } else { Ok(Timing::default()) }
    }

    /// How often times were seen, by their nanoseconds.
    pub(super) fn sparse(&self, key: &str) -> Read<SparseHistogram> {
        let counts = self.object(key)?.0.iter().map(|(nanos, count)| {
            let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
            nanos.parse::<u64>().ok().zip(count).ok_or_else(|| format!("a wrong {key}"))
        });
        Ok(SparseHistogram::of(counts.collect::<Read<Vec<_>>>()?))
    }
}

pub(super) fn count(value: &Value) -> Option<u64> {
    value.as_u64().filter(|count| *count <= MAX_COUNT)
}

pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.abs() <= MAX_NUMBER)
}

pub(super) fn seconds(value: &Value) -> Option<Duration> {
    Duration::try_from_secs_f64(value.as_f64().filter(|seconds| *seconds <= MAX_SECONDS)?).ok()
}

pub(super) fn milliseconds(value: &Value) -> Option<Duration> {
    // By the whole nanosecond that was written.
    let nanos = (value.as_f64()? * 1e6).round();
    (0.0..=MAX_SECONDS * 1e9).contains(&nanos).then(|| Duration::from_nanos(nanos as u64))
}
