//! `perfloop capacity [TARGET]...`: the most users, or the highest rate, at which a service meets its goals.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;

use super::exit::Exit;
use super::refusal::Refusal;
use super::run::{carry_out, of_targets};
use super::subcommand::Subcommand;
use super::{config, flags, search_args};

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "capacity",
    alias: None,
    usage: "[TARGET]...",
    about: "Find how many users a service bears",
    command,
    main,
};

const AFTER_HELP: &str = "\
Example:
  perfloop capacity --within 'p95 < 450ms' --within 'fail_ratio < 1%' \\
    --max-users 2000 http://127.0.0.1:5000/json

The users are doubled until a goal is missed; then the span is halved until its
ends are within --tolerance, and the answer is confirmed for twice the time. Each
level is left to settle, and judged by intervals of 95 %: met, missed or
undecided. A search takes some 15 levels, and at most 25 times --level-time.

Where the tester or this machine was the limit, or --max-users meets the goals,
the answer is a least one: at least so many.

Exit codes:
  0    the capacity was found, or is at least so much
  1    nothing meets the goals, it could not be decided, or it is below --at-least
  2    wrong input; there was no traffic
  3    the search could not be carried out, or something not be written
  130  interrupted";

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(search(this, words))
}

fn command(this: &Subcommand) -> Command {
    search_args::of_search(flags::command())
        .bin_name("perfloop capacity")
        .about(this.about)
        .override_usage("perfloop capacity [OPTIONS] --within GOAL [TARGET]...")
        .after_help(AFTER_HELP)
}

fn search(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let mut line = config::read(this.command(), words.get(1..).unwrap_or_default(), Vec::new())?;
    search_args::check(&mut line.settings, true)?;
    carry_out(&line, &of_targets).map_err(|error| line.settings.locate(error).into())
}
