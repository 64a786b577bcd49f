//! `perfloop [TARGET]...`: one run, from its flags to its exit code.

use std::ffi::OsString;

use clap::Command;

use super::config::{self, CommandLine};
use super::exit::Exit;
use super::made::{Made, Maker, Purpose};
use super::performance::Performance;
use super::refusal::Refusal;
use super::screen::Screen;
use super::signals::Signals;
use super::telemetry::Telemetry;
use super::{dry_run, flags, help, host, search_args, target_words};
use crate::error::Error;
use crate::job::given::Given;
use crate::job::outputs;
use crate::job::secrets;
use crate::job::settings::Settings;
use crate::job::target::Target;
use crate::load::Plan;
use crate::load_test::LoadTest;

/// From the words of the command line.
pub(super) fn main(words: &[OsString]) -> Result<Exit, Refusal> {
    by(flags::command().after_help(help::after_options()), words, Vec::new())
}

/// Runs by a command with another help, and with values that no flag can hold.
pub(super) fn by(command: Command, words: &[OsString], more: Vec<Given>) -> Result<Exit, Refusal> {
    let mut line = config::read(command, words, more)?;
    search_args::check(&mut line.settings, false)?;
    run(&line).map_err(|error| line.settings.locate(error).into())
}

fn run(line: &CommandLine) -> Result<Exit, Error> {
    carry_out(line, &of_targets)
}

/// Load test of the targets that the settings name.
pub(super) fn of_targets(settings: &Settings, purpose: Purpose) -> Result<Made, Error> {
    of_targets_on(Plan::new(), settings, purpose)
}

/// The same, where settings that are not given are those of a plan.
pub(super) fn of_targets_on(base: Plan, settings: &Settings, purpose: Purpose) -> Result<Made, Error> {
    let spec = &settings.spec;
    target_words::check(spec)?;
    let plan = secrets::known_to(spec.plan(base)?, settings);
    let target = match purpose {
        Purpose::Run => Target::new(spec),
        Purpose::Show => Target::to_look_at(spec),
        Purpose::Form => Target::to_list(spec),
    }?;
    let plan = Plan { shares_process_with_target: target.is_embedded(), ..plan }.seeded();
    let mut test = target.add_to(LoadTest::new(plan.clone()), spec)?;
    if plan.http.follow == 0 && target.has_only_urls() {
        test = test.requests_are_checks();
    }
    let aim = target.aim();
    Ok(Made { plan, test, aim, target: Some(target) })
}

/// Runs a load test and writes all that the flags ask for; or, for a dry run, shows what it would do.
pub(super) fn carry_out(line: &CommandLine, maker: Maker<'_>) -> Result<Exit, Error> {
    let settings = &line.settings;
    let spec = &settings.spec;
    outputs::check(spec)?;
    if let Some(flag) = line.page.stray() {
        return Err(Error::usage(format!("--{flag} is for the page; give --web too, or perfloop serve")));
    }
    let purpose = match line.is_dry_run {
        true => Purpose::Show,
        false if line.page.waits => Purpose::Form,
        false => Purpose::Run,
    };
    let made = maker(settings, purpose)?.gated(spec)?;
    if line.is_dry_run {
        let mut out = Screen::beside(outputs::takes_stdout(spec));
        return dry_run::show(settings, &made, &mut out);
    }
    if line.page.is_wanted() {
        return host::serve(line, maker, made);
    }
    let telemetry = Telemetry::of(spec)?;
    let signals = Signals::listen()?;
    let performance = Performance::begin(line, settings, made, &signals, &telemetry)?;
    performance.finish(&signals, |_, _| {})
}
