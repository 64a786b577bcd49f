//! `perfloop serve [TARGET]...`: a page on which runs are started, watched, changed and stopped.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;

use super::exit::Exit;
use super::refusal::Refusal;
use super::run::{carry_out, of_targets};
use super::subcommand::Subcommand;
use super::{config, flags, search_args};

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "serve",
    alias: None,
    usage: "[TARGET]...",
    about: "Start, watch and change runs in a web page",
    command,
    main,
};

const AFTER_HELP: &str = "\
Nothing runs until somebody presses Start in the page, on http://127.0.0.1:8089
unless --web-addr says otherwise. The flags of load are what its form begins
with. Ctrl-C ends a run that goes on, with its reports, and then perfloop.

Scripts for Locust's page work with it: curl -X POST -d user_count=10
-d spawn_rate=2 http://127.0.0.1:8089/swarm. What else it offers is described in
docs/page.md.

Exit codes: those of the last run; 0 without any, 2 wrong input, 3 the page
could not be served";

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(serve(this, words))
}

fn command(this: &Subcommand) -> Command {
    flags::command()
        .bin_name("perfloop serve")
        .about(this.about)
        .override_usage("perfloop serve [OPTIONS] [TARGET]...")
        .after_help(AFTER_HELP)
        .mut_arg("web", |arg| arg.hide(true))
}

fn serve(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let mut line = config::read(this.command(), words.get(1..).unwrap_or_default(), Vec::new())?;
    search_args::check(&mut line.settings, false)?;
    line.page.waits = true;
    carry_out(&line, &of_targets).map_err(|error| line.settings.locate(error).into())
}
