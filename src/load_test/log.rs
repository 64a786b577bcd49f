//! The log of a load test's exchanges, from its writer to what it had to leave out.

use std::io::{self, Write};
use std::thread::{self, JoinHandle};

use crate::exchange::Exchange;
use crate::queue::{self, Tap};
use crate::report::http_log::{self, Secrets};
use crate::stats::LogLoss;

/// Exchanges that may wait for the log's writer.
const LOG_BOUND: usize = 1024;

/// Where exchanges are written to.
pub(super) struct Log {
    pub(super) writer: Box<dyn Write + Send>,
    pub(super) secrets: Secrets,
}

/// The log of a run that goes on.
#[derive(Debug)]
pub(super) struct OpenLog {
    pub(super) tap: Tap<Exchange>,
    writing: JoinHandle<Result<(), String>>,
}

impl Log {
    /// # Errors
    /// When its thread cannot be made.
    pub(super) fn open(self) -> io::Result<OpenLog> {
        let Log { writer, secrets } = self;
        let (tap, spill) = queue::side_channel(LOG_BOUND);
        let write = move || http_log::write_all(spill, writer, secrets).map_err(|error| error.to_string());
        let writing = thread::Builder::new().name("log".into()).spawn(write)?;
        Ok(OpenLog { tap, writing })
    }
}

impl OpenLog {
    /// Waits until all is written.
    ///
    /// # Errors
    /// When the writing thread broke down.
    pub(super) fn close(self) -> thread::Result<LogLoss> {
        self.tap.close();
        let error = self.writing.join()?.err();
        Ok(LogLoss { left_out: self.tap.left_out(), error })
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("secrets", &self.secrets).finish_non_exhaustive()
    }
}
