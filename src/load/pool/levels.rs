//! Levels of a run: the number of released users, and the level that follows from it.

use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

use parking_lot::Mutex;

use crate::moment::Moment;
use crate::queue::Sink;
use crate::sample::{AskedRate, Level, Life, Plateau, Sample, UserEvent, UserSample};

/// More levels than this are not told apart: what ends in them belongs to none.
const MAX_LEVELS: u16 = 200;

#[derive(Debug)]
pub(crate) struct Levels {
    level: AtomicU16,
    up: AtomicU32,
    state: Mutex<State>,
    sink: Sink,
}

#[derive(Debug)]
struct State {
    /// Plateau that is wanted; `None` while the load changes.
    wanted: Option<Plateau>,
    /// Rate that a schedule asks for meanwhile.
    asked: Option<AskedRate>,
    up: u32,
    /// Levels there have been.
    levels: u16,
}

impl Levels {
    pub(crate) fn new(sink: Sink) -> Self {
        let state = Mutex::new(State { wanted: None, asked: None, up: 0, levels: 0 });
        Levels { level: AtomicU16::new(Level::NONE.0), up: AtomicU32::new(0), state, sink }
    }

    /// The level that what ends now belongs to.
    pub(crate) fn level(&self) -> Level {
        Level(self.level.load(Ordering::Relaxed))
    }

    /// From now on this is wanted; `None` while it changes, in a warm-up, and after the stop. `asked` is what a schedule
    /// asks for while it holds.
    pub(crate) fn want(&self, wanted: Option<Plateau>, asked: Option<AskedRate>) {
        let mut state = self.state.lock();
        if state.wanted != wanted {
            (state.wanted, state.asked) = (wanted, asked);
            self.settle(&mut state, true);
        }
    }

    /// A user begins; the last wanted one completes the level.
    pub(crate) fn user_released(&self, due: Moment) {
        let at = Moment::now();
        let late = at.saturating_duration_since(due);
        let mut state = self.state.lock();
        state.up += 1;
        self.up.store(state.up, Ordering::SeqCst);
        self.sink.push(Sample::User(UserSample { at, event: UserEvent::Released { late } }));
        self.settle(&mut state, false);
    }

    /// A user begins nothing more; the first one to leave ends the level.
    pub(crate) fn user_ended(&self, life: Life) {
        let mut state = self.state.lock();
        state.up = state.up.saturating_sub(1);
        self.up.store(state.up, Ordering::SeqCst);
        self.sink.push(Sample::User(UserSample { at: Moment::now(), event: UserEvent::Ended(life) }));
        self.settle(&mut state, false);
    }

    /// The users that are up.
    pub(crate) fn up(&self) -> u32 {
        self.up.load(Ordering::SeqCst)
    }

    /// Begins a level where all that is wanted is there, and ends it where it is not. `anew`: something else is
    /// wanted than before.
    fn settle(&self, state: &mut State, anew: bool) {
        let reached = state.wanted.filter(|wanted| match wanted {
            Plateau::Users(users) => *users > 0 && state.up == *users,
            Plateau::Rate(_) => state.up > 0,
        });
        let is_in_level = self.level() != Level::NONE;
        match reached {
            Some(what) if (anew || !is_in_level) && state.levels < MAX_LEVELS => {
                state.levels += 1;
                let level = Level(state.levels);
                self.sink.push(Sample::Level { level, what, from: Moment::now(), asked: state.asked });
                self.level.store(level.0, Ordering::SeqCst);
            }
            Some(_) if !anew => {}
            _ => {
                self.level.store(Level::NONE.0, Ordering::SeqCst);
                if is_in_level {
                    self.sink.push(Sample::LevelEnd(Moment::now()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue;

    #[test]
    fn a_level_begins_with_the_last_wanted_user_and_ends_with_the_first_to_leave() {
        let (sink, _drain) = queue::queue();
        let levels = Levels::new(sink);
        levels.want(Some(Plateau::Users(2)), None);
        levels.user_released(Moment::now());
        assert_eq!(levels.level(), Level::NONE);
        levels.user_released(Moment::now());
        assert_eq!(levels.level(), Level(1));
        levels.user_ended(Life::default());
        assert_eq!(levels.level(), Level::NONE);
    }

    #[test]
    fn every_plateau_is_a_level_of_its_own_and_what_lies_between_is_none() {
        let (sink, _drain) = queue::queue();
        let levels = Levels::new(sink);
        levels.user_released(Moment::now());
        levels.want(Some(Plateau::Users(1)), None);
        assert_eq!(levels.level(), Level(1));
        levels.want(None, None);
        assert_eq!(levels.level(), Level::NONE);
        levels.user_released(Moment::now());
        levels.want(Some(Plateau::Users(2)), None);
        assert_eq!(levels.level(), Level(2));
        levels.want(Some(Plateau::Rate(5.0)), None);
        assert_eq!(levels.level(), Level(3));
    }
}
