//! A load test, from its plan to its numbers: the one file that joins the two halves.

mod appointment;
#[cfg(feature = "cli")]
mod choice;
mod conditions;
mod gates;
mod hooks;
mod live;
mod until;

use std::error::Error as StdError;
use std::io::Write;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::asked::Asked;
use crate::end::{End, EndReason};
use crate::error::Error;
use crate::exchange::flight_recorder;
use crate::load::{
    self, Check, CheckSet, CheckShare, Classes, Control, Hooks, Parts, Plan, Stop, User, UserClass, UserHooks,
};
use crate::logs::{Logs, OpenLog, OpenLogs};
use crate::names::Names;
use crate::outcome::{Classify, ErrorClass, IntoOutcome};
use crate::queue;
use crate::report::{SampleFormat, Secrets};
use crate::stats::{Collector, Gate, Precision, Rounding, Stats, Summary};
use appointment::Appointment;
use gates::Gates;
pub use live::Live;
use until::Until;

/// Checks, and the plan by which users run them.
///
/// ```
/// use perfloop::{CheckResult, LoadTest, Plan, User};
/// # use mock_service::{MockService, Settings};
/// # let service = MockService::start(Settings { delay: std::time::Duration::ZERO, ..Settings::default() })?;
/// # let url = format!("{}/json", service.url());
///
/// let hello = move |user: &mut User| -> CheckResult {
///     user.get(&url).send()?.expect_status(200)?.expect_json("code", 1)?;
///     Ok(())
/// };
/// let summary = LoadTest::new(Plan::new().users(2).loops(5)).check("hello", hello).start()?.join()?;
/// assert_eq!(summary.whole.totals.pass, 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LoadTest {
    plan: Plan,
    /// Checks that were given without a class.
    checks: Vec<Check>,
    classes: Vec<UserClass>,
    classify: Classify,
    hooks: Hooks,
    user_hooks: UserHooks,
    on_test_start: Vec<Box<dyn Fn() + Send + Sync>>,
    on_test_stop: Vec<TestStop>,
    gates: Vec<Gate>,
    /// Precisions with which the run ends.
    until: Vec<Precision>,
    /// Goals of a search, which are as gates are before a run.
    goals: Vec<Gate>,
    requests_are_checks: bool,
    is_watched: bool,
    ledger: Option<Rounding>,
    logs: Logs,
}

/// Called with the numbers of a run that has ended.
type TestStop = Box<dyn Fn(&Summary) + Send + Sync>;

/// A load test that runs. Dropped, it goes on to its end by itself; [`join`](Run::join) waits for its numbers.
pub struct Run {
    live: Live,
    conductor: JoinHandle<End>,
    collecting: JoinHandle<()>,
    hooks: Arc<Hooks>,
    on_test_stop: Vec<TestStop>,
    seed: u64,
    gates: Arc<Gates>,
    until: Arc<Until>,
    logs: OpenLogs,
    asked: Asked,
    appointment: Appointment,
}

impl LoadTest {
    /// A load test without checks; add them with [`check`](Self::check).
    pub fn new(plan: Plan) -> Self {
        LoadTest {
            plan,
            checks: Vec::new(),
            classes: Vec::new(),
            classify: Classify::default(),
            hooks: Hooks::default(),
            user_hooks: UserHooks::default(),
            on_test_start: Vec::new(),
            on_test_stop: Vec::new(),
            gates: Vec::new(),
            until: Vec::new(),
            goals: Vec::new(),
            requests_are_checks: false,
            is_watched: false,
            ledger: None,
            logs: Logs::default(),
        }
    }

    /// Adds a check. Each iteration of each user runs all checks once, in the order they were added.
    ///
    /// What the function returns decides how the run of the check ends; [`IntoOutcome`] says how. A panic is a fail.
    #[must_use]
    pub fn check<F, O, M>(self, name: &str, function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        self.with_check(Check::new(name, function))
    }

    /// Adds a check with tags or a weight; see [`check`](Self::check).
    #[must_use]
    pub fn with_check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Adds a class of users. Users are shared out to the classes by their weights; the checks that were added
    /// without a class are one too.
    #[must_use]
    pub fn class(mut self, class: UserClass) -> Self {
        self.classes.push(class);
        self
    }

