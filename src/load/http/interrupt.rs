//! Ends what a user's clients are blocked on, from another thread.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use ureq::unversioned::transport::ShutdownHandle;

/// Both ends are the same: a user's connections are added, and who cuts the run off interrupts them.
#[derive(Clone, Default)]
pub(crate) struct Interrupt(Arc<Mutex<Connections>>);

#[derive(Default)]
struct Connections {
    open: Vec<Weak<dyn ShutdownHandle>>,
    /// At so many the closed ones among them are looked for.
    full: usize,
    is_interrupted: bool,
}

/// Number of connections from which on closed ones are dropped.
const LEAST_FULL: usize = 16;

impl Interrupt {
    /// From now on every exchange on these connections ends at once, and on every later one.
    pub(crate) fn interrupt(&self) {
        let mut connections = self.0.lock();
        connections.is_interrupted = true;
        connections.open.drain(..).filter_map(|handle| handle.upgrade()).for_each(|handle| handle.shutdown());
    }

    /// One more, which may come too late.
    pub(super) fn add(&self, handle: Weak<dyn ShutdownHandle>) {
        let mut connections = self.0.lock();
        if connections.is_interrupted {
            if let Some(handle) = handle.upgrade() {
                handle.shutdown();
            }
            return;
        }
        if connections.open.len() >= connections.full.max(LEAST_FULL) {
            connections.open.retain(|handle| handle.strong_count() > 0);
            connections.full = connections.open.len() * 2;
        }
        connections.open.push(handle);
    }
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interrupt").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counting(AtomicU32);

    impl ShutdownHandle for Counting {
        fn shutdown(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn open_connections_and_later_ones_are_shut_down_and_closed_ones_are_forgotten() {
        let interrupt = Interrupt::default();
        let add = |handle: &Arc<Counting>| {
            let handle: Weak<Counting> = Arc::downgrade(handle);
            interrupt.add(handle);
        };
        let open = Arc::new(Counting::default());
        add(&open);
        for _ in 0..1000 {
            add(&Arc::default());
        }
        assert!(interrupt.0.lock().open.len() <= LEAST_FULL, "the closed ones are forgotten");
        interrupt.interrupt();
        let late = Arc::new(Counting::default());
        add(&late);
        assert_eq!((open.0.load(Ordering::Relaxed), late.0.load(Ordering::Relaxed)), (1, 1));
    }
}
