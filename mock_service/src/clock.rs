use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// Time before its deadline at which a sleep moves from the runtime's timer to the clock's thread: more than the timer
/// is ever late by, so that the last stretch is always slept precisely.
const LAST_STRETCH: Duration = Duration::from_millis(3);

/// Sleeps that end within a fraction of a millisecond of their deadline, and never before it.
///
/// The runtime's timer counts whole milliseconds and rounds up twice, which would add one to two of them to every
/// delay. The last stretch of each sleep is therefore kept by a thread that waits for the exact deadline.
pub(crate) struct Clock {
    alarms: mpsc::Sender<Alarm>,
}

struct Alarm {
    deadline: Instant,
    ring: oneshot::Sender<()>,
}

impl Clock {
    /// Starts the clock's thread, which ends when the clock is dropped.
    pub(crate) fn start() -> io::Result<Self> {
        let (alarms, set) = mpsc::channel();
        std::thread::Builder::new().name("mock-clock".into()).spawn(move || ring_in_time(&set))?;
        Ok(Self { alarms })
    }

    /// Sleeps for `duration`, counted from this call.
    pub(crate) async fn sleep(&self, duration: Duration) {
        if duration.is_zero() {
            return;
        }
        self.sleep_until(Instant::now() + duration).await;
    }

    /// Sleeps until `deadline`, or not at all if it is past.
    pub(crate) async fn sleep_until(&self, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        if left > LAST_STRETCH {
            tokio::time::sleep(left - LAST_STRETCH).await;
        }
        let (ring, rung) = oneshot::channel();
        // Both can only fail when the clock's thread is gone, that is when the service stops.
        if self.alarms.send(Alarm { deadline, ring }).is_ok() {
            let _ = rung.await;
        }
    }
}

fn ring_in_time(set: &mpsc::Receiver<Alarm>) {
    // The number tells apart alarms of the same instant.
    let mut pending = BTreeMap::<(Instant, u64), oneshot::Sender<()>>::new();
    let mut number = 0;
    loop {
        let now = Instant::now();
        while let Some(next) = pending.first_entry().filter(|next| next.key().0 <= now) {
            // Nobody waits any more when the client has hung up.
            let _ = next.remove().send(());
        }
        let received = match pending.first_key_value() {
            Some(((deadline, _), _)) => set.recv_timeout(deadline.saturating_duration_since(Instant::now())),
            None => set.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(Alarm { deadline, ring }) => {
                number += 1;
                pending.insert((deadline, number), ring);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
