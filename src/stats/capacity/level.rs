//! Level of a search for the capacity: so many users, or such a rate, held until it was judged.

use std::fmt;
use std::time::Duration;

use crate::sample::Plateau;
use crate::stats::confidence::{Batches, Interval, Subject};
use crate::stats::gate::{GoalOutcome, GoalVerdict};
use crate::stats::summary::{Section, Summary};
use crate::stats::verdict::LoadVerdict;
use crate::units;

/// Up to this share of the users' time may be in no check that ended.
const STUCK: f64 = 0.05;

/// Purpose of a level in a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialPurpose {
    /// The load is doubled until a goal is missed.
    Double,
    /// The span between the highest level that met the goals and the lowest that missed them is halved.
    Bisect,
    /// The answer once more, for twice the time.
    Confirm,
    /// The next level above the answer once more.
    Above,
}

/// Reason why a level says less than it should: the load was not as asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LevelLimit {
    /// The tester took this share of the users' time, 0 to 1.
    TesterLimited(f64),
    /// This machine has no room for so many users.
    NoRoom,
    /// So many users did nothing, because their start did not pass.
    UsersLost(u64),
    /// No check ended, from the change of the load on.
    NothingEnded,
    /// This share of the users' time, 0 to 1, is in no check that ended: users are stuck, and what they wait for is in no
    /// number.
    UsersStuck(f64),
}

/// Value of a level with its interval, in the unit of the value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LevelTimes {
    /// Value; `None` without samples.
    pub value: Option<Duration>,
    /// Its interval, in nanoseconds; `None` where too little ended to tell.
    pub interval: Option<Interval>,
}

/// Level of a search: its load, its numbers and its verdict.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CapacityLevel {
    /// Load that was held.
    pub what: Plateau,
    /// Purpose of the level.
    pub purpose: TrialPurpose,
    /// Verdict on all goals together.
    pub outcome: GoalOutcome,
    /// Verdict on each goal, in the order they were given.
    pub goals: Vec<GoalVerdict>,
    /// Arrivals were dropped, or the number in flight rose without end: the rate is more than the service bears.
    pub is_overloaded: bool,
    /// Reason why the load was not as asked; `None` if it was.
    pub limit: Option<LevelLimit>,
    /// The level had settled before it was measured.
    pub is_settled: bool,
    /// Time from the change of the load to the verdict.
    pub took: Duration,
    /// Time that was measured.
    pub measured: Duration,
    /// Answered requests per second.
    pub rps: f64,
    /// Interval of the requests per second.
    pub rps_interval: Option<Interval>,
    /// Mean response time; of checks without requests of perfloop's their TPR, as all times here.
    pub mean: LevelTimes,
    /// Median response time.
    pub p50: LevelTimes,
    /// Response time that 95 % do not exceed.
    pub p95: LevelTimes,
    /// Response time that 99 % do not exceed.
    pub p99: LevelTimes,
    /// Share of the checks that did not pass, 0 to 1; `None` if none ended.
    pub fail_ratio: Option<f64>,
    /// Mean number of requests at the service.
    pub in_flight: f64,
}

/// What is known of a level beside its numbers.
#[derive(Debug, Clone)]
pub(crate) struct LevelFacts {
    pub(crate) what: Plateau,
    pub(crate) purpose: TrialPurpose,
    pub(crate) goals: Vec<GoalVerdict>,
    pub(crate) is_overloaded: bool,
    pub(crate) has_room: bool,
    pub(crate) is_settled: bool,
    /// Nothing ended, from the change of the load on.
    pub(crate) is_silent: bool,
    pub(crate) took: Duration,
}

