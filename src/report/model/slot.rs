//! A span of the run over time.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::number::{Count, Milliseconds, Number, Quotient, Seconds};
use super::read::Read;
use super::span::{Spans, width};
use crate::stats::{Slot as StatsSlot, SlotHistogram, Summary, Timeline};

/// Span of the run: what happened in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "slot"))]
pub(crate) struct Slot {
    /// Start of the span, in s from the start of the run.
    t_s: Seconds,
    /// Length of the span in s; the last may be shorter.
    width_s: Seconds,
    /// Largest number of users that were up.
    users: u32,
    /// Checks that passed.
    pass: Count,
    /// Checks that did not pass.
    failures: Count,
    /// Checks that failed.
    fail: Count,
    /// Checks that ended as exceptions.
    exception: Count,
    /// Requests that were answered.
    answered: Count,
    /// Requests without a usable answer.
    #[serde(default)]
    lost: Count,
    /// Checks that did not pass because of an answer.
    #[serde(default)]
    expectations_failed: Count,
    /// Bytes of decoded bodies.
    #[serde(default)]
    body_bytes: Count,
    /// Answered requests per second.
    rps: Quotient,
    /// Mean number of requests in flight at the service.
    in_flight: Number,
    /// Response times in ms, to 4 parts in a thousand.
    response_time_ms: SlotTimes,
    /// Delays in ms that are the tester's own, to 4 parts in a thousand.
    client_delay_ms: SlotDelays,
}

/// Response times in ms; null without samples, and percentiles where no histogram of them was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "slot_times_ms"))]
pub(crate) struct SlotTimes {
    /// Median in ms.
    p50: Option<Milliseconds>,
    /// Time in ms that 95 % of the samples did not exceed.
    p95: Option<Milliseconds>,
    /// Time in ms that 99 % of the samples did not exceed.
    p99: Option<Milliseconds>,
    /// Shortest time in ms, exact.
    #[serde(default)]
    min: Option<Milliseconds>,
    /// Longest time in ms, exact.
    max: Option<Milliseconds>,
    /// Sum of all times in ms, exact.
    #[serde(default)]
    sum: Milliseconds,
    /// Histogram of the times.
    #[serde(default, skip_serializing_if = "SlotCounts::is_empty")]
    histogram: SlotCounts,
}

/// Delays in ms; null without samples, and where no histogram of them was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "slot_delays_ms"))]
pub(crate) struct SlotDelays {
    /// Median in ms.
    p50: Option<Milliseconds>,
    /// Delay in ms that 95 % of the samples did not exceed.
    p95: Option<Milliseconds>,
    /// Delay in ms that 99 % of the samples did not exceed.
    p99: Option<Milliseconds>,
    /// Longest delay in ms, exact.
    #[serde(default)]
    max: Option<Milliseconds>,
    /// Histogram of the delays.
    #[serde(default, skip_serializing_if = "SlotCounts::is_empty")]
    histogram: SlotCounts,
}

/// Times in ns with how often they were seen, like `96256:3 98304:41`: each time is the start of a bucket of 8 leading bits
/// (4 parts in a thousand). Those of several runs can be added.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) struct SlotCounts(#[cfg_attr(test, schemars(with = "String"))] Vec<(u64, u32)>);

impl SlotCounts {
    fn of(histogram: &SlotHistogram) -> Self {
        SlotCounts(histogram.counts().collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn histogram(&self, max: Option<Milliseconds>) -> SlotHistogram {
        SlotHistogram::of(self.0.iter().copied(), max.map(Duration::from).unwrap_or_default())
    }
}

impl Serialize for SlotCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs: Vec<String> = self.0.iter().map(|(nanos, count)| format!("{nanos}:{count}")).collect();
        serializer.serialize_str(&pairs.join(" "))
    }
}

impl<'de> Deserialize<'de> for SlotCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let pair = |text: &str| {
            text.split_once(':').and_then(|(nanos, count)| Some((nanos.parse().ok()?, count.parse().ok()?)))
        };
        let pairs: Option<Vec<(u64, u32)>> = text.split_ascii_whitespace().map(pair).collect();
        pairs.map(SlotCounts).ok_or_else(|| de::Error::custom("invalid value"))
    }
}

/// The run over time, in order.
pub(super) fn timeline(summary: &Summary) -> Vec<Slot> {
    let spans = Spans::of(summary.timeline.width(), summary.tested());
    summary.timeline.slots().iter().zip(spans).map(|(slot, (start, width))| Slot::of(slot, start, width)).collect()
}

/// The run over time from its list.
pub(super) fn read(slots: &[Slot]) -> Read<Timeline> {
    let starts: Vec<Seconds> = slots.iter().map(|slot| slot.t_s).collect();
    Ok(Timeline::of(width(&starts, "timeline")?, slots.iter().map(Slot::read).collect::<Read<_>>()?))
}

impl Slot {
    fn of(slot: &StatsSlot, start: Duration, width: Duration) -> Self {
        let seconds = width.as_secs_f64();
        let percentiles =
            |times: &SlotHistogram| [50.0, 95.0, 99.0].map(|percent| times.percentile(percent).map(Milliseconds::from));
        let max = Some(slot.response_time_max).filter(|max| !max.is_zero()).map(Milliseconds::from);
        let [p50, p95, p99] = percentiles(&slot.response_times);
        let response_time_ms = SlotTimes {
            p50,
            p95,
            p99,
            min: slot.response_time_min.map(Milliseconds::from),
            max,
            sum: slot.response_time_sum.into(),
            histogram: SlotCounts::of(&slot.response_times),
        };
        let [p50, p95, p99] = percentiles(&slot.client_delays);
        Slot {
            t_s: start.into(),
            width_s: width.into(),
            users: slot.users,
            pass: Count(slot.pass),
            failures: Count(slot.fail + slot.exception),
            fail: Count(slot.fail),
            exception: Count(slot.exception),
            answered: Count(slot.answered),
            lost: Count(slot.lost),
            expectations_failed: Count(slot.expectations_failed),
            body_bytes: Count(slot.body_bytes),
            rps: Quotient(slot.answered as f64 / seconds),
            in_flight: Number(slot.at_service.as_secs_f64() / seconds),
            response_time_ms,
            client_delay_ms: SlotDelays {
                p50,
                p95,
                p99,
                max: slot.client_delays.max().map(Milliseconds::from),
                histogram: SlotCounts::of(&slot.client_delays),
            },
        }
    }

    fn read(&self) -> Read<StatsSlot> {
        let (times, delays) = (&self.response_time_ms, &self.client_delay_ms);
        let at_service = self.in_flight.0 * Duration::from(self.width_s).as_secs_f64();
        Ok(StatsSlot {
            users: self.users,
            pass: self.pass.0,
            fail: self.fail.0,
            exception: self.exception.0,
            answered: self.answered.0,
            at_service: Duration::try_from_secs_f64(at_service).map_err(|_| "a wrong in_flight")?,
            lost: self.lost.0,
            expectations_failed: self.expectations_failed.0,
            body_bytes: self.body_bytes.0,
            response_times: times.histogram.histogram(times.max),
            response_time_sum: times.sum.into(),
            response_time_min: times.min.map(Duration::from),
            response_time_max: times.max.map(Duration::from).unwrap_or_default(),
            client_delays: delays.histogram.histogram(delays.max),
        })
    }
}
