//! `perfloop test FILE...`: each Hurl file once, as a functional test, with the exit codes of Hurl.

mod args;
mod hurl_args;
mod junit;
mod refused;
mod summary;
mod words;

use std::ffi::OsString;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::{Command, CommandFactory as _};

use super::hurl_environment::HurlEnvironment;
use super::refusal::Refusal;
use super::screen::{Screen, print_help};
use super::subcommand::Subcommand;
use super::{cli_error, flags};
use crate::error::{Error, ErrorKind};
use crate::job::headers::name_and_text;
use crate::job::output::Output;
use crate::job::proxies;
use crate::job::tls_files::TlsFiles;
use crate::job::variables::HurlVariables;
use crate::load::Plan;
use crate::script::{FileResult, FileVerdict, HurlChecks, HurlErrors, HurlFiles, Names};
use args::TestArgs;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "test",
    alias: Some("check"),
    usage: "FILE...",
    about: "Run Hurl files once each, as functional tests",
    command,
    main,
};

/// Longest time of a request and of its connection, which is Hurl's.
const LONGEST: Duration = Duration::from_secs(300);

/// How a test ended, by Hurl's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TestExit {
    Good = 0,
    CommandLine = 1,
    /// A file cannot be read, or is no Hurl.
    Parsing = 2,
    Runtime = 3,
    Assert = 4,
}

impl From<TestExit> for ExitCode {
    fn from(exit: TestExit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why nothing was tested.
enum Obstacle {
    Refusal(Refusal),
    Files(HurlErrors),
}

impl<E: Into<Refusal>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Obstacle::Refusal(error.into())
    }
}

fn command(this: &Subcommand) -> Command {
    TestArgs::command().name(this.name)
}

fn main(_: &Subcommand, words: &[OsString]) -> ExitCode {
    let mut stderr = io::stderr();
    // What cannot be printed changes nothing.
    let (exit, line) = match test(words.get(1..).unwrap_or_default()) {
        Ok(exit) => return exit.into(),
        Err(Obstacle::Files(errors)) => {
            // A file that is not there is a wrong word on the command line.
            let exit = if errors.wrong.is_empty() { TestExit::CommandLine } else { TestExit::Parsing };
            let all = errors.unreadable.iter().map(|line| format!("perfloop: {line}")).chain(errors.wrong);
            let _ = all.into_iter().try_for_each(|error| writeln!(stderr, "{error}"));
            return exit.into();
        }
        Err(Obstacle::Refusal(Refusal::CommandLine(error))) if !error.use_stderr() => match print_help(&error) {
            Ok(()) => return TestExit::Good.into(),
            Err(error) => (TestExit::Runtime, error.text(flags::name_of)),
        },
        Err(Obstacle::Refusal(Refusal::CommandLine(error))) => {
            (TestExit::CommandLine, cli_error::one_line(&error, "perfloop test"))
        }
        Err(Obstacle::Refusal(Refusal::Other(error))) => match error.kind() {
            ErrorKind::Usage => (TestExit::CommandLine, error.text(flags::name_of)),
            ErrorKind::Run => (TestExit::Runtime, error.text(flags::name_of)),
        },
    };
    let _ = writeln!(stderr, "perfloop: {line}");
    exit.into()
}

fn test(words: &[OsString]) -> Result<TestExit, Obstacle> {
    let environment = HurlEnvironment::read();
    let args = words::read(words, &environment)?;
    let checks = read(&args, &environment)?;
    let plan = plan(&args)?;
    plan.validate()?;
    if let Some(line) = proxies::unheeded(checks.origins().iter().map(String::as_str), args.proxy.is_some()) {
        let _ = writeln!(io::stderr(), "note: {line}");
    }
    let junit = args.report_junit.as_deref().map(|path| Output::reserve("--report-junit", path)).transpose()?;

    let jobs = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32));
    let started = Instant::now();
    let mut results = Vec::new();
    let screens = Arc::new(Mutex::new(Screens { stdout: Screen::stdout(), stderr: Screen::stderr() }));
    for _ in 0..args.repeat {
        let log = args.verbose.then(|| Box::new(io::stderr()) as Box<dyn Write + Send>);
        let (paint, screens) = (Paint::new(&args), Arc::clone(&screens));
        results.extend(checks.run_once(plan.clone(), jobs, log, move |result| locked(&screens).tell(result, paint))?);
    }
    let mut screens = locked(&screens);
    // The screen tells what went wrong with it.
    let _ = summary::write(&results, started.elapsed(), &mut screens.stderr);
    let written =
        junit.map_or(Ok(()), |output| output.write("--report-junit", |writer| junit::write(&results, writer)));
    written.and(screens.stdout.close()).and(screens.stderr.close())?;
    Ok(exit(&results))
}

/// Whether words have colours.
#[derive(Debug, Clone, Copy)]
struct Paint(bool);

