//! The queue between the two halves. It is bounded, it never drops a sample, and it knows how long
//! users had to wait because the collector could not keep up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use crate::sample::Sample;

/// At 100 000 samples a second this is a sixth of a second that the collector may be away.
const BOUND: usize = 16 * 1024;

/// The users' end.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    sender: Sender<Sample>,
    shared: Arc<Shared>,
}

/// The collector's end.
#[derive(Debug)]
pub(crate) struct Drain {
    receiver: Receiver<Sample>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    closed: AtomicBool,
    blocked_ns: AtomicU64,
}

pub(crate) fn queue() -> (Sink, Drain) {
    let (sender, receiver) = bounded(BOUND);
    let shared = Arc::new(Shared::default());
    (Sink { sender, shared: Arc::clone(&shared) }, Drain { receiver, shared })
}

impl Sink {
    /// Hands the sample over; waits, and counts the wait, while the queue is full.
    pub(crate) fn push(&self, sample: Sample) {
        if let Err(TrySendError::Full(sample)) = self.sender.try_send(sample) {
            let since = Instant::now();
            // An error means that the collector is gone, and with it whoever would read the sample.
            let _ = self.sender.send(sample);
            let waited = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.shared.blocked_ns.fetch_add(waited, Ordering::Relaxed);
        }
    }

    /// Says that nothing more will be pushed. Needed because a thread that could not be interrupted
    /// may hold its end for ever.
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
    }
}

impl Drain {
    /// The next sample if there is one now. The collector polls: a blocked receiver would cost every
    /// push a lock and a wake-up.
    pub(crate) fn next(&self) -> Option<Sample> {
        self.receiver.try_recv().ok()
    }

    /// True once everything was pushed, and taken out, that ever will be.
    pub(crate) fn is_finished(&self) -> bool {
        // In this order: what was pushed before the close is seen by the look inside.
        self.shared.closed.load(Ordering::Acquire) && self.receiver.is_empty()
    }

    /// The sum over all users of the time they waited for room.
    pub(crate) fn blocked(&self) -> Duration {
        Duration::from_nanos(self.shared.blocked_ns.load(Ordering::Relaxed))
    }
}

/// The users' end of a side channel: what finds no room is left out and counted, and no user waits.
#[derive(Debug)]
pub(crate) struct Tap<T> {
    sender: Sender<T>,
    shared: Arc<TapShared>,
}

/// The reader's end of a side channel.
#[derive(Debug)]
pub(crate) struct Spill<T> {
    receiver: Receiver<T>,
    shared: Arc<TapShared>,
}

#[derive(Debug, Default)]
struct TapShared {
    closed: AtomicBool,
    left_out: AtomicU64,
}

/// How long the reader of a side channel waits before it looks whether the channel is closed.
const SPILL_POLL: Duration = Duration::from_millis(20);

pub(crate) fn side_channel<T>(bound: usize) -> (Tap<T>, Spill<T>) {
    let (sender, receiver) = bounded(bound);
    let shared = Arc::new(TapShared::default());
    (Tap { sender, shared: Arc::clone(&shared) }, Spill { receiver, shared })
}

impl<T> Clone for Tap<T> {
    fn clone(&self) -> Self {
        Tap { sender: self.sender.clone(), shared: Arc::clone(&self.shared) }
    }
}

impl<T> Tap<T> {
    pub(crate) fn offer(&self, item: T) {
        if self.sender.try_send(item).is_err() {
            self.shared.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// True when an offer would not be left out.
    pub(crate) fn has_room(&self) -> bool {
        !self.sender.is_full()
    }

    pub(crate) fn left_out(&self) -> u64 {
        self.shared.left_out.load(Ordering::Relaxed)
    }

    /// Says that nothing more will be offered; see [`Sink::close`].
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
    }
}

impl<T> Spill<T> {
    /// The next item if there is one now.
    pub(crate) fn take_now(&self) -> Option<T> {
        self.receiver.try_recv().ok()
    }
}

impl<T> Iterator for Spill<T> {
    type Item = T;

    /// Waits for the next item; ends when the channel is closed and empty.
    fn next(&mut self) -> Option<T> {
        loop {
            let closed = self.shared.closed.load(Ordering::Acquire);
            match self.receiver.recv_timeout(SPILL_POLL) {
                Ok(item) => return Some(item),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if closed => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sample {
        Sample::MeasureFrom(Instant::now())
    }

    #[test]
    fn a_full_queue_makes_users_wait_counts_it_and_loses_nothing() {
        let (sink, drain) = queue();
        let total = BOUND + 10;
        let pusher = std::thread::spawn(move || {
            for _ in 0..total {
                sink.push(sample());
            }
            sink.close();
        });
        std::thread::sleep(Duration::from_millis(50));
        let mut taken = 0;
        while !drain.is_finished() {
            while drain.next().is_some() {
                taken += 1;
            }
        }
        pusher.join().expect("pusher");
        assert_eq!(taken, total);
        assert!(drain.blocked() >= Duration::from_millis(10), "{:?}", drain.blocked());
    }

    #[test]
    fn the_queue_is_finished_when_closed_even_while_a_sink_lives() {
        let (sink, drain) = queue();
        sink.push(sample());
        assert!(!drain.is_finished());
        sink.close();
        assert!(!drain.is_finished(), "one sample is still inside");
        assert!(drain.next().is_some());
        assert!(drain.is_finished());
    }

    #[test]
    fn a_side_channel_leaves_out_what_does_not_fit_and_counts_it() {
        let (tap, spill) = side_channel(2);
        for item in 0..5 {
            tap.offer(item);
        }
        assert_eq!(tap.left_out(), 3);
        tap.close();
        assert_eq!(spill.collect::<Vec<_>>(), [0, 1], "the end comes although a tap lives");
        drop(tap);
    }
}
