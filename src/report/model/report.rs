//! The report of a run.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::block::{self, Block};
use super::capacity::Capacity;
use super::check::CheckOfRun;
use super::diagnosis::Diagnosis;
use super::exchange::Exchange;
use super::failure::Failure;
use super::gate::Gate;
use super::level::Level;
use super::precision::Precision;
use super::read::{Read, if_known};
use super::request::RequestOfRun;
use super::run::Run;
use super::slot::{self, Slot};
use super::text::Text;
use super::times::timing;
use super::totals::{Totals, TotalsOfRun};
use super::warm_up::WarmUp;
use crate::asked::Asked;
use crate::names::{Names, OTHER};
use crate::report::RunInfo;
use crate::stats::{LogLoss, Section, Summary};

/// Report of perfloop as written with --json, version 2. The unit stands at the end of a key: `_s` seconds, `_ms`
/// milliseconds, `_ns` nanoseconds; `rps` and `_per_s` are per second; shares and ratios are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "perfloop report"))]
pub(crate) struct Report {
    /// Run as a whole.
    run: Run,
    /// Capacity that was searched for; absent where the run was no search. The other numbers are then those of the level
    /// that the answer stands on, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_known")]
    #[cfg_attr(test, schemars(with = "Capacity"))]
    capacity: Option<Capacity>,
    /// All checks together.
    totals: TotalsOfRun,
    /// Each check, in the order they were given.
    checks: Vec<CheckOfRun>,
    /// Requests of each name, in the order of their first use.
    requests: Vec<RequestOfRun>,
    /// Plateaus of users or arrivals in which something ended.
    levels: Vec<Level>,
    /// Full load in at most 60 blocks of equal width, for comparing runs.
    blocks: Vec<Block>,
    /// Run over time in at most 600 spans of equal width.
    timeline: Vec<Slot>,
    /// Warm-up, which is part of nothing else; null without one.
    warmup: Option<WarmUp>,
    /// Fails and exceptions in groups, the largest first.
    failures: Vec<Failure>,
    /// Gates, which decided whether the run was good; those of a merged report are judged by the sum.
    #[serde(default, deserialize_with = "if_known")]
    gates: Vec<Gate>,
    /// Precisions that were asked for with --until.
    #[serde(default, deserialize_with = "if_known")]
    until: Vec<Precision>,
    /// Slowest passes, kept whole, the slowest first.
    #[serde(default, deserialize_with = "if_known")]
    slowest: Vec<Exchange>,
    /// Warnings: what makes the numbers say less than they seem to, and what to do.
    #[serde(default, deserialize_with = "if_known")]
    warnings: Vec<Text>,
    /// Diagnoses: what the numbers show of the service; empty where nothing is sure.
    #[serde(default, deserialize_with = "if_known")]
    diagnoses: Vec<Diagnosis>,
}

impl From<(&Summary, &RunInfo)> for Report {
    fn from((summary, info): (&Summary, &RunInfo)) -> Self {
        let (whole, full_load) = (&summary.whole, summary.full_load.as_ref());
        let checks = whole.checks.iter().enumerate();
        let requests = whole.requests.iter();
        Report {
            run: (summary, info).into(),
            capacity: summary.capacity.as_deref().map(Capacity::from),
            totals: TotalsOfRun {
                whole: whole.into(),
                at_full_load: full_load.map(|full| Totals::from(full).bounded(full, &summary.intervals())),
            },
            checks: checks.map(|(place, counters)| CheckOfRun::of(summary, place, counters)).collect(),
            requests: requests.map(|counters| RequestOfRun::of(summary, counters)).collect(),
            levels: summary.levels.iter().map(Level::from).collect(),
            blocks: block::blocks(summary),
            timeline: slot::timeline(summary),
            warmup: summary.warmup.as_ref().map(|warmup| WarmUp::of(summary, warmup)),
            failures: summary.failures.iter().map(|group| Failure::of(summary, group)).collect(),
            gates: summary.gates.iter().map(Gate::from).collect(),
            until: summary.precisions.iter().map(Precision::from).collect(),
            slowest: summary.slowest.iter().map(|example| Exchange::of(example, &["slowest"])).collect(),
            warnings: summary.warning_lines().iter().map(Text::from).collect(),
            diagnoses: summary.diagnoses().iter().map(Diagnosis::from).collect(),
        }
    }
}

