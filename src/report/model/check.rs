//! A check.

use serde::{Deserialize, Serialize};

use super::interval::RateBounds;
use super::number::{Count, Quotient, Seconds};
use super::read::{Read, flattened};
use super::text::Text;
use super::times::{Times, timing};
use crate::stats::{CheckCounters, Intervals, Section, Summary, Timing};

/// A check in a part of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "check"))]
pub(crate) struct Check {
    /// Name of the check.
    pub(super) name: Text,
    #[serde(flatten, deserialize_with = "flattened")]
    pub(super) numbers: CheckNumbers,
}

/// A check in the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "check_of_run"))]
pub(crate) struct CheckOfRun {
    /// Name of the check.
    pub(super) name: Text,
    #[serde(flatten, deserialize_with = "flattened")]
    pub(super) numbers: CheckNumbers,
    /// Numbers of what ended at full load; null if nothing did.
    pub(super) at_full_load: Option<CheckNumbers>,
}

/// Numbers of a check, or of all checks together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "check_numbers"))]
pub(crate) struct CheckNumbers {
    /// Runs whose expectations held.
    pass: Count,
    /// Runs in which an expectation did not hold.
    fail: Count,
    /// Runs without a usable answer.
    exception: Count,
    /// Runs still open when the run was cut off.
    unfinished: Count,
    /// Share of fails and exceptions among the ended runs, 0 to 1; null if none ended.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    fail_ratio: Option<f64>,
    /// Passes per second of the span.
    passes_per_s: Quotient,
    /// Counted requests per second of the span.
    rps: Quotient,
    /// Answered requests of the check; a run that by its nature makes none of perfloop's counts as one.
    counted_requests: Count,
    /// Time of the users in the check and between two of its runs, in s; planned rests and think time left out.
    busy_s: Seconds,
    /// Time of the users in planned rests before the runs and in think time, in s.
    #[serde(default)]
    idle_s: Seconds,
    /// Sum of the TPR of all runs that ended, in s.
    served_s: Seconds,
    /// Part of served_s in runs without requests of perfloop's, in s: whose time it was cannot be told.
    #[serde(default)]
    unseen_s: Seconds,
    /// Time of the users in the author's hooks, in s.
    hooks_s: Seconds,
    /// Time per request (TPR) of the passes, in ms: setup and response time of all requests of a run of the check; null
    /// without samples.
    tpr_ms: Option<Times>,
    /// Wall time of the passes, in ms; null without samples.
    elapsed_ms: Option<Times>,
    /// TPR of the fails, in ms; null without samples.
    fail_tpr_ms: Option<Times>,
    /// TPR of the exceptions, in ms; null without samples.
    exception_tpr_ms: Option<Times>,
    /// Ends of the intervals at full load, where enough ended.
    #[serde(flatten)]
    bounds: Option<RateBounds>,
}

impl CheckNumbers {
    /// Numbers of one check, with histograms.
    fn of(section: &Section, counters: &CheckCounters) -> Self {
        CheckNumbers::with(section, counters, Times::mergeable)
    }

    /// Numbers of all checks together, without histograms.
    pub(super) fn of_all(section: &Section) -> Self {
        CheckNumbers::with(section, &section.totals, Times::summed)
    }

    fn with(section: &Section, counters: &CheckCounters, times: fn(&Timing) -> Option<Times>) -> Self {
        CheckNumbers {
            pass: Count(counters.pass),
            fail: Count(counters.fail),
            exception: Count(counters.exception),
            unfinished: Count(counters.unfinished),
            fail_ratio: counters.fail_ratio(),
            passes_per_s: Quotient(section.passes_per_s(counters)),
            rps: Quotient(section.rps(counters)),
            counted_requests: Count(counters.requests),
            busy_s: counters.busy.into(),
            idle_s: counters.idle.into(),
            served_s: counters.served.into(),
            unseen_s: counters.unseen.into(),
            hooks_s: counters.hooks.into(),
            tpr_ms: times(&counters.tpr),
            elapsed_ms: times(&counters.elapsed),
            fail_tpr_ms: times(&counters.fail_tpr),
            exception_tpr_ms: times(&counters.exception_tpr),
            bounds: None,
        }
    }

    /// Numbers of full load, with the ends of their intervals.
    pub(super) fn bounded(self, counters: &CheckCounters, intervals: &Intervals) -> Self {
        let tpr_ms = self.tpr_ms.map(|times| times.bounded(&counters.tpr, intervals));
        CheckNumbers { tpr_ms, bounds: RateBounds::of(intervals.rps, intervals.fail_ratio), ..self }
    }

    /// The check of this name with these numbers.
    pub(super) fn counters(&self, name: &str) -> Read<CheckCounters> {
        Ok(CheckCounters {
            name: name.into(),
            pass: self.pass.0,
            fail: self.fail.0,
            exception: self.exception.0,
            unfinished: self.unfinished.0,
            requests: self.counted_requests.0,
            alone: 0,
            tpr: timing(self.tpr_ms.as_ref(), "tpr_ms")?,
            elapsed: timing(self.elapsed_ms.as_ref(), "elapsed_ms")?,
            busy: self.busy_s.into(),
            idle: self.idle_s.into(),
            hooks: self.hooks_s.into(),
            served: self.served_s.into(),
            unseen: self.unseen_s.into(),
            fail_tpr: timing(self.fail_tpr_ms.as_ref(), "fail_tpr_ms")?,
            exception_tpr: timing(self.exception_tpr_ms.as_ref(), "exception_tpr_ms")?,
        })
    }
}

impl Check {
    pub(super) fn of(section: &Section, counters: &CheckCounters) -> Self {
        Check { name: (&*counters.name).into(), numbers: CheckNumbers::of(section, counters) }
    }

    pub(super) fn counters(&self) -> Read<CheckCounters> {
        self.numbers.counters(&self.name)
    }
}

impl CheckOfRun {
    /// The check at a place of the whole run; it has the same place in all parts of a run.
    pub(super) fn of(summary: &Summary, place: usize, counters: &CheckCounters) -> Self {
        let whole = &summary.whole;
        let at_full_load = summary.full_load.as_ref().and_then(|full| {
            let same = full.checks.get(place)?;
            Some(CheckNumbers::of(full, same).bounded(same, &summary.intervals_of_check(&counters.name)))
        });
        CheckOfRun { name: (&*counters.name).into(), numbers: CheckNumbers::of(whole, counters), at_full_load }
    }

    pub(super) fn counters(&self) -> Read<CheckCounters> {
        self.numbers.counters(&self.name)
    }

    /// The check at full load, with zeros if nothing of it ended there.
    pub(super) fn counters_at_full_load(&self) -> Read<CheckCounters> {
        match &self.at_full_load {
            Some(numbers) => numbers.counters(&self.name),
            None => Ok(CheckCounters { name: (&*self.name).into(), ..CheckCounters::default() }),
        }
    }
}
