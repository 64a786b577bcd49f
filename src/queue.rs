//! Queue between the two halves: bounded, and it never drops a sample.
//!
//! The queue is a few queues side by side, each a short list under a lock, and a user always takes the same. Thousands
//! of users share a few processors, so that now and then one loses its processor in the middle of handing a sample
//! over. Behind a single queue all others would then wait for it, and the collector too; so only those wait that
//! share its list, and the collector goes on with the next one.
//!
//! The collector is one thread beside those thousands, and where all of them want a processor it gets too little of
//! one. So a user that finds its list half full empties it, if nobody else counts. That is the tester's time: no
//! response time has it in it. The queue knows how long users had to wait where that was not enough.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};
use crossbeam::utils::CachePadded;
use parking_lot::{Mutex, MutexGuard};

use crate::moment::Moment;
use crate::sample::Sample;

/// Lists of the users: of a thousand users thirty share one.
const LISTS: usize = 32;
/// Bound of a list. All of them hold a third of a second at 200 000 samples a second.
const BOUND: usize = 2048;
/// With so many samples in its list a user helps the collector.
const HELP_FROM: usize = BOUND / 8;
/// List of the run itself, which tells of its levels, and of users that come and go.
const OF_THE_RUN: usize = LISTS;

/// First pause of a user that finds no room while somebody else makes some; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Longest pause of such a user. Thousands that looked more often would keep the one who makes room from doing so.
const LONGEST_PAUSE: Duration = Duration::from_millis(160);

type List = CachePadded<Mutex<Vec<Sample>>>;

/// Empties the list of this number, unless somebody is at it. False in that case.
type Help = dyn Fn(usize) -> bool + Send + Sync;

/// End of the queue that samples go in.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    shared: Arc<Shared>,
    list: usize,
}

/// End of the queue that samples come out of.
#[derive(Debug)]
pub(crate) struct Drain {
    shared: Arc<Shared>,
    /// Samples on their way out, the run's and a list's: empty in between, and kept for their room.
    of_the_run: Vec<Sample>,
    of_users: Vec<Sample>,
}

struct Shared {
    lists: [List; LISTS + 1],
    /// Bit of each list that samples were put into since it was last asked for.
    filled: AtomicU64,
    closed: AtomicBool,
    blocked_ns: AtomicU64,
    help: OnceLock<Box<Help>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("closed", &self.closed).finish_non_exhaustive()
    }
}

impl Shared {
    fn is_filled(&self, list: usize) {
        self.filled.fetch_or(1 << list, Ordering::AcqRel);
    }
}

/// A queue; its sink is that of the run itself.
pub(crate) fn queue() -> (Sink, Drain) {
    let shared = Arc::new(Shared {
        // Room for all that a list usually holds, which takes no memory before it is used.
        lists: std::array::from_fn(|_| List::new(Mutex::new(Vec::with_capacity(HELP_FROM)))),
        filled: AtomicU64::new(0),
        closed: AtomicBool::new(false),
        blocked_ns: AtomicU64::new(0),
        help: OnceLock::new(),
    });
    let drain = Drain { shared: Arc::clone(&shared), of_the_run: Vec::new(), of_users: Vec::with_capacity(HELP_FROM) };
    (Sink { shared, list: OF_THE_RUN }, drain)
}

impl Sink {
    /// The sink of the user of this number.
    pub(crate) fn of_user(&self, user: u32) -> Self {
        Sink { shared: Arc::clone(&self.shared), list: user as usize % LISTS }
    }

    /// Hands the sample over; waits, and counts the wait, while there is no room for it.
    pub(crate) fn push(&self, sample: Sample) {
        let mut samples = self.list_with_room().unwrap_or_else(|| self.wait_for_room());
        samples.push(sample);
        let length = samples.len();
        if length == 1 {
            self.shared.is_filled(self.list);
        }
        drop(samples);
        if length >= HELP_FROM {
            self.help();
        }
    }

    fn list_with_room(&self) -> Option<MutexGuard<'_, Vec<Sample>>> {
        Some(self.shared.lists[self.list].lock()).filter(|samples| samples.len() < BOUND)
    }

    #[cold]
    fn wait_for_room(&self) -> MutexGuard<'_, Vec<Sample>> {
        let since = Moment::now();
        let mut pause = FIRST_PAUSE;
        let samples = loop {
            if !self.help() {
                thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            if let Some(samples) = self.list_with_room() {
                break samples;
            }
        };
        let waited = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.shared.blocked_ns.fetch_add(waited, Ordering::Relaxed);
        samples
    }

    #[cold]
    fn help(&self) -> bool {
        self.shared.help.get().is_some_and(|help| help(self.list))
    }

    /// Says that nothing more will be pushed. Needed because a thread that could not be interrupted
    /// may hold its end for ever.
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
    }
}

impl Drain {
    /// Users call `help` where the collector does not keep up. It empties the list of the number it is given, and
    /// returns false where somebody else is at it.
    pub(crate) fn is_helped_by(&self, help: impl Fn(usize) -> bool + Send + Sync + 'static) {
        self.shared.help.get_or_init(|| Box::new(help));
    }

