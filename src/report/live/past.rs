//! Runs of the history.

use serde::Serialize;

use super::header::State;
use super::snapshot::Totals;

/// All runs that are known, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Runs"))]
pub(crate) struct PastRuns {
    /// Runs.
    pub(crate) runs: Vec<PastRun>,
}

/// Run of the history, in a few numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "past_run"))]
pub(crate) struct PastRun {
    /// Id of the run.
    pub(crate) id: String,
    /// Name of the run.
    pub(crate) name: String,
    /// Where it is known from.
    pub(crate) source: Source,
    /// State of the run.
    pub(crate) state: State,
    /// Start of the run, RFC 3339.
    pub(crate) started: String,
    /// Target, for people.
    pub(crate) target: String,
    /// Plan in one line.
    pub(crate) plan: String,
    /// The most users.
    pub(crate) users: u32,
    /// True for a run that was good; null while that is not known.
    pub(crate) is_good: Option<bool>,
    /// True for the run that others are compared with.
    pub(crate) is_baseline: bool,
    /// Numbers of the whole run.
    #[serde(flatten)]
    pub(crate) totals: Totals,
}

/// Where a run is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum Source {
    /// It was made by this process.
    Process,
    /// Its report lies in the folder of the history.
    Folder,
}
