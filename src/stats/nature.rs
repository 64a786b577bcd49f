//! The nature of checks: whether they make their requests by perfloop, or without it.

use super::counters::CheckCounters;
use crate::ids::CheckId;
use crate::sample::{CheckSample, Ending};

/// Natures of the checks of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Natures(Vec<Nature>);

/// What is known of one: it is learned from all runs of the check, because one that fails before its first request, or
/// needs none this time, is still one that makes requests.
#[derive(Debug, Clone, Copy, Default)]
struct Nature {
    /// True for a check that has asked perfloop for a request, sent or not.
    asks: bool,
    /// True for a check that has passed without asking.
    passes_alone: bool,
}

impl Natures {
    pub(super) fn learn(&mut self, sample: &CheckSample) {
        let index = usize::from(sample.check.0);
        if self.0.len() <= index {
            self.0.resize(index + 1, Nature::default());
        }
        let nature = &mut self.0[index];
        nature.asks |= sample.asked || sample.requests > 0;
        nature.passes_alone |= sample.is_alone() && matches!(sample.outcome, Ending::Pass);
    }

    /// By its nature the check makes no request that perfloop sees, such as a plain function or a client of its own:
    /// each result of it counts as one. Of a check that never passed it is not known what it could not do.
    pub(super) fn counts_alone(&self, check: CheckId) -> bool {
        self.0.get(usize::from(check.0)).is_some_and(|nature| nature.passes_alone && !nature.asks)
    }
}

impl CheckCounters {
    /// The counts with the requests that the check counts for.
    pub(super) fn by_nature(mut self, counts_alone: bool) -> Self {
        let alone = std::mem::take(&mut self.alone);
        self.requests += if counts_alone { alone } else { 0 };
        self
    }
}
