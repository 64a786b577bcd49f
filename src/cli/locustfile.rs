//! `perfloop locustfile [TARGET]...`: the file that a Locust master needs for workers of perfloop.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;

use super::exit::Exit;
use super::flags::{GATES, LOAD, OUTPUT};
use super::made::Purpose;
use super::page_args::PAGE;
use super::refusal::Refusal;
use super::run::of_targets;
use super::screen::Screen;
use super::subcommand::Subcommand;
use super::{config, flags, search_args};
use crate::error::Error;
use crate::report::locust::{LocustClass, LocustOption, write_locustfile};
use crate::stats::{Gate, PlainGate};
use crate::worker::identifier;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "locustfile",
    alias: None,
    usage: "[TARGET]...",
    about: "Write the file that a Locust master needs",
    command,
    main,
};

/// Settings that people change in the page of a master.
const OPTIONS: [LocustOption; 3] = [
    LocustOption { flag: "--perf-wait", help: "Rest of each user between two iterations, like 1s or 5s-9s" },
    LocustOption {
        flag: "--perf-pace",
        help: "Time from the beginning of one iteration to that of the next, like 10s",
    },
    LocustOption { flag: "--perf-variable", help: "Variables of Hurl files, NAME=VALUE, one on each line" },
];

const AFTER_HELP: &str = "\
  perfloop locustfile a.hurl > locustfile.py

It holds a class for each class of users, with its weight, options (perf-wait,
perf-pace, perf-variable) that the master hands to its workers, and the gates
(--fail-if, --threshold), which decide the exit code of the master.

Exit codes: 0 written, 2 wrong input, 3 the file could not be written";

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn command(this: &Subcommand) -> Command {
    flags::command()
        .bin_name("perfloop locustfile")
        .about(this.about)
        .override_usage("perfloop locustfile [OPTIONS] [TARGET]...")
        .after_help(AFTER_HELP)
        .mut_args(|arg| match arg.get_help_heading() {
            Some(LOAD | OUTPUT | PAGE) => arg.hide(true),
            Some(GATES) | Some(_) | None => arg,
        })
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let mut line = config::read(this.command(), words.get(1..).unwrap_or_default(), Vec::new())?;
    search_args::check(&mut line.settings, false)?;
    let settings = &line.settings;
    let locate = |error| settings.locate(error);
    let made = of_targets(settings, Purpose::Show).and_then(|made| made.gated(&settings.spec)).map_err(locate)?;
    made.test.shares().map_err(locate)?;
    let classes: Vec<LocustClass> = made
        .test
        .class_sizes()
        .map_err(locate)?
        .into_iter()
        .map(|(name, weight, fixed)| LocustClass { identifier: identifier(&name), weight, fixed })
        .collect();
    let spec = &settings.spec;
    let gates: Vec<&Gate> =
        spec.fail_if.iter().map(|gate| &gate.0).chain(spec.threshold.iter().map(|gate| &gate.0)).collect();
    let gates = gates.into_iter().map(plain).collect::<Result<Vec<_>, _>>()?;
    let mut out = Screen::stdout();
    // The screen tells what went wrong with it.
    let _ = write_locustfile(&classes, &OPTIONS, &gates, &mut out);
    out.close()?;
    Ok(Exit::Good)
}

fn plain(gate: &Gate) -> Result<PlainGate<'_>, Error> {
    gate.plain().ok_or_else(|| {
        Error::usage(format!(
            "the gate '{}' is none that a Locust master can judge; judge it by the reports of the workers: perfloop merge",
            gate.expr()
        ))
    })
}
