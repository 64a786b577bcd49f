//! Conditions of a load test, by which its run is good, and why some of them are refused.

use super::LoadTest;
use super::gates::is_scheduled;
use crate::error::Error;
use crate::load::{Classes, Plan};
use crate::renaming::Renamings;
use crate::stats::{Gate, GateOutlook, Precision};

impl LoadTest {
    /// Adds a condition that decides whether the run is good: see [`Gate`]. Unless one of them is on the fail ratio of
    /// all checks, `fail_ratio > 0` is added. What became of them is in [`Summary::gates`](crate::Summary::gates).
    #[must_use]
    pub fn gate(mut self, gate: Gate) -> Self {
        self.gates.push(gate);
        self
    }

    /// Ends the run as soon as this value, and each other that is given so, is as precise as it says. The plan's
    /// [time](Plan::time) is then the longest; where none is given, it is [`Plan::LONGEST_UNTIL`]. What became of them is in
    /// [`Summary::precisions`](crate::Summary::precisions).
    #[must_use]
    pub fn until(mut self, precision: Precision) -> Self {
        self.until.push(precision);
        self
    }

    /// Adds a goal, by which the levels of this run are judged from outside.
    #[must_use]
    pub(crate) fn goal(mut self, goal: Gate) -> Self {
        self.goals.push(goal);
        self
    }

    /// Requests have the names of the checks that make them, so that a gate on any other name is a mistake.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn requests_are_checks(mut self) -> Self {
        self.requests_are_checks = true;
        self
    }

    /// Refuses gates that can never be judged.
    pub(super) fn validate_gates(&self, plan: &Plan, classes: &Classes) -> Result<(), Error> {
        let renamings = Renamings::new(&plan.renamings);
        let checks = || classes.checks.iter().map(|check| check.name.as_str());
        let requests = || checks().map(|name| renamings.of(name).unwrap_or_else(|| name.to_owned())).collect();
        let outlook = GateOutlook {
            checks: checks().collect(),
            requests: self.requests_are_checks.then(requests),
            is_scheduled: is_scheduled(plan, classes),
            time_limit: plan.time_limit(),
        };
        let metrics = self.until.iter().map(Precision::metric);
        self.gates.iter().chain(&self.goals).chain(metrics).try_for_each(|gate| gate.validate(&outlook))
    }
}
