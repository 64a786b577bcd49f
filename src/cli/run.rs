//! `perfloop [TARGET]...`: one run, from its flags to its exit code.

use std::ffi::OsString;
use std::io::Write as _;
use std::time::SystemTime;

use clap::{Command, CommandFactory as _, FromArgMatches as _};

use super::args::{Args, Pasted};
use super::config::{self, Settings};
use super::host::host;
use super::outputs::{self, Outputs};
use super::progress::{KnownEnd, Progress};
use super::screen::Screen;
use super::signals::Signals;
use super::target::Target;
use super::{Exit, Refusal, dry_run, help, proxies, secrets};
use crate::error::Error;
use crate::load::{Plan, Resource};
use crate::load_test::LoadTest;
use crate::printable::name;
use crate::report::{Kept, RunInfo, Style, next_step, wrapped_line, write_text};
use crate::stats::Summary;
use crate::units;

/// The width where no terminal tells: the reason of a failure fits.
const DEFAULT_WIDTH: u16 = 200;
/// Less is not enough for a name and its numbers.
const MIN_WIDTH: u16 = 80;

/// From the words of the command line.
pub(super) fn main(words: &[OsString]) -> Result<Exit, Refusal> {
    by(Args::command().after_help(help::after_options()), words, None)
}

/// The same by a command with another help, and with what no flag can hold.
pub(super) fn by(command: Command, words: &[OsString], pasted: Option<Pasted>) -> Result<Exit, Refusal> {
    let settings = config::read(command, words)?;
    let mut args = Args::from_arg_matches(&settings.matches)?;
    args.pasted = pasted;
    run(args, &settings).map_err(|error| settings.locate(error).into())
}

/// What a run is aimed at, for people and for the report.
pub(super) struct Aim {
    pub(super) description: String,
    /// Said again at the end, where the first line may be far away.
    pub(super) is_embedded: bool,
    /// It was built without optimization by somebody who writes checks, and can build it otherwise.
    pub(super) is_debug_build: bool,
    /// What is to be told of it before the run.
    pub(super) warnings: Vec<String>,
    /// To whom each user connects, as far as it is known before the run.
    pub(super) origins: Vec<String>,
}

impl Aim {
    /// What it is aimed at, without secrets and what a terminal would obey.
    pub(super) fn shown(&self, plan: &Plan) -> String {
        name(&plan.redactor.text(&self.description)).into_owned()
    }

    /// Some of its connections are encrypted.
    pub(super) fn has_tls(&self) -> bool {
        self.origins.iter().any(|origin| origin.starts_with("https:"))
    }
}

fn run(args: Args, settings: &Settings) -> Result<Exit, Error> {
    let plan = secrets::known_to(plan(&args, Plan::new())?, settings);
    let target =
        if args.dry_run { Target::to_look_at(&args, plan.http.follow) } else { Target::new(&args, plan.http.follow) }?;
    let plan = Plan { shares_process_with_target: target.is_embedded(), ..plan };
    let mut test = target.add_to(LoadTest::new(plan.clone()), &settings.roles)?;
    if plan.http.follow == 0 && target.has_only_urls() {
        test = test.requests_are_checks();
    }
    carry_out(&args, &plan, test, &target.aim(), settings)
}

/// The plan that the flags make of this one.
///
/// # Errors
/// Flags that contradict one another, and a plan that cannot work.
pub(super) fn plan(args: &Args, base: Plan) -> Result<Plan, Error> {
    outputs::check(args)?;
    if args.stats_interval.is_zero() {
        return Err(Error::usage("--stats-interval: give a span above zero, like 5s"));
    }
    let plan = args.plan(base, args.tls_files()?);
    plan.validate()?;
    Ok(plan)
}

