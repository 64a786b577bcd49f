//! Part of a run that is counted apart, from a moment on until it is begun anew: what a load that is steered from
//! outside is judged by.

use std::sync::Arc;
use std::time::Duration;

use super::blocks::FullLoad;
use super::examples::Example;
use super::{Stats, Summary};
use crate::ids::CheckId;
use crate::moment::Moment;
use crate::sample::{AskedRate, Level, Plateau, Sample};

/// Level of users or arrivals that lasts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lasting {
    pub(super) level: Level,
    pub(super) what: Plateau,
    pub(super) asked: Option<AskedRate>,
}

/// Numbers of what ended from a moment on.
#[derive(Debug)]
pub(super) struct Observed {
    from: Moment,
    stats: Box<Stats>,
}

impl Observed {
    pub(super) fn add(&mut self, sample: &Sample) {
        let is_older = match sample {
            Sample::Check(check) => check.ended < self.from,
            Sample::Request(request) => request.ended < self.from,
            _ => false,
        };
        if !is_older {
            self.stats.add(&mut sample.clone());
        }
    }

    pub(super) fn keep(&mut self, check: CheckId, is_exception: Option<bool>, ended: Moment, example: &Arc<Example>) {
        if ended < self.from {
            return;
        }
        match (is_exception, &example.message) {
            (Some(is_exception), Some(message)) => {
                self.stats.failures.keep(check, is_exception, message, example);
            }
            _ => self.stats.slowest.add(Arc::clone(example), false),
        }
    }
}

impl Stats {
    /// From now on what ends is counted apart, too, in blocks of this width at first. What was counted so before is
    /// forgotten.
    pub(crate) fn observe(&mut self, width: Duration) {
        let now = Moment::now();
        let users = match self.level.map(|lasting| lasting.what) {
            Some(Plateau::Users(users)) => users,
            _ => 0,
        };
        let mut stats = Stats {
            users_up: self.users_up,
            most_users_up: self.users_up,
            started: Some(now),
            natures: self.natures.clone(),
            blocks: FullLoad::of_width(width),
            ..Stats::new(Arc::clone(&self.names), users, self.is_scheduled)
        };
        stats.timeline.users_are(self.users_up, Duration::ZERO);
        if let Some(Lasting { level, what, asked }) = self.level {
            stats.add(&mut Sample::Level { level, what, from: now, asked });
        }
        self.observed = Some(Observed { from: now, stats: Box::new(stats) });
    }

    /// Summary of what is counted apart, with its blocks.
    pub(crate) fn observed(&self) -> Option<Summary> {
        let stats = &self.observed.as_ref()?.stats;
        Some(Summary { blocks: stats.blocks(), ..stats.summary(Duration::ZERO) })
    }
}
