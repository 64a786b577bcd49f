//! The numbers of a run, as they stood when they were asked for. Reports are made of this and of nothing else.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::blocks::Blocks;
use super::capacity::CapacityAnswer;
use super::counters::{CheckCounters, Maker, Part, RequestCounters};
use super::examples::Example;
use super::failures::FailureGroup;
use super::gate::GateVerdict;
use super::nature::Natures;
use super::precision::PrecisionVerdict;
use super::timeline::Timeline;
use super::timing::Timing;
use crate::asked::Asked;
use crate::end::End;
use crate::ids::CheckId;
use crate::names::Names;
use crate::part::Parts;
use crate::sample::{AskedRate, Plateau};

/// The numbers of a run. Times are unrounded; rounding is a writer's business.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Summary {
    /// How the run ended; `None` while it goes on.
    pub end: Option<End>,
    /// The users that were wanted or, where the plan leaves it open, the most that were up.
    pub users: u32,
    /// Seed of all random choices of the run; the same seed makes them again.
    pub seed: u64,
    /// Parts of a run that these are the numbers of; `None` of a run that has none.
    pub parts: Option<Parts>,
    /// How late the run started, against the [moment](crate::Plan::start_at) that was asked for; of parts, the latest.
    /// `None` where none was.
    pub late: Option<Duration>,
    /// The users that are up.
    pub users_up: u32,
    /// The wall clock at the first user's start or, with a warm-up, at its end: what the times of the run count from.
    /// `None` before.
    pub began: Option<SystemTime>,
    /// The whole run, from the first user's start to the end of the last counted sample.
    pub whole: Section,
    /// What ended while all wanted users were up, before the stop; its span, too, runs to the end of the last
    /// counted sample. With several levels, the largest. `None` when nothing did.
    pub full_load: Option<Section>,
    /// Every plateau of users or arrivals, in order; what ended between them belongs to none.
    pub levels: Vec<LevelSection>,
    /// Warm-up, which is part of nothing else.
    pub warmup: Option<WarmUp>,
    /// Fails and exceptions, grouped, the largest group first.
    pub failures: Vec<FailureGroup>,
    /// The slowest passes, kept whole, the slowest first; at most 10.
    pub slowest: Vec<Arc<Example>>,
    /// The run over time.
    pub timeline: Timeline,
    /// Full load over time; empty while the run goes on.
    pub blocks: Blocks,
    /// How late users started, against the plan.
    pub starts: Timing,
    /// Pauses of users that were refused too often in a row.
    pub pauses: Timing,
    /// The age of the oldest check that was cut off.
    pub oldest_unfinished: Option<Duration>,
    /// Iterations that a schedule had due before the stop, and that were never begun.
    pub missed: u64,
    /// Arrivals that were dropped because no user was free.
    pub dropped: u64,
    /// Users that were wanted during the run and could not be made.
    pub not_made: u64,
    /// Users whose `on_start`, or `--setup`, did not pass, so that they did nothing.
    pub lost: u64,
    /// Schedule of a run that had one, at its end.
    pub schedule: Option<Schedule>,
    /// Message of the first panic of an author's hook.
    pub hook_panic: Option<String>,
    /// Samples that a mistake of perfloop's own kept from being counted. A run with any is never good.
    pub uncounted: u64,
    /// The sum over the users that have ended of the time their threads waited for a processor, where the system tells.
    pub run_delay: Option<Duration>,
    /// Times in which perfloop stood still: stopped, suspended, or without any processor.
    pub stalls: Timing,
    /// The sum over the same users of their time from start to end, planned rests and think time left out.
    pub worked: Option<Duration>,
    /// The sum over all users of the time they waited because the collector could not keep up.
    pub blocked: Duration,
    /// Losses of the log of exchanges.
    pub log: LogLoss,
    /// Losses of the samples.
    pub samples: LogLoss,
    /// The feed whose rows were used up, when that ended the run.
    pub used_up: Option<Arc<str>>,
    /// Verdicts on the gates, in the order they were given and the implied one last; none while the run goes on.
    pub gates: Vec<GateVerdict>,
    /// Precisions that were asked for, in the order they were given; none while the run goes on.
    pub precisions: Vec<PrecisionVerdict>,
    /// Capacity that was searched for, where that was what the run was for. The other numbers are then those of the level
    /// that the answer stands on, if there is one.
    pub capacity: Option<Box<CapacityAnswer>>,
    /// Perfloop was built without optimization, with the tests of its user, who chose so.
    pub is_debug_build: bool,
    /// Load and rests that the plan asked for, as far as they decide what can be advised.
    pub(crate) asked: Asked,
    pub(crate) names: Arc<Names>,
}

/// Schedule, such as a rate of arrivals, in the measured part of a run: what it asked for, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Schedule {
    /// Iterations a second that it asked for, on average.
    pub per_s: f64,
    /// Iterations whose first check has ended.
    pub iterations: u64,
    /// From its beginning to the stop or, if it is later, to the end of the last counted sample.
    pub elapsed: Duration,
    interval: Duration,
}

