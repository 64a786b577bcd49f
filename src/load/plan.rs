//! The plan of a run: how many users, when they start, when they stop, and what they may take.

use std::time::Duration;

use super::http::HttpSettings;
use super::os::{self, Limit};
use super::pace::Pace;
use crate::error::Error;
use crate::units;

/// How a run is to be carried out. Every setting has a default; [`LoadTest::start`](crate::LoadTest::start)
/// refuses a plan that contradicts itself before any traffic.
///
/// ```
/// use perfloop::Plan;
/// use std::time::Duration;
///
/// let plan = Plan::new().users(2).loops(100).time(Duration::from_secs(5));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub(crate) users: u32,
    pub(crate) loops: Option<u64>,
    pub(crate) time: Option<Duration>,
    pub(crate) pace: Pace,
    pub(crate) start: Start,
    pub(crate) stop_timeout: Duration,
    pub(crate) stack_size: usize,
    pub(crate) http: HttpSettings,
    /// The target runs in this process and takes from the same limits.
    pub(crate) shares_process_with_target: bool,
}

/// When the users start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Start {
    /// Spread evenly over this time: zero means all at once.
    RampUp(Duration),
    /// So many each second.
    SpawnRate(f64),
}

impl Plan {
    /// The time of a run that is given neither [`loops`](Plan::loops) nor [`time`](Plan::time).
    pub const DEFAULT_TIME: Duration = Duration::from_secs(10);
    /// See [`Plan::stop_timeout`].
    pub const DEFAULT_STOP_TIMEOUT: Duration = Duration::from_secs(10);
    /// See [`Plan::stack_size`].
    pub const DEFAULT_STACK_SIZE: usize = 512 * 1024;
    /// The smallest stack a user may have: a TLS handshake and a check of one's own must fit.
    pub const MIN_STACK_SIZE: usize = 64 * 1024;

    /// One user, all defaults.
    pub fn new() -> Self {
        Plan {
            users: 1,
            loops: None,
            time: None,
            pace: Pace::Wait(Duration::ZERO),
            start: Start::RampUp(Duration::ZERO),
            stop_timeout: Self::DEFAULT_STOP_TIMEOUT,
            stack_size: Self::DEFAULT_STACK_SIZE,
            http: HttpSettings::default(),
            shares_process_with_target: false,
        }
    }

    /// The number of users, each a thread of its own. Default 1; 0 is refused.
    #[must_use]
    pub fn users(mut self, users: u32) -> Self {
        self.users = users;
        self
    }

    /// How many iterations each user does. Default: as many as the time allows. With a time as well, whichever comes first ends the run.
    #[must_use]
    pub fn loops(mut self, loops: u64) -> Self {
        self.loops = Some(loops);
        self
    }

