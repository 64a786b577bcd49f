//! The plan of a run: how many users, when they start, when they stop, and what they may take.

pub(crate) mod describe;
pub(crate) mod load;
pub(crate) mod rate;
pub(crate) mod resources;
pub(crate) mod stages;
pub(crate) mod timetable;
mod validate;
pub(crate) mod wait;

use std::time::{Duration, SystemTime};

use super::http::HttpSettings;
use crate::error::Error;
use crate::load::check::set::Tags;
use crate::part::Part;
use crate::redact::Redactor;
use crate::renaming::Renaming;
use load::{Load, Shape, Start};
use rate::{Rate, RateOverTime};
use stages::{Stage, Stages};
use wait::{Wait, pacing};

/// How a run is to be carried out. Every setting has a default; [`LoadTest::start`](crate::LoadTest::start)
/// refuses a plan that contradicts itself before any traffic.
///
/// ```
/// use perfloop::Plan;
/// use std::time::Duration;
///
/// let plan = Plan::new().users(2).loops(100).time(Duration::from_secs(5));
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) load: Load,
    pub(crate) loops: Option<u64>,
    pub(crate) requests: Option<u64>,
    pub(crate) time: Option<Duration>,
    pub(crate) warmup: Duration,
    pub(crate) wait: Wait,
    pub(crate) seed: Option<u64>,
    pub(crate) part: Part,
    pub(crate) start_at: Option<SystemTime>,
    pub(crate) tags: Tags,
    pub(crate) stop_timeout: Duration,
    pub(crate) stack_size: usize,
    pub(crate) http: HttpSettings,
    pub(crate) redactor: Redactor,
    pub(crate) groups_names: bool,
    pub(crate) renamings: Vec<Renaming>,
    /// The target runs in this process and takes from the same limits.
    pub(crate) shares_process_with_target: bool,
}

impl Plan {
    /// The time of a run that is given neither [`loops`](Plan::loops) nor [`time`](Plan::time).
    pub const DEFAULT_TIME: Duration = Duration::from_secs(10);
    /// The longest time of a run that ends with a precision, and is given no [`time`](Plan::time).
    pub const LONGEST_UNTIL: Duration = Duration::from_secs(300);
    /// See [`Plan::stop_timeout`].
    pub const DEFAULT_STOP_TIMEOUT: Duration = Duration::from_secs(10);
    /// See [`Plan::stack_size`].
    pub const DEFAULT_STACK_SIZE: usize = 512 * 1024;
    /// The smallest stack a user may have: all that perfloop does fits, also in a debug build, and a check of one's own.
    pub const MIN_STACK_SIZE: usize = 256 * 1024;
    /// See [`Plan::max_users`].
    pub const DEFAULT_MAX_USERS: u32 = 1000;

    /// One user, all defaults.
    pub fn new() -> Self {
        Plan {
            load: Load::Users { users: 1, start: Start::RampUp(Duration::ZERO) },
            loops: None,
            requests: None,
            time: None,
            warmup: Duration::ZERO,
            wait: Wait::NONE,
            seed: None,
            part: Part::WHOLE,
            start_at: None,
            tags: Tags::default(),
            stop_timeout: Self::DEFAULT_STOP_TIMEOUT,
            stack_size: Self::DEFAULT_STACK_SIZE,
            http: HttpSettings::default(),
            redactor: Redactor::default(),
            groups_names: true,
            renamings: Vec::new(),
            shares_process_with_target: false,
        }
    }

    /// The number of users, each a thread of its own. Default 1; 0 is refused. Replaces stages, a shape or a rate.
    #[must_use]
    pub fn users(mut self, users: u32) -> Self {
        self.load = Load::Users { users, start: self.start() };
        self
    }

    /// How many iterations each user does. Default: as many as the time allows. With a time as well, whichever comes first ends the run.
    #[must_use]
    pub fn loops(mut self, loops: u64) -> Self {
        self.loops = Some(loops);
        self
    }

    /// Requests in all, over all users: no check begins once so many are made. Checks that run then are finished, so that
    /// those that make several requests may make some more. A check that makes none of perfloop's counts as one. 0 is
    /// refused, and so is a warm-up beside it. Default: no limit.
    #[must_use]
    pub fn requests(mut self, requests: u64) -> Self {
        self.requests = Some(requests);
        self
    }

