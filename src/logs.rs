//! Logs that are written while a run goes on: side channels, each with a writer on a thread of its own.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::exchange::Exchange;
use crate::names::Names;
use crate::queue::{self, Spill, Tap};
use crate::redact::Redactor;
use crate::report::http_log::{self, Secrets};
use crate::report::samples::{self, SampleFormat};
use crate::sample::RequestRow;
use crate::stats::LogLoss;

/// Exchanges that may wait for their writer. Each may hold two bodies.
const EXCHANGES_BOUND: usize = 1024;
/// Requests that may wait for their writer: a sixth of a second at 100 000 a second.
const REQUESTS_BOUND: usize = 16 * 1024;

/// Logs that a load test is to write while it runs, and their writers.
#[derive(Default)]
pub(crate) struct Logs {
    pub(crate) http: Option<(Box<dyn Write + Send>, Secrets)>,
    pub(crate) samples: Option<(Box<dyn Write + Send>, SampleFormat)>,
}

/// The logs of a run that goes on.
#[derive(Debug)]
pub(crate) struct OpenLogs {
    pub(crate) http: Option<OpenLog<Exchange>>,
    pub(crate) samples: Option<OpenLog<RequestRow>>,
}

/// Log that is being written.
#[derive(Debug)]
pub(crate) struct OpenLog<T> {
    pub(crate) tap: Tap<T>,
    writing: JoinHandle<Result<(), String>>,
}

impl Logs {
    /// Starts the writers.
    ///
    /// # Errors
    /// When the system makes no thread.
    pub(crate) fn open(self, names: &Arc<Names>, redactor: &Redactor) -> io::Result<OpenLogs> {
        let http = self.http.map(|(writer, secrets)| {
            let redactor = (secrets == Secrets::Mask).then(|| redactor.clone());
            OpenLog::new("log", EXCHANGES_BOUND, move |spill| http_log::write_all(spill, writer, redactor.as_ref()))
        });
        let samples = self.samples.map(|(writer, format)| {
            let names = Arc::clone(names);
            let write = move |spill| samples::write_all(spill, writer, format, &names);
            OpenLog::new("samples", REQUESTS_BOUND, write)
        });
        Ok(OpenLogs { http: http.transpose()?, samples: samples.transpose()? })
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> OpenLog<T> {
    fn new(
        thread: &str,
        bound: usize,
        write: impl FnOnce(Spill<T>) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        let (tap, spill) = queue::side_channel(bound);
        let writing = move || write(spill).map_err(|error| error.to_string());
        let writing = thread::Builder::new().name(thread.into()).spawn(writing)?;
        Ok(OpenLog { tap, writing })
    }
}

impl<T> OpenLog<T> {
    /// Waits until everything is written, and says what was not.
    pub(crate) fn close(log: Option<Self>) -> LogLoss {
        let Some(OpenLog { tap, writing }) = log else { return LogLoss::default() };
        tap.close();
        // A writer that broke takes nothing else with it.
        let error = writing.join().unwrap_or_else(|_| Err("its writer broke down; please report it".into())).err();
        LogLoss { left_out: tap.left_out(), error }
    }
}
