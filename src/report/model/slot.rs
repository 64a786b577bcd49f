//! A span of the run over time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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
    /// Answered requests per second.
    rps: Quotient,
    /// Mean number of requests in flight at the service.
    in_flight: Number,
    /// Response times in ms, to 4 parts in a thousand.
    response_time_ms: SlotTimes,
    /// Delays in ms that are the tester's own, to 4 parts in a thousand.
    client_delay_ms: SlotDelays,
}

/// Response times in ms; null without samples, and percentiles in merged reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "slot_times_ms"))]
pub(crate) struct SlotTimes {
    /// Median in ms.
    p50: Option<Milliseconds>,
    /// Time in ms that 95 % of the samples did not exceed.
    p95: Option<Milliseconds>,
    /// Time in ms that 99 % of the samples did not exceed.
    p99: Option<Milliseconds>,
    /// Longest time in ms, exact.
    max: Option<Milliseconds>,
}

/// Delays in ms; null without samples, and in merged reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "slot_delays_ms"))]
pub(crate) struct SlotDelays {
    /// Median in ms.
    p50: Option<Milliseconds>,
    /// Delay in ms that 95 % of the samples did not exceed.
    p95: Option<Milliseconds>,
    /// Delay in ms that 99 % of the samples did not exceed.
    p99: Option<Milliseconds>,
}

/// The run over time, in order.
pub(super) fn timeline(summary: &Summary) -> Vec<Slot> {
    let spans = Spans::of(summary.timeline.width(), summary.tested());
    summary.timeline.slots().iter().zip(spans).map(|(slot, (start, width))| Slot::of(slot, start, width)).collect()
}

/// The run over time from its list, without histograms.
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
        let response_time_ms = SlotTimes { p50, p95, p99, max };
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
            rps: Quotient(slot.answered as f64 / seconds),
            in_flight: Number(slot.at_service.as_secs_f64() / seconds),
            response_time_ms,
            client_delay_ms: SlotDelays { p50, p95, p99 },
        }
    }

    fn read(&self) -> Read<StatsSlot> {
        let at_service = self.in_flight.0 * Duration::from(self.width_s).as_secs_f64();
        Ok(StatsSlot {
            users: self.users,
            pass: self.pass.0,
            fail: self.fail.0,
            exception: self.exception.0,
            answered: self.answered.0,
            at_service: Duration::try_from_secs_f64(at_service).map_err(|_| "a wrong in_flight")?,
            response_time_max: self.response_time_ms.max.map(Duration::from).unwrap_or_default(),
            ..StatsSlot::default()
        })
    }
}
