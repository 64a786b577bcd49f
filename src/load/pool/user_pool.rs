//! The pool: makes users, tells each when to begin and when to leave.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, Thread};
use std::time::Duration;

use super::in_flight::InFlight;
use super::recorder::{Recorder, Samples};
use super::run_state::{Handle, RunState};
use super::user_loop::live;
use super::user_slot::UserSlot;
use crate::exchange::{Exchange, FlightRecorder};
use crate::load::check::class::ClassShares;
use crate::load::http::{ClientCache, ClientFactory, Interrupt};
use crate::load::os;
use crate::load::user::clients::Clients;
use crate::load::user::observers::Observers;
use crate::load::user::{User, UserParts};
use crate::moment::Moment;
use crate::names::Names;
use crate::queue::{Sink, Tap};
use crate::sample::{RequestRow, Sample, UserEvent, UserSample};
use crate::units::after;

pub(crate) struct UserPool {
    shared: Arc<RunState>,
    factory: ClientFactory,
    factories: Arc<ClientCache>,
    names: Arc<Names>,
    sink: Sink,
    log: Option<Tap<Exchange>>,
    samples: Option<Tap<RequestRow>>,
    flight_recorder: FlightRecorder,
    /// When the pool was made: what the users' open work is timed from.
    epoch: Moment,
    /// Users that were made here.
    made: u32,
    /// How many may be present at one time, for this machine.
    room: u64,
    /// The most users that were wanted and could not be had.
    missing: u32,
    class_shares: ClassShares,
    /// Made, and not told to begin, by class.
    spare: Vec<Vec<Arc<UserSlot>>>,
    /// Told to begin and not told to leave, by class.
    present: Vec<Vec<Arc<UserSlot>>>,
    threads: Vec<Thread>,
}

impl UserPool {
    pub(crate) fn new(
        shared: Arc<RunState>,
        factory: ClientFactory,
        names: Arc<Names>,
        sink: Sink,
        log: Option<Tap<Exchange>>,
        samples: Option<Tap<RequestRow>>,
        flight_recorder: FlightRecorder,
    ) -> Self {
        let classes = shared.classes.classes.len();
        let places = || (0..classes).map(|_| Vec::new()).collect();
        UserPool {
            class_shares: ClassShares::new(&shared.classes.classes, shared.plan.part),
            room: shared.plan.room(&os::limits()),
            missing: 0,
            shared,
            factory,
            factories: Arc::default(),
            names,
            sink,
            log,
            samples,
            flight_recorder,
            epoch: Moment::now(),
            made: 0,
            spare: places(),
            present: places(),
            threads: Vec::new(),
        }
    }

    /// Makes the threads of the users that belong to this part among so many, in the order in which they come. They wait to be
    /// told to begin.
    ///
    /// # Errors
    /// When the system makes no more threads; with the number it made.
    pub(crate) fn prepare(&mut self, users: u32) -> Result<(), (u32, io::Error)> {
        let seats: Vec<usize> = self.class_shares.seats(users).collect();
        for class in seats {
            let slot = self.make(class).map_err(|error| (self.made, error))?;
            self.spare[class].push(slot);
        }
        // The first to be made is the first to begin.
        self.spare.iter_mut().for_each(|slots| slots.reverse());
        Ok(())
    }

    /// Wakes those who wait, so that they have slept in their own places when the first begins.
    pub(crate) fn wake(&mut self) {
        self.threads.drain(..).for_each(|thread| thread.unpark());
    }

    /// Wakes all who are there, to look for what they are called for.
    pub(crate) fn call(&self) {
        self.present.iter().flatten().for_each(|slot| slot.wake());
    }

    /// How many users of each class belong to this part, among so many of the whole.
    pub(crate) fn split(&mut self, users: u32) -> Vec<u32> {
        self.class_shares.split(users)
    }

