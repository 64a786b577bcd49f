//! Work of a worker: the run that the orders of a master come to, whoever of its members hears them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::Sender;

use parking_lot::Mutex;

use super::classes;
use super::message::{Key, Spawn, Stats, Users};
use super::standing::Standing;
use super::told::{self, Telling};
use crate::load_test::Live;
use crate::report::live::WorkerNow;

/// Most lines that a master is shown.
const MOST_LINES: usize = 500;

/// What members ask of whoever has the checks.
#[derive(Debug)]
pub(crate) enum Order {
    /// Start a run; its users come by orders.
    Start(Spawn),
    /// The master has let the worker go.
    Quit,
    /// No master was there for so long that the worker gives up; why not.
    Lost(String),
}

/// Run that the members of a worker have together.
#[derive(Debug)]
pub(crate) struct Work {
    /// Address of the master, for people.
    master: String,
    state: Mutex<State>,
    orders: Mutex<Sender<Order>>,
}

#[derive(Debug, Default)]
struct State {
    /// Users that each member is to have, by class; `None` for one that was told to stop, or never to begin.
    wanted: Vec<Option<BTreeMap<String, u32>>>,
    run: Option<Run>,
    /// Runs that are over, of which the last numbers have still to be told.
    ended: VecDeque<Telling>,
    is_starting: bool,
    is_leaving: bool,
    lines: Vec<String>,
    /// How each member stands with the master.
    standings: Vec<Standing>,
}

/// Run that goes on.
#[derive(Debug)]
struct Run {
    live: Live,
    classes: Vec<String>,
    telling: Telling,
    is_stopping: bool,
}

impl Work {
    pub(crate) fn of(master: String, members: usize, orders: Sender<Order>) -> Self {
        let standings = vec![Standing::default(); members];
        let state = State { wanted: vec![None; members], standings, ..State::default() };
        Work { master, state: Mutex::new(state), orders: Mutex::new(orders) }
    }

    /// How the worker stands with its master now.
    pub(crate) fn now(&self) -> WorkerNow {
        let state = self.state.lock();
        let member = |(number, standing): (usize, &Standing)| {
            let wanted = state.wanted[number].iter().flatten().map(|(class, users)| (class.clone(), *users));
            standing.now(&wanted.collect::<Vec<_>>(), &state.users(number))
        };
        let members = state.standings.iter().enumerate().map(member).collect();
        WorkerNow { master: self.master.clone(), members, lines: state.lines.clone() }
    }

    pub(super) fn show(&self, member: usize, standing: Standing) {
        self.state.lock().standings[member] = standing;
    }

    /// The run that was asked for has begun.
    pub(crate) fn begin(&self, live: Live, classes: Vec<String>) {
        let mut state = self.state.lock();
        state.is_starting = false;
        state.run = Some(Run { telling: Telling::of(live.clone()), live, classes, is_stopping: false });
        state.apply();
    }

    /// The run is over, and all of it counted.
    pub(crate) fn end(&self) {
        let mut state = self.state.lock();
        if let Some(run) = state.run.take() {
            state.ended.push_back(run.telling);
        }
    }

    /// The run that was asked for could not begin.
    pub(crate) fn has_not_begun(&self) {
        self.state.lock().is_starting = false;
    }

    /// The worker leaves its master, as soon as it has told what there is.
    pub(crate) fn leave(&self) {
        self.state.lock().is_leaving = true;
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.state.lock().is_leaving
    }

    pub(super) fn order(&self, order: Order) {
        // Who has the checks may have gone before.
        let _ = self.orders.lock().send(order);
    }

    /// A member is to have users. `is_new` for the first of a run.
    pub(super) fn spawn(&self, member: usize, spawn: &Spawn) {
        let mut state = self.state.lock();
        state.wanted[member] = Some(spawn.counts.clone());
        match &state.run {
            Some(run) if !run.is_stopping => state.apply(),
            // It begins once the one before is over.
            _ if state.is_starting => {}
            _ => {
                state.is_starting = true;
                drop(state);
                self.order(Order::Start(spawn.clone()));
            }
        }
    }

