//! The capacity that was searched for, and the levels that tell it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::gate::GateUnit;
use super::number::{Number, Seconds};
use super::text::Text;
use crate::report::text::answer_line;
use crate::sample::Plateau;
use crate::stats::{
    AtLeast, CONFIDENCE, CapacityAnswer, CapacityLevel, GoalOutcome, GoalVerdict, LevelTimes, SearchEnd, TrialPurpose,
};
use crate::units::milliseconds;

/// Capacity: the most users, or the highest rate of arrivals, at which all goals are met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "capacity"))]
pub(crate) struct Capacity {
    /// Answer in one line, for people.
    text: Text,
    /// End of the search.
    end: CapacityEnd,
    /// Reason why no more than a least capacity is known; null where there is none.
    reason: Option<Text>,
    /// Whether the capacity is known and, where one was asked for, no less than the least.
    good: bool,
    /// Load that was searched: users, or arrivals per second.
    by: CapacityBy,
    /// Highest load that met all goals; null if none did.
    answer: Option<Number>,
    /// Lower end of the interval in which the capacity lies; null without an answer.
    low: Option<Number>,
    /// Upper end of the interval in which the capacity lies; null where no level missed a goal.
    high: Option<Number>,
    /// Least load that was asked for; null if none was.
    at_least: Option<Number>,
    /// Least answered requests per second that were asked for; null if none were.
    at_least_rps: Option<Number>,
    /// Goals as they were written.
    goals: Vec<Text>,
    /// Load of the last level up to which the answers grow with it; null if they grow to the end.
    knee_from: Option<Number>,
    /// Load of the level after it, from where on a tenth more load brings less than 2 % more answers.
    knee_to: Option<Number>,
    /// Time of the search in s.
    took_s: Seconds,
    /// Planned time of a level in s.
    level_time_s: Seconds,
    /// Place in `levels`, from 0, of the level that the answer stands on.
    answered_by: Option<usize>,
    /// Place in `levels`, from 0, of the lowest level that missed a goal.
    missed_by: Option<usize>,
    /// Levels in the order in which they were run.
    levels: Vec<CapacityStep>,
}

/// End of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum CapacityEnd {
    Found,
    NotConfirmed,
    AtLeast,
    NothingMeets,
    NeverDecided,
    Interrupted,
}

/// Load that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum CapacityBy {
    Users,
    Rate,
}

/// Level of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "capacity_level"))]
pub(crate) struct CapacityStep {
    /// Users, or arrivals per second, that were held.
    load: Number,
    /// Purpose of the level.
    purpose: Purpose,
    /// Verdict on all goals together.
    outcome: Outcome,
    /// Whether arrivals were dropped or the number in flight rose without end.
    overloaded: bool,
    /// Reason why the load was not as asked; null if it was.
    limit: Option<Text>,
    /// Whether the level had settled before it was measured.
    settled: bool,
    /// Time in s from the change of the load to the verdict.
    took_s: Seconds,
    /// Time in s that was measured.
    measured_s: Seconds,
    /// Answered requests per second.
    rps: Number,
    /// Lower end of the interval of rps; null where too little ended.
    rps_low: Option<Number>,
    /// Upper end of the interval of rps; null where too little ended.
    rps_high: Option<Number>,
    /// Mean response time in ms; of checks without requests of perfloop's the TPR, as in all times here.
    mean_ms: Option<Number>,
    /// Lower end of its interval in ms.
    mean_low_ms: Option<Number>,
    /// Upper end of its interval in ms; null where it is not known.
    mean_high_ms: Option<Number>,
    /// Median response time in ms.
    p50_ms: Option<Number>,
    /// Lower end of its interval in ms.
    p50_low_ms: Option<Number>,
    /// Upper end of its interval in ms; null where it is not known.
    p50_high_ms: Option<Number>,
    /// Response time in ms that 95 % do not exceed.
    p95_ms: Option<Number>,
    /// Lower end of its interval in ms.
    p95_low_ms: Option<Number>,
    /// Upper end of its interval in ms; null where it is not known.
    p95_high_ms: Option<Number>,
    /// Response time in ms that 99 % do not exceed.
    p99_ms: Option<Number>,
    /// Lower end of its interval in ms.
    p99_low_ms: Option<Number>,
    /// Upper end of its interval in ms; null where it is not known.
    p99_high_ms: Option<Number>,
    /// Probability with which each interval holds its value.
    confidence: f64,
    /// Share of checks that did not pass, 0 to 1; null if none ended.
    fail_ratio: Option<Number>,
    /// Mean number of requests in flight at the service.
    in_flight: Number,
    /// Verdict on each goal.
    goals: Vec<Goal>,
}

/// Purpose of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum Purpose {
    Double,
    Bisect,
    Confirm,
    Above,
}

/// Verdict on a goal, or on all goals together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum Outcome {
    Met,
    Missed,
    Undecided,
}

/// Goal at a level, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "capacity_goal"))]
pub(crate) struct Goal {
    /// Goal as it was written.
    expr: Text,
    /// Verdict on it.
    outcome: Outcome,
    /// Value, in `unit`; null without data.
    value: Option<Number>,
    /// Lower end of its interval, in `unit`; null for what has none.
    low: Option<Number>,
    /// Upper end of its interval, in `unit`; null where it is not known.
    high: Option<Number>,
    /// Limit, in `unit`.
    limit: Number,
    /// Unit of value, interval and limit; null for a number of things.
    unit: Option<GateUnit>,
}

