//! The numbers half: counts samples, and knows nothing of where they come from.

mod advice;
mod blocks;
mod buckets;
mod capacity;
mod change_points;
mod collector;
mod compare;
mod confidence;
mod correlation;
mod counters;
mod counts;
mod dense;
mod diagnosis;
mod examples;
mod failures;
mod gate;
mod glance;
mod ledger;
mod levels;
mod merge;
mod moments;
mod nature;
mod observed;
mod precision;
mod recent;
mod rows;
mod seconds;
mod series;
mod snapshot;
mod sparse;
mod stalls;
mod steady;
mod student;
mod summary;
mod timeline;
mod timing;
mod verdict;
mod warning;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use blocks::{Block, BlockRow, Blocks, MAX_BLOCKS};
pub use capacity::{AtLeast, CapacityAnswer, CapacityLevel, LevelLimit, LevelTimes, SearchEnd, TrialPurpose};
pub(crate) use capacity::{LevelFacts, outcome_of};
pub(crate) use change_points::change_points;
pub(crate) use collector::Collector;
pub use compare::{Change, ComparedRow, Comparison, DrawnUnit, Metric, RowKind, Tolerance, ToleranceOf, Verdict};
pub(crate) use confidence::{Batches, Subject};
pub use confidence::{CONFIDENCE, Interval, Intervals};
pub use counters::{CheckCounters, RequestCounters};
pub use dense::SlotHistogram;
pub use diagnosis::{Diagnosis, Evidence, Measure, Sign};
pub use examples::{Example, Examples};
pub use failures::{FailureGroup, MAX_FAILURE_GROUPS};
pub use gate::{Gate, GateKind, GateUnit, GateVerdict, GoalOutcome, GoalVerdict};
pub(crate) use gate::{Outlook as GateOutlook, PlainGate, PlainValue};
pub use glance::Glance;
pub(crate) use ledger::{LedgerKey, LedgerRow, Rounding};
pub(crate) use moments::Moments;
pub use precision::{Precision, PrecisionVerdict};
pub use recent::Recent;
pub(crate) use rows::{PartOf, Row, RowOf, Rows, Spread};
pub(crate) use seconds::{FailedNow, Second};
pub(crate) use series::{Point, Series};
pub use sparse::SparseHistogram;
pub(crate) use steady::Trend;
pub use steady::Unsteady;
pub use summary::{LevelSection, LogLoss, Schedule, Section, Summary, WarmUp};
pub use timeline::{Slot, Timeline};
pub use timing::Timing;
pub(crate) use timing::UNIT;
pub use verdict::{LoadVerdict, TimesVerdict};
pub use warning::Warning;

use crate::exchange::{Bar, Recorded};
use crate::moment::Moment;
use crate::names::Names;
use crate::sample::{
    Answer, AskedRate, CheckSample, Ending, Level, Life, RequestSample, Sample, UserEvent, UserSample,
};
use blocks::FullLoad;
use counters::Part;
use examples::Slowest;
use failures::Failures;
use ledger::Ledger;
use levels::{Lasting, Levels};
use nature::Natures;
use recent::Window;
use seconds::Seconds;
use stalls::Stalls;

/// Everything counted so far.
#[derive(Debug)]
pub(crate) struct Stats {
    names: Arc<Names>,
    users_wanted: u32,
    users_up: u32,
    most_users_up: u32,
    /// One moment on both clocks.
    made: (Moment, SystemTime),
    /// The first user's start, which the times of the run count from.
    started: Option<Moment>,
    last_end: Option<Moment>,
    /// The sum of the times that answered requests were at the service in the measured part.
    at_service: Duration,
    /// Samples that did not end at full load. Each sample is counted in one part only.
    rest: Part,
    levels: Levels,
    natures: Natures,
    /// Samples that ended before the time from which all is measured.
    warmup: Part,
    warmup_failures: Failures,
    measured_from: Option<Moment>,
    /// Requests have due times.
    is_scheduled: bool,
    failures: Failures,
    slowest: Slowest,
    timeline: Timeline,
    window: Window,
    blocks: FullLoad,
    starts: Timing,
    pauses: Timing,
    oldest_unfinished: Option<Duration>,
    missed: u64,
    dropped: u64,
    not_made: u64,
    uncounted: u64,
    lost: u64,
    /// Rate that a schedule asked for, and from when to when.
    asked: Option<(AskedRate, Moment, Moment)>,
    /// The sum over the users that have ended.
    lives: Option<Life>,
    stalls: Stalls,
    /// Record of each second, for those who look on.
    seconds: Option<Seconds>,
    ledger: Option<Ledger>,
    /// Level that lasts now.
    level: Option<Lasting>,
    /// What is counted apart, from a moment on.
    observed: Option<(Moment, Box<Stats>)>,
}