/// Runs a load test and writes all that the flags ask for; or, for a dry run, shows what it would do.
pub(super) fn carry_out(
    args: &Args,
    plan: &Plan,
    mut test: LoadTest,
    aim: &Aim,
    settings: &Settings,
) -> Result<Exit, Error> {
    test = args.fail_if.iter().chain(&args.threshold).cloned().fold(test, LoadTest::gate);
    let stdout_is_taken = outputs::takes_stdout(args);
    if let Some(line) = proxies::unheeded(aim.origins.iter().map(String::as_str), plan.http.proxy.is_some()) {
        let _ = writeln!(std::io::stderr(), "note: {line}");
    }
    // What cannot be printed does not end a run, and is told at its end.
    let mut out = Screen::beside(stdout_is_taken);
    if args.dry_run {
        return dry_run::show(args, plan, &test, aim, settings, &mut out);
    }
    let (mut outputs, test) = Outputs::reserve(args, test)?;

    let info = RunInfo {
        started: SystemTime::now(),
        target: aim.shown(plan),
        plan: Some(plan.describe()),
        command: secrets::hidden(settings.words(), &plan.redactor),
        hosts: vec![host()],
    };
    let signals = Signals::listen()?;
    let run = test.start()?;
    signals.are_for(run.live());
    if let Some(line) = settings.line() {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "{}", wrapped_line(&first_line(plan, aim), width(stdout_is_taken)));
    for warning in &aim.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    // Hardly any service answers each user with as much as is kept.
    let needs = dry_run::needs(plan, aim).into_iter().filter(|need| need.of != Resource::BODIES).collect::<Vec<_>>();
    for line in dry_run::shortages(&needs) {
        let _ = writeln!(out, "warning: {line}");
    }
    if plan.http.insecure {
        let _ = writeln!(out, "warning: --insecure accepts any certificate, also that of somebody in between");
    }
    if let Some(line) = outputs.serve(run.live()) {
        let _ = writeln!(out, "{line}");
    }
    let _ = out.flush();
    let end = KnownEnd {
        time: plan.time_limit().map(|time| time.saturating_add(plan.warmup)),
        warmup: plan.warmup,
        iterations: plan.loops.map(|loops| loops.saturating_mul(plan.most_users().into())).or(plan.requests),
    };
    let progress = Progress::start(run.live(), args.stats_interval, end, args.quiet);
    let summary = Summary { is_debug_build: aim.is_debug_build, ..run.join()? };
    progress.finish();

    let _ = writeln!(out)
        .and_then(|()| write_text(&summary, width(stdout_is_taken), style(stdout_is_taken), args.detail(), &mut out));
    let kept = Kept { html: args.html.is_some(), json: args.json.is_some() };
    if let Some(line) = next_step(&summary, kept) {
        let _ = writeln!(out, "{line}");
    }
    if aim.is_embedded {
        let _ = writeln!(out, "target: {}", aim.shown(plan));
    }
    outputs.write(args, &summary, &info).and(out.close())?;
    Ok(exit(&summary, &signals))
}

fn first_line(plan: &Plan, aim: &Aim) -> String {
    format!("{}: {}", load_line(plan), aim.shown(plan))
}

/// How much is asked, and for how long.
fn load_line(plan: &Plan) -> String {
    let limits = plan.limits().map_or_else(String::new, |limits| format!(", {limits}"));
    let warmup =
        if plan.warmup.is_zero() { String::new() } else { format!(" after {} of warm-up", units::short(plan.warmup)) };
    format!("{}{limits}{warmup}", plan.load)
}

pub(super) fn width(stdout_is_taken: bool) -> u16 {
    let terminal = if stdout_is_taken { console::Term::stderr() } else { console::Term::stdout() };
    terminal.size_checked().map_or(DEFAULT_WIDTH, |(_, columns)| columns.max(MIN_WIDTH))
}

/// Colours are for terminals, unless `CLICOLOR_FORCE` says otherwise, and for nobody who sets `NO_COLOR`.
pub(super) fn style(stdout_is_taken: bool) -> Style {
    let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let has_colours = if stdout_is_taken { console::colors_enabled_stderr() } else { console::colors_enabled() };
    if has_colours && !wants_none { Style::Coloured } else { Style::Plain }
}

fn exit(summary: &Summary, signals: &Signals) -> Exit {
    if signals.were_heard() {
        Exit::Interrupted
    } else if summary.is_good() {
        Exit::Good
    } else {
        Exit::Failed
    }
}