#[cfg(feature = "cli")]
impl Capacity {
    /// Answer in one line.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_good(&self) -> bool {
        self.good
    }

    pub(crate) fn goals(&self) -> impl Iterator<Item = &str> {
        self.goals.iter().map(|goal| &**goal)
    }

    /// The answer stands on a level, whose numbers the report has.
    pub(crate) fn has_level(&self) -> bool {
        self.answered_by.is_some()
    }

    /// Number of levels.
    pub(crate) fn count(&self) -> usize {
        self.levels.len()
    }
}

impl From<&CapacityAnswer> for Capacity {
    fn from(answer: &CapacityAnswer) -> Self {
        let is_rate = answer.levels.iter().any(|level| matches!(level.what, Plateau::Rate(_)));
        let knee = answer.knee();
        Capacity {
            text: (&answer_line(answer)).into(),
            end: match answer.end {
                SearchEnd::Found => CapacityEnd::Found,
                SearchEnd::NotConfirmed => CapacityEnd::NotConfirmed,
                SearchEnd::AtLeast(_) => CapacityEnd::AtLeast,
                SearchEnd::NothingMeets => CapacityEnd::NothingMeets,
                SearchEnd::NeverDecided => CapacityEnd::NeverDecided,
                SearchEnd::Interrupted => CapacityEnd::Interrupted,
            },
            reason: match &answer.end {
                SearchEnd::AtLeast(reason) => Some(reason.into()),
                _ => None,
            },
            good: answer.is_good(),
            by: if is_rate { CapacityBy::Rate } else { CapacityBy::Users },
            answer: answer.answer.map(|what| Number(what.size())),
            low: answer.interval.map(|(low, _)| Number(low)),
            high: answer.interval.and_then(|(_, high)| high).map(Number),
            at_least: match answer.at_least {
                Some(AtLeast::Load(load)) => Some(Number(load)),
                _ => None,
            },
            at_least_rps: match answer.at_least {
                Some(AtLeast::Rps(rps)) => Some(Number(rps)),
                _ => None,
            },
            goals: answer.goals.iter().map(Text::from).collect(),
            knee_from: knee.map(|(from, _)| Number(from)),
            knee_to: knee.map(|(_, to)| Number(to)),
            took_s: answer.took.into(),
            level_time_s: answer.level_time.into(),
            answered_by: answer.answered_by,
            missed_by: answer.missed_by,
            levels: answer.levels.iter().map(CapacityStep::from).collect(),
        }
    }
}

impl From<&CapacityLevel> for CapacityStep {
    fn from(level: &CapacityLevel) -> Self {
        let value = |times: &LevelTimes| times.value.map(ms);
        let low = |times: &LevelTimes| times.interval.map(|interval| Number(interval.low * 1e-6));
        let high = |times: &LevelTimes| times.interval.and_then(|interval| Some(Number(interval.high? * 1e-6)));
        let CapacityLevel { mean, p50, p95, p99, .. } = level;
        CapacityStep {
            load: Number(level.what.size()),
            purpose: match level.purpose {
                TrialPurpose::Double => Purpose::Double,
                TrialPurpose::Bisect => Purpose::Bisect,
                TrialPurpose::Confirm => Purpose::Confirm,
                TrialPurpose::Above => Purpose::Above,
            },
            outcome: level.outcome.into(),
            overloaded: level.is_overloaded,
            limit: level.limit.as_ref().map(|limit| (&limit.to_string()).into()),
            settled: level.is_settled,
            took_s: level.took.into(),
            measured_s: level.measured.into(),
            rps: Number(level.rps),
            rps_low: level.rps_interval.map(|interval| Number(interval.low)),
            rps_high: level.rps_interval.and_then(|interval| interval.high).map(Number),
            mean_ms: value(mean),
            mean_low_ms: low(mean),
            mean_high_ms: high(mean),
            p50_ms: value(p50),
            p50_low_ms: low(p50),
            p50_high_ms: high(p50),
            p95_ms: value(p95),
            p95_low_ms: low(p95),
            p95_high_ms: high(p95),
            p99_ms: value(p99),
            p99_low_ms: low(p99),
            p99_high_ms: high(p99),
            confidence: CONFIDENCE,
            fail_ratio: level.fail_ratio.map(Number),
            in_flight: Number(level.in_flight),
            goals: level.goals.iter().map(Goal::from).collect(),
        }
    }
}

impl From<GoalOutcome> for Outcome {
    fn from(outcome: GoalOutcome) -> Self {
        match outcome {
            GoalOutcome::Met => Outcome::Met,
            GoalOutcome::Missed => Outcome::Missed,
            GoalOutcome::Undecided => Outcome::Undecided,
        }
    }
}

impl From<&GoalVerdict> for Goal {
    fn from(goal: &GoalVerdict) -> Self {
        Goal {
            expr: (&goal.expr).into(),
            outcome: goal.outcome.into(),
            value: goal.value.map(Number),
            low: goal.interval.map(|interval| Number(interval.low)),
            high: goal.interval.and_then(|interval| interval.high).map(Number),
            limit: Number(goal.limit),
            unit: GateUnit::of(goal.unit),
        }
    }
}

fn ms(time: Duration) -> Number {
    Number(milliseconds(time))
}
