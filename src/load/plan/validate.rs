//! Validation of a plan before there is any traffic.

use std::time::Duration;

use super::Plan;
use super::load::{Load, Start};
use super::rate::Rate;
use crate::error::Error;
use crate::load::os::{self, Limit};
use crate::units;

/// Beyond it users would do nothing but count what they drop.
const MAX_RATE: f64 = 1e6;

impl Plan {
    /// # Errors
    /// Names the flag and the remedy.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.requests == Some(0) {
            return Err(Error::usage("‹requests›: 0 requests make no load; give 1 or more, or leave ‹requests› out"));
        } else if self.requests.is_some() && !self.warmup.is_zero() {
            return Err(Error::usage(
                "‹requests› counts from the first request, and ‹warmup› measures none of its own; leave one of them out",
            ));
        }
        if self.loops == Some(0) {
            return Err(Error::usage("‹loops›: 0 loops make no requests; give 1 or more, or leave ‹loops› out"));
        } else if self.time.is_some_and(|time| time.is_zero()) {
            return Err(Error::usage("‹time›: a run of 0 s makes no requests; give a span above zero, like 10s"));
        } else if self.http.timeout.is_zero() {
            return Err(Error::usage("‹timeout›: with 0 no answer can ever arrive; give a span above zero, like 30s"));
        } else if self.http.connect_timeout.is_some_and(|limit| limit.is_zero()) {
            return Err(Error::usage(
                "‹connect-timeout›: with 0 no connection can be made; give a span above zero, like 5s",
            ));
        } else if let Some(complaint) = self.wait.complaint() {
            return Err(Error::usage(complaint));
        } else if self.stack_size < Self::MIN_STACK_SIZE {
            return Err(Error::usage(format!(
                "‹stack-size›: {} bytes are too few for a user's thread; give at least 256KiB",
                self.stack_size
            )));
        }
        match &self.load {
            Load::Users { users, start } => self.validate_start(*users, *start)?,
            Load::Stages(stages) if stages.peak() < 1.0 || stages.time().is_zero() => {
                return Err(Error::usage(
                    "‹stages›: nobody ever comes; give times and users above zero, like 30s:100,5m:100",
                ));
            }
            Load::Stages(stages) if stages.0.iter().any(|stage| stage.to.fract() != 0.0) => {
                return Err(Error::usage("‹stages›: users are whole numbers; give stages like 30s:100,5m:100"));
            }
            Load::Rate(rate) => self.validate_rate(rate)?,
            _ => {}
        }
        if self.time_limit().is_some_and(|limit| limit.is_zero()) {
            return Err(Error::usage(format!(
                "‹warmup›: the stages end within {} of it, so that nothing is measured; give less, or longer stages",
                units::short(self.warmup)
            )));
        }
        if self.most_users() == 0 {
            return Err(Error::usage(format!(
                "‹part› {}: there are fewer users than parts, so that this one has none; use more users, or fewer parts",
                self.part
            )));
        }
        self.fits(self.most_users(), &os::limits())
    }

    fn validate_start(&self, users: u32, start: Start) -> Result<(), Error> {
        if users == 0 {
            return Err(Error::usage("‹users›: 0 users make no load; give 1 or more"));
        }
        let (flag, last_start) = match start {
            Start::SpawnRate(per_s) if !(per_s.is_finite() && per_s > 0.0) => {
                return Err(Error::usage("‹spawn-rate›: give a number of users per second above zero, like 10"));
            }
            Start::SpawnRate(per_s) => ("‹spawn-rate›", f64::from(users - 1) / per_s),
            Start::RampUp(_) if users == 1 => ("‹ramp-up›", 0.0),
            Start::RampUp(over) => ("‹ramp-up›", over.as_secs_f64()),
        };
        let limit = self.time_limit().map_or(Duration::MAX, |limit| limit.saturating_add(self.warmup));
        if last_start >= limit.as_secs_f64() && last_start > 0.0 {
            return Err(Error::usage(format!(
                "{flag}: starting {} takes {last_start:.1} s, but the run ends after {}; give a longer ‹time›",
                units::count(users.into(), "user"),
                units::short(limit)
            )));
        }
        Ok(())
    }

    fn validate_rate(&self, rate: &Rate) -> Result<(), Error> {
        if rate.max_users == 0 {
            return Err(Error::usage("‹max-users›: 0 users can take no arrivals; give 1 or more"));
        } else if !(rate.of.peak().is_finite() && rate.of.peak() > 0.0) {
            return Err(Error::usage("‹rate›: nothing ever comes; give a rate above zero, like 200/s or 12/m"));
        } else if rate.of.peak() > MAX_RATE {
            return Err(Error::usage(
                "‹rate›: no machine begins more than 1000000 iterations a second; give a lower rate, like 200/s",
            ));
        } else if self.loops.is_some() {
            return Err(Error::usage(
                "‹loops› counts iterations of each user, and ‹rate› those of all; give ‹time› instead",
            ));
        } else if !self.wait.is_none() {
            return Err(Error::usage("‹rate› says when iterations begin; leave ‹wait› and ‹pace› out"));
        }
        Ok(())
    }

    /// How many users this machine has room for.
    pub(crate) fn room(&self, limits: &[Limit]) -> u64 {
        let embedded = self.shares_process_with_target;
        limits.iter().map(|limit| limit.users(embedded)).min().unwrap_or(u64::MAX)
    }

    /// # Errors
    /// When this machine has no room for so many users; names the limit that bites.
    pub(crate) fn fits(&self, users: u32, limits: &[Limit]) -> Result<(), Error> {
        let embedded = self.shares_process_with_target;
        let tightest = limits.iter().min_by_key(|limit| limit.users(embedded));
        let flag = match self.load {
            Load::Rate(_) => "‹max-users›",
            Load::Stages(_) => "‹stages› with",
            Load::Shape(_) => "Plan::shape with",
            Load::Users { .. } => "‹users›",
        };
        match tightest {
            Some(limit) if limit.users(embedded) < u64::from(users) => Err(Error::usage(format!(
                "{flag} {users}: this machine has {} for at most {}; use fewer users or raise the limit ({})",
                limit.of,
                units::count(limit.users(embedded), "user"),
                limit.remedy
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::http::HttpSettings;

    #[test]
    fn a_ramp_up_spreads_the_starts_evenly() {
        let plan = Plan::new().users(4).ramp_up(Duration::from_secs(8));
        let starts: Vec<u64> = plan.changes().iter().map(|change| change.at.as_secs()).collect();
        assert_eq!(starts, [0, 2, 4, 6]);
    }

    #[test]
    fn a_spawn_rate_spaces_the_starts() {
        let plan = Plan::new().users(5).spawn_rate(2.0);
        assert_eq!(plan.changes()[3].at, Duration::from_millis(1500));
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
            (Plan::new().users(0), "users"),
            (Plan::new().loops(0), "loops"),
            (Plan::new().requests(0), "requests"),
            (Plan::new().requests(5).warmup(second), "requests"),
            (Plan::new().time(Duration::ZERO), "time"),
            (Plan::new().stack_size(1), "stack-size"),
            (Plan::new().pace(Duration::ZERO), "pace"),
            (Plan::new().spawn_rate(0.0), "spawn-rate"),
            (Plan::new().users(100).spawn_rate(1.0).time(second), "spawn-rate"),
            (Plan::new().users(2).ramp_up(second).time(second), "ramp-up"),
            (Plan::new().stages([(second, 0)]), "stages"),
            (Plan::new().rate(0.0), "rate"),
            (Plan::new().rate(1e12), "rate"),
            (Plan::new().stages([(second, 5)]).warmup(second), "warmup"),
            (Plan::new().rate_stages([(second, 5.0)]).warmup(2 * second), "warmup"),
            (Plan::new().rate(5.0).max_users(0), "max-users"),
            (Plan::new().rate(5.0).wait(second), "rate"),
            (Plan::new().rate(5.0).loops(2), "loops"),
            (Plan::new().users(2).part("3/3".parse().expect("a part")), "part"),
            (Plan::new().wait(crate::between(second, Duration::ZERO)), "wait"),
            (Plan::new().http(HttpSettings::default().timeout(Duration::ZERO)), "timeout"),
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
        assert_eq!(plan.fits(50, &limits), Ok(()));
        let shared = Plan { shares_process_with_target: true, ..plan };
        let error = shared.fits(50, &limits).expect_err("half the files").to_string();
        assert_eq!(
            error,
            "users 50: this machine has open files for at most 25 users; use fewer users or raise the limit (knob)"
        );
        assert_eq!((shared.room(&limits), shared.room(&[])), (25, u64::MAX));
    }

    #[test]
    fn stages_and_a_shape_are_refused_with_more_users_than_there_is_room_for() {
        let second = Duration::from_secs(1);
        for (plan, words) in [
            (Plan::new().stages([(second, 5), (second, u32::MAX), (second, 0)]), "stages with 4294967295: "),
            (Plan::new().shape(|_| Some(u32::MAX)), "Plan::shape with 4294967295: "),
        ] {
            let test = crate::load_test::LoadTest::new(plan).check("check", |_: &mut crate::User| ());
            let error = test.start().expect_err("no machine has room").to_string();
            assert!(error.starts_with(words), "{error}");
        }
    }
}
