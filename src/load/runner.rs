//! The runner: makes the users' threads, lets them start on their schedule, and ends them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::check::Check;
use super::crew::Crew;
use super::http::{ClientFactory, Interrupt};
use super::open::Open;
use super::os;
use super::plan::Plan;
use super::recorder::Recorder;
use super::request::REFUSAL_PAUSE;
use super::stop::Stop;
use super::user::User;
use crate::end::{End, EndReason};
use crate::error::Error;
use crate::exchange::Exchange;
use crate::names::Names;
use crate::queue::{Sink, Tap};
use crate::sample::{CheckId, Sample};
use crate::units::after;

/// How long an interrupted user may take to see that it was interrupted.
const INTERRUPTED_END: Duration = Duration::from_secs(1);

/// What a run is made of.
pub(crate) struct Parts {
    pub(crate) plan: Plan,
    pub(crate) checks: Arc<[Check]>,
    pub(crate) names: Arc<Names>,
    pub(crate) sink: Sink,
    pub(crate) stop: Arc<Stop>,
    pub(crate) log: Option<Tap<Exchange>>,
}

/// What the conductor holds of one user.
struct Handle {
    open: Arc<Open>,
    interrupt: Interrupt,
}

/// Shared by all users of a run.
struct Shared {
    plan: Plan,
    checks: Arc<[Check]>,
    stop: Arc<Stop>,
    crew: Arc<Crew>,
    /// When the first user is to start; set when all threads are made.
    first_start: OnceLock<Instant>,
    /// Threads of users that have not ended.
    running: AtomicU32,
}

/// Makes all threads and then releases the users. Returns the thread that sees the run to its end.
pub(crate) fn start(parts: Parts) -> Result<JoinHandle<End>, Error> {
    let stop = Arc::clone(&parts.stop);
    let started = make_and_release(parts);
    if started.is_err() {
        stop.set(EndReason::Stopped);
    }
    started
}

fn make_and_release(parts: Parts) -> Result<JoinHandle<End>, Error> {
    let Parts { plan, checks, names, sink, stop, log } = parts;
    let factory = ClientFactory::new(&plan.http)?;
    os::raise_open_files();
    let settings = Arc::new(plan.http.clone());
    let users = plan.users;
    let shared = Arc::new(Shared {
        plan,
        checks,
        stop: Arc::clone(&stop),
        crew: Arc::new(Crew::new(users, sink.clone())),
        first_start: OnceLock::new(),
        running: AtomicU32::new(users),
    });
    let epoch = Instant::now();
    let mut handles = Vec::new();
    let mut threads = Vec::new();
    for index in 0..users {
        let client = factory.client(index);
        let open = Arc::new(Open::new(epoch));
        handles.push(Handle { open: Arc::clone(&open), interrupt: client.interrupt() });
        let crew = Arc::clone(&shared.crew);
        let recorder = Recorder::new(sink.clone(), open, crew, Arc::clone(&stop), Arc::clone(&names));
        // Boxed: what a thread is given passes through several frames.
        let mut user =
            Box::new(User::new(index + 1, client, recorder, Arc::clone(&stop), Arc::clone(&settings), log.clone()));
        let for_thread = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name(format!("user-{}", index + 1))
            .stack_size(shared.plan.stack_size)
            .spawn(move || live(&for_thread, index, &mut user));
        match thread {
            Ok(thread) => threads.push(thread.thread().clone()),
            Err(error) => {
                stop.wake_at_stop(threads);
                return Err(Error::run(format!(
                    "--users {users}: this machine made only {index} threads ({error}); lower --users or raise its limits (ulimit -u, kernel.threads-max, vm.max_map_count)"
                )));
            }
        }
    }
    stop.wake_at_stop(threads.iter().cloned());
    // A little later, so that every thread is awake and waits for its own time when the first one starts:
    // users that already work would keep the others from the processors.
    let lead = Duration::from_millis(1) + Duration::from_micros(10) * users;
    let first_start = Instant::now() + lead;
    let no_thread = |error| Error::run(format!("cannot make a thread: {error}; free some memory or raise ulimit -u"));
    if let Some(limit) = shared.plan.time_limit() {
        let shared = Arc::clone(&shared);
        let timer = move || time_out(&shared, after(first_start, limit));
        thread::Builder::new().name("timer".into()).spawn(timer).map_err(no_thread)?;
    }
    let for_conductor = Arc::clone(&shared);
    let conductor = move || {
        let end = conduct(&for_conductor, &sink, &handles, first_start);
        // Until here it has kept up what all users' clients share.
        drop(factory);
        end
    };
    let conductor = thread::Builder::new().name("conductor".into()).spawn(conductor).map_err(no_thread)?;
    shared.first_start.get_or_init(|| first_start);
    for thread in threads {
        thread.unpark();
    }
    Ok(conductor)
}

