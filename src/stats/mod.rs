//! The numbers half: counts samples, and knows nothing of where they come from.

mod collector;
mod failures;
mod summary;
mod tally;
mod timeline;
mod timing;
mod verdict;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use collector::Collector;
pub use failures::{FailureGroup, MAX_FAILURE_GROUPS};
pub use summary::{LogLoss, Section, Summary, Warning};
pub use tally::{CheckTally, RequestTally};
pub use timeline::{Slot, SparseHistogram, Timeline};
pub use timing::Timing;
pub use verdict::{LoadVerdict, TimesVerdict};

use crate::names::Names;
use crate::outcome::Outcome;
use crate::sample::{Answer, CheckSample, Level, RequestSample, Sample, UserEvent, UserSample};
use failures::Failures;
use tally::Part;

/// Everything counted so far.
#[derive(Debug)]
pub(crate) struct Stats {
    names: Arc<Names>,
    users_wanted: u32,
    users_up: u32,
    /// The first user's start, which the times of the run count from.
    started: Option<Instant>,
    last_end: Option<Instant>,
    /// What did not end at full load. Each sample is counted in one part only.
    rest: Part,
    full_load: Option<FullLoad>,
    /// Requests have due times.
    is_scheduled: bool,
    failures: Failures,
    timeline: Timeline,
    starts: Timing,
    pauses: Timing,
    oldest_unfinished: Option<Duration>,
    missed: u64,
    run_delay: Option<Duration>,
}

/// What ended while all wanted users were up.
#[derive(Debug)]
struct FullLoad {
    from: Instant,
    last_end: Instant,
    part: Part,
}

impl Stats {
    pub(crate) fn new(names: Arc<Names>, users_wanted: u32, is_scheduled: bool) -> Self {
        let mut rest = Part::default();
        // A check that never ran has a row too.
        rest.checks.resize_with(names.checks(), CheckTally::default);
        Stats {
            names,
            users_wanted,
            users_up: 0,
            started: None,
            last_end: None,
            rest,
            full_load: None,
            is_scheduled,
            failures: Failures::default(),
            timeline: Timeline::new(),
            starts: Timing::default(),
            pauses: Timing::default(),
            oldest_unfinished: None,
            missed: 0,
            run_delay: None,
        }
    }

    pub(crate) fn add(&mut self, sample: Sample) {
        match sample {
            Sample::Check(sample) => self.add_check(sample),
            Sample::Request(sample) => self.add_request(&sample),
            Sample::Unfinished(sample) => {
                self.rest.add_unfinished(&sample);
                self.oldest_unfinished = self.oldest_unfinished.max(Some(sample.age));
            }
            Sample::User(sample) => self.add_user(&sample),
            Sample::FullLoad { from } => {
                self.full_load = Some(FullLoad { from, last_end: from, part: Part::default() });
            }
        }
    }

    fn add_check(&mut self, sample: CheckSample) {
        let moment = self.moment(sample.ended);
        self.part(sample.level, sample.ended).add_check(&sample);
        let slot = self.timeline.at(moment);
        match sample.outcome {
            Outcome::Pass => slot.pass += 1,
            Outcome::Fail(_) => slot.fail += 1,
            Outcome::Exception(_) => slot.exception += 1,
        }
        self.failures.add(sample.check, sample.outcome, moment);
    }

    fn add_request(&mut self, sample: &RequestSample) {
        let moment = self.moment(sample.ended);
        let is_scheduled = self.is_scheduled;
        self.part(sample.level, sample.ended).add_request(sample, is_scheduled);
        if let Answer::Status(_) = sample.answer {
            let slot = self.timeline.at(moment);
            slot.answered += 1;
            slot.response_times.record(sample.times.response_time());
        }
    }

    fn add_user(&mut self, sample: &UserSample) {
        match sample.event {
            UserEvent::Released { late } => {
                self.started = Some(self.started.map_or(sample.at, |started| started.min(sample.at)));
                self.users_up += 1;
                self.starts.record(late);
            }
            UserEvent::Ended { run_delay } => {
                self.users_up = self.users_up.saturating_sub(1);
                if let Some(delay) = run_delay {
                    *self.run_delay.get_or_insert_default() += delay;
                }
            }
            UserEvent::Pauses(pause) => return self.pauses.record(pause),
            UserEvent::Missed(count) => {
                self.missed += count;
                return;
            }
        }
        let moment = sample.at.saturating_duration_since(self.started.unwrap_or(sample.at));
        let slot = self.timeline.at(moment);
        slot.users = slot.users.max(self.users_up);
    }

    /// Notes the end of something that is counted, and says when in the run it was.
    fn moment(&mut self, ended: Instant) -> Duration {
        self.last_end = self.last_end.max(Some(ended));
        ended.saturating_duration_since(*self.started.get_or_insert(ended))
    }

    /// Where a sample of this level belongs.
    fn part(&mut self, level: Level, ended: Instant) -> &mut Part {
        match &mut self.full_load {
            Some(full_load) if level == Level::FULL => {
                full_load.last_end = full_load.last_end.max(ended);
                &mut full_load.part
            }
            _ => &mut self.rest,
        }
    }

    /// What is counted up to now.
    pub(crate) fn summary(&self, blocked: Duration) -> Summary {
        let tested = match (self.started, self.last_end) {
            (Some(started), Some(end)) => end.saturating_duration_since(started),
            _ => Duration::ZERO,
        };
        let mut whole = self.rest.clone();
        if let Some(full_load) = &self.full_load {
            whole.merge(&full_load.part);
        }
        let full_load = self.full_load.as_ref().map(|full_load| {
            let span = full_load.last_end.saturating_duration_since(full_load.from);
            Section::new(&full_load.part, span, &self.names)
        });
        Summary {
            users: self.users_wanted,
            users_up: self.users_up,
            whole: Section::new(&whole, tested, &self.names),
            full_load: full_load.filter(|section| section.totals.ended() > 0),
            failures: self.failures.groups(),
            names: Arc::clone(&self.names),
            timeline: self.timeline.clone(),
            starts: self.starts.clone(),
            pauses: self.pauses.clone(),
            oldest_unfinished: self.oldest_unfinished,
            missed: self.missed,
            run_delay: self.run_delay,
            blocked,
            end: None,
            log: LogLoss::default(),
            used_up: None,
        }
    }
}

#[cfg(test)]
mod tests;
