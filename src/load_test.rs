//! A load test, from its plan to its numbers: the one file that joins the two halves.

use std::error::Error as StdError;
use std::io::Write;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::end::{End, EndReason};
use crate::error::Error;
use crate::exchange::Exchange;
use crate::load::{self, Check, Parts, Plan, Stop, User};
use crate::names::Names;
use crate::outcome::{Classify, ErrorClass, IntoOutcome};
use crate::queue::{self, Tap};
use crate::report::http_log::{self, Secrets};
use crate::stats::{Collector, LogLoss, Stats, Summary};

/// Exchanges that may wait for the log's writer.
const LOG_BOUND: usize = 1024;

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
#[derive(Debug)]
pub struct LoadTest {
    plan: Plan,
    checks: Vec<Check>,
    classify: Classify,
    log: Option<Log>,
}

/// Where exchanges are written to.
struct Log {
    writer: Box<dyn Write + Send>,
    secrets: Secrets,
}

/// A load test that runs. Dropped, it goes on to its end by itself; [`join`](Run::join) waits for its numbers.
#[derive(Debug)]
pub struct Run {
    live: Live,
    conductor: JoinHandle<End>,
    collecting: JoinHandle<()>,
    log: Option<OpenLog>,
}

/// The log of a run that goes on.
#[derive(Debug)]
struct OpenLog {
    tap: Tap<Exchange>,
    writing: JoinHandle<Result<(), String>>,
}

/// Reads and ends a [`Run`] from anywhere: a progress line, a signal handler.
#[derive(Debug, Clone)]
pub struct Live {
    stop: Arc<Stop>,
    collector: Arc<Collector>,
}

impl LoadTest {
    /// A load test without checks; add them with [`check`](Self::check).
    pub fn new(plan: Plan) -> Self {
        LoadTest { plan, checks: Vec::new(), classify: Classify::default(), log: None }
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
        self.add(Check::new(name.to_owned(), function))
    }

    /// Adds a check that is already made.
    #[must_use]
    pub(crate) fn add(mut self, check: Check) -> Self {
        self.checks.push(check);
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
        self.log = Some(Log { writer: Box::new(writer), secrets });
        self
    }

    /// Starts the users' threads.
    ///
    /// # Errors
    /// Before any traffic: a plan that cannot work ([`ErrorKind::Usage`](crate::ErrorKind::Usage)), or a machine that
    /// cannot make so many threads ([`ErrorKind::Run`](crate::ErrorKind::Run)).
    pub fn start(self) -> Result<Run, Error> {
        self.plan.validate()?;
        if self.checks.is_empty() {
            return Err(Error::usage("there is nothing to run; add a check"));
        }
        let no_thread =
            |error| Error::run(format!("cannot make a thread: {error}; free some memory or raise ulimit -u"));
        let names = Arc::new(Names::new(self.checks.iter().map(|check| check.name.as_str())));
        let (sink, drain) = queue::queue();
        let collector = Collector::new(Stats::new(Arc::clone(&names), self.plan.users, self.plan.is_schedule()), drain);
        let for_thread = Arc::clone(&collector);
        let collecting =
            thread::Builder::new().name("collector".into()).spawn(move || for_thread.collect()).map_err(no_thread)?;
        let log = match self.log {
            None => None,
            Some(Log { writer, secrets }) => {
                let (tap, spill) = queue::side_channel(LOG_BOUND);
                let write = move || http_log::write_all(spill, writer, secrets).map_err(|error| error.to_string());
                let writing = thread::Builder::new().name("log".into()).spawn(write).map_err(no_thread)?;
                Some(OpenLog { tap, writing })
            }
        };
        let stop = Arc::new(Stop::default());
        let parts = Parts {
            plan: self.plan,
            checks: self.checks.into_iter().map(|check| check.judged_by(&self.classify)).collect(),
            names,
            sink: sink.clone(),
            stop: Arc::clone(&stop),
            log: log.as_ref().map(|log| log.tap.clone()),
        };
        match load::start(parts) {
            Ok(conductor) => Ok(Run { live: Live { stop, collector }, conductor, collecting, log }),
            Err(error) => {
                sink.close();
                Err(error)
            }
        }
    }
}

impl Live {
    /// Stops the run: no check is begun any more, and those that run may end within the plan's stop timeout.
    pub fn stop(&self) {
        self.stop.set(EndReason::Stopped);
    }

    /// Stops the run at once: checks that run are cut off and counted as unfinished.
    pub fn cut(&self) {
        self.stop.cut();
    }

    /// The run was told to stop, or has come to its end.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_set()
    }

    /// The numbers up to now.
    pub fn summary(&self) -> Summary {
        self.collector.summary()
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

    /// Waits for the end of the run, which comes in bounded time after its stop, and returns its numbers.
    ///
    /// # Errors
    /// Only when perfloop itself broke.
    pub fn join(self) -> Result<Summary, Error> {
        let broken = |_| Error::run("perfloop broke down during the run; please report it with what you ran");
        let end = self.conductor.join().map_err(broken)?;
        self.collecting.join().map_err(broken)?;
        let log = match self.log {
            None => LogLoss::default(),
            Some(OpenLog { tap, writing }) => {
                tap.close();
                let error = writing.join().map_err(broken)?.err();
                LogLoss { left_out: tap.left_out(), error }
            }
        };
        Ok(Summary { end: Some(end), log, ..self.live.summary() })
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("secrets", &self.secrets).finish_non_exhaustive()
    }
}