    /// How long the run takes, from the first user's start or the end of the [warm-up](Plan::warmup). Default: until
    /// the loops, requests or stages are done, or [`Plan::DEFAULT_TIME`] without.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// The run begins with so much time in which nothing is measured: what ends in it is counted apart and is no
    /// loop. A failure in it is one, all the same. Default: none.
    #[must_use]
    pub fn warmup(mut self, warmup: Duration) -> Self {
        self.warmup = warmup;
        self
    }

    /// How each user rests between two iterations: a [`Duration`], or one of [`between`](crate::between),
    /// [`exponential`](crate::exponential), [`pacing`](crate::pacing), [`throughput`](crate::throughput). Default:
    /// not at all.
    #[must_use]
    pub fn wait(mut self, wait: impl Into<Wait>) -> Self {
        self.wait = wait.into();
        self
    }

    /// Begins each user's iterations at fixed times so far apart, whatever the answers do; who is late begins at
    /// once. Replaces a [wait](Plan::wait).
    #[must_use]
    pub fn pace(self, interval: Duration) -> Self {
        self.wait(pacing(interval))
    }

    /// Spreads the users' starts evenly over this time: of n users, user k starts at (k - 1) / n of it. Default: all start at once.
    #[must_use]
    pub fn ramp_up(self, ramp_up: Duration) -> Self {
        self.starting(Start::RampUp(ramp_up))
    }

    /// Starts so many users each second, evenly spaced. Replaces a [ramp-up](Plan::ramp_up).
    #[must_use]
    pub fn spawn_rate(self, users_per_s: f64) -> Self {
        self.starting(Start::SpawnRate(users_per_s))
    }

    /// Users who come and go: one stage after the other, each over its time and evenly to its number of users, from
    /// none on. Two with the same number hold it. Ends the run with the last stage. Replaces [users](Plan::users).
    ///
    /// ```
    /// # use perfloop::Plan;
    /// # use std::time::Duration;
    /// let (ramp, hold) = (Duration::from_secs(30), Duration::from_secs(300));
    /// let plan = Plan::new().stages([(ramp, 100), (hold, 100), (ramp, 0)]);
    /// ```
    #[must_use]
    pub fn stages(mut self, stages: impl IntoIterator<Item = (Duration, u32)>) -> Self {
        let stages = stages.into_iter().map(|(over, users)| Stage { over, to: users.into() });
        self.load = Load::Stages(Stages(stages.collect()));
        self
    }

    /// As many users as this function of the time since the start says, asked ten times a second; `None`, or a
    /// panic, ends the run. Users that this machine has no room for are not made, and warned of. Replaces
    /// [users](Plan::users).
    #[must_use]
    pub fn shape(mut self, users: impl Fn(Duration) -> Option<u32> + Send + Sync + 'static) -> Self {
        self.load = Load::Shape(Shape::new(users));
        self
    }

    /// No users but those that come by commands of a master.
    pub(crate) fn commanded(mut self) -> Self {
        self.load = Load::Shape(Shape::of_master());
        self
    }

    /// Begins so many iterations a second, whatever the answers do, on whichever user is free: there are as many
    /// users as it takes, up to [`max_users`](Plan::max_users). What comes when none is free is dropped and counted.
    /// Replaces [users](Plan::users); a wait or a pace means nothing then.
    #[must_use]
    pub fn rate(self, iterations_per_s: f64) -> Self {
        self.arriving(RateOverTime::Constant(iterations_per_s))
    }

    /// A [rate](Plan::rate) that changes: one stage after the other, each over its time and evenly to its number of
    /// iterations a second, from none on. Ends the run with the last stage.
    #[must_use]
    pub fn rate_stages(self, stages: impl IntoIterator<Item = (Duration, f64)>) -> Self {
        let stages = stages.into_iter().map(|(over, to)| Stage { over, to });
        self.arriving(RateOverTime::Stages(Stages(stages.collect())))
    }

    /// The arrivals of a [rate](Plan::rate) come as independent people do (a Poisson process), instead of evenly.
    #[must_use]
    pub fn poisson(mut self) -> Self {
        if let Load::Rate(rate) = &mut self.load {
            rate.poisson = true;
        }
        self
    }

    /// The most users that a [rate](Plan::rate) may take. Default [`Plan::DEFAULT_MAX_USERS`].
    #[must_use]
    pub fn max_users(mut self, users: u32) -> Self {
        if let Load::Rate(rate) = &mut self.load {
            rate.max_users = users;
        }
        self
    }

