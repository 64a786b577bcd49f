//! The numbers half: counts samples, and knows nothing of where they come from.

mod advice;
mod blocks;
mod collector;
mod compare;
mod failures;
mod gate;
mod merge;
mod recent;
mod recordings;
mod stalls;
mod steady;
mod summary;
mod tally;
mod timeline;
mod timing;
mod verdict;
mod warning;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub use blocks::{Block, BlockRow, Blocks, MAX_BLOCKS};
pub(crate) use collector::Collector;
pub use compare::{Change, ComparedRow, Comparison, DrawnUnit, Metric, RowKind, Tolerance, ToleranceOf, Verdict};
pub use failures::{FailureGroup, MAX_FAILURE_GROUPS};
pub(crate) use gate::Outlook as GateOutlook;
pub use gate::{Gate, GateKind, GateUnit, GateVerdict};
pub use recent::Recent;
pub use recordings::{Recording, Recordings};
pub use summary::{LevelSection, LogLoss, Section, Summary, WarmUp};
pub use tally::{CheckTally, RequestTally};
pub use timeline::{Slot, SparseHistogram, Timeline};
pub use timing::Timing;
pub(crate) use timing::UNIT;
pub use verdict::{LoadVerdict, TimesVerdict};
pub use warning::Warning;

use crate::asked::Asked;
use crate::exchange::{Bar, Recorded};
use crate::names::Names;
use crate::outcome::Outcome;
use crate::sample::{Answer, CheckSample, Level, Plateau, RequestSample, Sample, UserEvent, UserSample};
use blocks::FullLoad;
use failures::Failures;
use recent::Window;
use recordings::Slowest;
use stalls::Stalls;
use tally::Part;

/// Everything counted so far.
#[derive(Debug)]
pub(crate) struct Stats {
    names: Arc<Names>,
    users_wanted: u32,
    users_up: u32,
    most_users_up: u32,
    /// The same moment on both clocks.
    made: (Instant, SystemTime),
    /// The first user's start, which the times of the run count from.
    started: Option<Instant>,
    last_end: Option<Instant>,
    /// What did not end at full load. Each sample is counted in one part only.
    rest: Part,
    levels: Vec<LevelPart>,
    /// What ended before the time from which all is measured.
    warmup: Part,
    warmup_failures: Failures,
    measured_from: Option<Instant>,
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
    run_delay: Option<Duration>,
    stalls: Stalls,
}

/// What ended while one plateau lasted.
#[derive(Debug)]
struct LevelPart {
    level: Level,
    what: Plateau,
    from: Instant,
    last_end: Instant,
    part: Part,
}

