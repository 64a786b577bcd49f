//! The run as a whole.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::end::EndReason;
use super::machine::{Host, Machine};
use super::number::{Count, Seconds};
use super::read::{Read, if_known};
use super::schedule::Schedule;
use super::text::{Text, Timestamp};
use super::times::Times;
use super::verdicts::{Clock, Verdicts};
use crate::end::End;
use crate::report::RunInfo;
use crate::stats::{Summary, Timing};

/// The version of the shape of a report: a change that could break a reader raises it.
pub(crate) const SCHEMA_VERSION: u64 = 2;

/// Run as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "run"))]
pub(crate) struct Run {
    /// Version of this shape; a change that could break a reader raises it.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA_VERSION)))]
    schema: u64,
    /// Version of perfloop that wrote the report.
    #[serde(default)]
    version: Text,
    /// Clock that the times were measured by; null without answers. Runs of different clocks are not to be compared or
    /// merged.
    #[serde(default, deserialize_with = "if_known")]
    clock: Option<Clock>,
    /// Target of the run, for people.
    target: Text,
    /// Plan in one line, for people; null if it is not known.
    #[serde(default)]
    plan: Option<Text>,
    /// Words of the command line.
    command: Vec<Text>,
    /// The run as data, by which it can be run again; absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Value"))]
    spec: Option<Value>,
    /// Start of the run, RFC 3339.
    start: Timestamp,
    /// Time in s from the first user's planned start to the last user's end; null while it runs.
    duration_s: Option<Seconds>,
    /// Time in s from the first user's start to the end of the last counted sample; with a schedule, the time that its
    /// iterations stand for.
    tested_s: Seconds,
    /// Reason for which the run ended; null while it runs.
    end: Option<EndReason>,
    /// Feed whose rows were used up, if that ended the run.
    pub(super) used_up: Option<Text>,
    /// Users wanted or, where the plan leaves it open, the most that were up.
    pub(super) users: u32,
    /// Seed that all random choices followed from.
    pub(super) seed: u64,
    /// Parts of the run that these are the numbers of; absent for a run that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Parts"))]
    pub(super) parts: Option<Parts>,
    /// Lateness of the run's start against the moment that was asked for, in s; of several parts that of the latest. Absent
    /// where none was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Seconds"))]
    pub(super) late_s: Option<Seconds>,
    /// Lateness of the users' starts, in ms; null without samples.
    pub(super) start_delay_ms: Option<Times>,
    /// Pauses of users that were refused too often.
    pauses: Pauses,
    /// Times in which perfloop stood still, in ms: stopped, suspended, or without any processor; null without samples.
    #[serde(default)]
    pub(super) stalls_ms: Option<Times>,
    /// Time that users waited, together, to hand over what they measured, in s.
    pub(super) queue_blocked_s: Seconds,
    /// Threads that could not be interrupted.
    abandoned: u32,
    /// Age of the oldest check that was cut off, in s; null if none was.
    pub(super) oldest_unfinished_s: Option<Seconds>,
    /// Exchanges that the log of --log-http left out to keep up.
    pub(super) log_left_out: Count,
    /// Reason for which that log ends early; null if it does not.
    pub(super) log_error: Option<Text>,
    /// Rows of --samples that were left out to keep up.
    #[serde(default)]
    pub(super) samples_left_out: Count,
    /// Reason for which the samples end early; null if they do not.
    pub(super) samples_error: Option<Text>,
    /// Iterations that were due and never begun.
    pub(super) missed: Count,
    /// Arrivals for which no user was free.
    pub(super) dropped: Count,
    /// Users that could not be made.
    pub(super) not_made: Count,
    /// Users that did nothing: those that could not be made, and those whose start did not pass.
    #[serde(default)]
    pub(super) users_lost: Count,
    /// Schedule of a rate or a pace; null without one.
    pub(super) schedule: Option<Schedule>,
    /// Message of the first panic of a hook; null without one.
    pub(super) hook_panic: Option<Text>,
    /// Samples that a mistake of perfloop's own kept from being counted.
    #[serde(default)]
    pub(super) uncounted: Count,
    /// Whether the author's checks ran as load in a build without optimization.
    #[serde(default)]
    pub(super) debug_build: bool,
    /// Time of the users in the author's hooks, in s.
    #[serde(default)]
    hooks_s: Seconds,
    /// Verdicts on the times and on the load.
    #[serde(default, deserialize_with = "if_known")]
    verdicts: Verdicts,
    /// Machines that perfloop ran on, one unless reports were merged.
    hosts: Vec<Host>,
    /// Use of those machines; null while the run goes on.
    machine: Option<Machine>,
    /// Time that users waited, together, for a processor, in s; null if the system does not tell.
    pub(super) run_delay_s: Option<Seconds>,
    /// Time of the users from start to end together, in s; planned rests and think time left out.
    pub(super) worked_s: Option<Seconds>,
}

