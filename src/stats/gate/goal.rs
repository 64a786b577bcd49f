//! Goal: a gate that a level is held against, with the confidence that its interval gives.

use super::definition::Gate;
use super::metric::{Family, Figure, Metric, Statistic};
use super::unit::GateUnit;
use crate::stats::confidence::{Batches, Interval, Subject};
use crate::stats::summary::Summary;

const NANOS_OF_MS: f64 = 1e6;

/// Whether a level meets a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalOutcome {
    /// All of the interval is within the goal.
    Met,
    /// All of the interval is beyond the goal.
    Missed,
    /// The interval lies to both sides of the limit.
    Undecided,
}

/// Verdict on a goal at a level.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GoalVerdict {
    /// The goal as it was written.
    pub expr: String,
    /// Whether it is met.
    pub outcome: GoalOutcome,
    /// Measured value, in [`unit`](Self::unit); `None` without data.
    pub value: Option<f64>,
    /// Interval of the value, in the same unit; `None` for what has none, such as a maximum, and where too little ended.
    pub interval: Option<Interval>,
    /// Limit, in the same unit.
    pub limit: f64,
    /// The unit of the numbers.
    pub unit: GateUnit,
}

impl Gate {
    /// Verdict on the gate as the goal of a level, of which these are the numbers.
    pub(crate) fn goal(&self, level: &Summary) -> GoalVerdict {
        let value = self.number(level);
        // A goal that nobody gave is not to keep a level open.
        let batches = self.subject(level).filter(|_| !self.implied).map(|subject| Batches::of(level, &subject));
        let interval = batches.as_ref().and_then(|batches| self.interval(batches));
        let interval = interval.map(|interval| value.map_or(interval, |value| interval.around(value)));
        let outcome = match (self.metric, &batches, value) {
            (_, _, None) => GoalOutcome::Undecided,
            // A percentile is within a limit if no more than its share lies beyond, which few samples can tell.
            (Metric::Time(_, Statistic::Percentile(percent)), Some(batches), _) if self.is_upper() => {
                by_share(batches.share_beyond(self.limit * NANOS_OF_MS), 1.0 - percent / 100.0)
            }
            (_, Some(_), Some(_)) => interval.map_or(GoalOutcome::Undecided, |interval| self.by_interval(interval)),
            (_, None, Some(value)) => self.by_interval(Interval { low: value, high: Some(value) }),
        };
        GoalVerdict { expr: self.expr.clone(), outcome, value, interval, limit: self.limit, unit: self.metric.unit() }
    }

    /// The metric has an interval.
    pub(crate) fn has_interval(&self) -> bool {
        match self.metric {
            Metric::Time(Family::ResponseTime | Family::Tpr, Statistic::Mean | Statistic::Percentile(_)) => true,
            Metric::Figure(figure) => matches!(figure, Figure::FailRatio | Figure::PassRatio | Figure::Rps),
            Metric::Time(..) => false,
        }
    }

    /// Subject whose blocks tell the interval; `None` for what has none.
    pub(crate) fn subject(&self, summary: &Summary) -> Option<Subject> {
        let is_of_check = match self.metric {
            _ if !self.has_interval() => return None,
            Metric::Time(Family::Tpr, _) => true,
            Metric::Time(..) => false,
            Metric::Figure(_) => true,
        };
        let Some(name) = &self.name else {
            return Some(if is_of_check { Subject::Checks } else { Subject::Requests });
        };
        let has_check = summary.whole.checks.iter().any(|check| *check.name == **name);
        let has_request = summary.whole.requests.iter().any(|request| *request.name == **name);
        let name = name.as_str().into();
        let wants_check = if is_of_check { has_check } else { !has_request };
        Some(if wants_check { Subject::Check(name) } else { Subject::Request(name) })
    }

    /// Interval of the metric, in its unit.
    pub(crate) fn interval(&self, batches: &Batches) -> Option<Interval> {
        match self.metric {
            Metric::Time(_, Statistic::Mean) => batches.mean().map(|interval| interval.times(1.0 / NANOS_OF_MS)),
            Metric::Time(_, Statistic::Percentile(percent)) => {
                batches.percentile(percent).map(|interval| interval.times(1.0 / NANOS_OF_MS))
            }
            Metric::Figure(Figure::FailRatio) => batches.fail_ratio(),
            Metric::Figure(Figure::PassRatio) => batches
                .fail_ratio()
                .map(|failed| Interval { low: 1.0 - failed.high.unwrap_or(1.0), high: Some(1.0 - failed.low) }),
            Metric::Figure(Figure::Rps) => batches.rps(),
            Metric::Time(..) | Metric::Figure(_) => None,
        }
    }

    fn by_interval(&self, interval: Interval) -> GoalOutcome {
        let ends = [interval.low, interval.high.unwrap_or(f64::MAX)].map(|end| !self.is_crossed_by(end));
        match ends {
            [true, true] => GoalOutcome::Met,
            [false, false] => GoalOutcome::Missed,
            _ => GoalOutcome::Undecided,
        }
    }

    /// The goal is that something is not too large.
    fn is_upper(&self) -> bool {
        !self.is_crossed_by(0.0) && self.is_crossed_by(f64::MAX)
    }
}

/// A share that must not be larger, by the interval of the share.
fn by_share(interval: Option<(f64, f64)>, most: f64) -> GoalOutcome {
    match interval {
        Some((_, high)) if high <= most => GoalOutcome::Met,
        Some((low, _)) if low > most => GoalOutcome::Missed,
        _ => GoalOutcome::Undecided,
    }
}
