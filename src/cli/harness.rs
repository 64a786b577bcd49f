//! Checks as a test target: once each as functional tests, or as load when the command line asks for load.

use std::collections::HashSet;
use std::error::Error as StdError;
use std::ffi::OsString;
use std::io::Write as _;
use std::process;

use libtest_mimic::{Arguments, Failed, Trial};
use url::Url;

use super::config::{self, CommandLine};
use super::exit::Exit;
use super::made::Made;
use super::refusal::Refusal;
use super::registry::{self, Registered};
use super::run::carry_out;
use super::subcommand::told;
use super::worker_args::{self, Parted};
use super::{flags, search_args, signals, worker};
use crate::error::Error;
use crate::job::aim::Aim;
use crate::job::secrets;
use crate::job::settings::Settings;
use crate::job::values::http_url;
use crate::load::{Check, Plan, User, UserClass};
use crate::load_test::LoadTest;
use crate::outcome::{Classify, ErrorClass, IntoOutcome};
use crate::units;

/// Variable with the host that relative URLs are relative to.
const HOST_VARIABLE: &str = "PERFLOOP_HOST";

/// Advice for checks whose relative URLs have nothing to be relative to.
const HOST_REMEDY: &str = "give --host, or PERFLOOP_HOST to a test target";

/// Each of these on the command line, and nothing else, makes a load test of it.
const LOAD_FLAGS: [&str; 9] =
    ["--users", "--loops", "--requests", "--time", "--run-time", "--rate", "--stages", "--web", CAPACITY];
/// Makes a worker of a Locust master of it.
const WORKER: &str = "--worker";
/// Asks for a search instead of a run.
const CAPACITY: &str = "--capacity";
/// Flags as single letters, whose value may follow at once.
const LOAD_LETTERS: [&str; 3] = ["-u", "-n", "-t"];

/// More names than this are not told in one line.
const TOLD_NAMES: usize = 5;

/// A test target made of checks: those under `#[perfloop::check]` in this program, and those that are added here.
///
/// The target needs `harness = false` in `Cargo.toml`. Then `cargo test` runs each check once, as a test. With one of
/// `--users`, `--loops`, `--time`, `--rate`, `--stages` or `--web` behind `--`, the same checks run as load, by all the flags of
/// the command line; words without a flag choose checks by a part of their name, in both cases. A check under `#[ignore]`
/// runs only with `--ignored` or `--include-ignored` or, as load, when a word chooses it.
///
/// ```no_run
/// use perfloop::{CheckResult, Harness, User};
///
/// fn hello(user: &mut User) -> CheckResult {
///     user.get("/json").send()?.expect_status(200)?;
///     Ok(())
/// }
///
/// fn main() {
///     Harness::new().host("http://127.0.0.1:5000").check("hello", hello).main()
/// }
/// ```
pub struct Harness {
    checks: Vec<Check>,
    classes: Vec<UserClass>,
    plan: Plan,
    classify: Classify,
    host: Option<String>,
    /// The names of checks under `#[ignore]`.
    ignored: HashSet<&'static str>,
    /// Adds the author's hooks.
    prepare: Vec<Prepare>,
}

type Prepare = Box<dyn Fn(LoadTest) -> LoadTest>;

/// Runs the checks under `#[perfloop::check]` of this program, as tests or as load, and ends the process; see
/// [`Harness`].
pub fn main() -> ! {
    Harness::new().main()
}

impl Harness {
    /// The checks under `#[perfloop::check]` in this program, in the order of their files and lines.
    pub fn new() -> Self {
        let registered = registry::registered();
        Harness {
            ignored: registered.iter().filter(|one| one.is_ignored).map(|one| one.name).collect(),
            ..Harness::of(registered.into_iter().map(Registered::check).collect())
        }
    }

    /// These checks and no others.
    pub(super) fn of(checks: Vec<Check>) -> Self {
        Harness {
            checks,
            ignored: HashSet::new(),
            classes: Vec::new(),
            plan: Plan::new(),
            classify: Classify::default(),
            host: None,
            prepare: Vec::new(),
        }
    }

