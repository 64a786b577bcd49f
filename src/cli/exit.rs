//! Exit codes of the command line.

use std::process::ExitCode;

/// How a run ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All gates held; without any, everything passed.
    Good = 0,
    /// A gate was crossed, or no check passed.
    Failed = 1,
    /// The input was wrong; there was no traffic.
    Usage = 2,
    /// The run could not be carried out, or its results not be written.
    Broken = 3,
    /// A signal ended it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
