//! Whether full load was steady: whether nothing in it drifts, so that its numbers are those of any time.
//!
//! Six signs are looked at: its [halves](halves) agree on answers, times and failures; there is no significant slope of
//! the mean TPR or of the checks in flight over the blocks ([trend](trend)); and Little's law holds within 5 %: users =
//! rate x (response time + rest + the tester's time). The last one tells of users that are stuck: what they wait for is
//! in no number.

mod chance;
mod halves;
mod trend;

use std::fmt;

use super::confidence::{Batches, Subject};
use super::summary::{Section, Summary};
use crate::sample::Plateau;
use halves::halves;
pub(crate) use trend::Trend;

/// Largest share of the users' time that may be missing in what they were seen to do.
const LITTLE: f64 = 0.05;
/// With fewer checks of a user, those that it begins and ends beyond full load may make so much.
const CHECKS_OF_USER: f64 = 20.0;

/// Sign that full load was not steady.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsteady {
    /// Its halves differ in answers.
    Answers,
    /// Its halves differ in the mean TPR.
    Times,
    /// Its halves differ in the share of checks that did not pass.
    Failures,
    /// The mean TPR rises or falls.
    TimesDrift,
    /// The number of checks in flight rises or falls.
    InFlightDrift,
    /// The users' time is more or less than what they were seen to do.
    LittlesLaw,
}

impl fmt::Display for Unsteady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unsteady::Answers => "its halves differ in answers",
            Unsteady::Times => "its halves differ in times",
            Unsteady::Failures => "its halves differ in failures",
            Unsteady::TimesDrift => "times drift",
            Unsteady::InFlightDrift => "the number in flight drifts",
            Unsteady::LittlesLaw => "the users' time is not all accounted for (Little's law)",
        })
    }
}

impl Summary {
    /// Whether full load was steady; `None` if it was too short to tell.
    pub fn is_steady(&self) -> Option<bool> {
        self.unsteady_signs().map(|signs| signs.is_empty())
    }

    /// Signs that full load was not steady; `None` if it was too short to tell.
    pub fn unsteady_signs(&self) -> Option<Vec<Unsteady>> {
        let (_, whole) = self.blocks.blocks().split_last()?;
        let halves = halves(whole, self.users)?;
        let batches = Batches::of(self, &Subject::Checks);
        // The last block is seldom whole.
        let series: Vec<(f64, f64)> = batches.series().take(whole.len()).flatten().collect();
        let drifts = |of: fn(&(f64, f64)) -> f64| {
            Trend::of(&series.iter().map(of).collect::<Vec<_>>()).is_some_and(|trend| trend.is_drift())
        };
        let signs = [
            (!halves.answers_agree, Unsteady::Answers),
            (!halves.times_agree, Unsteady::Times),
            (!halves.failures_agree, Unsteady::Failures),
            (drifts(|(time, _)| *time), Unsteady::TimesDrift),
            (drifts(|(_, in_flight)| *in_flight), Unsteady::InFlightDrift),
            (self.breaks_littles_law(), Unsteady::LittlesLaw),
        ];
        Some(signs.into_iter().filter_map(|(is_seen, sign)| is_seen.then_some(sign)).collect())
    }

    /// Share of the users' time in a part with so many of them that is in no check that ended; below zero where more was
    /// seen than there was. `None` where no time went by.
    pub(super) fn unaccounted_share(section: &Section, users: u32) -> Option<f64> {
        let users_time = section.span.as_secs_f64() * f64::from(users);
        let seen = (section.totals.busy + section.totals.idle).as_secs_f64();
        (users_time > 0.0).then(|| 1.0 - seen / users_time)
    }

    /// The users' time at full load is not what they were seen to do, where enough was seen.
    fn breaks_littles_law(&self) -> bool {
        let Some(full_load) = &self.full_load else { return false };
        let plateaus = self.levels.iter().map(|level| level.what);
        let Some(Plateau::Users(users)) = plateaus.max_by(|one, other| one.size().total_cmp(&other.size())) else {
            return false;
        };
        let totals = &full_load.totals;
        let Some(unaccounted) = Summary::unaccounted_share(full_load, users) else { return false };
        let is_told = totals.ended() as f64 >= CHECKS_OF_USER * f64::from(users);
        // Reports of before told no rests.
        let is_known = !totals.idle.is_zero() || unaccounted < 0.5;
        is_told && is_known && unaccounted.abs() > LITTLE
    }
}
