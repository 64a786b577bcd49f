//! Search for the capacity, as far as it has come.

use std::time::Duration;

use serde::Serialize;

use super::rounded;
use crate::report::model::{Capacity, CapacityStep};
use crate::sample::Plateau;
use crate::stats::{CapacityAnswer, CapacityLevel, TrialPurpose};

/// Search for the capacity, as far as it has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Search for the capacity"))]
pub(crate) struct Search {
    /// Goals that the answer keeps to, as they were written.
    pub(crate) goals: Vec<String>,
    /// Levels that are judged, in the order in which they were run; empty after the end, when they are in `answer`.
    pub(crate) levels: Vec<CapacityStep>,
    /// Answer with all its levels; null while the search goes on.
    pub(crate) answer: Option<Capacity>,
}

/// Search at a glance.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "search_now"))]
pub(crate) struct SearchNow {
    /// Number of levels that are judged.
    pub(crate) levels: usize,
    /// Level that is held; null before the first and after the last.
    pub(crate) held: Option<HeldLevel>,
    /// Answer in one line; null while the search goes on.
    pub(crate) answer: Option<String>,
}

/// Level that is held now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "held_level"))]
pub(crate) struct HeldLevel {
    /// Users, or arrivals per second.
    load: f64,
    /// Level, for people.
    name: String,
    /// Purpose of the level: the load is doubled, halved between two levels, or the answer or the level above it confirmed.
    #[cfg_attr(test, schemars(extend("enum" = ["double", "bisect", "confirm", "above"])))]
    purpose: &'static str,
    /// How far the level has come.
    pub(crate) phase: HeldPhase,
    /// Time in this phase, in s.
    phase_s: f64,
    /// Time since the load was changed, in s.
    held_s: f64,
}

/// Phase of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum HeldPhase {
    /// Its users come or go.
    Starting,
    /// What it shows is still a change.
    Settling,
    /// It is measured, until it is decided.
    Measuring,
}

impl HeldLevel {
    pub(crate) fn of(
        what: Plateau,
        purpose: TrialPurpose,
        phase: HeldPhase,
        in_phase: Duration,
        held: Duration,
    ) -> HeldLevel {
        HeldLevel {
            load: rounded(what.size()),
            name: super::level_text(what),
            purpose: match purpose {
                TrialPurpose::Double => "double",
                TrialPurpose::Bisect => "bisect",
                TrialPurpose::Confirm => "confirm",
                TrialPurpose::Above => "above",
            },
            phase,
            phase_s: rounded(in_phase.as_secs_f64()),
            held_s: rounded(held.as_secs_f64()),
        }
    }
}

impl Search {
    /// Search that goes on.
    pub(crate) fn going_on(goals: &[String], levels: &[CapacityLevel]) -> Search {
        Search { goals: goals.to_vec(), levels: levels.iter().map(CapacityStep::from).collect(), answer: None }
    }
}

impl From<&CapacityAnswer> for Search {
    fn from(answer: &CapacityAnswer) -> Search {
        Search { goals: answer.goals.clone(), levels: Vec::new(), answer: Some(answer.into()) }
    }
}

impl From<&Capacity> for Search {
    /// Search of a report that was read.
    fn from(answer: &Capacity) -> Search {
        Search { goals: answer.goals().map(str::to_owned).collect(), levels: Vec::new(), answer: Some(answer.clone()) }
    }
}
