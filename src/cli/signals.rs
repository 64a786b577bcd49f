//! Ctrl-C and SIGTERM: the first stops the run, the second cuts it off.

use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::Error;
use crate::load_test::Live;

/// What was heard, and the run it is meant for as soon as there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Signals(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    heard: AtomicU32,
    run: OnceLock<Live>,
}

impl Signals {
    /// From here on signals no longer end the process at once.
    pub(super) fn listen() -> Result<Signals, Error> {
        let signals = Signals::default();
        let handler = signals.clone();
        ctrlc::set_handler(move || {
            if handler.0.heard.fetch_add(1, Ordering::SeqCst) == 0 {
                let _ = writeln!(
                    std::io::stderr(),
                    "\nstopping; checks that run may end (interrupt again to cut them off)"
                );
            }
            handler.pass_on();
        })
        .map_err(|error| {
            Error::run(format!("cannot listen to Ctrl-C ({error}); start perfloop as a process of its own"))
        })?;
        Ok(signals)
    }

    /// Signals are meant for this run, also those that came while it was being started.
    pub(super) fn are_for(&self, run: Live) {
        self.0.run.get_or_init(|| run);
        self.pass_on();
    }

    fn pass_on(&self) {
        match (self.0.run.get(), self.0.heard.load(Ordering::SeqCst)) {
            (None, _) | (_, 0) => {}
            (Some(run), 1) => run.stop(),
            (Some(run), _) => run.cut(),
        }
    }

    pub(super) fn were_heard(&self) -> bool {
        self.0.heard.load(Ordering::SeqCst) > 0
    }
}
