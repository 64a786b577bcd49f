//! Ctrl-C and SIGTERM: the first stops the run, the second cuts it off.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;
use crate::load_test::Live;

/// How often the run was interrupted.
#[derive(Debug, Clone, Default)]
pub(super) struct Signals(Arc<AtomicU32>);

impl Signals {
    /// From here on signals go to this run.
    pub(super) fn listen(live: Live) -> Result<Signals, Error> {
        let signals = Signals::default();
        let heard = signals.clone();
        let handler = move || {
            if heard.0.fetch_add(1, Ordering::SeqCst) == 0 {
                live.stop();
                let _ = writeln!(
                    std::io::stderr(),
                    "\nstopping; checks that run may end (interrupt again to cut them off)"
                );
            } else {
                live.cut();
            }
        };
        ctrlc::set_handler(handler).map_err(|error| Error::run(format!("cannot listen to Ctrl-C: {error}")))?;
        Ok(signals)
    }

    pub(super) fn were_heard(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}
