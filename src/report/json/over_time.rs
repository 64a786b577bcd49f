//! The run over time, and full load in blocks.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::milliseconds::ms;
use crate::stats::{BlockRow, SlotHistogram, Summary};

/// How wide a slot is that lies in a span: the last one ends with it.
fn width(start: Duration, width: Duration, span: Duration) -> Duration {
    match span.saturating_sub(start) {
        // Only users came or went in it.
        Duration::ZERO => width,
        rest => rest.min(width),
    }
}

pub(super) fn timeline(summary: &Summary) -> Value {
    let (full_width, mut start) = (summary.timeline.width(), Duration::ZERO);
    let slots = summary.timeline.slots().iter().map(|slot| {
        let width = width(start, full_width, summary.tested());
        let seconds = width.as_secs_f64();
        let value = json!({
            "t_s": start.as_secs_f64(),
            "width_s": seconds,
            "users": slot.users,
            "pass": slot.pass,
            "failures": slot.fail + slot.exception,
            "fail": slot.fail,
            "exception": slot.exception,
            "answered": slot.answered,
            "rps": slot.answered as f64 / seconds,
            "in_flight": slot.at_service.as_secs_f64() / seconds,
            "response_time_ms": percentiles(&slot.response_times, Some(slot.response_time_max)),
            "client_delay_ms": percentiles(&slot.client_delays, None),
        });
        start += full_width;
        value
    });
    slots.collect()
}

/// `null` where there are no samples any more, as in reports that were merged.
fn percentiles(times: &SlotHistogram, max: Option<Duration>) -> Value {
    let mut map = Map::new();
    for (name, percent) in [("p50", 50.0), ("p95", 95.0), ("p99", 99.0)] {
        map.insert(name.into(), json!(ms(times.percentile(percent))));
    }
    if let Some(max) = max {
        map.insert("max".into(), json!(ms(Some(max).filter(|max| !max.is_zero()))));
    }
    Value::Object(map)
}

pub(super) fn blocks(summary: &Summary) -> Value {
    let full_load = summary.full_load.as_ref().map_or(Duration::ZERO, |section| section.span);
    let (full_width, mut start) = (summary.blocks.width(), Duration::ZERO);
    let blocks = summary.blocks.blocks().iter().map(|block| {
        let width = width(start, full_width, full_load).as_secs_f64();
        let value = json!({
            "t_s": start.as_secs_f64(),
            "width_s": width,
            "rps": block.answered() as f64 / width,
            "failures": block.failures(),
            "checks": block.checks.iter().map(|row| self::row(row, width, "tpr_ns")).collect::<Vec<_>>(),
            "requests": block.requests.iter().map(|row| self::row(row, width, "response_time_ns")).collect::<Vec<_>>(),
        });
        start += full_width;
        value
    });
    blocks.collect()
}

fn row(row: &BlockRow, width_s: f64, times: &str) -> Value {
    json!({
        "name": &*row.name,
        "answered": row.requests,
        "rps": row.requests as f64 / width_s,
        "failures": row.failures,
        times: row.times.counts().map(|(nanos, count)| (nanos.to_string(), json!(count))).collect::<Map<_, _>>(),
    })
}
