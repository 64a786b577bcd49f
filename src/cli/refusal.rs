//! Refusal of a command: why nothing was done.

use super::cli_error;
use crate::error::Error;

/// Why nothing was done.
pub(super) enum Refusal {
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

impl Refusal {
    /// `command` is the one whose help tells more.
    pub(super) fn error(self, command: &str) -> Error {
        match self {
            Refusal::CommandLine(error) => Error::usage(cli_error::one_line(&error, command)),
            Refusal::Other(error) => error,
        }
    }
}