    /// Adds a check, behind those that are there; see [`LoadTest::check`].
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

    /// Adds a class of users. As tests, each of its checks is run once by a user of the class, with its `on_start` and
    /// `on_stop` around it.
    #[must_use]
    pub fn class(mut self, class: UserClass) -> Self {
        self.classes.push(class);
        self
    }

    /// Adds hooks, or whatever else a load test can be given, before it starts.
    ///
    /// ```no_run
    /// use perfloop::Harness;
    ///
    /// Harness::new().prepare(|test| test.on_failure(|failure| eprintln!("{}", failure.check))).main()
    /// ```
    #[must_use]
    pub fn prepare(mut self, prepare: impl Fn(LoadTest) -> LoadTest + 'static) -> Self {
        self.prepare.push(Box::new(prepare));
        self
    }

    /// What holds where the command line says nothing. As tests, checks take only its HTTP settings and its stack
    /// size from it. Default: [`Plan::new`].
    #[must_use]
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// Asks this function first what an error that left a check is; see [`LoadTest::classify`].
    #[must_use]
    pub fn classify<F>(mut self, class_of: F) -> Self
    where
        F: Fn(&(dyn StdError + 'static)) -> Option<ErrorClass> + Send + Sync + 'static,
    {
        self.classify = Classify::by(class_of);
        self
    }

    /// What relative URLs in checks are relative to, such as `http://127.0.0.1:5000`. The environment variable
    /// `PERFLOOP_HOST`, unless it is empty, replaces it. Default: that of the [plan](Self::plan).
    #[must_use]
    pub fn host(mut self, url: &str) -> Self {
        self.host = Some(url.to_owned());
        self
    }

    /// Runs the checks, as tests or as load, and ends the process.
    ///
    /// Exit codes: as tests 0, or 101 when one failed; as load those of the command line: 0 good, 1 failed, 2 usage,
    /// 3 could not be carried out, 130 interrupted. A harness that cannot work is a usage error in both cases.
    pub fn main(self) -> ! {
        signals::survive_file_size_limit();
        let words: Vec<OsString> = std::env::args_os().collect();
        let result = self.ready().map_err(Refusal::from).and_then(|harness| {
            if words.iter().any(|word| word == WORKER) {
                harness.work(&words)
            } else if asks_for_load(words.iter().skip(1).map(|word| word.to_string_lossy())) {
                for (file, tests) in registry::lost_tests() {
                    let _ = writeln!(std::io::stderr(), "warning: {}", lost(file, tests));
                }
                harness.load(&words)
            } else {
                harness.test(&words)
            }
        });
        process::exit(told(result, "this program with") as i32)
    }

    /// With the host that holds.
    pub(super) fn ready(mut self) -> Result<Self, Error> {
        let all: Vec<Check> =
            self.checks.iter().cloned().chain(self.classes.iter().flat_map(UserClass::checks)).collect();
        if all.is_empty() {
            return Err(Error::usage(
                "there is no check; put #[perfloop::check] on a function, like fn hello(user: &mut perfloop::User), and above its #[test] if it has one",
            ));
        }
        let mut seen = HashSet::new();
        if let Some(Check { name, .. }) = self.checks.iter().find(|check| !seen.insert(check.name.as_str())) {
            return Err(Error::usage(format!(
                "two checks are named '{name}'; rename one, like #[perfloop::check(name = \"{name} again\")]"
            )));
        }
        let of_environment = std::env::var(HOST_VARIABLE).ok().filter(|url| !url.is_empty());
        let of_environment = of_environment.map(|url| (HOST_VARIABLE, url));
        if let Some((source, url)) = of_environment.or_else(|| self.host.take().map(|url| ("Harness::host", url))) {
            self.plan.http = self.plan.http.host(host(source, &url)?);
        }
        self.plan.http.host_remedy = HOST_REMEDY;
        Ok(self)
    }

    /// Runs each check once. The file and the environment say how requests are made.
    fn test(self, words: &[OsString]) -> Result<Exit, Refusal> {
        let plan = self.plan_of_tests(words)?;
        let trial = |name: String, test: LoadTest| {
            let test = self.prepare.iter().fold(test.classify_by(self.classify.clone()), |test, prepare| prepare(test));
            Trial::test(name, move || once(test))
        };
        let single = self.checks.iter().map(|check| {
            let test = LoadTest::new(plan.clone()).with_check(check.clone());
            trial(check.name.clone(), test).with_ignored_flag(self.ignored.contains(check.name.as_str()))
        });
        let of_classes = self.classes.iter().flat_map(|class| {
            class.checks().into_iter().map(|check| {
                let name = format!("{}: {}", class.name(), check.name);
                trial(name, LoadTest::new(plan.clone()).class(class.only(check)))
            })
        });
        // A test that never runs is one that fails: it would be missed otherwise.
        let lost = registry::lost_tests().into_iter().map(|(file, tests)| {
            Trial::test(format!("{file}: every #[test] runs"), move || Err(lost(file, tests).into()))
        });
        let trials = single.chain(of_classes).chain(lost).collect();
        libtest_mimic::run(&Arguments::from_args(), trials).exit()
    }

    /// One iteration, by the settings of the file and the environment.
    pub(super) fn plan_of_tests(&self, words: &[OsString]) -> Result<Plan, Refusal> {
        let line = arguments(words.get(..1).unwrap_or_default())?;
        let plan = line.settings.spec.plan(self.plan.clone())?;
        let plan = Plan::new().loops(1).http(plan.http).stack_size(plan.stack_size);
        plan.validate()?;
        Ok(plan)
    }

    /// Runs the chosen checks as load.
    fn load(self, words: &[OsString]) -> Result<Exit, Refusal> {
        let line = arguments(words)?;
        carry_out(&line, &|settings, _| self.made(settings)).map_err(|error| line.settings.locate(error).into())
    }

    /// Works for a Locust master by the chosen checks.
    fn work(self, words: &[OsString]) -> Result<Exit, Refusal> {
        let Parted { worker, rest, ignored } = worker_args::part(words, worker::variable)?;
        let line = arguments(&rest)?;
        let maker = |settings: &Settings, _| self.made_on(self.plan.clone().commanded(), settings);
        Ok(worker::carry_out(&worker, &ignored, line, &maker)?)
    }

    /// Load test of the chosen checks.
    fn made(&self, settings: &Settings) -> Result<Made, Error> {
        self.made_on(self.plan.clone(), settings)
    }

    /// The same, where settings that are not given are those of a plan.
    fn made_on(&self, base: Plan, settings: &Settings) -> Result<Made, Error> {
        let spec = &settings.spec;
        if let Some(field) = spec.target_field() {
            return Err(Error::usage(format!(
                "‹{field}› describes the request of a TARGET, and checks make their own; leave it out, or write it in the check"
            )));
        } else if !spec.targets.is_empty() && !self.classes.is_empty() {
            return Err(Error::usage("classes of users run all their checks; choose by --tags instead of names"));
        }
        let of_classes: Vec<String> = self.classes.iter().flat_map(UserClass::checks).map(|check| check.name).collect();
        let checks = chosen(self.checks.clone(), &spec.targets, &self.ignored)?;
        let names: Vec<&str> =
            checks.iter().map(|check| check.name.as_str()).chain(of_classes.iter().map(String::as_str)).collect();
        let plan = secrets::known_to(spec.plan(base)?, settings).seeded();
        let origins = plan.http.host.iter().map(Url::to_string).collect();
        let aim = Aim {
            description: told_names(&names),
            is_embedded: false,
            is_debug_build: cfg!(debug_assertions),
            warnings: Vec::new(),
            origins,
        };
        let test = checks.into_iter().fold(LoadTest::new(plan.clone()), LoadTest::with_check);
        let test = test.classify_by(self.classify.clone());
        let test = self.classes.iter().cloned().fold(test, LoadTest::class);
        let test = self.prepare.iter().fold(test, |test, prepare| prepare(test));
        Ok(Made { plan, test, aim, target: None })
    }
}

impl std::fmt::Debug for Harness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Harness");
        debug.field("checks", &self.checks).field("classes", &self.classes).field("plan", &self.plan);
        debug.finish_non_exhaustive()
    }
}

