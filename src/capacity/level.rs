//! One level of a search: its load is asked for, left to settle, and measured until it is decided.

use std::thread;
use std::time::{Duration, Instant};

use super::news::{Held, News, Phase};
use super::search::Trial;
use super::settings::{By, SearchSettings};
use super::settle::{in_flight_rises, is_settled};
use crate::load_test::Live;
use crate::stats::{CapacityLevel, Gate, GoalOutcome, LevelFacts, Summary, TrialPurpose, outcome_of};

/// Blocks of a level at first.
const BLOCKS: u32 = 40;
/// How many times the level's time it may take to settle, where its users need so long for an iteration.
const LONGEST_SETTLING: u32 = 3;
/// How many times the level's time an undecided one is measured.
const LONGEST: u32 = 4;
/// Time between two looks at a level that settles, as a share of its time.
const LOOKS: u32 = 20;
/// Longest sleep between two looks at whether the run is stopped.
const NAP: Duration = Duration::from_millis(20);
/// Longest time until the users of a level are up, beside that of their spawn rate.
const LONGEST_START: Duration = Duration::from_secs(30);

/// The run was stopped, or its time is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// Levels of one run, asked for from outside.
pub(super) struct Levels<'a> {
    pub(super) live: &'a Live,
    pub(super) goals: &'a [Gate],
    pub(super) settings: &'a SearchSettings,
    /// Moment after which nothing more is measured.
    pub(super) deadline: Instant,
}

impl Levels<'_> {
    /// Holds a level until it is judged. Its numbers come with it.
    pub(super) fn hold(
        &self,
        trial: Trial,
        may_extend: bool,
        tell: &mut dyn FnMut(News<'_>),
    ) -> Result<(CapacityLevel, Summary), Stopped> {
        let (began, ended_before) = (Instant::now(), self.ended());
        let what = self.settings.plateau(trial.load);
        let mut holds = |phase| tell(News::Holds(Held { what, purpose: trial.purpose, phase }));
        holds(Phase::Starting);
        let has_room = self.ask(trial.load)?;
        holds(Phase::Settling);
        let is_settled = self.settle(trial)?;
        self.observe();
        holds(Phase::Measuring);
        let level_time = self.settings.level_time;
        let first = match trial.purpose {
            // On the way up a rough look will do: where it cannot be told, what lies above or below tells as much.
            TrialPurpose::Double => level_time / 2,
            TrialPurpose::Bisect | TrialPurpose::Above => level_time,
            TrialPurpose::Confirm => level_time * 2,
        };
        let may_extend = may_extend && trial.purpose != TrialPurpose::Double;
        let longest = if may_extend { level_time * LONGEST } else { first };
        let mut measured = first;
        self.wait(first)?;
        loop {
            let summary = self.observed()?;
            let goals: Vec<_> = self.goals.iter().map(|goal| goal.goal(&summary)).collect();
            let is_overloaded = self.is_overloaded(&summary);
            let is_decided = outcome_of(&goals, is_overloaded) != GoalOutcome::Undecided;
            if is_decided || measured >= longest {
                let facts = LevelFacts {
                    what,
                    purpose: trial.purpose,
                    goals,
                    is_overloaded,
                    has_room,
                    is_settled,
                    is_silent: self.ended() == ended_before,
                    took: began.elapsed(),
                };
                return Ok((CapacityLevel::of(facts, &summary), summary));
            }
            measured += level_time;
            self.wait(level_time)?;
        }
    }

    /// Checks that have ended so far.
    fn ended(&self) -> u64 {
        let glance = self.live.glance();
        glance.pass + glance.fail + glance.exception
    }

    /// Asks for a load, and waits until it is there. False where this machine has no room for it.
    fn ask(&self, load: f64) -> Result<bool, Stopped> {
        if self.settings.by == By::Rate {
            self.live.set_rate(load);
            self.wait(NAP)?;
            return Ok(true);
        }
        let users = load as u32;
        let not_made = self.live.counts().not_made;
        self.live.set_users(users);
        self.wait(NAP)?;
        let (mut changed, mut up) = (Instant::now(), self.live.users_up());
        // As long as users come or go, it is on the way. Classes whose numbers are fixed may have no place for all.
        while self.live.users_up() != self.live.wanted().users && changed.elapsed() < LONGEST_START {
            self.wait(NAP)?;
            if self.live.users_up() != up {
                (up, changed) = (self.live.users_up(), Instant::now());
            }
        }
        Ok(self.live.counts().not_made == not_made)
    }

    /// Waits until the warm-up is over, in which nothing is measured.
    pub(super) fn warm_up(&self) -> Result<(), Stopped> {
        while self.live.measured_for().is_zero() {
            self.wait(NAP)?;
        }
        Ok(())
    }

    /// Waits until nothing changes any more. False if the time for it was too short.
    fn settle(&self, trial: Trial) -> Result<bool, Stopped> {
        let level_time = self.settings.level_time;
        let users = if self.settings.by == By::Users { trial.load } else { 1.0 };
        let enough = if trial.purpose == TrialPurpose::Double { level_time / 2 } else { level_time };
        let began = Instant::now();
        self.observe();
        while began.elapsed() < level_time * LONGEST_SETTLING {
            self.wait(level_time / LOOKS)?;
            let level = self.observed()?;
            if is_settled(&level, users) {
                return Ok(true);
            }
            // All users have had their turn: what still drifts will be seen in what is measured.
            if began.elapsed() >= enough && level.whole.iterations as f64 >= users {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// More comes than the service bears: the number in flight rises, or no user is free.
    fn is_overloaded(&self, level: &Summary) -> bool {
        self.settings.by == By::Rate && (level.dropped > 0 || in_flight_rises(level))
    }

    fn observe(&self) {
        self.live.observe(self.settings.level_time / BLOCKS);
    }

    fn observed(&self) -> Result<Summary, Stopped> {
        self.live.observed().ok_or(Stopped)
    }

    fn wait(&self, time: Duration) -> Result<(), Stopped> {
        let end = Instant::now() + time;
        loop {
            if self.live.is_stopping() || Instant::now() >= self.deadline {
                return Err(Stopped);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(NAP));
        }
    }
}
