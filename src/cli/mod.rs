//! The command line: the only place that knows its flags, signals and exit codes.

mod args;
mod compare;
mod config;
mod dry_run;
mod expected;
mod feed;
mod filling;
mod harness;
mod host;
mod hurl;
mod list;
mod masked;
mod merge;
mod metrics;
mod output;
mod outputs;
mod progress;
pub(crate) mod registry;
mod run;
mod signals;
mod target;
mod template;
mod values;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind as ClapErrorKind};

use crate::error::{Error, ErrorKind};

/// A command of its own: its word stands first, and wins over a TARGET of the same name.
struct Subcommand {
    name: &'static str,
    /// What it takes, for the help.
    usage: &'static str,
    /// What it does, in one line.
    about: &'static str,
    /// Gets all words of the command line, its own name second.
    main: fn(&Subcommand, &[OsString]) -> Result<Exit, Refusal>,
}

/// One file each.
const SUBCOMMANDS: [Subcommand; 3] = [list::COMMAND, merge::COMMAND, compare::COMMAND];

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
    let words: Vec<OsString> = std::env::args_os().collect();
    let subcommand = SUBCOMMANDS.iter().find(|command| words.get(1).is_some_and(|word| word == command.name));
    let result = match subcommand {
        Some(command) => (command.main)(command, &words),
        None => run::main(&words),
    };
    told(result).into()
}

/// Prints why nothing was done, if nothing was.
fn told(result: Result<Exit, Refusal>) -> Exit {
    let error = match result {
        Ok(exit) => return exit,
        Err(Refusal::CommandLine(error)) if !error.use_stderr() => {
            // Nobody reads on when it cannot be written.
            let _ = error.print();
            return Exit::Good;
        }
        Err(Refusal::CommandLine(error)) => Error::usage(one_line(&error)),
        Err(Refusal::Other(error)) => error,
    };
    let _ = writeln!(std::io::stderr(), "perfloop: {error}");
    match error.kind() {
        ErrorKind::Usage => Exit::Usage,
        ErrorKind::Run => Exit::Broken,
    }
}

fn is_subcommand(word: &str) -> bool {
    SUBCOMMANDS.iter().any(|command| command.name == word)
}

/// The subcommands, for the help of the main command.
fn subcommands() -> String {
    let lines = SUBCOMMANDS.iter().map(|command| {
        let usage = format!("{} {}", command.name, command.usage);
        format!("  perfloop {usage:<24} {}\n", command.about)
    });
    format!("Commands, if their word stands first:\n{}", lines.collect::<String>())
}

/// A mistake on the command line, and the remedy, on one line.
fn one_line(error: &clap::Error) -> String {
    if let (ClapErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        return format!("{} is missing; give it too", missing.join(" "));
    }
    let text = error.render().to_string();
    let what = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let suggestion =
        [ContextKind::SuggestedArg, ContextKind::SuggestedValue].into_iter().find_map(|kind| error.get(kind));
    match suggestion {
        Some(suggestion) => format!("{what}; did you mean {suggestion}?"),
        None if what.contains("; ") => what.to_owned(),
        None => format!("{what}; see perfloop --help"),
    }
}
