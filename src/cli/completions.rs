//! `perfloop completions SHELL`: what a shell needs to complete the words of perfloop.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Arg, Command};
use clap_complete::{Shell, generate};

use super::exit::Exit;
use super::refusal::Refusal;
use super::screen::Screen;
use super::subcommand::Subcommand;
use super::whole::whole;
use crate::error::Error;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "completions",
    alias: None,
    usage: "SHELL",
    about: "Print what a shell completes words by",
    command,
    main,
};

const AFTER_HELP: &str = "\
  perfloop completions bash > ~/.local/share/bash-completion/completions/perfloop
  perfloop completions zsh > \"${fpath[1]}/_perfloop\"
  perfloop completions fish > ~/.config/fish/completions/perfloop.fish
  perfloop completions powershell >> $PROFILE

Exit codes: 0 printed, 2 wrong input, 3 it could not be written";

fn command(this: &Subcommand) -> Command {
    let shell = Arg::new("shell").value_name("SHELL").required(true).help("bash, zsh, fish, powershell or elvish");
    Command::new("perfloop completions").about(this.about).arg(shell).after_help(AFTER_HELP)
}

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let words = words.get(1..).unwrap_or_default();
    let matches = this.command().bin_name("perfloop completions").try_get_matches_from(words)?;
    let name = matches.get_one::<String>("shell").cloned().unwrap_or_default();
    let shell: Shell = name.parse().map_err(|_| {
        Error::usage(format!("completions: '{name}' is no known shell; give bash, zsh, fish, powershell or elvish"))
    })?;
    let mut text = Vec::new();
    generate(shell, &mut whole(), "perfloop", &mut text);
    let mut out = Screen::stdout();
    out.write_body(&text);
    out.close()?;
    Ok(Exit::Good)
}
