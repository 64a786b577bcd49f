//! Search for the capacity, as the fields of a specification say.

use super::spec::{RunSpec, SearchSpec};
use crate::capacity::{By, SearchSettings, Steering};
use crate::error::Error;
use crate::units;

impl RunSpec {
    /// The run is a search for the capacity.
    pub(crate) fn is_search(&self) -> bool {
        !self.search.within.is_empty()
    }

    /// Settings of the search, if the run is one.
    ///
    /// # Errors
    /// A first level of broken users.
    pub(crate) fn search_settings(&self) -> Result<Option<SearchSettings>, Error> {
        if !self.is_search() {
            return Ok(None);
        }
        let SearchSpec { start, tolerance, level_time, search_time, by, at_least, .. } = &self.search;
        let by = by.as_deref().copied().unwrap_or_default();
        let start = start.as_deref().copied().unwrap_or(1.0);
        if by == By::Users && start.fract() != 0.0 {
            return Err(Error::usage("‹start›: there are only whole users; give a whole number"));
        }
        let default = SearchSettings::default();
        let most = match by {
            By::Users => self.max_users.as_deref().map_or(default.most, |users| f64::from(*users)),
            By::Rate => SearchSettings::MOST_RATE,
        };
        Ok(Some(SearchSettings {
            by,
            start,
            most,
            tolerance: tolerance.as_deref().map_or(default.tolerance, |share| share.0),
            level_time: level_time.as_deref().copied().unwrap_or(default.level_time),
            max_time: search_time.as_deref().copied().unwrap_or(default.max_time),
            at_least: at_least.as_deref().map(|least| least.0),
        }))
    }

    /// The search in words, if the run is one: `search from 1 to 1000 users within p95 < 450ms, levels of 10 s, at most 10 m`.
    pub(crate) fn search_line(&self) -> Option<String> {
        let settings = self.search_settings().ok()??;
        let goals: Vec<&str> = self.search.within.iter().map(|goal| goal.0.expr()).collect();
        let span = match settings.by {
            By::Users => format!("from {} to {} users", settings.start, settings.most),
            By::Rate => format!("from {}/s on", settings.start),
        };
        let (level, all) = (units::short(settings.level_time), units::short(settings.max_time));
        Some(format!("search {span} within {}, levels of {level}, at most {all}", goals.join(", ")))
    }

    /// Search for the capacity, if the run is one.
    ///
    /// # Errors
    /// Settings that no search can have.
    pub(crate) fn steering(&self) -> Result<Option<Steering>, Error> {
        let goals = self.search.within.iter().map(|goal| goal.0.clone()).collect();
        self.search_settings()?.map(|settings| Steering::new(goals, settings)).transpose()
    }
}