    /// How long the run takes, from the first user's start. Default: until the loops are done, or [`Plan::DEFAULT_TIME`] without loops.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// How long each user rests between two iterations. Default: not at all.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.pace = Pace::Wait(wait);
        self
    }

    /// Begins each user's iterations at fixed times so far apart, whatever the answers do; who is late begins at
    /// once. Replaces a [wait](Plan::wait).
    #[must_use]
    pub fn pace(mut self, interval: Duration) -> Self {
        self.pace = Pace::Every(interval);
        self
    }

    /// Spreads the users' starts evenly over this time: of n users, user k starts at (k - 1) / n of it. Default: all start at once.
    #[must_use]
    pub fn ramp_up(mut self, ramp_up: Duration) -> Self {
        self.start = Start::RampUp(ramp_up);
        self
    }

    /// Starts so many users each second, evenly spaced. Replaces a [ramp-up](Plan::ramp_up).
    #[must_use]
    pub fn spawn_rate(mut self, users_per_s: f64) -> Self {
        self.start = Start::SpawnRate(users_per_s);
        self
    }

    /// How long checks that run at the stop may go on before they are cut off and counted as unfinished. Default 10 s.
    #[must_use]
    pub fn stop_timeout(mut self, stop_timeout: Duration) -> Self {
        self.stop_timeout = stop_timeout;
        self
    }

    /// The stack of each user's thread in bytes, of which only what is touched takes memory. Default 512 KiB, at least 64 KiB.
    #[must_use]
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = bytes;
        self
    }

    /// How requests are made. Default: [`HttpSettings::default`].
    #[must_use]
    pub fn http(mut self, http: HttpSettings) -> Self {
        self.http = http;
        self
    }

    /// Iterations have due times.
    pub(crate) fn is_schedule(&self) -> bool {
        self.pace.is_schedule()
    }

    /// The time after which the timer stops the run, if it does.
    pub(crate) fn time_limit(&self) -> Option<Duration> {
        match (self.time, self.loops) {
            (None, None) => Some(Self::DEFAULT_TIME),
            (time, _) => time,
        }
    }

    /// When a user (counted from 0) starts, from the start of the run.
    pub(crate) fn start_of(&self, user: u32) -> Duration {
        match self.start {
            Start::RampUp(over) => over.mul_f64(f64::from(user) / f64::from(self.users)),
            Start::SpawnRate(per_s) => Duration::try_from_secs_f64(f64::from(user) / per_s).unwrap_or(Duration::MAX),
        }
    }

    /// # Errors
    /// Names the flag and the remedy.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.users == 0 {
            return Err(Error::usage("--users: 0 users make no load; give 1 or more"));
        } else if self.loops == Some(0) {
            return Err(Error::usage("--loops: 0 loops make no requests; give 1 or more, or leave --loops out"));
        } else if self.time.is_some_and(|time| time.is_zero()) {
            return Err(Error::usage("--time: a run of 0 s makes no requests; give a span above zero, like 10s"));
        } else if self.http.timeout.is_zero() {
            return Err(Error::usage("--timeout: with 0 no answer can ever arrive; give a span above zero, like 30s"));
        } else if self.http.connect_timeout.is_some_and(|limit| limit.is_zero()) {
            return Err(Error::usage(
                "--connect-timeout: with 0 no connection can be made; give a span above zero, like 5s",
            ));
        } else if self.pace == Pace::Every(Duration::ZERO) {
            return Err(Error::usage("--pace: with 0 every iteration is due at once; give a span above zero, like 1s"));
        } else if self.stack_size < Self::MIN_STACK_SIZE {
            return Err(Error::usage(format!(
                "--stack-size: {} bytes are too few for a user's thread; give at least 64KiB",
                self.stack_size
            )));
        }
        let last_start = match self.start {
            Start::SpawnRate(per_s) if !(per_s.is_finite() && per_s > 0.0) => {
                return Err(Error::usage("--spawn-rate: give a number of users per second above zero, like 10"));
            }
            Start::SpawnRate(per_s) => f64::from(self.users - 1) / per_s,
            Start::RampUp(over) => over.as_secs_f64(),
        };
        let limit = self.time_limit().unwrap_or(Duration::MAX);
        if last_start >= limit.as_secs_f64() && last_start > 0.0 {
            let (flag, needed) = match self.start {
                Start::RampUp(_) => ("--ramp-up", last_start),
                Start::SpawnRate(_) => ("--spawn-rate", last_start),
            };
            return Err(Error::usage(format!(
                "{flag}: starting {} takes {needed:.1} s, but the run ends after {}; give a longer --time",
                units::count(self.users.into(), "user"),
                units::short(limit)
            )));
        }
        self.fits(&os::limits())
    }

    fn fits(&self, limits: &[Limit]) -> Result<(), Error> {
        let embedded = self.shares_process_with_target;
        let tightest = limits.iter().min_by_key(|limit| limit.users(embedded));
        match tightest {
            Some(limit) if limit.users(embedded) < u64::from(self.users) => Err(Error::usage(format!(
                "--users {}: this machine has {} for at most {}; use fewer users or raise the limit ({})",
                self.users,
                limit.of,
                units::count(limit.users(embedded), "user"),
                limit.remedy
            ))),
            _ => Ok(()),
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Plan::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_up_spreads_the_starts_evenly() {
        let plan = Plan::new().users(4).ramp_up(Duration::from_secs(8));
        let starts: Vec<u64> = (0..4).map(|user| plan.start_of(user).as_secs()).collect();
        assert_eq!(starts, [0, 2, 4, 6]);
    }

    #[test]
    fn a_spawn_rate_spaces_the_starts() {
        let plan = Plan::new().users(5).spawn_rate(2.0);
        assert_eq!(plan.start_of(3), Duration::from_millis(1500));
    }

    #[test]
    fn without_loops_and_time_a_run_takes_ten_seconds() {
        assert_eq!(Plan::new().time_limit(), Some(Duration::from_secs(10)));
        assert_eq!(Plan::new().loops(3).time_limit(), None);
    }

    #[test]
    fn a_plan_that_cannot_work_is_refused_by_the_name_of_its_flag() {
        let second = Duration::from_secs(1);
        for (plan, flag) in [
            (Plan::new().users(0), "--users"),
            (Plan::new().loops(0), "--loops"),
            (Plan::new().time(Duration::ZERO), "--time"),
            (Plan::new().stack_size(1), "--stack-size"),
            (Plan::new().pace(Duration::ZERO), "--pace"),
            (Plan::new().spawn_rate(0.0), "--spawn-rate"),
            (Plan::new().users(100).spawn_rate(1.0).time(second), "--spawn-rate"),
            (Plan::new().users(2).ramp_up(second).time(second), "--ramp-up"),
            (Plan::new().http(HttpSettings::default().timeout(Duration::ZERO)), "--timeout"),
        ] {
            let error = plan.validate().expect_err(flag).to_string();
            assert!(error.starts_with(flag) && !error.contains('\n'), "{error}");
        }
        assert_eq!(Plan::new().users(2).ramp_up(second).loops(1).validate(), Ok(()));
    }

    #[test]
    fn more_users_than_the_machine_has_room_for_are_refused_with_the_limit_that_bites() {
        let limit =
            |of, available| Limit { of, available, own: 0, per_user: 1, doubled_by_embedded: true, remedy: "knob" };
        let limits = [limit("threads", 1000), limit("open files", 50)];
        let plan = Plan::new().users(50);
        assert_eq!(plan.fits(&limits), Ok(()));
        let shared = Plan { shares_process_with_target: true, ..plan };
        let error = shared.fits(&limits).expect_err("half the files").to_string();
        assert_eq!(
            error,
            "--users 50: this machine has open files for at most 25 users; use fewer users or raise the limit (knob)"
        );
    }
}