impl Stats {
    pub(crate) fn new(names: Arc<Names>, users_wanted: u32, is_scheduled: bool) -> Self {
        let mut rest = Part::default();
        // A check that never ran has a row too.
        rest.checks.resize_with(names.checks(), CheckCounters::default);
        Stats {
            names,
            users_wanted,
            users_up: 0,
            most_users_up: 0,
            made: (Moment::now(), SystemTime::now()),
            started: None,
            last_end: None,
            at_service: Duration::ZERO,
            rest,
            levels: Levels::default(),
            natures: Natures::default(),
            warmup: Part::default(),
            warmup_failures: Failures::default(),
            measured_from: None,
            is_scheduled,
            failures: Failures::default(),
            slowest: Slowest::default(),
            timeline: Timeline::new(),
            window: Window::new(),
            blocks: FullLoad::default(),
            starts: Timing::default(),
            pauses: Timing::default(),
            oldest_unfinished: None,
            missed: 0,
            dropped: 0,
            not_made: 0,
            uncounted: 0,
            lost: 0,
            asked: None,
            lives: None,
            stalls: Stalls::default(),
            seconds: None,
            ledger: None,
            level: None,
            observed: None,
        }
    }

    /// The thread that counts slept so long, and had wanted to sleep for a moment.
    pub(crate) fn slept(&mut self, from: Moment, to: Moment) {
        self.stalls.slept(from, to);
    }

    /// All that has ended so far is counted.
    pub(crate) fn is_up_to_date(&mut self) {
        self.stalls.settle();
    }

    /// TPR that a pass must exceed to be among the slowest so far.
    pub(crate) fn bar(&self) -> Bar {
        self.slowest.bar.clone()
    }

    /// Keeps what was recorded, if it is worth it.
    pub(crate) fn keep(&mut self, recorded: Recorded) {
        let Recorded { check, failure, ended, tpr, exchange } = recorded;
        let (_, is_of_warmup) = self.moment(ended);
        let at = self.started.map_or(Duration::ZERO, |started| ended.saturating_duration_since(started));
        let (is_exception, message) = failure.unzip();
        let example = Example { check: self.names.check_name(check), at, tpr, message, exchange };
        let example = Arc::new(example);
        self.keep_observed(check, is_exception, ended, &example);
        match (is_exception, &example.message) {
            (Some(is_exception), Some(message)) => {
                let failures = if is_of_warmup { &mut self.warmup_failures } else { &mut self.failures };
                let group = failures.keep(check, is_exception, message, &example);
                if let (Some(seconds), Some(group)) = (self.seconds.as_mut().filter(|_| !is_of_warmup), group) {
                    seconds.keep(group, at, &example);
                }
            }
            _ => self.slowest.add(example, is_of_warmup),
        }
    }

    /// Counts a sample; what a failure tells is taken out of it.
    pub(crate) fn add(&mut self, sample: &mut Sample) {
        self.add_observed(sample);
        match sample {
            Sample::Check(sample) => self.add_check(sample),
            Sample::Request(sample) => self.add_request(sample),
            Sample::Unfinished(sample) => {
                self.rest.add_unfinished(sample);
                self.oldest_unfinished = self.oldest_unfinished.max(Some(sample.age));
            }
            Sample::User(sample) => self.add_user(sample),
            Sample::Level { level, what, from, asked } => {
                self.blocks.begin(*level, what.size(), *from);
                self.levels.begin(*level, *what, *from, *asked);
                self.level = Some(Lasting { level: *level, what: *what, asked: *asked });
            }
            Sample::LevelEnd(at) => {
                self.level = None;
                self.levels.end(*at);
            }
            Sample::Asked { asked, from, until } => self.asked = Some((*asked, *from, *until)),
            Sample::MeasureFrom(from) => self.measured_from = Some(*from),
        }
    }

    fn add_check(&mut self, sample: &mut CheckSample) {
        self.stalls.was_awake(sample.ended);
        self.natures.learn(sample);
        let counts_alone = self.natures.counts_alone(sample.check);
        let (moment, is_of_warm_up) = self.moment(sample.ended);
        if let Some(recent) = self.window.at(moment, is_of_warm_up) {
            recent.add_check(sample, counts_alone);
        }
        if is_of_warm_up {
            self.warmup.add_check(sample);
            self.warmup_failures.add(sample.check, sample.outcome.take(), Duration::ZERO);
            return;
        }
        self.slowest.measure();
        self.measured_until(sample.ended);
        self.part(sample.level, sample.ended).0.add_check(sample);
        self.blocks.add_check(sample);
        if let Some(seconds) = &mut self.seconds {
            seconds.add_check(sample, moment, counts_alone);
        }
        if let Some(ledger) = &mut self.ledger {
            ledger.add_check(sample, counts_alone);
        }
        let slot = self.timeline.at(moment);
        match sample.outcome {
            Ending::Pass => slot.pass += 1,
            Ending::Fail(_) => slot.fail += 1,
            Ending::Exception(_) => slot.exception += 1,
        }
        slot.expectations_failed += u64::from(sample.blamed.is_some());
        let group = self.failures.add(sample.check, sample.outcome.take(), moment);
        if let (Some(seconds), Some(group)) = (&mut self.seconds, group) {
            seconds.failed(group, moment);
        }
    }

