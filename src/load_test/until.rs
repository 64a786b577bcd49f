//! Precisions with which a run ends: looked at each second while it goes on.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::end::EndReason;
use crate::load::Stop;
use crate::moment::Moment;
use crate::stats::{Collector, Precision, PrecisionVerdict, Summary};

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(1);
/// An interval may be narrow by chance: it is to be so at so many looks in a row.
const LOOKS: u32 = 2;

/// Precisions of one run.
#[derive(Debug)]
pub(super) struct Until(Vec<Precision>);

impl Until {
    pub(super) fn new(precisions: Vec<Precision>) -> Arc<Self> {
        Arc::new(Until(precisions))
    }

    /// Starts the thread that ends the run when all are reached, if there are any.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub(super) fn watch(self: &Arc<Self>, stop: &Arc<Stop>, collector: &Arc<Collector>) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (until, stop, collector) = (Arc::clone(self), Arc::clone(stop), Arc::clone(collector));
        let look = move || until.look(&stop, &collector);
        thread::Builder::new().name("until".into()).spawn(look).map(drop)
    }

    fn look(&self, stop: &Stop, collector: &Collector) {
        let mut reached = 0;
        while !stop.wait_until(Some(Moment::now() + INTERVAL), || stop.is_set()) {
            let summary = collector.numbers_at_full_load();
            let is_reached =
                summary.full_load.is_some() && self.judge(&summary).iter().all(PrecisionVerdict::is_reached);
            reached = if is_reached { reached + 1 } else { 0 };
            if reached >= LOOKS {
                return stop.set(EndReason::Precise);
            }
        }
    }

    pub(super) fn judge(&self, summary: &Summary) -> Vec<PrecisionVerdict> {
        self.0.iter().map(|precision| precision.judge(summary)).collect()
    }
}