/// Parts of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "parts"))]
pub(crate) struct Parts {
    /// How many parts the run has.
    of: u32,
    /// Numbers of those that the report is of, from 1.
    numbers: Vec<u32>,
}

impl From<&crate::part::Parts> for Parts {
    fn from(parts: &crate::part::Parts) -> Self {
        Parts { of: parts.all(), numbers: parts.numbers().to_vec() }
    }
}

impl From<&Parts> for crate::part::Parts {
    fn from(parts: &Parts) -> Self {
        crate::part::Parts::of(parts.of, parts.numbers.iter().copied())
    }
}

/// Pauses of users that were refused too often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "pauses"))]
pub(crate) struct Pauses {
    /// Number of pauses.
    count: Count,
    /// All pauses together, in s.
    total_s: Seconds,
}

impl From<(&Summary, &RunInfo)> for Run {
    fn from((summary, info): (&Summary, &RunInfo)) -> Self {
        let text = |text: &Option<String>| text.as_ref().map(Text::from);
        Run {
            schema: SCHEMA_VERSION,
            version: env!("CARGO_PKG_VERSION").into(),
            clock: Clock::of(summary),
            target: (&info.target).into(),
            plan: text(&info.plan),
            command: info.command.iter().map(Text::from).collect(),
            spec: info.spec.clone(),
            start: Timestamp(info.started),
            duration_s: summary.end.map(|end| end.duration.into()),
            tested_s: summary.tested().into(),
            end: summary.end.map(|end| end.reason.into()),
            used_up: summary.used_up.as_deref().map(Text::from),
            users: summary.users,
            seed: summary.seed,
            parts: summary.parts.as_ref().map(Parts::from),
            late_s: summary.late.map(Seconds::from),
            start_delay_ms: Times::mergeable(&summary.starts),
            pauses: Pauses { count: Count(summary.pauses.count()), total_s: summary.pauses.sum().into() },
            stalls_ms: Times::mergeable(&summary.stalls),
            queue_blocked_s: summary.blocked.into(),
            abandoned: summary.end.map_or(0, |end| end.abandoned),
            oldest_unfinished_s: summary.oldest_unfinished.map(Seconds::from),
            log_left_out: Count(summary.log.left_out),
            log_error: text(&summary.log.error),
            samples_left_out: Count(summary.samples.left_out),
            samples_error: text(&summary.samples.error),
            missed: Count(summary.missed),
            dropped: Count(summary.dropped),
            not_made: Count(summary.not_made),
            users_lost: Count(summary.users_lost()),
            schedule: summary.schedule.map(Schedule::from),
            hook_panic: text(&summary.hook_panic),
            uncounted: Count(summary.uncounted),
            debug_build: summary.is_debug_build,
            hooks_s: summary.whole.totals.hooks.into(),
            verdicts: summary.into(),
            hosts: info.hosts.iter().map(Host::from).collect(),
            machine: summary.end.map(|end| end.machine.into()),
            run_delay_s: summary.run_delay.map(Seconds::from),
            worked_s: summary.worked.map(Seconds::from),
        }
    }
}

impl Run {
    /// The end of the run, if it was over when it was written.
    pub(super) fn end(&self) -> Read<Option<End>> {
        let Some(machine) = &self.machine else { return Ok(None) };
        let reason = self.end.ok_or("no end")?.into();
        let duration = self.duration_s.ok_or("no duration_s")?.into();
        Ok(Some(End { reason, duration, abandoned: self.abandoned, machine: machine.into() }))
    }

    /// The pauses, of which only the sum is known.
    pub(super) fn pauses(&self) -> Timing {
        Timing::evenly(self.pauses.count.0, self.pauses.total_s.into())
    }

    /// Information on the run beside its numbers.
    pub(super) fn info(self) -> RunInfo {
        RunInfo {
            started: self.start.0,
            target: self.target.into(),
            plan: self.plan.map(String::from),
            command: self.command.into_iter().map(String::from).collect(),
            hosts: self.hosts.into_iter().map(Into::into).collect(),
            spec: self.spec,
        }
    }
}
