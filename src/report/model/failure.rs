//! A group of failures.

use serde::{Deserialize, Serialize};

use super::exchange::Exchange;
use super::number::{Count, Seconds};
use super::read::if_known;
use super::text::Text;
use crate::names::Names;
use crate::stats::{FailureGroup, Summary};

/// Fails or exceptions of a check that differ in nothing but numbers and ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "failure"))]
pub(crate) struct Failure {
    /// Name of the check.
    check: Text,
    /// Outcome of those runs of the check.
    outcome: FailureOutcome,
    /// Message that they share; # stands for what differs.
    message: Text,
    /// Detail of the first of them; null if there is none.
    detail: Option<Text>,
    /// Number of these runs.
    count: Count,
    /// End of the first of these runs, in s from the start of the run.
    first_s: Seconds,
    /// End of the last of these runs, in s from the start of the run.
    last_s: Seconds,
    /// Exchanges of the first, the last and the slowest few, kept whole, in the order of time.
    #[serde(default, deserialize_with = "if_known")]
    exchanges: Vec<Exchange>,
}

/// Outcome of a run of a check that did not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum FailureOutcome {
    Fail,
    Exception,
}

impl Failure {
    pub(super) fn of(summary: &Summary, group: &FailureGroup) -> Self {
        let exchanges = group.examples.all();
        Failure {
            check: (&*summary.check_of(group)).into(),
            outcome: if group.is_exception { FailureOutcome::Exception } else { FailureOutcome::Fail },
            message: (&group.message).into(),
            detail: group.detail.as_ref().map(Text::from),
            count: Count(group.count),
            first_s: group.first.into(),
            last_s: group.last.into(),
            exchanges: exchanges.into_iter().map(|(example, kept_as)| Exchange::of(example, &kept_as)).collect(),
        }
    }

    pub(super) fn read(self, names: &Names) -> FailureGroup {
        FailureGroup {
            check: names.check_of_name(&self.check),
            number: 0,
            is_exception: self.outcome == FailureOutcome::Exception,
            message: self.message.into(),
            detail: self.detail.map(String::from),
            count: self.count.0,
            first: self.first_s.into(),
            last: self.last_s.into(),
            // Which requests they came of is for other formats; what was kept whole stays with the report it is in.
            requests: Default::default(),
            examples: Default::default(),
        }
    }
}
