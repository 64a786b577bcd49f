//! The numbers of a run, as they stood when they were asked for. Reports are made of this and of nothing else.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::failures::FailureGroup;
use super::tally::{CheckTally, Part, RequestTally};
use super::timeline::Timeline;
use super::timing::Timing;
use crate::end::End;
use crate::names::{MAX_REQUEST_NAMES, Names};
use crate::units;

/// The numbers of a run. Times are unrounded; rounding is a writer's business.
#[derive(Debug, Clone)]
pub struct Summary {
    /// How the run ended; `None` while it goes on.
    pub end: Option<End>,
    /// The users that were wanted.
    pub users: u32,
    /// The users that are up.
    pub users_up: u32,
    /// The whole run, from the first user's start to the end of the last counted sample.
    pub whole: Section,
    /// What ended while all wanted users were up, before the stop; its span, too, runs to the end of the last
    /// counted sample. `None` when nothing did.
    pub full_load: Option<Section>,
    /// Fails and exceptions, grouped, the largest group first.
    pub failures: Vec<FailureGroup>,
    /// The run over time.
    pub timeline: Timeline,
    /// How late users started, against the plan.
    pub starts: Timing,
    /// Pauses of users that were refused too often in a row.
    pub pauses: Timing,
    /// The age of the oldest check that was cut off.
    pub oldest_unfinished: Option<Duration>,
    /// Iterations that a schedule had due before the stop, and that were never begun.
    pub missed: u64,
    /// The sum over the users that have ended of the time their threads waited for a processor, where the system tells.
    pub run_delay: Option<Duration>,
    /// The sum over all users of the time they waited because the collector could not keep up.
    pub blocked: Duration,
    /// What the log of exchanges had to leave out.
    pub log: LogLoss,
    /// The feed whose rows were used up, when that ended the run.
    pub used_up: Option<Arc<str>>,
    pub(crate) names: Arc<Names>,
}

/// What is missing in the log of exchanges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogLoss {
    /// Exchanges left out because the writer could not keep up.
    pub left_out: u64,
    /// Why the writer gave up.
    pub error: Option<String>,
}

/// The numbers of a part of the run.
#[derive(Debug, Clone)]
pub struct Section {
    /// How long the part took: what its rates are divided by.
    pub span: Duration,
    /// All checks together.
    pub totals: CheckTally,
    /// Each check, in the order they were given.
    pub checks: Vec<CheckTally>,
    /// All requests together.
    pub request_totals: RequestTally,
    /// The requests of each name, in the order the names were first used.
    pub requests: Vec<RequestTally>,
    /// The mean number of requests in flight at the service: the sum of response times over the span.
    pub in_flight: f64,
}

/// Something that makes the numbers say less than they seem to, and what to do about it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Checks were cut off at the end.
    Unfinished {
        /// How many.
        count: u64,
        /// The age of the oldest.
        oldest: Duration,
    },
    /// Threads could not be interrupted.
    Abandoned(u32),
    /// Users were refused so often that they paused.
    Paused {
        /// How many pauses.
        count: u64,
        /// All of them together.
        total: Duration,
    },
    /// Users waited for the collector.
    Blocked(Duration),
    /// Users started later than planned.
    LateStarts {
        /// How late the last tenth of the users was.
        p90: Duration,
        /// How late the latest was.
        max: Duration,
    },
    /// There were too many request names.
    TooManyNames,
    /// A schedule could not be kept.
    Missed(u64),
    /// The log had to leave exchanges out.
    LogLeftOut(u64),
    /// The log could not be written any further.
    LogBroken(String),
}

/// A start within this is as planned.
const ON_TIME: Duration = Duration::from_millis(100);

impl Section {
    pub(crate) fn new(part: &Part, span: Duration, names: &Names) -> Self {
        let mut totals = CheckTally::default();
        part.checks.iter().for_each(|check| totals.merge(check));
        let mut request_totals = RequestTally::default();
        part.requests.iter().for_each(|request| request_totals.merge(request));
        let checks = (0..).zip(&part.checks).map(|(id, check)| {
            let name = names.check_name(crate::sample::CheckId(id));
            CheckTally { name, ..check.clone() }
        });
        let requests = (0..).zip(&part.requests).filter(|(_, request)| request.sent() > 0);
        let requests = requests.map(|(id, request)| {
            let name = names.request_name(crate::sample::RequestId(id));
            RequestTally { name, ..request.clone() }
        });
        Section {
            span,
            totals,
            checks: checks.collect(),
            request_totals,
            requests: requests.collect(),
            in_flight: per_second(part.response_time_sum().as_secs_f64(), span),
        }
    }