    /// Asks this function first what an error that left a check is; for `None`, and for all errors by default,
    /// perfloop decides. It is asked for the error and then for each of its sources: see [`ErrorClass`].
    ///
    /// ```
    /// use perfloop::{ErrorClass, LoadTest, Plan};
    /// # #[derive(Debug)] struct DriverTimeout;
    /// # impl std::fmt::Display for DriverTimeout {
    /// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("late") }
    /// # }
    /// # impl std::error::Error for DriverTimeout {}
    ///
    /// let test = LoadTest::new(Plan::new().loops(1))
    ///     .check("query", |_: &mut perfloop::User| Err(DriverTimeout))
    ///     .classify(|error| error.is::<DriverTimeout>().then_some(ErrorClass::Exception));
    /// assert_eq!(test.start()?.join()?.whole.totals.exception, 1);
    /// # Ok::<(), perfloop::Error>(())
    /// ```
    #[must_use]
    pub fn classify<F>(self, class_of: F) -> Self
    where
        F: Fn(&(dyn StdError + 'static)) -> Option<ErrorClass> + Send + Sync + 'static,
    {
        self.classify_by(Classify::by(class_of))
    }

    /// See [`classify`](Self::classify).
    #[must_use]
    pub(crate) fn classify_by(mut self, classify: Classify) -> Self {
        self.classify = classify;
        self
    }

    /// Writes every request and its answer to this writer, for debugging. Users never wait for it: what it
    /// cannot keep up with is left out and counted. Secrets in headers are masked unless they are to be shown.
    #[must_use]
    pub fn log_http(mut self, writer: impl Write + Send + 'static, secrets: Secrets) -> Self {
        self.logs.http = Some((Box::new(writer), secrets));
        self
    }

    /// Writes a line for each request as it ends to this writer. Users never wait for it: what it cannot keep up with
    /// is left out and counted.
    #[must_use]
    pub fn samples(mut self, writer: impl Write + Send + 'static, format: SampleFormat) -> Self {
        self.logs.samples = Some((Box::new(writer), format));
        self
    }

    /// Keeps a ledger of what has ended, for a master that adds it up.
    #[must_use]
    pub(crate) fn ledgered(self, rounding: Rounding) -> Self {
        LoadTest { ledger: Some(rounding), ..self }
    }

    /// Records each second, for a page that looks on.
    #[must_use]
    pub(crate) fn watched(self) -> Self {
        LoadTest { is_watched: true, ..self }
    }

    /// The classes of the test; checks without one are a class too.
    fn user_classes(&self, plan: &Plan) -> Result<Classes, Error> {
        let mut classes = self.classes.clone();
        if !self.checks.is_empty() {
            let is_weighted = self.checks.iter().any(|check| check.weight.is_some());
            let set = if is_weighted { CheckSet::weighted() } else { CheckSet::sequence() };
            let add = |set: CheckSet, check: &Check| set.with_check(check.clone(), check.weight.unwrap_or(1));
            classes.insert(0, UserClass::of("user", self.checks.iter().fold(set, add)));
        }
        Classes::new(classes, &plan.tags, plan.wait)
    }

    /// Names of the classes of users that the test has, with their weights and fixed numbers.
    ///
    /// # Errors
    /// When there is nothing to run.
    #[cfg(feature = "cli")]
    pub(crate) fn class_sizes(&self) -> Result<Vec<(String, u32, Option<u32>)>, Error> {
        let classes = self.user_classes(&self.plan)?;
        Ok(classes.classes.into_iter().map(|class| (class.name, class.weight, class.fixed)).collect())
    }

    /// Shares of the checks that the users of the plan would run.
    ///
    /// # Errors
    /// When there is nothing to run, or a gate can never be judged.
    #[cfg(feature = "cli")]
    pub(crate) fn shares(&self) -> Result<Vec<CheckShare>, Error> {
        let classes = self.user_classes(&self.plan)?;
        self.validate_gates(&self.plan, &classes)?;
        Ok(classes.shares())
    }

    /// Starts the users' threads.
    ///
    /// # Errors
    /// Before any traffic: a plan that cannot work ([`ErrorKind::Usage`](crate::ErrorKind::Usage)), or a machine that
    /// cannot make so many threads ([`ErrorKind::Run`](crate::ErrorKind::Run)).
    pub fn start(self) -> Result<Run, Error> {
        let mut plan = self.plan.clone().seeded();
        if !self.until.is_empty() {
            plan.time = plan.time.or(Some(Plan::LONGEST_UNTIL));
        }
        plan.validate()?;
        let shows_secrets = matches!(self.logs.http, Some((_, Secrets::Show)));
        plan.redactor = plan.redactor.with_open_log(shows_secrets);
        let seed = plan.seed.unwrap_or_default();
        let mut classes = self.user_classes(&plan)?;
        self.validate_gates(&plan, &classes)?;
        classes.checks = classes.checks.into_iter().map(|check| check.judged_by(&self.classify)).collect();
        // Before there is any thread: its panic is the caller's.
        self.on_test_start.iter().for_each(|hook| hook());
        let no_thread =
            |error| Error::run(format!("cannot make a thread: {error}; free some memory or raise ulimit -u"));
        let shown: Vec<_> = classes.checks.iter().map(|check| plan.redactor.text(&check.name)).collect();
        let names =
            Arc::new(Names::new(shown.iter().map(|name| &**name)).grouping(plan.groups_names).renamed(&plan.renamings));
        let control = Arc::new(Control::of(classes.classes.iter().map(|class| class.name.clone()).collect()));
        let hooks = Arc::new(self.hooks);
        let is_scheduled = gates::is_scheduled(&plan, &classes);
        let appointment = Appointment::of(&plan);
        let asked = plan.asked(&classes);
        let gates = Gates::new(self.gates, plan.warmup);
        let until = Until::new(self.until);
        let (sink, drain) = queue::queue();
        let mut stats = Stats::new(Arc::clone(&names), plan.wanted_users(), is_scheduled);
        if self.is_watched {
            stats.record_seconds();
        }
        if let Some(rounding) = self.ledger {
            stats.keep_ledger(rounding);
        }
        let (flight_recorder, recorded) = flight_recorder(stats.bar());
        let collector = Collector::new(stats, drain, recorded);
        let for_thread = Arc::clone(&collector);
        let collecting =
            thread::Builder::new().name("collector".into()).spawn(move || for_thread.collect()).map_err(no_thread)?;
        let logs = self.logs.open(&names, &plan.redactor).map_err(no_thread)?;
        let stop = Arc::new(Stop::default());
        let parts = Parts {
            plan,
            classes,
            hooks: Arc::clone(&hooks),
            user_hooks: self.user_hooks,
            names: Arc::clone(&names),
            sink: sink.clone(),
            stop: Arc::clone(&stop),
            control: Arc::clone(&control),
            log: logs.http.as_ref().map(|log| log.tap.clone()),
            samples: logs.samples.as_ref().map(|log| log.tap.clone()),
            flight_recorder,
        };
        match load::start(parts) {
            Ok(conductor) => {
                if let Err(error) = gates.watch(&stop, &collector).and_then(|()| until.watch(&stop, &collector)) {
                    stop.set(EndReason::Stopped);
                    return Err(no_thread(error));
                }
                let live = Live { stop, control, collector, names };
                Ok(Run {
                    live,
                    conductor,
                    collecting,
                    hooks,
                    on_test_stop: self.on_test_stop,
                    seed,
                    gates,
                    until,
                    logs,
                    asked,
                    appointment,
                })
            }
            Err(error) => {
                sink.close();
                Err(error)
            }
        }
    }
}

impl Run {
    /// A handle that reads and ends this run from another thread.
    pub fn live(&self) -> Live {
        self.live.clone()
    }

    /// Stops the run; see [`Live::stop`].
    pub fn stop(&self) {
        self.live.stop();
    }

    /// Changes the number of users; see [`Live::set_users`].
    pub fn set_users(&self, users: u32) {
        self.live.set_users(users);
    }

    /// True when its last user has ended: [`join`](Self::join) does not wait any more.
    pub(crate) fn is_over(&self) -> bool {
        self.conductor.is_finished()
    }

    /// Waits for the end of the run, which comes in bounded time after its stop, and returns its numbers.
    ///
    /// # Errors
    /// Only when perfloop itself broke.
    pub fn join(self) -> Result<Summary, Error> {
        let broken = |_| Error::run("perfloop broke down during the run; please report it with what you ran");
        let end = self.conductor.join().map_err(broken)?;
        self.collecting.join().map_err(broken)?;
        let (log, samples) = (OpenLog::close(self.logs.http), OpenLog::close(self.logs.samples));
        let hook_panic = self.hooks.broken().map(str::to_owned);
        let used_up = self.live.stop.feed_used_up();
        let blocks = self.live.collector.blocks();
        let (end, live) = (Some(end), self.live.summary());
        let (seed, asked) = (self.seed, self.asked);
        let mut summary = Summary { end, log, samples, hook_panic, used_up, blocks, seed, asked, ..live };
        summary.parts = self.appointment.parts();
        summary.late = self.appointment.late(&summary);
        summary.gates = self.gates.judge(&summary);
        summary.precisions = self.until.judge(&summary);
        self.on_test_stop.iter().for_each(|hook| {
            self.hooks.timed(|| hook(&summary));
        });
        // A hook that breaks here takes no number with it.
        summary.hook_panic = self.hooks.broken().map(str::to_owned);
        Ok(summary)
    }
}

impl std::fmt::Debug for LoadTest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("LoadTest");
        debug.field("plan", &self.plan).field("checks", &self.checks).field("classes", &self.classes);
        debug.finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("live", &self.live).finish_non_exhaustive()
    }
}
