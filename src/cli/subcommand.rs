//! Subcommand: a command of its own, whose word stands first.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Command;

use super::exit::Exit;
use super::refusal::Refusal;
use super::{flags, screen};
use crate::error::ErrorKind;
use crate::printable::foreign;
use crate::redact::Redactor;

/// A command of its own: its word stands first, and wins over a TARGET of the same name.
pub(super) struct Subcommand {
    pub(super) name: &'static str,
    /// Another word for it.
    pub(super) alias: Option<&'static str>,
    /// Arguments, for the help.
    pub(super) usage: &'static str,
    /// Purpose, in one line.
    pub(super) about: &'static str,
    /// Its flags and arguments, with what its help says of them.
    pub(super) command: fn(&Subcommand) -> Command,
    /// Gets all words of the command line, its own name second.
    pub(super) main: fn(&Subcommand, &[OsString]) -> ExitCode,
}

impl Subcommand {
    pub(super) fn has_name(&self, word: &str) -> bool {
        self.name == word || self.alias == Some(word)
    }

    /// Its flags and arguments, with what its help says of them.
    pub(super) fn command(&self) -> Command {
        (self.command)(self)
    }

    /// The exit code of what it did, after it is told why nothing was done, if nothing was.
    pub(super) fn told(&self, result: Result<Exit, Refusal>) -> ExitCode {
        told(result, &format!("perfloop {}", self.name)).into()
    }
}

/// Prints why nothing was done, if nothing was. `command` is the one whose help tells more.
pub(super) fn told(result: Result<Exit, Refusal>, command: &str) -> Exit {
    let error = match result {
        Ok(exit) => return exit,
        Err(Refusal::CommandLine(error)) if !error.use_stderr() => match screen::print_help(&error) {
            Ok(()) => return Exit::Good,
            Err(error) => error,
        },
        Err(refusal) => refusal.error(command),
    };
    // It may quote what was given, secrets and all.
    let message = error.text(flags::name_of);
    let _ = writeln!(std::io::stderr(), "perfloop: {}", foreign(&Redactor::default().text(&message)));
    match error.kind() {
        ErrorKind::Usage => Exit::Usage,
        ErrorKind::Run => Exit::Broken,
    }
}
