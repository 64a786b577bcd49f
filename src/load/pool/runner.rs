//! The runner: makes the threads of a run, and sees it to its end.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use super::arrivals::Arrivals;
use super::control::Control;
use super::levels::Levels;
use super::request_budget::RequestBudget;
use super::run_state::{Handles, RunState};
use super::scheduler::Scheduler;
use super::stop::Stop;
use super::user_pool::UserPool;
use crate::end::{End, EndReason};
use crate::error::Error;
use crate::exchange::{Exchange, FlightRecorder};
use crate::load::check::class::Classes;
use crate::load::check::hooks::Hooks;
use crate::load::check::user_hooks::UserHooks;
use crate::load::http::ClientFactory;
use crate::load::os;
use crate::load::plan::Plan;
use crate::load::plan::load::Load;
use crate::moment::Moment;
use crate::names::Names;
use crate::queue::{Sink, Tap};
use crate::sample::{RequestRow, Sample, UserEvent, UserSample};
use crate::units::after;

/// How long an interrupted user may take to see that it was interrupted.
const INTERRUPTED_END: Duration = Duration::from_secs(1);

/// Parts that a run is made of.
pub(crate) struct Parts {
    pub(crate) plan: Plan,
    pub(crate) classes: Classes,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) user_hooks: UserHooks,
    pub(crate) names: Arc<Names>,
    pub(crate) sink: Sink,
    pub(crate) stop: Arc<Stop>,
    pub(crate) control: Arc<Control>,
    pub(crate) log: Option<Tap<Exchange>>,
    pub(crate) samples: Option<Tap<RequestRow>>,
    pub(crate) flight_recorder: FlightRecorder,
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
    let Parts { plan, classes, hooks, user_hooks, names, sink, stop, control, log, samples, flight_recorder } = parts;
    let factory = ClientFactory::new(&plan.http)?;
    os::raise_open_files();
    let users = plan.known_users();
    plan.fits(users, &os::limits())?;
    let shared = Arc::new(RunState {
        settings: Arc::new(plan.http.clone()),
        budget: plan.requests.map(|requests| RequestBudget::new(plan.part.share(requests))),
        plan,
        classes,
        hooks,
        user_hooks,
        stop: Arc::clone(&stop),
        levels: Arc::new(Levels::new(sink.clone())),
        control,
        arrivals: OnceLock::new(),
        first_start: OnceLock::new(),
        running: AtomicU32::new(0),
        driving: AtomicBool::new(true),
        has_worked: AtomicBool::new(false),
        handles: parking_lot::Mutex::new(Handles::new()),
    });
    let mut pool = UserPool::new(Arc::clone(&shared), factory, names, sink.clone(), log, samples, flight_recorder);
    if let Err((made, error)) = pool.prepare(shared.plan.part.whole_of_users(users)) {
        return Err(Error::run(format!(
            "‹users› {users}: this machine made only {made} threads ({error}); lower ‹users› or raise its limits (ulimit -u, kernel.threads-max, vm.max_map_count)"
        )));
    }
    // Later than now, so that every thread is awake and waits for its own time when the first one starts: users
    // that already work would keep the others from the processors.
    let ready = Moment::now() + Duration::from_millis(1) + Duration::from_micros(10) * users;
    let until = |at: SystemTime| at.duration_since(SystemTime::now()).unwrap_or_default();
    let first_start = shared.plan.start_at.map_or(ready, |at| ready.max(Moment::now() + until(at)));
    shared.first_start.get_or_init(|| first_start);
    if let Load::Rate(rate) = &shared.plan.load {
        let end = shared.planned_end();
        shared.arrivals.get_or_init(|| Arrivals::new(rate, shared.plan.part, first_start, end, shared.plan.seed_of(0)));
    }
    sink.push(Sample::MeasureFrom(shared.measured_from()));
    let no_thread = |error| Error::run(format!("cannot make a thread: {error}; free some memory or raise ulimit -u"));
    if let Some(end) = shared.planned_end() {
        let shared = Arc::clone(&shared);
        let timer = move || time_out(&shared, end);
        thread::Builder::new().name("timer".into()).spawn(timer).map_err(no_thread)?;
    }
    let mut scheduler = Scheduler::new(Arc::clone(&shared), pool);
    // The start is told by this thread: no other could be late for it.
    scheduler.announce();
    let scheduler =
        thread::Builder::new().name("scheduler".into()).spawn(move || scheduler.follow()).map_err(no_thread)?;
    let conductor = move || {
        let end = conduct(&shared, &sink);
        // Until here it has kept up what all users' clients share. It is not waited for: an author's hook may block it.
        drop(scheduler);
        end
    };
    thread::Builder::new().name("conductor".into()).spawn(conductor).map_err(no_thread)
}

/// The timer: sets the stop flag, unless the run ends before.
fn time_out(shared: &RunState, end: Moment) {
    let ends_early = || shared.stop.is_set() || shared.all_ended();
    if !shared.stop.wait_until(Some(end), ends_early) {
        shared.stop.set(EndReason::TimeUp);
    }
}

/// The conductor: waits for the stop or the last loop, gives running checks their time, cuts off what is left.
fn conduct(shared: &RunState, sink: &Sink) -> End {
    let _closing = Closing(sink);
    let before = os::CpuUse::now();
    let stop = &shared.stop;
    let all_ended = || shared.all_ended();
    stop.wait_until(None, || all_ended() || stop.is_set());
    let by_itself = if shared.has_worked.load(Ordering::SeqCst) { EndReason::LoopsDone } else { EndReason::NoUsers };
    stop.set(by_itself);
    let (stopped_at, reason) = stop.reason().unwrap_or((Moment::now(), by_itself));
    shared.levels.want(None, None);
    let in_time = stop.wait_until(Some(after(stopped_at, shared.plan.stop_timeout)), || all_ended() || stop.is_cut());
    let mut abandoned = 0;
    if !in_time || stop.is_cut() {
        // First all that is open is counted, at one moment; only then is it interrupted.
        stop.cut();
        let now = Moment::now();
        let handles = std::mem::take(&mut *shared.handles.lock());
        let unfinished = handles.values().filter_map(|handle| handle.in_flight.cut(now));
        unfinished.for_each(|sample| sink.push(Sample::Unfinished(sample)));
        handles.values().for_each(|handle| handle.interrupt.interrupt());
        stop.wait_until(Some(now + INTERRUPTED_END), all_ended);
        abandoned = shared.running.load(Ordering::SeqCst);
    }
    // After the users, who give back what they had taken and could not begin.
    if let Some(arrivals) = shared.arrivals.get() {
        let event = UserEvent::Dropped(arrivals.end(stopped_at));
        sink.push(Sample::User(UserSample { at: stopped_at, event }));
    }
    let until = shared.planned_end().map_or(stopped_at, |end| end.min(stopped_at));
    if let Some(asked) = shared.asked_until(until) {
        sink.push(Sample::Asked { asked, from: shared.measured_from(), until });
    }
    let duration = shared.first_start().elapsed();
    let machine = os::CpuUse::now().since(&before);
    End { reason, duration, abandoned, machine }
}

/// Closes the queue, also when the conductor panics: the collector must not wait for ever.
struct Closing<'a>(&'a Sink);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
