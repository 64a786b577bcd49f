//! Failures in groups, with what was recorded of them.

use serde::Serialize;

use super::rounded;
use crate::report::model::Exchange;
use crate::stats::{FailedNow, FailureGroup, Summary};

/// Failures of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Failures of a run"))]
pub(crate) struct Failures {
    /// Groups that differ in more than numbers and ids, the largest first.
    groups: Vec<Group>,
}

/// Failures of a check that differ in nothing but numbers and ids.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "group"))]
struct Group {
    /// Id of the group.
    id: String,
    /// Name of the check.
    check: String,
    /// `fail` or `exception`.
    outcome: &'static str,
    /// Message that they share; # stands for what differs.
    message: String,
    /// Detail of the first of them.
    detail: Option<String>,
    /// How many.
    count: u64,
    /// Share of all failures.
    share: f64,
    /// End of the first, in s from the start of the run.
    first_s: f64,
    /// End of the last, in s from the start of the run.
    last_s: f64,
    /// Requests at fault, each with how many.
    requests: Vec<RequestCount>,
    /// Exchanges that were recorded.
    exchanges: usize,
}

/// Failures that were the fault of a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "request_count"))]
struct RequestCount {
    /// Name of the request; null for none, such as a panic.
    name: Option<String>,
    /// How many.
    count: u64,
}

/// Recorded exchanges.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Recorded exchanges"))]
pub(crate) struct Exchanges {
    /// Exchanges, kept whole.
    exchanges: Vec<Exchange>,
}

/// Failures of a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Failures of a moment"))]
pub(crate) struct Moment {
    /// Start of the moment, in s from the start of the run.
    from_s: f64,
    /// End of the moment, in s from the start of the run.
    to_s: f64,
    /// False when nothing is told because only the worst moments were kept.
    is_known: bool,
    /// Failures in it, the largest group first.
    failures: Vec<MomentGroup>,
}

/// Failures of a group in a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "moment_group"))]
struct MomentGroup {
    /// Name of the check.
    check: String,
    /// `fail` or `exception`.
    outcome: &'static str,
    /// Message that they share.
    message: String,
    /// How many.
    count: u64,
    /// Some of them, kept whole.
    exchanges: Vec<Exchange>,
}

fn outcome(group: &FailureGroup) -> &'static str {
    if group.is_exception { "exception" } else { "fail" }
}

impl Failures {
    /// Groups of a run, whose names the summary has.
    pub(crate) fn of(summary: &Summary, groups: &[FailureGroup]) -> Failures {
        let all: u64 = groups.iter().map(|group| group.count).sum();
        let group = |group: &FailureGroup| Group {
            id: group.number.to_string(),
            check: summary.check_of(group).to_string(),
            outcome: outcome(group),
            message: group.message.clone(),
            detail: group.detail.clone(),
            count: group.count,
            share: (group.count as f64 / all.max(1) as f64 * 1e5).round() / 1e5,
            first_s: rounded(group.first.as_secs_f64()),
            last_s: rounded(group.last.as_secs_f64()),
            requests: summary
                .requests_of(group)
                .into_iter()
                .map(|(name, count)| RequestCount { name: name.map(|name| name.to_string()), count })
                .collect(),
            exchanges: group.examples.all().len(),
        };
        Failures { groups: groups.iter().map(group).collect() }
    }
}

impl Exchanges {
    pub(crate) fn of(group: &FailureGroup) -> Exchanges {
        let exchanges = group.examples.all().into_iter().map(|(example, why)| Exchange::of(example, &why));
        Exchanges { exchanges: exchanges.collect() }
    }
}

impl Moment {
    /// Failures of some seconds, by the numbers of their groups.
    pub(crate) fn of(
        (from_s, to_s): (f64, f64),
        are_all_kept: bool,
        failed: &[(u32, FailedNow)],
        summary: &Summary,
        groups: &[FailureGroup],
    ) -> Moment {
        let told = |(number, failed): &(u32, FailedNow)| {
            let group = groups.iter().find(|group| group.number == *number)?;
            Some(MomentGroup {
                check: summary.check_of(group).to_string(),
                outcome: outcome(group),
                message: group.message.clone(),
                count: failed.count,
                exchanges: failed.examples.iter().map(|example| Exchange::of(example, &[])).collect(),
            })
        };
        let failures: Vec<MomentGroup> = failed.iter().filter_map(told).collect();
        Moment { from_s, to_s, is_known: are_all_kept || !failures.is_empty(), failures }
    }
}
