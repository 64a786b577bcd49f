//! Part of a run that is counted apart, from a moment on until it is begun anew: what a load that is steered from
//! outside is judged by.

use std::sync::Arc;
use std::time::Duration;

use super::blocks::FullLoad;
use super::examples::Example;
use super::levels::Lasting;
use super::{Stats, Summary};
use crate::ids::CheckId;
use crate::moment::Moment;
use crate::sample::{Plateau, Sample};

impl Stats {
    /// Counts a sample of what is counted apart, too.
    pub(super) fn add_observed(&mut self, sample: &Sample) {
        let Some((from, stats)) = &mut self.observed else { return };
        let is_older = match sample {
            Sample::Check(check) => check.ended < *from,
            Sample::Request(request) => request.ended < *from,
            _ => false,
        };
        if !is_older {
            stats.add(&mut sample.clone());
        }
    }

    /// Keeps an example of what is counted apart, too.
    pub(super) fn keep_observed(
        &mut self,
        check: CheckId,
        failure: Option<bool>,
        ended: Moment,
        example: &Arc<Example>,
    ) {
        let Some((_, stats)) = self.observed.as_mut().filter(|(from, _)| ended >= *from) else { return };
        match (failure, &example.message) {
            (Some(is_exception), Some(message)) => {
                stats.failures.keep(check, is_exception, message, example);
            }
            _ => stats.slowest.add(Arc::clone(example), false),
        }
    }

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
        self.observed = Some((now, Box::new(stats)));
    }

    /// Summary of what is counted apart, with its blocks.
    pub(crate) fn observed(&self) -> Option<Summary> {
        let (_, stats) = self.observed.as_ref()?;
        Some(Summary { blocks: stats.blocks(), ..stats.summary(Duration::ZERO) })
    }
}