impl Paint {
    /// True on a terminal, unless the flags say otherwise.
    fn new(args: &TestArgs) -> Self {
        let is_wanted = console::colors_enabled_stderr() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
        Paint(args.color || (is_wanted && !args.no_color))
    }

    fn verdict(self, verdict: FileVerdict) -> String {
        let word = if verdict == FileVerdict::Ok { "success" } else { "failure" };
        let style = console::Style::new().bold().for_stderr().force_styling(self.0);
        let style = if verdict == FileVerdict::Ok { style.green() } else { style.red() };
        style.apply_to(word).to_string()
    }
}

/// Where answers go that a file wants to be shown, and what its tests came to.
struct Screens {
    stdout: Screen,
    stderr: Screen,
}

/// Also when a panic came in between: what was written stays so.
fn locked(screens: &Mutex<Screens>) -> MutexGuard<'_, Screens> {
    screens.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screens {
    /// Tells the result of a file.
    fn tell(&mut self, result: &FileResult, paint: Paint) {
        let mut text = String::new();
        for error in result.errors() {
            text.push_str(&error.rendered);
            text.push_str("\n\n");
        }
        let verdict = paint.verdict(result.verdict());
        let (requests, ms) = (result.requests(), result.duration.as_millis());
        text.push_str(&format!("{}: {verdict} ({requests} request(s) in {ms} ms)\n", result.file));
        // The screens tell what went wrong with them.
        self.stdout.write_body(&result.output);
        let _ = self.stdout.flush();
        let _ = self.stderr.write_all(text.as_bytes());
    }
}

/// Exit code of all files: what could not be carried out weighs more than what did not hold.
fn exit(results: &[FileResult]) -> TestExit {
    let verdicts = results.iter().map(FileResult::verdict);
    verdicts.fold(TestExit::Good, |exit, verdict| match (exit, verdict) {
        (TestExit::Runtime, _) | (_, FileVerdict::Runtime) => TestExit::Runtime,
        (TestExit::Assert, _) | (_, FileVerdict::Assert) => TestExit::Assert,
        (exit, FileVerdict::Ok) => exit,
    })
}

/// Reads all files as the flags say.
fn read(args: &TestArgs, environment: &HurlEnvironment) -> Result<HurlChecks, Obstacle> {
    let spec = args.hurl.spec(environment);
    let variables = HurlVariables::read(&spec, Names::default())?;
    let mut files = variables.add_to(spec.describe(HurlFiles::new().finds_late(true)), None);
    for header in &args.headers {
        let (name, value) = name_and_text("--header", header)?;
        files = files.header(&name, &value);
    }
    files = args.user.iter().fold(files, |files, user| files.basic_auth(user));
    files = args.user_agent.iter().fold(files, |files, name| files.header("user-agent", name));
    files = args.host.iter().cloned().fold(files, HurlFiles::host);
    files = args.delay.into_iter().fold(files, HurlFiles::delay);
    files = files.compressed(args.compressed).continue_on_error(args.continue_on_error).expects_nothing(args.no_assert);
    files = files.entries(args.from_entry.unwrap_or(1)..=args.to_entry.unwrap_or(usize::MAX));
    for (name, value) in args.options() {
        files = files.option(name, &value).map_err(|error| Error::usage(format!("--{name}: {error}")))?;
    }
    files.read(&paths(args)?).map_err(Obstacle::Files)
}

/// The files, and those that globs find.
fn paths(args: &TestArgs) -> Result<Vec<PathBuf>, Error> {
    let mut paths = args.files.clone();
    if let Some(url) = paths.iter().filter_map(|path| path.to_str()).find(|path| path.contains("://")) {
        return Err(Error::usage(format!(
            "'{url}' is a URL, and perfloop test runs Hurl files; write perfloop {url} --loops 1"
        )));
    }
    for pattern in &args.globs {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::usage(format!("--glob '{pattern}': {error}; give one like 'tests/**/*.hurl'"))
        };
        let before = paths.len();
        for path in glob::glob(pattern).map_err(|error| wrong(&error))? {
            paths.push(path.map_err(|error| wrong(&error))?);
        }
        if paths.len() == before {
            return Err(wrong(&"it finds no file"));
        }
    }
    Ok(paths)
}

/// How requests are made where entries say nothing else. The times are those of Hurl.
fn plan(args: &TestArgs) -> Result<Plan, Error> {
    let files = TlsFiles::read(args.cacert.as_deref(), args.cert.as_ref(), args.key.as_deref())?;
    let mut http = files
        .add_to(Plan::new().http)
        .timeout(args.max_time.unwrap_or(LONGEST))
        .connect_timeout(args.connect_timeout.unwrap_or(LONGEST));
    http.compressed = args.compressed;
    http.max_body = args.max_body;
    http.insecure = args.insecure;
    for resolved in &args.resolve {
        for address in &resolved.addresses {
            http = http.resolve(&resolved.host, resolved.port, SocketAddr::new(*address, resolved.port));
        }
    }
    Ok(Plan::new().http(http))
}
