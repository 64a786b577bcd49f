//! Warnings: reasons why the numbers say less than they seem to.

use std::fmt;
use std::time::Duration;

use super::summary::Summary;
use crate::end::End;
use crate::names::MAX_REQUEST_NAMES;
use crate::part::listed;
use crate::units;

/// Something that makes the numbers say less than they seem to. What to do about it depends on the run:
/// [`Summary::warning_lines`].
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
        /// Sum of them.
        total: Duration,
    },
    /// Perfloop stood still: stopped, suspended, or without any processor.
    StoodStill {
        /// How often.
        count: u64,
        /// The longest time.
        longest: Duration,
        /// Sum of them.
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
    /// The run started so much later than asked for.
    StartedLate(Duration),
    /// Parts of the run whose numbers are not among these.
    PartsMissing {
        /// Their numbers, in order.
        missing: Vec<u32>,
        /// How many parts the run has.
        of: u32,
    },
    /// There were too many request names.
    TooManyNames,
    /// No request had a name that this pattern fits.
    IdlePattern(String),
    /// A schedule could not be kept.
    Missed(u64),
    /// Number of arrivals that came when no user was free.
    Dropped(u64),
    /// Users could not be made during the run.
    NotMade(u64),
    /// The service closed kept connections that requests were sent on, for more than one request in a hundred.
    DeadConnections {
        /// Requests that were sent once more.
        resent: u64,
        /// Requests that could not be, and were lost.
        lost: u64,
        /// Of all requests the share that both are, 0 to 1.
        share: f64,
    },
    /// Users did nothing, because their start did not pass.
    UsersLost(u64),
    /// The author's hooks took a share of the users' time that shows, 0 to 1.
    SlowHooks(f64),
    /// A hook panicked.
    HookPanic(String),
    /// Number of samples that could not be counted, by a mistake of perfloop's own.
    Uncounted(u64),
    /// Perfloop was built without optimization, with the tests of its user.
    DebugBuild,
    /// The log had to leave exchanges out.
    LogLeftOut(u64),
    /// The log could not be written any further.
    LogBroken(String),
    /// The samples had to leave requests out.
    SamplesLeftOut(u64),
    /// The samples could not be written any further.
    SamplesBroken(String),
}

/// A start within this is as planned.
const ON_TIME: Duration = Duration::from_millis(100);

/// Hooks that take more than this share of the users' time are worth a word.
const SLOW_HOOKS: f64 = 0.01;

/// More requests than this share that meet a connection which the service has closed hide something.
const DEAD_CONNECTIONS: f64 = 0.01;