    /// Numbers of the lists that samples were put into since the last call; once the queue is closed, of all.
    pub(crate) fn filled(&self) -> impl Iterator<Item = usize> + use<> {
        let filled = if self.is_closed() { u64::MAX } else { self.shared.filled.swap(0, Ordering::AcqRel) };
        (0..=OF_THE_RUN).filter(move |list| filled & (1 << list) != 0)
    }

    /// Takes all samples of the list out, those of the run first. False when a user is just at the list. The collector
    /// polls: a blocked receiver would cost every push a wake-up.
    pub(crate) fn take(&mut self, list: usize, mut each: impl FnMut(&mut Sample)) -> bool {
        let shared = &self.shared;
        if list != OF_THE_RUN {
            // Whatever is closed is no longer pushed to, so that nobody can be waited for in vain.
            let found = if self.is_closed() { Some(shared.lists[list].lock()) } else { shared.lists[list].try_lock() };
            let Some(mut found) = found else {
                shared.is_filled(list);
                return false;
            };
            if found.is_empty() {
                return true;
            }
            mem::swap(&mut *found, &mut self.of_users);
        }
        // After the users' samples, so that what they build on, as the beginning of a level, is among them.
        mem::swap(&mut *shared.lists[OF_THE_RUN].lock(), &mut self.of_the_run);
        for samples in [&mut self.of_the_run, &mut self.of_users] {
            samples.iter_mut().for_each(&mut each);
            samples.clear();
        }
        true
    }

    /// True once nothing more is pushed. What was pushed may still be in the lists.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
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
        Sample::MeasureFrom(Moment::now())
    }

    /// Takes everything out, and counts it.
    fn empty(drain: &mut Drain) -> usize {
        let mut taken = 0;
        drain.filled().for_each(|list| {
            drain.take(list, |_| taken += 1);
        });
        taken
    }

    #[test]
    fn a_full_list_makes_its_users_wait_counts_it_and_loses_nothing() {
        let (sink, mut drain) = queue();
        let total = BOUND + 10;
        let (of_one, of_another) = (sink.of_user(1), sink.of_user(2));
        let pusher = thread::spawn(move || {
            for _ in 0..total {
                of_one.push(sample());
            }
            of_one.close();
        });
        thread::sleep(Duration::from_millis(50));
        of_another.push(sample());
        assert_eq!(drain.blocked(), Duration::ZERO, "another list has room");
        let mut taken = 0;
        while !drain.is_closed() {
            taken += empty(&mut drain);
        }
        pusher.join().expect("pusher");
        assert_eq!(taken + empty(&mut drain), total + 1);
        assert!(drain.blocked() >= Duration::from_millis(10), "{:?}", drain.blocked());
    }

    #[test]
    fn users_help_themselves_where_nobody_else_does() {
        let (sink, drain) = queue();
        let (drain, taken) = (Arc::new(Mutex::new(drain)), Arc::new(AtomicU64::new(0)));
        let (of_helper, counted) = (Arc::downgrade(&drain), Arc::clone(&taken));
        let help = move |list| {
            let drain = of_helper.upgrade().expect("a drain");
            let mut count = |_: &mut Sample| {
                counted.fetch_add(1, Ordering::Relaxed);
            };
            drain.try_lock().is_some_and(|mut drain| drain.take(list, &mut count))
        };
        drain.lock().is_helped_by(help);
        let users: Vec<_> = [1, 33].map(|user| sink.of_user(user)).into_iter().collect();
        thread::scope(|scope| {
            for sink in &users {
                scope.spawn(|| (0..10 * BOUND).for_each(|_| sink.push(sample())));
            }
        });
        let left = empty(&mut drain.lock());
        assert_eq!(taken.load(Ordering::Relaxed) + left as u64, 20 * BOUND as u64);
        assert!(left < 2 * BOUND, "{left}");
    }

    #[test]
    fn the_samples_of_the_run_come_before_those_of_users_that_build_on_them() {
        let (sink, mut drain) = queue();
        let of_user = sink.of_user(1);
        of_user.push(Sample::LevelEnd(Moment::now()));
        sink.push(sample());
        let mut order = Vec::new();
        assert!(drain.take(1, |sample| order.push(matches!(sample, Sample::MeasureFrom(_)))));
        assert_eq!(order, [true, false]);
    }

    #[test]
    fn a_list_that_a_user_is_at_is_passed_over_until_the_queue_is_closed() {
        let (sink, mut drain) = queue();
        let of_user = sink.of_user(1);
        of_user.push(sample());
        let shared = Arc::clone(&sink.shared);
        let held = shared.lists[1].lock();
        assert!(!drain.take(1, |_| panic!("nothing is taken")));
        sink.close();
        let waits = thread::spawn(move || empty(&mut drain));
        thread::sleep(Duration::from_millis(20));
        drop(held);
        assert_eq!(waits.join().expect("no panic"), 1);
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