impl Default for Harness {
    fn default() -> Self {
        Harness::new()
    }
}

/// True when one of the flags that ask for load is there.
fn asks_for_load(words: impl Iterator<Item = impl AsRef<str>>) -> bool {
    words.take_while(|word| word.as_ref() != "--").any(|word| {
        let word = word.as_ref();
        let flag = word.split_once('=').map_or(word, |(flag, _)| flag);
        LOAD_FLAGS.contains(&flag) || LOAD_LETTERS.iter().any(|letter| word.starts_with(letter))
    })
}

/// Command line of a load. Targets of the file are those of perfloop itself; here they would be names.
fn arguments(words: &[OsString]) -> Result<CommandLine, Refusal> {
    let is_search = words.iter().any(|word| word == CAPACITY);
    let command = flags::command().arg(search_args::capacity());
    let command = if is_search { search_args::of_search(command) } else { command };
    let mut line = config::read(command, words, Vec::new())?;
    search_args::check(&mut line.settings, is_search)?;
    if !line.is_given(flags::TARGETS) {
        line.settings.spec.targets.clear();
    }
    Ok(line)
}

fn host(source: &str, url: &str) -> Result<Url, Error> {
    http_url(url).ok_or_else(|| {
        Error::usage(format!("{source} '{url}': is no http or https URL; give one like http://127.0.0.1:5000"))
    })
}

