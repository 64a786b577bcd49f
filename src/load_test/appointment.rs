//! Appointment of a run with the machines beside it: which part it is, and when it was to start.

use std::time::{Duration, SystemTime};

use crate::load::Plan;
use crate::part::{Part, Parts};
use crate::stats::Summary;

/// What a run has to tell of where it stands among others, once it is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Appointment {
    part: Part,
    start_at: Option<SystemTime>,
    warmup: Duration,
}

impl Appointment {
    pub(super) fn of(plan: &Plan) -> Self {
        Appointment { part: plan.part, start_at: plan.start_at, warmup: plan.warmup }
    }

    pub(super) fn parts(&self) -> Option<Parts> {
        (!self.part.is_whole()).then(|| self.part.into())
    }

    /// How late it started; `None` where no moment was asked for, or it never did.
    pub(super) fn late(&self, summary: &Summary) -> Option<Duration> {
        let started = summary.began?.checked_sub(self.warmup)?;
        Some(started.duration_since(self.start_at?).unwrap_or_default())
    }
}
