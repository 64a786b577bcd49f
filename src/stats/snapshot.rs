//! The numbers up to a moment, copied out of what is being counted.

use std::sync::Arc;
use std::time::Duration;

use super::counters::Part;
use super::summary::{LogLoss, Schedule, Section, Summary, WarmUp};
use super::{Blocks, Stats};
use crate::asked::Asked;

impl Stats {
    /// Summary up to now.
    pub(crate) fn summary(&self, blocked: Duration) -> Summary {
        let (names, natures) = (&self.names, &self.natures);
        let mut numbers = self.numbers(blocked);
        if let Some(warmup) = &mut numbers.warmup {
            warmup.failures = self.warmup_failures.groups();
        }
        Summary {
            full_load: self.levels.full_load(names, natures),
            levels: self.levels.sections(self.started, names, natures),
            failures: self.failures.groups(),
            slowest: self.slowest.kept(),
            timeline: self.timeline.clone(),
            ..numbers
        }
    }

    /// Snapshot of the whole run and its warm-up alone, without failures and what was slow, and with a timeline of counts:
    /// what can be read each second. Gates and `/metrics` look at no more.
    pub(crate) fn numbers(&self, blocked: Duration) -> Summary {
        let mut whole = self.rest.clone();
        self.levels.parts().for_each(|part| whole.merge(part));
        self.summary_of(whole, self.warmup.clone(), blocked)
    }

    /// The same with full load and its blocks: what gates and precisions at full load look at.
    pub(crate) fn numbers_at_full_load(&self, blocked: Duration) -> Summary {
        let full_load = self.levels.full_load(&self.names, &self.natures);
        Summary { full_load, blocks: self.blocks(), ..self.numbers(blocked) }
    }

    /// The same without any percentile: copied in no time, also with hundreds of names. Verdicts and warnings are made of
    /// no more.
    pub(crate) fn counts(&self, blocked: Duration) -> Summary {
        let mut whole = self.rest.counts();
        self.levels.parts().for_each(|part| whole.merge(&part.counts()));
        let levels = self.levels.outlines(self.started);
        Summary { levels, ..self.summary_of(whole, self.warmup.counts(), blocked) }
    }

    fn summary_of(&self, mut whole: Part, warmup: Part, blocked: Duration) -> Summary {
        whole.at_service = self.at_service;
        let schedule = self.schedule(whole.iterations);
        let tested = self.tested(whole.iterations);
        let (names, natures) = (&self.names, &self.natures);
        let warmup = (!warmup.checks.is_empty())
            .then(|| WarmUp { section: Section::new(warmup, Duration::ZERO, names, natures), failures: Vec::new() });
        Summary {
            users: self.users_wanted.max(self.most_users_up),
            users_up: self.users_up,
            began: self.started.map(|started| self.made.1 + started.saturating_duration_since(self.made.0)),
            whole: Section::new(whole, tested, names, natures),
            full_load: None,
            levels: Vec::new(),
            schedule,
            warmup,
            failures: Vec::new(),
            slowest: Vec::new(),
            names: Arc::clone(names),
            timeline: self.timeline.counts(),
            blocks: Blocks::default(),
            starts: self.starts.clone(),
            pauses: self.pauses.clone(),
            oldest_unfinished: self.oldest_unfinished,
            missed: self.missed,
            dropped: self.dropped,
            not_made: self.not_made,
            lost: self.lost,
            hook_panic: None,
            uncounted: self.uncounted,
            seed: 0,
            parts: None,
            late: None,
            run_delay: self.lives.and_then(|lives| lives.run_delay),
            worked: self.lives.map(|lives| lives.worked),
            stalls: self.stalls.known.clone(),
            blocked,
            end: None,
            log: LogLoss::default(),
            samples: LogLoss::default(),
            asked: Asked::default(),
            used_up: None,
            is_debug_build: false,
            gates: Vec::new(),
            precisions: Vec::new(),
            capacity: None,
        }
    }

    /// Full load over time. Large, and so no part of each summary.
    pub(crate) fn blocks(&self) -> Blocks {
        self.blocks.named(&self.names, &self.natures)
    }

    /// Span that rates are divided by, after so many iterations.
    pub(super) fn tested(&self, iterations: u64) -> Duration {
        self.schedule(iterations).map_or_else(|| self.elapsed(), |schedule| schedule.span())
    }

    /// From the first start to the last counted end.
    fn elapsed(&self) -> Duration {
        let (started, end) = (self.started, self.last_end);
        started.zip(end).map_or(Duration::ZERO, |(started, end)| end.saturating_duration_since(started))
    }

    /// Schedule that was asked for, and how many iterations came of it.
    fn schedule(&self, iterations: u64) -> Option<Schedule> {
        let (asked, from, until) = self.asked?;
        let end = self.last_end.map_or(until, |end| end.max(until));
        Some(Schedule::new(asked, iterations, end.saturating_duration_since(from)))
    }
}
