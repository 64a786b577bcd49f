//! The gates of a load test: refused before it, looked at while it goes on, judged at its end.

use std::io;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use crate::end::EndReason;
use crate::load::{Class, Classes, Load, Plan, Stop};
use crate::moment::Moment;
use crate::stats::{Collector, Gate, GateVerdict, Summary};

/// How often gates that stop the run are looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// The gates of one run.
#[derive(Debug)]
pub(super) struct Gates {
    all: Vec<Gate>,
    warmup: Duration,
    /// The one that stopped the run, by its place.
    stopped_by: OnceLock<(usize, GateVerdict)>,
}

/// Requests have due times.
pub(super) fn is_scheduled(plan: &Plan, classes: &Classes) -> bool {
    matches!(plan.load, Load::Rate(_)) || classes.classes.iter().any(Class::is_schedule)
}

impl Gates {
    pub(super) fn new(given: Vec<Gate>, warmup: Duration) -> Arc<Self> {
        Arc::new(Gates { all: Gate::with_implied(given), warmup, stopped_by: OnceLock::new() })
    }

    /// Starts the thread that stops the run when a gate that does so is crossed, if there is one.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub(super) fn watch(self: &Arc<Self>, stop: &Arc<Stop>, collector: &Arc<Collector>) -> io::Result<()> {
        if !self.all.iter().any(Gate::aborts) {
            return Ok(());
        }
        let (gates, stop, collector) = (Arc::clone(self), Arc::clone(stop), Arc::clone(collector));
        let look = move || gates.look(&stop, &collector);
        thread::Builder::new().name("gates".into()).spawn(look).map(drop)
    }

    fn look(&self, stop: &Stop, collector: &Collector) {
        let mut next = Moment::now() + INTERVAL;
        while !stop.wait_until(Some(next), || stop.is_set()) {
            let elapsed = collector.measured_for();
            // At whole seconds of the run, which are those that people give.
            next = Moment::now() + INTERVAL - Duration::from_nanos(elapsed.subsec_nanos().into());
            if elapsed < INTERVAL {
                continue;
            }
            let summary = match self.all.iter().any(|gate| gate.aborts() && gate.is_at_full_load()) {
                true => collector.numbers_at_full_load(),
                false => collector.numbers(),
            };
            let crossed = |gate: &Gate| gate.aborts() && gate.is_crossed_already(&summary, elapsed);
            if let Some(place) = self.all.iter().position(crossed) {
                let verdict = GateVerdict { stopped_run: true, ..self.all[place].judge(&summary, elapsed) };
                self.stopped_by.get_or_init(|| (place, verdict));
                return stop.set(EndReason::GateCrossed);
            }
        }
    }

    /// Verdicts on all gates.
    pub(super) fn judge(&self, summary: &Summary) -> Vec<GateVerdict> {
        let elapsed = summary.end.map_or(Duration::ZERO, |end| end.duration.saturating_sub(self.warmup));
        // Another reason may have come first.
        let was_stopped = summary.end.is_some_and(|end| end.reason == EndReason::GateCrossed);
        let stopped_by = self.stopped_by.get().filter(|_| was_stopped);
        let judge = |(place, gate): (usize, &Gate)| match stopped_by {
            Some((stopping, verdict)) if *stopping == place => verdict.clone(),
            _ => gate.judge(summary, elapsed),
        };
        self.all.iter().enumerate().map(judge).collect()
    }
}
