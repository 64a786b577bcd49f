//! Ctrl-C, SIGTERM and SIGHUP: the first stops the run, the second cuts it off.

use std::fs;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use parking_lot::Mutex;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

use crate::error::Error;
use crate::load_test::Live;

/// Signals that were heard, and the run they are meant for as soon as there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Signals(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    heard: AtomicU32,
    run: Mutex<Option<Live>>,
}

impl Signals {
    /// From here on signals no longer end the process at once. One that the process was started to ignore, as `nohup`
    /// and a shell's background do, stays ignored.
    ///
    /// # Errors
    /// When the system refuses it.
    pub(super) fn listen() -> Result<Signals, Error> {
        let ignored = ignored();
        let is_heard = |signal: &i32| ignored & (1 << (signal - 1)) == 0;
        let signals = Signals::default();
        let refused = |error: &dyn std::fmt::Display| {
            Error::run(format!("cannot listen to Ctrl-C ({error}); start perfloop as a process of its own"))
        };
        if is_heard(&SIGINT) {
            let handler = signals.clone();
            ctrlc::set_handler(move || handler.hear()).map_err(|error| refused(&error))?;
        }
        let terminating: Vec<i32> = [SIGTERM, SIGHUP].into_iter().filter(is_heard).collect();
        if !terminating.is_empty() {
            let handler = signals.clone();
            let mut incoming = signal_hook::iterator::Signals::new(&terminating).map_err(|error| refused(&error))?;
            let hear = move || incoming.forever().for_each(|_| handler.hear());
            thread::Builder::new().name("signals".into()).spawn(hear).map_err(|error| refused(&error))?;
        }
        Ok(signals)
    }

    fn hear(&self) {
        if self.0.heard.fetch_add(1, Ordering::SeqCst) == 0 {
            let _ =
                writeln!(std::io::stderr(), "\nstopping; checks that run may end (interrupt again to cut them off)");
        }
        self.pass_on();
    }

    /// Signals are meant for this run, also those that came while it was being started.
    pub(super) fn are_for(&self, run: Live) {
        *self.0.run.lock() = Some(run);
        self.pass_on();
    }

    fn pass_on(&self) {
        match (&*self.0.run.lock(), self.0.heard.load(Ordering::SeqCst)) {
            (None, _) | (_, 0) => {}
            (Some(run), 1) => run.stop(),
            (Some(run), _) => run.cut(),
        }
    }

    pub(super) fn were_heard(&self) -> bool {
        self.0.heard.load(Ordering::SeqCst) > 0
    }
}

/// From here on a file that grows beyond the process's limit (`ulimit -f`) is a write that fails, not the end of the
/// process.
pub(super) fn survive_file_size_limit() {
    // Without it the process ends there, as any other does.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// A bit for each signal that the process ignores, the lowest for signal 1. None where the system does not tell.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}