/// The life of a user's thread.
fn live(shared: &Shared, index: u32, user: &mut User) {
    let _leaving = Leaving(shared);
    os::schedule_as_batch();
    let first_start = loop {
        match shared.first_start.get() {
            Some(first_start) => break *first_start,
            None if shared.stop.is_set() => return,
            None => thread::park(),
        }
    };
    let due = after(first_start, shared.plan.start_of(index));
    if shared.stop.sleep_until(due) {
        shared.crew.user_released(due);
        let begun = iterate(shared, user, due);
        let end = shared.stop.reason().map_or_else(Instant::now, |(stopped_at, _)| stopped_at);
        let were_due = shared.plan.pace.due_by(due, end).min(shared.plan.loops.unwrap_or(u64::MAX));
        user.missed(were_due.saturating_sub(begun));
        shared.crew.user_ended(os::run_delay());
    }
}

/// Iterations until the loops are done or the stop is set. Returns how many were begun.
fn iterate(shared: &Shared, user: &mut User, first: Instant) -> u64 {
    let (pace, loops) = (shared.plan.pace, shared.plan.loops.unwrap_or(u64::MAX));
    let mut planned = first;
    for iteration in 1..=loops {
        if shared.stop.is_set() {
            return iteration - 1;
        }
        user.begin_iteration(iteration, planned, pace.is_schedule());
        for (id, check) in (0..).map(CheckId).zip(shared.checks.iter()) {
            if shared.stop.ends_iterations() || user.run(id, check).is_err() {
                return iteration;
            }
        }
        if iteration < loops {
            let now = Instant::now();
            planned = pace.next(first, iteration + 1, now);
            if user.must_pause(REFUSAL_PAUSE) {
                planned = planned.max(now + REFUSAL_PAUSE);
            }
            if planned > now && !shared.stop.sleep_until(planned) {
                return iteration;
            }
        }
    }
    loops
}

/// Counts a user's thread out, also when it panics.
struct Leaving<'a>(&'a Shared);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.stop.notify();
        }
    }
}

impl Shared {
    fn all_ended(&self) -> bool {
        self.running.load(Ordering::SeqCst) == 0
    }
}

/// The timer: sets the stop flag, unless the run ends before.
fn time_out(shared: &Shared, end: Instant) {
    let ends_early = || shared.stop.is_set() || shared.all_ended();
    if !shared.stop.wait_until(Some(end), ends_early) {
        shared.stop.set(EndReason::TimeUp);
    }
}

/// The conductor: waits for the stop or the last loop, gives running checks their time, cuts off what is left.
fn conduct(shared: &Shared, sink: &Sink, handles: &[Handle], first_start: Instant) -> End {
    let _closing = Closing(sink);
    let before = os::CpuUse::now();
    let stop = &shared.stop;
    let all_ended = || shared.all_ended();
    stop.wait_until(None, || all_ended() || stop.is_set());
    stop.set(EndReason::LoopsDone);
    let (stopped_at, reason) = stop.reason().unwrap_or((Instant::now(), EndReason::LoopsDone));
    shared.crew.leave_level();
    let in_time = stop.wait_until(Some(after(stopped_at, shared.plan.stop_timeout)), || all_ended() || stop.is_cut());
    if !in_time || stop.is_cut() {
        // First all that is open is counted, at one moment; only then is it interrupted.
        stop.cut();
        let now = Instant::now();
        let unfinished = handles.iter().filter_map(|handle| handle.open.cut(now));
        unfinished.for_each(|sample| sink.push(Sample::Unfinished(sample)));
        handles.iter().for_each(|handle| handle.interrupt.interrupt());
        stop.wait_until(Some(now + INTERRUPTED_END), all_ended);
    }
    let duration = first_start.elapsed();
    let machine = os::CpuUse::now().since(&before, duration);
    End { reason, duration, abandoned: shared.running.load(Ordering::SeqCst), machine }
}

/// Closes the queue, also when the conductor panics: the collector must not wait for ever.
struct Closing<'a>(&'a Sink);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