impl Report {
    /// The numbers of the run and what is known beside them. All that can be added to other runs comes back as it was.
    /// Gates and what was kept whole stay with the report: they are of
    /// the run that was judged, not of its numbers.
    ///
    /// # Errors
    /// The key that is missing or wrong.
    pub(crate) fn read(self) -> Read<(Summary, RunInfo)> {
        let (whole, full_load) = (self.whole()?, self.full_load()?);
        let Report { run, levels, blocks, timeline, warmup, failures, .. } = self;
        let names = whole.checks.iter().map(|check| &*check.name);
        let names = Names::read(names, whole.requests.iter().any(|request| &*request.name == OTHER));
        let summary = Summary {
            gates: Vec::new(),
            precisions: Vec::new(),
            capacity: None,
            slowest: Vec::new(),
            end: run.end()?,
            users: run.users,
            seed: run.seed,
            parts: run.parts.as_ref().map(Into::into),
            late: run.late_s.map(Into::into),
            users_up: 0,
            whole,
            full_load,
            levels: levels.iter().map(Level::read).collect::<Read<_>>()?,
            warmup: warmup.map(|warmup| warmup.read(&names)).transpose()?,
            failures: failures.into_iter().map(|failure| failure.read(&names)).collect(),
            timeline: slot::read(&timeline)?,
            blocks: block::read(blocks)?,
            starts: timing(run.start_delay_ms.as_ref(), "start_delay_ms")?,
            pauses: run.pauses(),
            oldest_unfinished: run.oldest_unfinished_s.map(Into::into),
            missed: run.missed.0,
            dropped: run.dropped.0,
            not_made: run.not_made.0,
            lost: run.users_lost.0.saturating_sub(run.not_made.0),
            schedule: run.schedule.clone().map(Into::into),
            hook_panic: run.hook_panic.clone().map(Into::into),
            uncounted: run.uncounted.0,
            is_debug_build: run.debug_build,
            run_delay: run.run_delay_s.map(Into::into),
            stalls: timing(run.stalls_ms.as_ref(), "stalls_ms")?,
            worked: run.worked_s.map(Into::into),
            blocked: run.queue_blocked_s.into(),
            began: None,
            log: LogLoss { left_out: run.log_left_out.0, error: run.log_error.clone().map(Into::into) },
            samples: LogLoss { left_out: run.samples_left_out.0, error: run.samples_error.clone().map(Into::into) },
            used_up: run.used_up.as_deref().map(Arc::from),
            asked: Asked::default(),
            names: Arc::new(names),
        };
        Ok((summary, run.info()))
    }

    fn whole(&self) -> Read<Section> {
        let checks = self.checks.iter().map(CheckOfRun::counters).collect::<Read<_>>()?;
        let requests = self.requests.iter().map(RequestOfRun::counters).collect::<Read<_>>()?;
        let totals = &self.totals.whole;
        Ok(Section::of(checks, requests, totals.span_s.into(), totals.in_flight.0))
    }

    /// Full load, which stands beside each number of the whole.
    fn full_load(&self) -> Read<Option<Section>> {
        let Some(totals) = &self.totals.at_full_load else { return Ok(None) };
        let checks = self.checks.iter().map(CheckOfRun::counters_at_full_load).collect::<Read<_>>()?;
        let requests = self.requests.iter().filter_map(RequestOfRun::counters_at_full_load).collect::<Read<_>>()?;
        Ok(Some(Section::of(checks, requests, totals.span_s.into(), totals.in_flight.0)))
    }
}
