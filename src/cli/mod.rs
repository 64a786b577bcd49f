//! The command line: the only place that knows its flags, signals and exit codes.

mod argv;
pub(crate) mod as_test;
mod cli_error;
mod compare;
mod config;
mod curl;
mod dry_run;
mod environment;
mod flags;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod harness;
mod help;
mod hints;
mod hurl_environment;
mod list;
mod merge;
mod peers;
mod progress;
pub(crate) mod registry;
mod run;
mod screen;
mod signals;
mod target_words;
mod test;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use crate::error::{Error, ErrorKind};
use crate::nearest::nearest;
use crate::printable::foreign;
use crate::redact::Redactor;

/// A command of its own: its word stands first, and wins over a TARGET of the same name.
struct Subcommand {
    name: &'static str,
    /// Another word for it.
    alias: Option<&'static str>,
    /// What it takes, for the help.
    usage: &'static str,
    /// What it does, in one line.
    about: &'static str,
    /// Gets all words of the command line, its own name second.
    main: fn(&Subcommand, &[OsString]) -> ExitCode,
}

impl Subcommand {
    fn has_name(&self, word: &str) -> bool {
        self.name == word || self.alias == Some(word)
    }

    /// The exit code of what it did, after it is told why nothing was done, if nothing was.
    fn told(&self, result: Result<Exit, Refusal>) -> ExitCode {
        told(result, &format!("perfloop {}", self.name)).into()
    }
}

/// One file each.
const SUBCOMMANDS: [Subcommand; 5] = [test::COMMAND, list::COMMAND, curl::COMMAND, merge::COMMAND, compare::COMMAND];

pub use harness::{Harness, main as harness_main};

/// How a run ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// All gates held; without any, everything passed.
    Good = 0,
    /// A gate was crossed, or no check passed.
    Failed = 1,
    /// The input was wrong; there was no traffic.
    Usage = 2,
    /// The run could not be carried out, or its results not be written.
    Broken = 3,
    /// Somebody ended it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why nothing was done.
enum Refusal {
    /// The command line is wrong, or asks for the help.
    CommandLine(clap::Error),
    Other(Error),
}

impl From<clap::Error> for Refusal {
    fn from(error: clap::Error) -> Self {
        Refusal::CommandLine(error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Other(error)
    }
}

/// Reads the command line, the environment and `perfloop.toml`, runs what they say, and returns the exit code:
/// 0 good, 1 failed, 2 usage, 3 could not be carried out, 130 interrupted.
pub fn main() -> ExitCode {
    signals::survive_file_size_limit();
    let words: Vec<OsString> = std::env::args_os().collect();
    let word = words.get(1).and_then(|word| word.to_str());
    match SUBCOMMANDS.iter().find(|command| word.is_some_and(|word| command.has_name(word))) {
        Some(command) => (command.main)(command, &words),
        None => told(run::main(&words), "perfloop").into(),
    }
}

impl Refusal {
    /// `command` is the one whose help tells more.
    fn error(self, command: &str) -> Error {
        match self {
            Refusal::CommandLine(error) => Error::usage(cli_error::one_line(&error, command)),
            Refusal::Other(error) => error,
        }
    }
}

/// Prints why nothing was done, if nothing was. `command` is the one whose help tells more.
fn told(result: Result<Exit, Refusal>, command: &str) -> Exit {
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

/// The subcommand that was meant by a word, which could also be a host's name.
fn similar_subcommand(word: &str) -> Option<&'static str> {
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
    nearest(word, SUBCOMMANDS.map(|command| command.name)).filter(|name| is_word && word.starts_with(&name[..1]))
}

fn is_subcommand(word: &str) -> bool {
    SUBCOMMANDS.iter().any(|command| command.has_name(word))
}