    /// Source of all random choices of the run: the same seed makes the same choices for each user. Default:
    /// another one in each run.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Does one part of what the plan says, beside other machines that do the others: its share of the users, arrivals,
    /// rows of feeds and requests. Users have the numbers that they would have on one machine, and parts that are given
    /// no seed have one that follows from the [start](Plan::start_at) alone, so that all make the choices that one machine
    /// would. Default: the whole.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.part = part;
        self
    }

    /// The first user starts at this moment of the wall clock; all threads are made before. In a run that is started later
    /// it starts at once, and the report says how late. Default: at once.
    #[must_use]
    pub fn start_at(mut self, start_at: SystemTime) -> Self {
        self.start_at = Some(start_at);
        self
    }

    /// Runs only checks that have one of these tags. Default: all.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags.wanted = tags.into_iter().map(Into::into).collect();
        self
    }

    /// Runs no check that has one of these tags. Default: leaves none out.
    #[must_use]
    pub fn exclude_tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags.unwanted = tags.into_iter().map(Into::into).collect();
        self
    }

    /// How long checks that run at the stop may go on before they are cut off and counted as unfinished. Default 10 s.
    #[must_use]
    pub fn stop_timeout(mut self, stop_timeout: Duration) -> Self {
        self.stop_timeout = stop_timeout;
        self
    }

    /// A value that is shown nowhere, in no form in which it may be written: `***` stands in its place, in names, messages,
    /// exchanges and reports. One of less than 4 bytes would hide what is none, and is not looked for.
    #[must_use]
    pub fn secret(mut self, value: &str) -> Self {
        self.redactor = self.redactor.value(value);
        self
    }

    /// Whether names of requests that came of a URL, and differ by numbers, UUIDs or long hexadecimal ids alone, are told as
    /// one (`GET /orders/{id}`) once there are more than ten of them. Default: they are.
    #[must_use]
    pub fn grouping(mut self, groups: bool) -> Self {
        self.groups_names = groups;
        self
    }

    /// Tells requests whose names fit a pattern as one: `plan.name("/orders/*", "/orders/{id}")`. `*` stands for any part
    /// of one segment of a path, `/**` for any number of segments. A pattern that begins with `/` is one of paths: any
    /// method fits, and stays before the name. Any other is one of whole names, such as `GET /orders/*`. The first that
    /// fits counts; names of checks are left alone.
    ///
    /// # Errors
    /// One line, when the pattern is none or the name empty.
    pub fn name(mut self, pattern: &str, name: &str) -> Result<Self, Error> {
        self.renamings.push(Renaming::new(pattern, name).map_err(Error::usage)?);
        Ok(self)
    }

    /// A name of headers, parameters and members whose values are not shown, beside those that everybody has, such as
    /// `Authorization` and `api_key`. Case, `-` and `_` do not matter.
    #[must_use]
    pub fn secret_name(mut self, name: &str) -> Self {
        self.redactor = self.redactor.name(name);
        self
    }

    /// The stack of each user's thread in bytes, of which only what is touched takes memory. Default 512 KiB, at least 256 KiB.
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

    pub(crate) fn start(&self) -> Start {
        match self.load {
            Load::Users { start, .. } => start,
            _ => Start::RampUp(Duration::ZERO),
        }
    }

    fn starting(mut self, start: Start) -> Self {
        if let Load::Users { start: known, .. } = &mut self.load {
            *known = start;
        }
        self
    }

    fn arriving(mut self, of: RateOverTime) -> Self {
        self.load = Load::Rate(Rate { of, poisson: false, max_users: Self::DEFAULT_MAX_USERS });
        self
    }

    /// The plan with a seed, drawn if none is given.
    pub(crate) fn seeded(mut self) -> Self {
        let started = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let drawn = || match self.part.is_whole() {
            true => fastrand::u64(..),
            // All parts draw the same.
            false => fastrand::Rng::with_seed(self.start_at.map_or(0, started)).u64(..),
        };
        self.seed = self.seed.or_else(|| Some(drawn()));
        self
    }

    /// Seed of the random choices of one user.
    pub(crate) fn seed_of(&self, user: u32) -> u64 {
        // Seeds that differ in one bit must not make choices that are alike.
        fastrand::Rng::with_seed(self.seed.unwrap_or(0) ^ u64::from(user).wrapping_mul(0x9e37_79b9_7f4a_7c15)).u64(..)
    }
}

impl Default for Plan {
    fn default() -> Self {
        Plan::new()
    }
}
