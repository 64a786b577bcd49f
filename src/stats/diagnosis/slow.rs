//! Slow answers over time: by the blocks of full load or by the timeline, whichever tells more.

use std::time::Duration;

use crate::stats::summary::Summary;
use crate::units;

/// Slow answers take at least so many times the median of the requests of their name.
const SLOW: f64 = 5.0;

/// Slow answers over time, in slots of equal width.
#[derive(Debug)]
pub(super) struct SlowOverTime {
    /// What took longer is slow.
    pub(super) bar: Duration,
    /// Start of the first slot, from the start of the run.
    pub(super) from: Duration,
    pub(super) width: Duration,
    pub(super) slots: Vec<SlowSlot>,
}

/// Answers of a slot, and how many of them were slow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SlowSlot {
    pub(super) answers: u64,
    pub(super) slow: u64,
}

/// Time beyond which an answer is slow, whatever was asked for: five times the median of its name, and at least so much more.
/// `None` without percentiles.
pub(super) fn bar(summary: &Summary, least: Duration) -> Option<Duration> {
    let medians = summary.whole.requests.iter().filter_map(|row| row.response_time.percentile(50.0));
    medians.map(|median| units::times(median, SLOW).max(median.saturating_add(least))).max()
}

impl SlowOverTime {
    /// `None` where nothing is known over time.
    pub(super) fn of(summary: &Summary, least: Duration) -> Option<Self> {
        let bar = bar(summary, least)?;
        let (timeline, blocks) = (Self::of_timeline(summary, bar), Self::of_blocks(summary, bar));
        let blocks = blocks.filter(|blocks| {
            let is_most = 2 * blocks.answers() >= summary.whole.request_totals.answered;
            is_most && timeline.as_ref().is_none_or(|timeline| blocks.width < timeline.width)
        });
        blocks.or(timeline)
    }

    fn of_timeline(summary: &Summary, bar: Duration) -> Option<Self> {
        let slots = summary.timeline.slots().iter().map(|slot| {
            let times = &slot.response_times;
            SlowSlot { answers: times.count(), slow: times.count_beyond(bar) }
        });
        let of = SlowOverTime { bar, from: Duration::ZERO, width: summary.timeline.width(), slots: slots.collect() };
        (of.answers() > 0).then_some(of)
    }

    /// Of full load that was not interrupted: else its blocks do not say when they were.
    fn of_blocks(summary: &Summary, bar: Duration) -> Option<Self> {
        let largest = summary.levels.iter().map(|level| level.what.size()).max_by(f64::total_cmp)?;
        let mut plateaus = summary.levels.iter().filter(|level| level.what.size() == largest);
        let (Some(plateau), None) = (plateaus.next(), plateaus.next()) else { return None };
        let slots = summary.blocks.blocks().iter().map(|block| {
            let times = || block.requests.iter().map(|row| &row.times);
            let answers = times().map(|times| times.count()).sum();
            SlowSlot { answers, slow: times().map(|times| times.count_beyond(bar)).sum() }
        });
        let of = SlowOverTime { bar, from: plateau.from, width: summary.blocks.width(), slots: slots.collect() };
        (of.answers() > 0).then_some(of)
    }

    pub(super) fn answers(&self) -> u64 {
        self.slots.iter().map(|slot| slot.answers).sum()
    }

    pub(super) fn slow(&self) -> u64 {
        self.slots.iter().map(|slot| slot.slow).sum()
    }

    /// Moment of the run at which so many slots have passed.
    pub(super) fn moment(&self, slots: f64) -> Duration {
        self.from.saturating_add(units::times(self.width, slots))
    }
}
