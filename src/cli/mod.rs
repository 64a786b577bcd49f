//! The command line: the only place that knows its flags, signals and exit codes.

mod args;
mod harness;
mod output;
mod progress;
pub(crate) mod registry;
mod run;
mod signals;
mod target;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind as ClapErrorKind};

use crate::error::{Error, ErrorKind};
use args::Args;

pub use harness::{Harness, main as harness_main};

/// How a run ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Everything passed.
    Good = 0,
    /// A check did not pass, or none ended.
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

/// Reads the command line, runs what it says, and returns the exit code: 0 good, 1 failed, 2 usage,
/// 3 could not be carried out, 130 interrupted.
pub fn main() -> ExitCode {
    let result = match Args::try_parse() {
        Ok(args) => run::run(args),
        Err(error) => refused(&error),
    };
    told(result).into()
}

/// What clap could not make arguments of: a wish for help, or a mistake.
fn refused(error: &clap::Error) -> Result<Exit, Error> {
    if matches!(error.kind(), ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion) {
        // Nobody reads on when it cannot be written.
        let _ = error.print();
        return Ok(Exit::Good);
    }
    Err(Error::usage(one_line(error)))
}

/// Prints the error, if it is one.
fn told(result: Result<Exit, Error>) -> Exit {
    match result {
        Ok(exit) => exit,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "perfloop: {error}");
            match error.kind() {
                ErrorKind::Usage => Exit::Usage,
                ErrorKind::Run => Exit::Broken,
            }
        }
    }
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