impl CapacityLevel {
    /// Level with the numbers of what was measured while it lasted.
    pub(crate) fn of(facts: LevelFacts, summary: &Summary) -> CapacityLevel {
        let LevelFacts { what, purpose, goals, is_overloaded, has_room, is_settled, is_silent, took } = facts;
        let section = &summary.whole;
        let has_requests = section.request_totals.answered > 0;
        let (subject, timing) = match has_requests {
            true => (Subject::Requests, &section.request_totals.response_time),
            false => (Subject::Checks, &section.totals.tpr),
        };
        let batches = Batches::of(summary, &subject);
        let times = |value: Option<Duration>, interval: Option<Interval>| LevelTimes {
            value,
            interval: interval.map(|interval| value.map_or(interval, |value| interval.around(value.as_nanos() as f64))),
        };
        let percentile = |percent: f64| times(timing.percentile(percent), batches.percentile(percent));
        let rps = section.rps(&section.totals);
        let rps_interval = Batches::of(summary, &Subject::Checks).rps();
        let limit = match summary.load_verdict() {
            _ if !has_room => Some(LevelLimit::NoRoom),
            _ if is_silent => Some(LevelLimit::NothingEnded),
            _ if let Some(share) = stuck_share(section, what) => Some(LevelLimit::UsersStuck(share)),
            LoadVerdict::TesterLimited(share) => Some(LevelLimit::TesterLimited(share)),
            LoadVerdict::UsersLost(count) => Some(LevelLimit::UsersLost(count)),
            _ => None,
        };
        CapacityLevel {
            what,
            purpose,
            outcome: match outcome_of(&goals, is_overloaded) {
                // Of those who are stuck it is not known what they will have waited.
                GoalOutcome::Met if matches!(limit, Some(LevelLimit::UsersStuck(_))) => GoalOutcome::Undecided,
                outcome => outcome,
            },
            is_overloaded,
            limit,
            is_settled,
            took,
            measured: section.span,
            rps,
            rps_interval: rps_interval.map(|interval| interval.around(rps)),
            mean: times(timing.mean(), batches.mean()),
            p50: percentile(50.0),
            p95: percentile(95.0),
            p99: percentile(99.0),
            fail_ratio: section.totals.fail_ratio(),
            in_flight: section.in_flight,
            goals,
        }
    }

    /// The goal that says most of the verdict: the first that was missed, or is undecided, or has an interval.
    pub fn telling_goal(&self) -> Option<&GoalVerdict> {
        let with = |outcome: GoalOutcome| self.goals.iter().find(move |goal| goal.outcome == outcome);
        with(GoalOutcome::Missed).or_else(|| with(GoalOutcome::Undecided)).or_else(|| self.goals.first())
    }
}

/// Share of the users' time that is in no check that ended, where it is more than they may have begun before and not ended
/// yet.
fn stuck_share(section: &Section, what: Plateau) -> Option<f64> {
    let Plateau::Users(users) = what else { return None };
    let checks_of_user = section.totals.ended() as f64 / f64::from(users.max(1));
    let share = Summary::unaccounted_share(section, users)?;
    (share > STUCK + 1.0 / checks_of_user).then_some(share)
}

/// Verdict on all goals together.
pub(crate) fn outcome_of(goals: &[GoalVerdict], is_overloaded: bool) -> GoalOutcome {
    let has = |outcome: GoalOutcome| goals.iter().any(|goal| goal.outcome == outcome);
    if is_overloaded || has(GoalOutcome::Missed) {
        GoalOutcome::Missed
    } else if has(GoalOutcome::Undecided) {
        GoalOutcome::Undecided
    } else {
        GoalOutcome::Met
    }
}

impl LevelLimit {
    /// One word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            LevelLimit::TesterLimited(_) => "tester-limited",
            LevelLimit::NoRoom => "no room",
            LevelLimit::UsersLost(_) => "users lost",
            LevelLimit::NothingEnded => "nothing ended",
            LevelLimit::UsersStuck(_) => "users stuck",
        }
    }
}

impl fmt::Display for LevelLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LevelLimit::TesterLimited(share) => write!(f, "tester-limited ({:.0} % of the users' time)", share * 100.0),
            LevelLimit::NoRoom => f.write_str("this machine has no room for more users"),
            LevelLimit::UsersLost(count) => write!(f, "{} lost", units::count(*count, "user")),
            LevelLimit::NothingEnded => f.write_str("nothing ended"),
            LevelLimit::UsersStuck(share) => write!(f, "users were stuck for {:.0} % of their time", share * 100.0),
        }
    }
}

impl fmt::Display for GoalOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            GoalOutcome::Met => "met",
            GoalOutcome::Missed => "missed",
            GoalOutcome::Undecided => "undecided",
        })
    }
}
