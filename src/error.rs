//! When perfloop itself cannot go on. How one check ended is not an error but an
//! [`Outcome`](crate::Outcome): data, counted, and never the end of a run.

use std::fmt;

/// Why a run could not be started, carried out or written down.
///
/// Its text is one line that names what is wrong and where, and says what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// Who can mend it; the command line makes the exit code of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is wrong: a flag, a plan, a file that cannot be read or written. Found before any traffic.
    Usage,
    /// The input is right but the run could not be carried out, or its results not be written.
    Run,
}

impl Error {
    /// The input is wrong; `message` names the flag or field and the remedy.
    pub fn usage(message: impl Into<String>) -> Self {
        Error { kind: ErrorKind::Usage, message: message.into() }
    }

    /// The run could not be carried out; `message` says what happened and what to try.
    pub fn run(message: impl Into<String>) -> Self {
        Error { kind: ErrorKind::Run, message: message.into() }
    }

    /// Who can mend it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