/// Which part of a run a sample belongs to.
enum Span {
    WarmUp,
    Measured(Level),
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
            most_users_up: 0,
            made: (Instant::now(), SystemTime::now()),
            started: None,
            last_end: None,
            rest,
            levels: Vec::new(),
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
            run_delay: None,
            stalls: Stalls::default(),
        }
    }

    /// The thread that counts slept so long, and had wanted to sleep for a moment.
    pub(crate) fn slept(&mut self, from: Instant, to: Instant) {
        self.stalls.slept(from, to);
    }

    /// All that has ended so far is counted.
    pub(crate) fn is_up_to_date(&mut self) {
        self.stalls.settle();
    }

    /// What a pass must exceed to be among the slowest so far.
    pub(crate) fn bar(&self) -> Bar {
        self.slowest.bar.clone()
    }

    /// Keeps what was recorded, if it is worth it.
    pub(crate) fn keep(&mut self, recorded: Recorded) {
        let Recorded { check, failure, ended, tpr, exchange } = recorded;
        let is_of_warmup = matches!(self.span(Level::NONE, ended), Span::WarmUp);
        let at = self.started.map_or(Duration::ZERO, |started| ended.saturating_duration_since(started));
        let (is_exception, message) = failure.unzip();
        let recording = Recording { check: self.names.check_name(check), at, tpr, message, exchange };
        let recording = Arc::new(recording);
        match (is_exception, &recording.message) {
            (Some(is_exception), Some(message)) => {
                let failures = if is_of_warmup { &mut self.warmup_failures } else { &mut self.failures };
                failures.keep(check, is_exception, message, &recording);
            }
            _ => self.slowest.add(recording, is_of_warmup),
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
            Sample::Level { level, what, from } => {
                self.blocks.begin(level, what.size(), from);
                self.levels.push(LevelPart { level, what, from, last_end: from, part: Part::default() });
            }
            Sample::MeasureFrom(from) => self.measured_from = Some(from),
        }
    }

    fn add_check(&mut self, sample: CheckSample) {
        self.stalls.was_awake(sample.ended);
        if let Some(recent) = self.recent_at(sample.ended) {
            recent.add_check(&sample);
        }
        let Span::Measured(level) = self.span(sample.level, sample.ended) else {
            self.warmup.add_check(&sample);
            return self.warmup_failures.add(sample.check, sample.outcome, Duration::ZERO);
        };
        self.slowest.measure();
        let moment = self.moment(sample.ended);
        self.part(level, sample.ended).add_check(&sample);
        self.blocks.add_check(&sample);
        let slot = self.timeline.at(moment);
        match sample.outcome {
            Outcome::Pass => slot.pass += 1,
            Outcome::Fail(_) => slot.fail += 1,
            Outcome::Exception(_) => slot.exception += 1,
        }
        slot.expectations_failed += u64::from(sample.blamed.is_some());
        self.failures.add(sample.check, sample.outcome, moment);
    }

    fn add_request(&mut self, sample: &RequestSample) {
        self.stalls.was_awake(sample.ended);
        let is_scheduled = self.is_scheduled;
        if let Some(recent) = self.recent_at(sample.ended) {
            recent.add_request(sample);
        }
        let Span::Measured(level) = self.span(sample.level, sample.ended) else {
            return self.warmup.add_request(sample, is_scheduled);
        };
        let moment = self.moment(sample.ended);
        self.part(level, sample.ended).add_request(sample, is_scheduled);
        self.blocks.add_request(sample);
        let slot = self.timeline.at(moment);
        slot.body_bytes += sample.traffic.body_bytes;
        if matches!(sample.answer, Answer::None { .. }) {
            slot.lost += 1;
            return;
        }
        slot.answered += 1;
        slot.expectations_failed += u64::from(sample.answer == Answer::Recorded { good: false });
        let time = sample.times.response_time();
        slot.response_times.record(time);
        slot.response_time_sum = slot.response_time_sum.saturating_add(time);
        slot.response_time_min = slot.response_time_min.into_iter().chain([time]).min();
        slot.response_time_max = slot.response_time_max.max(time);
        if sample.times.stamped {
            slot.client_delays.record(sample.times.client_delay);
        }
    }

    fn span(&self, level: Level, ended: Instant) -> Span {
        match self.measured_from {
            Some(from) if ended < from => Span::WarmUp,
            _ => Span::Measured(level),
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
            UserEvent::Dropped(count) => {
                self.dropped += count;
                return;
            }
            UserEvent::NotMade(count) => {
                self.not_made += u64::from(count);
                return;
            }
        }
        let moment = sample.at.saturating_duration_since(self.started.unwrap_or(sample.at));
        self.timeline.users_are(self.users_up, moment);
    }

    /// Notes the end of something that is counted, and says when in the run it was.
    fn moment(&mut self, ended: Instant) -> Duration {
        self.last_end = self.last_end.max(Some(ended));
        ended.saturating_duration_since(*self.started.get_or_insert(ended))
    }

    /// Where among the last seconds something that ended then counts.
    fn recent_at(&mut self, ended: Instant) -> Option<&mut Recent> {
        let (moment, is_of_warm_up) = self.moment_of_part(ended);
        self.window.at(moment, is_of_warm_up)
    }

    /// How long the warm-up, which the flag says it is, or what is measured had gone on then.
    fn moment_of_part(&self, at: Instant) -> (Duration, bool) {
        let is_of_warm_up = self.measured_from.is_some_and(|from| at < from);
        let began = if is_of_warm_up { self.made.0 } else { self.started.unwrap_or(at) };
        (at.saturating_duration_since(began), is_of_warm_up)
    }

    /// What ended in the last seconds before this moment.
    pub(crate) fn recent(&self, now: Instant) -> Recent {
        let (moment, is_warm_up) = self.moment_of_part(now);
        self.window.recent(moment, is_warm_up)
    }

    /// Where a sample of this level belongs.
    fn part(&mut self, level: Level, ended: Instant) -> &mut Part {
        match self.levels.iter_mut().rev().find(|known| known.level == level) {
            Some(known) => {
                known.last_end = known.last_end.max(ended);
                &mut known.part
            }
            None => &mut self.rest,
        }
    }

    /// What is counted up to now.
    pub(crate) fn summary(&self, blocked: Duration) -> Summary {
        let tested = match (self.started, self.last_end) {
            (Some(started), Some(end)) => end.saturating_duration_since(started),
            _ => Duration::ZERO,
        };
        let mut whole = self.rest.clone();
        self.levels.iter().for_each(|level| whole.merge(&level.part));
        let warmup = (!self.warmup.checks.is_empty()).then(|| WarmUp {
            section: Section::new(&self.warmup, Duration::ZERO, &self.names),
            failures: self.warmup_failures.groups(),
        });
        Summary {
            users: self.users_wanted.max(self.most_users_up),
            users_up: self.users_up,
            began: self.started.map(|started| self.made.1 + started.saturating_duration_since(self.made.0)),
            whole: Section::new(&whole, tested, &self.names),
            full_load: self.full_load(),
            levels: self.levels.iter().filter_map(|level| self.level(level)).collect(),
            warmup,
            failures: self.failures.groups(),
            slowest: self.slowest.kept(),
            names: Arc::clone(&self.names),
            timeline: self.timeline.clone(),
            blocks: Blocks::default(),
            starts: self.starts.clone(),
            pauses: self.pauses.clone(),
            oldest_unfinished: self.oldest_unfinished,
            missed: self.missed,
            dropped: self.dropped,
            not_made: self.not_made,
            hook_panic: None,
            seed: 0,
            run_delay: self.run_delay,
            stalls: self.stalls.known.clone(),
            blocked,
            end: None,
            log: LogLoss::default(),
            samples: LogLoss::default(),
            asked: Asked::default(),
            used_up: None,
            gates: Vec::new(),
        }
    }

    /// Full load over time. Large, and so no part of each summary.
    pub(crate) fn blocks(&self) -> Blocks {
        self.blocks.named(&self.names)
    }

    /// The largest plateau: of several equal ones, all together.
    fn full_load(&self) -> Option<Section> {
        let size = |level: &&LevelPart| level.what.size();
        let largest = self.levels.iter().map(|level| size(&level)).max_by(f64::total_cmp)?;
        let (mut part, mut span) = (Part::default(), Duration::ZERO);
        for level in self.levels.iter().filter(|level| size(level) == largest) {
            part.merge(&level.part);
            span += level.last_end.saturating_duration_since(level.from);
        }
        let section = Section::new(&part, span, &self.names);
        (section.totals.ended() > 0).then_some(section)
    }

    /// The numbers of a plateau in which something ended.
    fn level(&self, level: &LevelPart) -> Option<LevelSection> {
        let span = level.last_end.saturating_duration_since(level.from);
        let section = Section::new(&level.part, span, &self.names);
        let from = level.from.saturating_duration_since(self.started?);
        (section.totals.ended() > 0).then_some(LevelSection { what: level.what, from, section })
    }
}

#[cfg(test)]
mod tests;
