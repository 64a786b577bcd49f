//! Settings of a search.

use std::time::Duration;

use crate::error::Error;
use crate::load::{Load, Plan, Rate, RateOverTime};
use crate::sample::Plateau;
use crate::stats::AtLeast;

/// Load that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum By {
    /// Users: a closed loop settles at every level.
    #[default]
    Users,
    /// Arrivals per second.
    Rate,
}

/// Settings of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SearchSettings {
    pub(crate) by: By,
    /// Load of the first level: users, or arrivals per second.
    pub(crate) start: f64,
    /// Highest load that may be asked for.
    pub(crate) most: f64,
    /// Share by which the ends of the span may differ that the capacity lies in.
    pub(crate) tolerance: f64,
    /// Time for which a level is measured; half of it on the way up, twice as long where the answer is confirmed, four times
    /// where it is undecided.
    pub(crate) level_time: Duration,
    /// Longest time of the search.
    pub(crate) max_time: Duration,
    pub(crate) at_least: Option<AtLeast>,
}

impl Default for SearchSettings {
    /// Search by users, from one up to 1000.
    fn default() -> Self {
        SearchSettings {
            by: By::Users,
            start: 1.0,
            most: Self::MOST_USERS,
            tolerance: Self::TOLERANCE,
            level_time: Self::LEVEL_TIME,
            max_time: Self::MAX_TIME,
            at_least: None,
        }
    }
}

impl SearchSettings {
    const TOLERANCE: f64 = 0.05;
    const LEVEL_TIME: Duration = Duration::from_secs(10);
    const MAX_TIME: Duration = Duration::from_secs(600);
    const MOST_USERS: f64 = 1000.0;
    /// More arrivals a second are none that a machine makes.
    pub(crate) const MOST_RATE: f64 = 1e6;
    /// Shortest time of a level: fewer blocks of it than these tell nothing.
    const SHORTEST_LEVEL: Duration = Duration::from_millis(200);

    /// # Errors
    /// What no search can have, with the field that is wrong.
    pub(super) fn validate(&self) -> Result<(), Error> {
        let refuse = |why: String| Err(Error::usage(why));
        if !(self.start > 0.0 && self.start.is_finite()) {
            return refuse("‹start›: give a load above zero, like 1".into());
        } else if self.start > self.most {
            return refuse(format!(
                "‹start› is {}, and no more than {} may be asked for; give less",
                self.start, self.most
            ));
        } else if !(self.tolerance > 0.0 && self.tolerance <= 1.0) {
            return refuse("‹tolerance›: give a share above zero, and at most 100%, like 5%".into());
        } else if self.level_time < Self::SHORTEST_LEVEL {
            return refuse("‹level-time›: give at least 200ms, and better some seconds".into());
        } else if self.max_time < self.level_time {
            return refuse("‹search-time› is shorter than one level; give more, or a shorter ‹level-time›".into());
        }
        Ok(())
    }

    /// The level of a load.
    pub(super) fn plateau(&self, load: f64) -> Plateau {
        match self.by {
            By::Users => Plateau::Users(load as u32),
            By::Rate => Plateau::Rate(load),
        }
    }

    /// The plan of another load, from the first level on, with all the time that a search may take.
    pub(crate) fn plan(&self, plan: Plan) -> Plan {
        let load = match (self.by, &plan.load) {
            (By::Users, _) => Load::Users { users: self.start as u32, start: plan.start() },
            (By::Rate, Load::Rate(rate)) => Load::Rate(Rate { of: RateOverTime::Constant(self.start), ..rate.clone() }),
            (By::Rate, _) => Load::Rate(Rate {
                of: RateOverTime::Constant(self.start),
                poisson: false,
                max_users: Plan::DEFAULT_MAX_USERS,
            }),
        };
        // The search ends before.
        let time = Some(self.max_time.saturating_mul(2));
        Plan { load, time, loops: None, requests: None, ..plan }
    }
}
