//! Watcher: looks at the run once a second, and makes one snapshot for all who look on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::desk::Desk;

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// Watcher of what happens.
pub(crate) struct Watcher {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Looks at the latest run, and at the worker's master, until the watcher is dropped.
    pub(crate) fn of(desk: &Arc<Desk>) -> Watcher {
        let done = Arc::new(AtomicBool::new(false));
        let (seen, desk) = (Arc::clone(&done), Arc::clone(desk));
        let watch = move || {
            let mut next = Instant::now() + INTERVAL;
            while !seen.load(Ordering::SeqCst) {
                let left = next.saturating_duration_since(Instant::now());
                if !left.is_zero() {
                    thread::park_timeout(left);
                    continue;
                }
                desk.tell_news();
                // One that was late does not make up for it.
                next = (next + INTERVAL).max(Instant::now());
            }
        };
        // Without the thread the page stands still, and the run goes on.
        let thread = thread::Builder::new().name("watcher".into()).spawn(watch).ok();
        Watcher { done, thread }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.done.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