impl Summary {
    /// Warnings that a reader of the numbers should know.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.is_debug_build {
            warnings.push(Warning::DebugBuild);
        }
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
        if let Some(longest) = self.stalls.max() {
            let (count, total) = (self.stalls.count(), self.stalls.sum());
            warnings.push(Warning::StoodStill { count, longest, total });
        }
        if !self.blocked.is_zero() {
            warnings.push(Warning::Blocked(self.blocked));
        }
        if let Some(late) = self.late.filter(|late| *late > ON_TIME) {
            warnings.push(Warning::StartedLate(late));
        }
        // A part by itself has no others, and says so.
        if let Some(parts) = self.parts.as_ref().filter(|parts| parts.numbers().len() > 1) {
            let missing = parts.missing();
            if !missing.is_empty() {
                warnings.push(Warning::PartsMissing { missing, of: parts.all() });
            }
        }
        if let (Some(p90), Some(max)) = (self.starts.percentile(90.0), self.starts.max())
            && max > ON_TIME
        {
            warnings.push(Warning::LateStarts { p90, max });
        }
        if self.missed > 0 {
            warnings.push(Warning::Missed(self.missed));
        }
        if self.dropped > 0 {
            warnings.push(Warning::Dropped(self.dropped));
        }
        if self.not_made > 0 {
            warnings.push(Warning::NotMade(self.not_made));
        }
        let requests = &self.whole.request_totals;
        let (resent, lost) = (requests.resent, requests.lost_kept);
        let share = (resent + lost) as f64 / requests.sent().max(1) as f64;
        if share > DEAD_CONNECTIONS {
            warnings.push(Warning::DeadConnections { resent, lost, share });
        }
        if self.lost > 0 {
            warnings.push(Warning::UsersLost(self.lost));
        }
        let hooks = self.whole.totals.hooks.as_secs_f64() / self.whole.totals.busy.as_secs_f64();
        if hooks > SLOW_HOOKS {
            warnings.push(Warning::SlowHooks(hooks));
        }
        warnings.extend(self.hook_panic.clone().map(Warning::HookPanic));
        if self.uncounted > 0 {
            warnings.push(Warning::Uncounted(self.uncounted));
        }
        warnings.extend(self.names.idle_patterns().into_iter().map(Warning::IdlePattern));
        if self.names.overflowed() {
            warnings.push(Warning::TooManyNames);
        }
        if self.log.left_out > 0 {
            warnings.push(Warning::LogLeftOut(self.log.left_out));
        }
        warnings.extend(self.log.error.clone().map(Warning::LogBroken));
        if self.samples.left_out > 0 {
            warnings.push(Warning::SamplesLeftOut(self.samples.left_out));
        }
        warnings.extend(self.samples.error.clone().map(Warning::SamplesBroken));
        warnings
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = units::short;
        match self {
            Warning::Unfinished { count, oldest } => write!(
                f,
                "{} cut off, the oldest {} old",
                if *count == 1 { "1 check was".to_owned() } else { format!("{count} checks were") },
                short(*oldest)
            ),
            Warning::Abandoned(count) => {
                write!(f, "{} could not be interrupted and stayed behind", units::count((*count).into(), "thread"))
            }
            Warning::Paused { count, total } => write!(
                f,
                "users refused 100 times in a row paused {}, {} in all",
                units::count(*count, "time"),
                short(*total)
            ),
            Warning::StoodStill { count: 1, total, .. } => {
                write!(
                    f,
                    "perfloop stood still for {}, and what came in meanwhile counts as the tester's",
                    short(*total)
                )
            }
            Warning::StoodStill { count, longest, total } => write!(
                f,
                "perfloop stood still {count} times, {} in all and {} at the longest, and what came in meanwhile counts as the tester's",
                short(*total),
                short(*longest)
            ),
            Warning::Blocked(time) => write!(f, "users waited {} in all for the collector", short(*time)),
            Warning::LateStarts { p90, max } => {
                write!(f, "users started late: p90 {}, max {}", short(*p90), short(*max))
            }
            Warning::StartedLate(late) => write!(f, "the run started {} later than asked for", short(*late)),
            Warning::PartsMissing { missing, of } => {
                let are = if missing.len() == 1 { "is" } else { "are" };
                write!(f, "{} of {of} parts {are} missing: {}", missing.len(), listed(missing))
            }
            Warning::Missed(count) => write!(
                f,
                "{} due before the end {} never begun",
                units::count(*count, "iteration"),
                if *count == 1 { "was" } else { "were" }
            ),
            Warning::Dropped(count) => write!(
                f,
                "{} dropped, no user was free",
                if *count == 1 { "1 arrival was".to_owned() } else { format!("{count} arrivals were") },
            ),
            Warning::NotMade(count) => {
                write!(f, "{} could not be made, this machine has no room for them", units::count(*count, "user"))
            }
            Warning::UsersLost(count) => write!(
                f,
                "{} lost and ran no iteration, because on_start or setup did not pass",
                if *count == 1 { "1 user was".to_owned() } else { format!("{count} users were") },
            ),
            Warning::DeadConnections { resent, lost, share } => write!(
                f,
                "{:.1} % of the requests met a connection that the service had closed or spoken on before, or were refused what they expect: {resent} sent again, {lost} lost",
                share * 100.0
            ),
            Warning::SlowHooks(share) => {
                write!(f, "hooks took {:.1} % of the users' time, which is the tester's", share * 100.0)
            }
            Warning::HookPanic(message) => write!(f, "a hook panicked, and was called on: {message}"),
            Warning::Uncounted(count) => write!(
                f,
                "{} could not be counted, by a mistake of perfloop that stderr tells of; please report it",
                units::count(*count, "sample")
            ),
            Warning::IdlePattern(pattern) => write!(f, "no request has a name that fits the pattern {pattern}"),
            Warning::DebugBuild => {
                write!(
                    f,
                    "this is a debug build: it makes less load than it could, and takes more of the machine for it"
                )
            }
            Warning::TooManyNames => {
                write!(f, "more than {MAX_REQUEST_NAMES} request names, the rest is counted as (other)")
            }
            Warning::LogBroken(error) => write!(f, "the log ends early: {error}"),
            Warning::SamplesBroken(error) => write!(f, "the samples end early: {error}"),
            Warning::SamplesLeftOut(count) => {
                write!(f, "the samples left out {} to keep up", units::count(*count, "request"))
            }
            Warning::LogLeftOut(count) => {
                write!(f, "the log left out {} to keep up", units::count(*count, "exchange"))
            }
        }
    }
}