    /// From then on so many users of each class are wanted: others are told to begin `apart` from one another, or
    /// the last to leave. Returns how many are wanted and could be made.
    pub(crate) fn want(&mut self, counts: &[u32], at: Moment, apart: Duration) -> u32 {
        let mut begin = at;
        for (class, count) in counts.iter().enumerate() {
            let count = *count as usize;
            while self.present[class].len() < count && !self.shared.stop.is_set() {
                let Some(slot) = self.next(class) else { break };
                slot.begin(begin);
                begin = after(begin, apart);
                self.present[class].push(slot);
            }
            let kept = count.min(self.present[class].len());
            self.present[class].drain(kept..).for_each(|slot| slot.end(at));
        }
        let present = self.present();
        let wanted = counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count));
        if !self.shared.stop.is_set() {
            self.tell_missing(wanted.saturating_sub(present));
        }
        present
    }

    fn present(&self) -> u32 {
        self.present.iter().map(|slots| slots.len() as u32).sum()
    }

    /// Slot of a user that may begin; `None` where this machine has no room for another.
    fn next(&mut self, class: usize) -> Option<Arc<UserSlot>> {
        if u64::from(self.present()) >= self.room {
            return None;
        }
        self.spare[class].pop().or_else(|| self.make(class).ok())
    }

    /// Counts the most that ever were, once each.
    fn tell_missing(&mut self, missing: u32) {
        let more = missing.saturating_sub(self.missing);
        if more > 0 {
            self.missing = missing;
            self.sink.push(Sample::User(UserSample { at: Moment::now(), event: UserEvent::NotMade(more) }));
        }
    }

    fn make(&mut self, class: usize) -> io::Result<Arc<UserSlot>> {
        let shared = Arc::clone(&self.shared);
        let place = shared.plan.part.place(self.made.into());
        let turn = u32::try_from(place).unwrap_or(u32::MAX - 1);
        let id = turn + 1;
        let interrupt = Interrupt::default();
        let client = self.factory.client(turn, &interrupt);
        let in_flight = Arc::new(InFlight::new(self.epoch));
        let handle = Handle { in_flight: Arc::clone(&in_flight), interrupt: interrupt.clone() };
        let recorder = Recorder::new(
            self.sink.of_user(id),
            in_flight,
            Arc::clone(&shared.levels),
            Arc::clone(&shared.stop),
            Arc::clone(&self.names),
            self.samples.clone().map(|tap| Samples { tap, user: id }),
        );
        let slot = Arc::new(UserSlot::new(Arc::clone(&shared.stop)));
        let parts = UserParts {
            clients: Clients::new(client, Arc::clone(&shared.settings), Arc::clone(&self.factories), interrupt, turn),
            recorder,
            slot: Arc::clone(&slot),
            observers: Observers::new(Arc::clone(&shared.hooks), self.log.clone(), self.flight_recorder.clone()),
            redactor: shared.plan.redactor.clone(),
            seed: shared.plan.seed_of(id),
            part: shared.plan.part,
        };
        // Boxed: what a thread is given passes through several frames.
        let mut user = Box::new(User::new(id, parts));
        shared.running.fetch_add(1, Ordering::SeqCst);
        shared.handles.lock().insert(id, handle);
        let for_thread = (Arc::clone(&shared), Arc::clone(&slot));
        let thread = thread::Builder::new()
            .name(format!("user-{id}"))
            .stack_size(shared.plan.stack_size)
            .spawn(move || live(&for_thread.0, class, &for_thread.1, &mut user));
        match thread {
            Ok(thread) => {
                let thread = thread.thread().clone();
                slot.belongs_to(thread.clone());
                shared.stop.wake_at_stop([thread.clone()]);
                self.threads.push(thread);
                self.made += 1;
                Ok(slot)
            }
            Err(error) => {
                shared.handles.lock().remove(&id);
                shared.running.fetch_sub(1, Ordering::SeqCst);
                Err(error)
            }
        }
    }
}