    /// Passed checks per second.
    pub fn passes_per_s(&self, check: &CheckTally) -> f64 {
        per_second(check.pass as f64, self.span)
    }

    /// Answered requests per second; a check without perfloop requests counts as one.
    pub fn rps(&self, check: &CheckTally) -> f64 {
        per_second(check.requests as f64, self.span)
    }

    /// Answered requests per second of one name.
    pub fn request_rps(&self, request: &RequestTally) -> f64 {
        per_second(request.answered as f64, self.span)
    }
}

fn per_second(count: f64, span: Duration) -> f64 {
    if span.is_zero() { 0.0 } else { count / span.as_secs_f64() }
}

impl Summary {
    /// From the first user's start to the end of the last counted sample.
    pub fn tested(&self) -> Duration {
        self.whole.span
    }

    /// The name of the check a failure group belongs to.
    pub fn check_of(&self, group: &FailureGroup) -> Arc<str> {
        self.names.check_name(group.check)
    }

    /// What a reader of the numbers should know.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.whole.totals.unfinished > 0 {
            let oldest = self.oldest_unfinished.unwrap_or_default();
            warnings.push(Warning::Unfinished { count: self.whole.totals.unfinished, oldest });
        }
        if let Some(End { abandoned: abandoned @ 1.., .. }) = self.end {
            warnings.push(Warning::Abandoned(abandoned));
        }
        if self.pauses.count() > 0 {
            warnings.push(Warning::Paused { count: self.pauses.count(), total: self.pauses.sum() });
        }
        if !self.blocked.is_zero() {
            warnings.push(Warning::Blocked(self.blocked));
        }
        if let (Some(p90), Some(max)) = (self.starts.percentile(90.0), self.starts.max())
            && max > ON_TIME
        {
            warnings.push(Warning::LateStarts { p90, max });
        }
        if self.missed > 0 {
            warnings.push(Warning::Missed(self.missed));
        }
        if self.names.overflowed() {
            warnings.push(Warning::TooManyNames);
        }
        if self.log.left_out > 0 {
            warnings.push(Warning::LogLeftOut(self.log.left_out));
        }
        warnings.extend(self.log.error.clone().map(Warning::LogBroken));
        warnings
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = units::short;
        match self {
            Warning::Unfinished { count, oldest } => write!(
                f,
                "{} cut off, the oldest {} old; give --stop-timeout more time, or --timeout less",
                if *count == 1 { "1 check was".to_owned() } else { format!("{count} checks were") },
                short(*oldest)
            ),
            Warning::Abandoned(count) => write!(
                f,
                "{} could not be interrupted and stayed behind; give the check's own clients a timeout",
                units::count((*count).into(), "thread")
            ),
            Warning::Paused { count, total } => write!(
                f,
                "users refused 100 times in a row paused {}, {} in all; is the service up?",
                units::count(*count, "time"),
                short(*total)
            ),
            Warning::Blocked(time) => {
                write!(f, "users waited {} in all for the collector; use fewer users or more processors", short(*time))
            }
            Warning::LateStarts { p90, max } => write!(
                f,
                "users started late: p90 {}, max {}; give a --ramp-up, fewer users or more processors",
                short(*p90),
                short(*max)
            ),
            Warning::Missed(count) => write!(
                f,
                "{} due before the end {} never begun; the service or the tester is too slow for this --pace",
                units::count(*count, "iteration"),
                if *count == 1 { "was" } else { "were" }
            ),
            Warning::TooManyNames => write!(
                f,
                "more than {MAX_REQUEST_NAMES} request names, the rest is counted as (other); give requests with ids a .name()"
            ),
            Warning::LogBroken(error) => write!(f, "the log ends early: {error}"),
            Warning::LogLeftOut(count) => write!(
                f,
                "the log left out {} to keep up; it is meant for a few users or --loops",
                units::count(*count, "exchange")
            ),
        }
    }
}
