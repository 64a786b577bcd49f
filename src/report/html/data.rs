//! Data that the page's script draws, as JSON.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::report::model::Capacity;
use crate::stats::{BlockRow, Slot, SlotHistogram, Summary, Timing};
use crate::units::milliseconds;

/// A last slot of which less than this share was tested says nothing.
const LEAST_SHARE: f64 = 0.25;
/// Rows of which the page has charts.
const MOST_ROWS: usize = 40;
/// Points of a distribution for each tenth that is left.
const POINTS_PER_DECADE: u32 = 12;

pub(super) fn json(summary: &Summary) -> String {
    let timeline = &summary.timeline;
    let width = timeline.width().as_secs_f64();
    let tested = summary.tested().as_secs_f64();
    // Of the last slot only a part was tested.
    let span = |index: usize| (tested - index as f64 * width).min(width);
    let slots = match timeline.slots() {
        [slots @ .., _] if !slots.is_empty() && span(slots.len()) < width * LEAST_SHARE => slots,
        slots => slots,
    };
    let per_s = |index: usize, amount: f64| (span(index) > 0.0).then(|| rounded(amount / span(index)));
    let each = |value: &dyn Fn(usize, &Slot) -> Option<f64>| -> Vec<Option<f64>> {
        slots.iter().enumerate().map(|(index, slot)| value(index, slot)).collect()
    };
    let percentile =
        |times: fn(&Slot) -> &SlotHistogram, percent: f64| each(&|_, slot| times(slot).percentile(percent).map(ms));
    let data = json!({
        "width_s": width,
        "answered": each(&|index, slot| per_s(index, slot.answered as f64)),
        "not_passed": each(&|index, slot| per_s(index, (slot.fail + slot.exception) as f64)),
        "p50": percentile(|slot| &slot.response_times, 50.0),
        "p95": percentile(|slot| &slot.response_times, 95.0),
        "p99": percentile(|slot| &slot.response_times, 99.0),
        "max": each(&|_, slot| (slot.answered > 0).then(|| ms(slot.response_time_max))),
        "users": each(&|_, slot| Some(slot.users.into())),
        "in_flight": each(&|index, slot| per_s(index, slot.at_service.as_secs_f64())),
        "delay_p50": percentile(|slot| &slot.client_delays, 50.0),
        "delay_p99": percentile(|slot| &slot.client_delays, 99.0),
        "capacity": summary.capacity.as_deref().map(Capacity::from),
        "rows": rows(summary).iter().map(Row::json).collect::<Vec<_>>(),
        "distribution": {
            "response": distribution(&summary.whole.request_totals.response_time),
            "tpr": distribution(&summary.whole.totals.tpr),
            "delay": distribution(&summary.whole.request_totals.client_delay),
        },
    });
    data.to_string()
}

/// Check, or the requests of a name, at full load over time.
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) name: Arc<str>,
    width: Duration,
    blocks: Vec<BlockRow>,
}

/// Rows of full load, the busiest first, as many as a page has room for.
pub(super) fn rows(summary: &Summary) -> Vec<Row> {
    let blocks = &summary.blocks;
    let whole = match blocks.blocks() {
        // The last one is seldom whole.
        [whole @ .., _] if !whole.is_empty() => whole,
        all => all,
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut add = |kind, at: usize, row: &BlockRow| {
        let known = rows.iter().position(|known: &Row| known.kind == kind && known.name == row.name);
        let place = known.unwrap_or_else(|| {
            let of_row = vec![BlockRow::default(); whole.len()];
            rows.push(Row { kind, name: Arc::clone(&row.name), width: blocks.width(), blocks: of_row });
            rows.len() - 1
        });
        rows[place].blocks[at] = row.clone();
    };
    for (at, block) in whole.iter().enumerate() {
        block.checks.iter().for_each(|row| add("check", at, row));
        block.requests.iter().for_each(|row| add("request", at, row));
    }
    let count = |row: &Row| row.blocks.iter().map(|block| block.requests).sum::<u64>();
    rows.sort_by_key(|row| std::cmp::Reverse(count(row)));
    rows.truncate(MOST_ROWS);
    rows
}

impl Row {
    fn json(&self) -> Value {
        let per_s = |count: u64| rounded(count as f64 / self.width.as_secs_f64());
        let percentile = |percent: f64| -> Vec<Option<f64>> {
            self.blocks.iter().map(|block| block.times.percentile(percent).map(ms)).collect()
        };
        json!({
            "name": &*self.name,
            "width_s": self.width.as_secs_f64(),
            "answered": self.blocks.iter().map(|block| per_s(block.requests)).collect::<Vec<_>>(),
            "not_passed": self.blocks.iter().map(|block| per_s(block.failures)).collect::<Vec<_>>(),
            "p50": percentile(50.0),
            "p95": percentile(95.0),
            "p99": percentile(99.0),
        })
    }
}

/// Percentiles with their times, up to the one beyond which a single sample lies; there the longest.
pub(in crate::report) fn distribution(timing: &Timing) -> Vec<(f64, f64)> {
    let count = timing.count() as f64;
    if timing.count() == 0 {
        return Vec::new();
    }
    let left = (0..).map(|step| 10f64.powf(-f64::from(step) / f64::from(POINTS_PER_DECADE)));
    let left = left.take_while(|left| count * left > 1.0).chain([1.0 / count]);
    left.filter_map(|left| {
        let is_last = left <= 1.0 / count;
        let time = if is_last { timing.max() } else { timing.percentile((1.0 - left) * 100.0) };
        Some((left, ms(time?)))
    })
    .collect()
}

/// Milliseconds to the microsecond: a line shows no more.
pub(super) fn ms(time: Duration) -> f64 {
    rounded(milliseconds(time))
}

pub(super) fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
