//! Capacity as a Rust program asks for it.

use std::fmt;
use std::time::Duration;

use super::news::News;
use super::settings::{By, SearchSettings};
use super::steering::Steering;
use crate::error::Error;
use crate::load::{Load, Plan};
use crate::load_test::LoadTest;
use crate::stats::{AtLeast, CapacityLevel, Gate, Summary};

/// Search for the capacity of a service: the most users, or the highest rate, at which it meets its goals.
///
/// The load is doubled until a goal is missed, then the span is halved until its ends are within the tolerance, and the
/// answer is confirmed. Each level is held until it has settled, and judged by the intervals of what was measured then.
///
/// ```
/// use std::time::Duration;
/// use perfloop::{Capacity, CheckResult, Gate, Plan, User};
/// # use mock_service::{MockService, Settings};
/// # let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
/// # let url = format!("{}/json", service.url());
///
/// let hello = move |user: &mut User| -> CheckResult {
///     user.get(&url).send()?.expect_status(200)?;
///     Ok(())
/// };
/// let summary = Capacity::new(Plan::new())
///     .within(Gate::within("p95 < 450ms")?)
///     .max_users(4)
///     .level_time(Duration::from_millis(300))
///     .search(|test| test.check("hello", hello))?;
/// let answer = summary.capacity.expect("the answer of the search");
/// assert_eq!(answer.interval, Some((4.0, None)), "at least 4 users");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Capacity {
    plan: Plan,
    goals: Vec<Gate>,
    settings: SearchSettings,
    on_level: Box<dyn FnMut(&CapacityLevel) + Send>,
}

impl Capacity {
    /// Search by users, from one user up to 1000, with the waits, HTTP settings and all but the load of this plan.
    pub fn new(plan: Plan) -> Self {
        Capacity { plan, goals: Vec::new(), settings: SearchSettings::default(), on_level: Box::new(|_| {}) }
    }

    /// Adds a goal that the answer keeps to: see [`Gate::within`]. At least one is needed. Unless one is on the fail
    /// ratio of all checks, `fail_ratio < 1%` is added.
    pub fn within(mut self, goal: Gate) -> Self {
        self.goals.push(goal);
        self
    }

    /// Searches for a rate of arrivals, instead of a number of users, up to so many a second. The users that it may take
    /// are those of the plan ([`Plan::max_users`]).
    pub fn by_rate(mut self, most_per_s: f64) -> Self {
        (self.settings.by, self.settings.most) = (By::Rate, most_per_s);
        self
    }

    /// Most users that may be asked for. Default: 1000.
    pub fn max_users(mut self, users: u32) -> Self {
        (self.settings.by, self.settings.most) = (By::Users, users.into());
        self
    }

    /// Load of the first level: users, or arrivals per second. Default: 1.
    pub fn start(mut self, load: f64) -> Self {
        self.settings.start = load;
        self
    }

    /// Share, 0 to 1, by which the ends of the span may differ that the capacity lies in. Default: 0.05.
    pub fn tolerance(mut self, share: f64) -> Self {
        self.settings.tolerance = share;
        self
    }

    /// Time for which each level is measured, after it has settled. Default: 10 s.
    pub fn level_time(mut self, time: Duration) -> Self {
        self.settings.level_time = time;
        self
    }

    /// Longest time of the search. Default: 10 minutes.
    pub fn max_time(mut self, time: Duration) -> Self {
        self.settings.max_time = time;
        self
    }

    /// Least capacity with which [`Summary::is_good`] is true. Default: any.
    pub fn at_least(mut self, least: AtLeast) -> Self {
        self.settings.at_least = Some(least);
        self
    }

    /// Calls this with each level as it is judged.
    pub fn on_level(mut self, tell: impl FnMut(&CapacityLevel) + Send + 'static) -> Self {
        self.on_level = Box::new(tell);
        self
    }

    /// Searches with the checks that `add` adds to a load test. The answer is in [`Summary::capacity`]; the other numbers
    /// are those of the level that it stands on.
    ///
    /// # Errors
    /// Before any traffic: settings that no search can have, and all that [`LoadTest::start`] refuses.
    pub fn search(mut self, add: impl FnOnce(LoadTest) -> LoadTest) -> Result<Summary, Error> {
        let steering = Steering::new(self.goals, self.settings)?;
        if !matches!(self.plan.load, Load::Users { .. } | Load::Rate(_)) {
            return Err(Error::usage("‹stages›: a search for the capacity has a load of its own; leave them out"));
        }
        let run = steering.prepared(add(LoadTest::new(self.settings.plan(self.plan)))).start()?;
        let mut tell = |news: News<'_>| {
            if let News::Judged(level) = news {
                (self.on_level)(level);
            }
        };
        let found = steering.steer(&run.live(), &mut tell);
        Ok(found.report(run.join()?))
    }
}

impl fmt::Debug for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Capacity");
        debug.field("plan", &self.plan).field("goals", &self.goals).field("settings", &self.settings);
        debug.finish_non_exhaustive()
    }
}
