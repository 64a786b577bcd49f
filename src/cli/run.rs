//! `perfloop [TARGET]...`: one run, from its flags to its exit code.

use std::ffi::OsString;
use std::io::Write as _;
use std::time::SystemTime;

use clap::Command;
use serde_json::Value;

use super::config::{self, CommandLine};
use super::exit::Exit;
use super::hints::{Kept, next_step};
use super::progress::{KnownEnd, Progress};
use super::refusal::Refusal;
use super::screen::Screen;
use super::signals::Signals;
use super::{argv, dry_run, flags, help, target_words};
use crate::error::Error;
use crate::job::aim::Aim;
use crate::job::given::Given;
use crate::job::machine::host;
use crate::job::outputs::{self, Outputs};
use crate::job::spec::RunSpec;
use crate::job::target::Target;
use crate::job::written::Written;
use crate::job::{proxies, secrets};
use crate::load::{Plan, Resource};
use crate::load_test::LoadTest;
use crate::report::{RunInfo, Style, wrapped_line, write_text};
use crate::stats::Summary;
use crate::units;

/// Columns of a line where neither a terminal nor `COLUMNS` tells: the reason of a failure fits.
const DEFAULT_WIDTH: u16 = 200;
/// Less is not enough for a name and its numbers.
const MIN_WIDTH: u16 = 80;

/// From the words of the command line.
pub(super) fn main(words: &[OsString]) -> Result<Exit, Refusal> {
    by(flags::command().after_help(help::after_options()), words, Vec::new())
}

/// Runs by a command with another help, and with values that no flag can hold.
pub(super) fn by(command: Command, words: &[OsString], more: Vec<Given>) -> Result<Exit, Refusal> {
    let line = config::read(command, words, more)?;
    run(&line).map_err(|error| line.settings.locate(error).into())
}

fn run(line: &CommandLine) -> Result<Exit, Error> {
    let settings = &line.settings;
    let spec = &settings.spec;
    outputs::check(spec)?;
    target_words::check(spec)?;
    let plan = secrets::known_to(spec.plan(Plan::new())?, settings);
    let target = if line.is_dry_run { Target::to_look_at(spec) } else { Target::new(spec) }?;
    let plan = Plan { shares_process_with_target: target.is_embedded(), ..plan }.seeded();
    let mut test = target.add_to(LoadTest::new(plan.clone()), spec)?;
    if plan.http.follow == 0 && target.has_only_urls() {
        test = test.requests_are_checks();
    }
    carry_out(line, &plan, test, &target.aim())
}

/// Runs a load test and writes all that the flags ask for; or, for a dry run, shows what it would do.
pub(super) fn carry_out(line: &CommandLine, plan: &Plan, mut test: LoadTest, aim: &Aim) -> Result<Exit, Error> {
    let settings = &line.settings;
    let spec = &settings.spec;
    let gates = spec.fail_if.iter().map(|gate| gate.0.clone()).chain(spec.threshold.iter().map(|gate| gate.0.clone()));
    test = gates.fold(test, LoadTest::gate);
    let stdout_is_taken = outputs::takes_stdout(spec);
    if let Some(line) = proxies::unheeded(aim.origins.iter().map(String::as_str), plan.http.proxy.is_some()) {
        let _ = writeln!(std::io::stderr(), "note: {line}");
    }
    // What cannot be printed does not end a run, and is told at its end.
    let mut out = Screen::beside(stdout_is_taken);
    if line.is_dry_run {
        return dry_run::show(settings, plan, &test, aim, &mut out);
    }
    let (mut outputs, test) = Outputs::reserve(spec, test)?;

    let info = RunInfo {
        started: SystemTime::now(),
        target: aim.shown(plan),
        plan: Some(plan.describe()),
        spec: Some(spec_of(spec, plan)),
        command: argv::hidden(line.words(), &plan.redactor),
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
    let progress = Progress::start(run.live(), spec.stats_interval(), end, spec.quiet);
    let summary = Summary { is_debug_build: aim.is_debug_build, ..run.join()? };
    progress.finish();

    let _ = writeln!(out)
        .and_then(|()| write_text(&summary, width(stdout_is_taken), style(stdout_is_taken), spec.detail(), &mut out));
    let kept = Kept { html: spec.html.is_some(), json: spec.json.is_some() };
    if let Some(line) = next_step(&summary, kept) {
        let _ = writeln!(out, "{line}");
    }
    if aim.is_embedded {
        let _ = writeln!(out, "target: {}", aim.shown(plan));
    }
    outputs.write(spec, &summary, &info).and(out.close())?;
    Ok(exit(&summary, &signals))
}

/// The specification for the report, with the seed that was drawn.
fn spec_of(spec: &RunSpec, plan: &Plan) -> Value {
    let seed = plan.seed.and_then(|seed| Written::read(&seed.to_string()).ok());
    secrets::hidden_spec(&RunSpec { seed, ..spec.clone() }, &plan.redactor)
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

/// Columns of a line: those of the terminal, or of the variable `COLUMNS` where the output is no terminal.
pub(super) fn width(stdout_is_taken: bool) -> u16 {
    let terminal = if stdout_is_taken { console::Term::stderr() } else { console::Term::stdout() };
    let asked = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns = terminal.size_checked().map(|(_, columns)| columns).or_else(asked);
    columns.map_or(DEFAULT_WIDTH, |columns| columns.max(MIN_WIDTH))
}

/// Colours are for terminals, unless `CLICOLOR_FORCE` says otherwise, and not with `NO_COLOR`.
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