    fn add_request(&mut self, sample: &RequestSample) {
        self.stalls.was_awake(sample.ended);
        let is_scheduled = self.is_scheduled;
        let (moment, is_of_warm_up) = self.moment(sample.ended);
        if let Some(recent) = self.window.at(moment, is_of_warm_up) {
            recent.add_request(sample);
        }
        if is_of_warm_up {
            return self.warmup.add_request(sample, is_scheduled, None);
        }
        self.measured_until(sample.ended);
        let at_service = sample.at_service_since(self.started).span();
        self.at_service = self.at_service.saturating_add(at_service);
        let (part, from) = self.part(sample.level, sample.ended);
        part.add_request(sample, is_scheduled, from);
        self.blocks.add_request(sample);
        if let Some(seconds) = &mut self.seconds {
            seconds.add_request(sample, moment, self.started);
        }
        if let Some(ledger) = &mut self.ledger {
            ledger.add_request(sample);
        }
        let slot = self.timeline.serve(moment, at_service);
        slot.body_bytes += sample.traffic.body_bytes;
        if matches!(sample.answer, Answer::None { .. }) {
            slot.lost += 1;
            return;
        }
        slot.answered += 1;
        slot.expectations_failed += u64::from(sample.answer == Answer::Recorded { good: false });
        let time = sample.times.response_time();
        slot.response_times.record(sample.times.response_nanos());
        slot.response_time_sum = slot.response_time_sum.saturating_add(time);
        slot.response_time_min = Some(slot.response_time_min.map_or(time, |min| min.min(time)));
        slot.response_time_max = slot.response_time_max.max(time);
        if sample.times.stamped {
            slot.client_delays.record(sample.times.client_delay);
        }
    }

    fn add_user(&mut self, sample: &UserSample) {
        match sample.event {
            UserEvent::Released { late } => {
                let at = self.measured_from.map_or(sample.at, |from| from.max(sample.at));
                self.started = Some(self.started.map_or(at, |started| started.min(at)));
                self.users_up += 1;
                self.most_users_up = self.most_users_up.max(self.users_up);
                self.starts.record(late);
            }
            UserEvent::Ended(life) => {
                self.users_up = self.users_up.saturating_sub(1);
                self.lives = Some(self.lives.map_or(life, |lives| lives.and(life)));
            }
            UserEvent::Pauses(pause) => return self.pauses.record(pause),
            UserEvent::Missed(count) => {
                self.missed += count;
                return;
            }
            UserEvent::Dropped(count) => {
                self.dropped += count;
                return;
            }
            UserEvent::NotMade(count) => {
                self.not_made += u64::from(count);
                return;
            }
            UserEvent::Lost => {
                self.lost += 1;
                return;
            }
        }
        let moment = sample.at.saturating_duration_since(self.started.unwrap_or(sample.at));
        self.timeline.users_are(self.users_up, moment);
        if let Some(seconds) = &mut self.seconds {
            seconds.users_are(self.users_up, moment);
        }
    }

    /// Notes the end of something that is measured.
    fn measured_until(&mut self, ended: Moment) {
        self.last_end = self.last_end.max(Some(ended));
        self.started.get_or_insert(ended);
    }

    /// How long the warm-up, which the flag says it is, or what is measured had gone on then.
    fn moment(&self, at: Moment) -> (Duration, bool) {
        let is_of_warm_up = self.measured_from.is_some_and(|from| at < from);
        let began = if is_of_warm_up { self.made.0 } else { self.started.unwrap_or(at) };
        (at.saturating_duration_since(began), is_of_warm_up)
    }

    /// Numbers of the last seconds before this moment.
    pub(crate) fn recent(&self, now: Moment) -> Recent {
        let (moment, is_warm_up) = self.moment(now);
        self.window.recent(moment, is_warm_up)
    }

    /// Where a sample of this level belongs, and when that began.
    fn part(&mut self, level: Level, ended: Moment) -> (&mut Part, Option<Moment>) {
        match self.levels.part(level, ended) {
            Some((part, from)) => (part, Some(from)),
            None => (&mut self.rest, self.started),
        }
    }
}

#[cfg(test)]
mod tests;