/// The checks whose name contains one of the words; without a word, all that are not ignored.
fn chosen(checks: Vec<Check>, words: &[String], ignored: &HashSet<&str>) -> Result<Vec<Check>, Error> {
    if checks.is_empty() {
        return Ok(checks);
    }
    let is_chosen = |check: &Check| match words {
        [] => !ignored.contains(check.name.as_str()),
        words => words.iter().any(|word| check.name.contains(word.as_str())),
    };
    let (chosen, others): (Vec<Check>, Vec<Check>) = checks.into_iter().partition(is_chosen);
    if chosen.is_empty() {
        let names = others.iter().map(|check| check.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Error::usage(match words {
            [] => format!("every check is under #[ignore]; name those that are to run: {names}"),
            words => format!("no check has '{}' in its name; there are: {names}", words.join("' or '")),
        }));
    }
    Ok(chosen)
}

/// Message on functions that only libtest would run.
fn lost(file: &str, tests: &str) -> String {
    format!(
        "{file}: under #[test] and not run, because this target has `harness = false`: {tests}; \
         write #[perfloop::check] above #[test]"
    )
}

/// `2 checks: hello, login`.
fn told_names(names: &[&str]) -> String {
    let told = names[..names.len().min(TOLD_NAMES)].join(", ");
    let more = if names.len() > TOLD_NAMES { ", …" } else { "" };
    format!("{}: {told}{more}", units::count(names.len() as u64, "check"))
}