impl Schedule {
    pub(crate) fn new(asked: AskedRate, iterations: u64, elapsed: Duration) -> Self {
        Schedule { per_s: asked.per_s, iterations, elapsed, interval: asked.interval }
    }

    /// The time that the iterations stand for, which rates are divided by: each stands for the interval up to the next
    /// one, which may lie beyond the end.
    pub fn span(&self) -> Duration {
        AskedRate { per_s: self.per_s, interval: self.interval }.span(self.elapsed, self.iterations)
    }

    /// Span between two iterations; zero where chance decides.
    pub fn interval(&self) -> Duration {
        self.interval
    }
}

/// The numbers of a plateau.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LevelSection {
    /// Plateau that held.
    pub what: Plateau,
    /// When it began, from the start of the run.
    pub from: Duration,
    /// Numbers of what ended in it.
    pub section: Section,
}

/// The numbers of the warm-up.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WarmUp {
    /// Numbers of what ended in it; without rates.
    pub section: Section,
    /// Its fails and exceptions, grouped.
    pub failures: Vec<FailureGroup>,
}

/// Losses of what was written while the run went on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLoss {
    /// Exchanges or requests left out because the writer could not keep up.
    pub left_out: u64,
    /// Why the writer gave up.
    pub error: Option<String>,
}

/// The numbers of a part of the run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Section {
    /// How long the part took: what its rates are divided by.
    pub span: Duration,
    /// All checks together.
    pub totals: CheckCounters,
    /// Each check, in the order they were given.
    pub checks: Vec<CheckCounters>,
    /// All requests together.
    pub request_totals: RequestCounters,
    /// The requests of each name, in the order the names were first used.
    pub requests: Vec<RequestCounters>,
    /// The mean number of requests in flight at the service: the sum of the times that the answered ones were there
    /// within the span, divided by it.
    pub in_flight: f64,
    /// Iterations whose first check has ended; none of a report.
    pub(crate) iterations: u64,
}

impl Section {
    pub(super) fn new(mut part: Part, span: Duration, names: &Names, natures: &Natures) -> Self {
        if names.folded().is_some() {
            part.requests = part.with_look_alikes_as_one(names);
        }
        let checks = (0..).zip(part.checks).map(|(id, check)| {
            let id = CheckId(id);
            CheckCounters { name: names.check_name(id), ..check.by_nature(natures.counts_alone(id)) }
        });
        let requests = (0..).zip(part.requests).filter(|(_, request)| request.sent() + request.failures() > 0);
        let requests = requests.map(|(id, request)| {
            let name = names.request_name(crate::ids::RequestId(id));
            let check = match request.maker {
                Maker::Check(id) => Some(names.check_name(id)),
                Maker::Unknown | Maker::Several => None,
            };
            RequestCounters { name, check, ..request }
        });
        let in_flight = per_second(part.at_service.as_secs_f64(), span);
        let section = Section::of(checks.collect(), requests.collect(), span, in_flight);
        Section { iterations: part.iterations, ..section }
    }

    /// From its rows, each with its name.
    pub(crate) fn of(
        checks: Vec<CheckCounters>,
        requests: Vec<RequestCounters>,
        span: Duration,
        in_flight: f64,
    ) -> Self {
        let mut totals = CheckCounters::default();
        checks.iter().for_each(|check| totals.merge(check));
        let mut request_totals = RequestCounters::default();
        requests.iter().for_each(|request| request_totals.merge(request));
        Section { span, totals, checks, request_totals, requests, in_flight, iterations: 0 }
    }

    /// Passed checks per second.
    pub fn passes_per_s(&self, check: &CheckCounters) -> f64 {
        per_second(check.pass as f64, self.span)
    }

    /// Answered requests per second; a check that by its nature makes none of perfloop's counts as one.
    pub fn rps(&self, check: &CheckCounters) -> f64 {
        per_second(check.requests as f64, self.span)
    }

    /// Answered requests per second of one name.
    pub fn request_rps(&self, request: &RequestCounters) -> f64 {
        per_second(request.answered as f64, self.span)
    }
}

fn per_second(count: f64, span: Duration) -> f64 {
    if span.is_zero() { 0.0 } else { count / span.as_secs_f64() }
}

impl Summary {
    /// From the first user's start to the end of the last counted sample; with a [schedule](Self::schedule), its
    /// [span](Schedule::span).
    pub fn tested(&self) -> Duration {
        self.whole.span
    }

    /// Users that did nothing: their start did not pass, or they could not be made.
    pub fn users_lost(&self) -> u64 {
        self.lost + self.not_made
    }

    /// The name of the check a failure group belongs to.
    pub fn check_of(&self, group: &FailureGroup) -> Arc<str> {
        self.names.check_name(group.check)
    }

    /// How many of a failure group were the fault of which request, by its name; `None` for those that were no
    /// request's, such as a panic.
    pub fn requests_of(&self, group: &FailureGroup) -> Vec<(Option<Arc<str>>, u64)> {
        let mut named: Vec<(Option<Arc<str>>, u64)> = Vec::new();
        for (request, count) in &group.requests {
            let name = request.map(|request| self.names.request_name(request));
            match named.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known += count,
                None => named.push((name, *count)),
            }
        }
        named
    }
}
