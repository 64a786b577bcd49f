//! News of a search that goes on, for those who look on.

use crate::sample::Plateau;
use crate::stats::{CapacityLevel, TrialPurpose};

/// News of a search.
#[derive(Debug, Clone, Copy)]
pub(crate) enum News<'a> {
    /// A level has come into another phase.
    Holds(Held),
    /// A level is judged.
    Judged(&'a CapacityLevel),
}

/// Level that is held, and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Held {
    pub(crate) what: Plateau,
    pub(crate) purpose: TrialPurpose,
    pub(crate) phase: Phase,
}

/// Phase of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Its users come or go.
    Starting,
    /// What it shows is still a change.
    Settling,
    /// It is measured, until it is decided.
    Measuring,
}