/// Runs a load test of one iteration: a functional test.
pub(super) fn once(test: LoadTest) -> Result<(), Failed> {
    let summary = test.start()?.join()?;
    let totals = &summary.whole.totals;
    // The start and the end of a user of a class are checks too, and one that passes makes up for no other.
    if totals.pass > 0 && totals.fail + totals.exception + totals.unfinished == 0 {
        return Ok(());
    }
    let Some(failure) = summary.failures.first() else { return Err("the check was cut off before its end".into()) };
    let kind = if failure.is_exception { "exception" } else { "fail" };
    let detail = failure.detail.as_deref().map(|detail| format!("\n{detail}")).unwrap_or_default();
    Err(format!("{kind}: {}{detail}", failure.message).into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::load::HttpSettings;

    #[test]
    fn only_a_flag_that_says_how_much_asks_for_load() {
        let asks = |line: &str| asks_for_load(line.split_whitespace());
        for line in [
            "--users 2",
            "--users=2",
            "-u 2",
            "-u2",
            "-u=2",
            "hello --loops 3",
            "--time=5",
            "-t 5",
            "-t5",
            "--run-time 5",
            "--rate 10/s",
            "--stages 10:1m",
            "--quiet --users 2",
        ] {
            assert!(asks(line), "{line}");
        }
        for line in [
            "",
            "hello",
            "users",
            "--test-threads 1",
            "--test-threads=1",
            "--list --format terse",
            "--exact hello --nocapture",
            "--timeout 3",
            "--skip users",
            "-- --users 2",
            "-q",
        ] {
            assert!(!asks(line), "{line}");
        }
    }

    #[test]
    fn the_command_line_overrules_the_plan_and_leaves_the_rest_of_it() {
        let second = Duration::from_secs(1);
        let http = HttpSettings::default().timeout(second).compressed(true).keep_alive(false);
        let base = Plan::new().users(5).loops(7).wait(second).stop_timeout(second).http(http.clone());
        let planned = |line: &str| {
            let command: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            let read = arguments(&command).unwrap_or_else(|_| panic!("{line}"));
            format!("{:?}", read.settings.spec.plan(base.clone()).expect("a plan"))
        };
        let shown = |plan: Plan| format!("{plan:?}");
        assert_eq!(planned("api --time 5"), shown(base.clone().time(Duration::from_secs(5))));
        assert_eq!(planned("api --users 1"), shown(base.clone().users(1)));
        assert_eq!(planned("api --loops 1 --pace 2"), shown(base.clone().loops(1).pace(2 * second)));
        let at_a_rate = Plan::new().rate(50.0).stop_timeout(second).http(http.clone());
        assert_eq!(planned("api --rate 50"), shown(at_a_rate));
        let patient = http.timeout(Duration::from_secs(30)).follow(10);
        assert_eq!(planned("api -u5 --timeout 30 --location"), shown(base.clone().http(patient)));
    }

    #[test]
    fn a_harness_that_cannot_work_is_refused_in_one_line() {
        let one = || Harness::new().check("hello", |_| ());
        for (harness, words) in [
            (Harness::new(), "there is no check; put #[perfloop::check] on a function"),
            (one().check("hello", |_| ()), "two checks are named 'hello'; rename one"),
            (one().host("localhost:5000"), "Harness::host 'localhost:5000': is no http or https URL"),
        ] {
            let error = harness.ready().expect_err(words).to_string();
            assert!(error.starts_with(words) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_test_fails_when_its_check_does_although_its_users_start_passed() {
        let class = || UserClass::new("shopper").on_start(|_: &mut User| ());
        let fails = Check::new("pays", |_: &mut User| assert_eq!(1, 2));
        let passes = Check::new("pays", |_: &mut User| ());
        let test = |check| once(LoadTest::new(Plan::new().loops(1)).class(class().only(check)));
        let failed = test(fails).expect_err("the check fails");
        assert!(failed.message().is_some_and(|message| message.starts_with("fail: assertion")), "{failed:?}");
        assert!(test(passes).is_ok());
    }

    #[test]
    fn words_choose_checks_by_a_part_of_their_name() {
        let checks = || ["login", "log out", "buy"].map(|name| Check::new(name, |_: &mut User| ())).to_vec();
        let names = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            let chosen = chosen(checks(), &words, &HashSet::from(["buy"])).map_err(|error| error.to_string())?;
            Ok::<Vec<String>, String>(chosen.into_iter().map(|check| check.name).collect())
        };
        assert_eq!(names(&[]).expect("all but the ignored"), ["login", "log out"]);
        assert_eq!(names(&["log"]).expect("two"), ["login", "log out"]);
        assert_eq!(names(&["buy", "in"]).expect("two"), ["login", "buy"]);
        let error = names(&["sell", "pay"]).expect_err("none");
        assert_eq!(error, "no check has 'sell' or 'pay' in its name; there are: login, log out, buy");
        let all = HashSet::from(["login", "log out", "buy"]);
        let error = chosen(checks(), &[], &all).expect_err("none").to_string();
        assert_eq!(error, "every check is under #[ignore]; name those that are to run: login, log out, buy");
    }
}
