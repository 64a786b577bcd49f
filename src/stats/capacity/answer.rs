//! Answer of a search: the capacity, or why there is none.

use std::time::Duration;

use super::knee::knee;
use super::level::CapacityLevel;
use crate::sample::Plateau;

/// How a search ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SearchEnd {
    /// The capacity was found and confirmed, while the tester was not the limit.
    Found,
    /// The answer could not be confirmed: it is the interval alone.
    NotConfirmed,
    /// The goals are met at least up to the answer; the reason says why there is no more to say.
    AtLeast(String),
    /// A goal is missed at the lowest level.
    NothingMeets,
    /// No level could be decided in its time.
    NeverDecided,
    /// The run was stopped before the search was over.
    Interrupted,
}

/// Capacity of a service: the answer of a search, with all its levels.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CapacityAnswer {
    /// How the search ended.
    pub end: SearchEnd,
    /// The goals as they were written.
    pub goals: Vec<String>,
    /// Highest level that met all goals: users, or arrivals per second; `None` if there is none.
    pub answer: Option<Plateau>,
    /// Lower and upper end of the interval in which the capacity lies; the upper one is `None` where no level missed a
    /// goal.
    pub interval: Option<(f64, Option<f64>)>,
    /// Least capacity that was asked for, if any.
    pub at_least: Option<AtLeast>,
    /// Levels in the order in which they were run.
    pub levels: Vec<CapacityLevel>,
    /// Place of the level that the answer stands on: the confirming one where there is one.
    pub answered_by: Option<usize>,
    /// Place of the lowest level that missed a goal.
    pub missed_by: Option<usize>,
    /// Time that the search took.
    pub took: Duration,
    /// Planned time of a level.
    pub level_time: Duration,
}

/// Least capacity that is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AtLeast {
    /// Users, or arrivals per second where a rate is searched.
    Load(f64),
    /// Answered requests per second at the answer.
    Rps(f64),
}

impl CapacityAnswer {
    /// The capacity is known to be what was asked for: found, or at least so much, and the lower end of its interval no
    /// less than what was asked at least.
    pub fn is_good(&self) -> bool {
        let is_known = matches!(self.end, SearchEnd::Found | SearchEnd::NotConfirmed | SearchEnd::AtLeast(_));
        let low = self.interval.map_or(0.0, |(low, _)| low);
        let rps = || self.answering().map_or(0.0, |level| level.rps_interval.map_or(level.rps, |rps| rps.low));
        let is_enough = match self.at_least {
            None => true,
            Some(AtLeast::Load(least)) => low >= least,
            Some(AtLeast::Rps(least)) => rps() >= least,
        };
        is_known && self.answer.is_some() && is_enough
    }

    /// Level that the answer stands on.
    pub fn answering(&self) -> Option<&CapacityLevel> {
        self.levels.get(self.answered_by?)
    }

    /// Lowest level that missed a goal.
    pub fn missing(&self) -> Option<&CapacityLevel> {
        self.levels.get(self.missed_by?)
    }

    /// Load after which more of it brings hardly more answers: another tenth less than 2 % more. The two are the levels
    /// between which it lies; `None` if no level is beyond it.
    pub fn knee(&self) -> Option<(f64, f64)> {
        knee(&self.levels)
    }
}