    /// A member is to have no users. The run stops if nobody is to have any.
    pub(super) fn release(&self, member: usize) {
        let mut state = self.state.lock();
        state.wanted[member] = None;
        if state.wanted.iter().all(Option::is_none) {
            state.stop();
        } else {
            state.apply();
        }
    }

    /// Ends the run at once.
    pub(super) fn cut(&self) {
        let mut state = self.state.lock();
        state.stop();
        if let Some(run) = &state.run {
            run.live.cut();
        }
    }

    /// There is no run, and none is about to begin.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state.lock();
        state.run.is_none() && !state.is_starting
    }

    /// All users that members are to have are up.
    pub(super) fn is_as_wanted(&self) -> bool {
        let state = self.state.lock();
        state.run.as_ref().is_some_and(|run| run.live.users_up() == state.wanted_users(&run.classes))
    }

    /// Users of a member, as far as they are up.
    pub(super) fn users(&self, member: usize) -> Users {
        self.state.lock().users(member)
    }

    /// What has ended since any member asked for it.
    pub(super) fn stats(&self, member: usize) -> Stats {
        let mut state = self.state.lock();
        let users = state.users(member);
        // A run that was given up with a lost master may be over, and the next one begun, before there is one again.
        if let Some(mut ended) = state.ended.pop_front() {
            return ended.stats(users);
        }
        match &mut state.run {
            Some(run) => run.telling.stats(users),
            None => told::nothing(users),
        }
    }

    /// A run was ordered while the one before was not quite over: it is ordered again.
    pub(crate) fn again(&self, spawn: Spawn) {
        self.order(Order::Start(spawn));
    }

    /// Says a line to the master.
    pub(crate) fn say(&self, line: &str) {
        let mut state = self.state.lock();
        if state.lines.len() < MOST_LINES {
            state.lines.push(line.to_owned());
        }
    }

    /// Lines that were said.
    pub(super) fn lines(&self) -> Vec<String> {
        self.state.lock().lines.clone()
    }
}

impl State {
    /// Has the run as many users of each class as all members want together.
    fn apply(&mut self) {
        let Some(run) = &self.run else { return };
        for class in &run.classes {
            run.live.set_class_users(class, self.wanted_of(class, &run.classes));
        }
    }

    fn stop(&mut self) {
        if let Some(run) = &mut self.run {
            run.is_stopping = true;
            run.live.stop();
        }
    }

    /// Users of a class of the run that all members want together.
    fn wanted_of(&self, class: &str, known: &[String]) -> u32 {
        let of = |counts: &BTreeMap<String, u32>| {
            let meant = counts.iter().filter(|(name, _)| classes::meant(name, known) == Some(class));
            meant.fold(0, |sum: u32, (_, count)| sum.saturating_add(*count))
        };
        self.wanted.iter().flatten().map(of).fold(0, u32::saturating_add)
    }

    fn wanted_users(&self, known: &[String]) -> u32 {
        known.iter().map(|class| self.wanted_of(class, known)).fold(0, u32::saturating_add)
    }

    fn users(&self, member: usize) -> Users {
        let (Some(run), Some(wanted)) = (&self.run, &self.wanted[member]) else {
            return Users::default();
        };
        let (up, all) = (run.live.users_up(), self.wanted_users(&run.classes));
        let share = |count: u32| match all {
            0 => 0,
            all if up >= all => count,
            all => (u64::from(count) * u64::from(up) / u64::from(all)) as u32,
        };
        let is_known = |name: &str| classes::meant(name, &run.classes).is_some();
        let by_class: BTreeMap<Key, u32> = wanted
            .iter()
            .map(|(name, count)| (Key::of(name), if is_known(name) { share(*count) } else { 0 }))
            .collect();
        let all = by_class.values().sum();
        Users { by_class, all }
    }
}
