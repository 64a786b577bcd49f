//! Search of a run that goes on: its levels as they are judged, and the one that is held.

use std::time::Instant;

use parking_lot::Mutex;

use crate::capacity::{Held, News, Phase};
use crate::report::live::{self, HeldLevel, HeldPhase, SearchNow, answer_line};
use crate::stats::{CapacityAnswer, CapacityLevel, Summary};

/// Search of a run, as far as it has come.
#[derive(Debug)]
pub(crate) struct Search {
    /// Goals that the answer keeps to.
    goals: Vec<String>,
    heard: Mutex<Heard>,
}

/// News up to now.
#[derive(Debug, Default)]
struct Heard {
    levels: Vec<CapacityLevel>,
    held: Option<Holding>,
}

/// Level that is held, and since when.
#[derive(Debug, Clone, Copy)]
struct Holding {
    level: Held,
    since: Instant,
    in_phase_since: Instant,
}

impl Search {
    pub(crate) fn new(goals: Vec<String>) -> Search {
        Search { goals, heard: Mutex::default() }
    }

    /// Takes news of the search.
    pub(crate) fn hear(&self, news: News<'_>) {
        let mut heard = self.heard.lock();
        match news {
            News::Judged(level) => {
                heard.levels.push(level.clone());
                heard.held = None;
            }
            News::Holds(level) => {
                let now = Instant::now();
                let since = heard.held.map_or(now, |held| held.since);
                heard.held = Some(Holding { level, since, in_phase_since: now });
            }
        }
    }

    /// Search at a glance; with the numbers of its end once it is over.
    pub(super) fn now(&self, end: Option<&Summary>) -> SearchNow {
        let levels = self.heard.lock().levels.len();
        let held = if end.is_none() { self.held() } else { None };
        SearchNow { levels, held, answer: answer(end).map(answer_line) }
    }

    /// Search with all its levels, as far as it has come.
    pub(super) fn told(&self, end: Option<&Summary>) -> live::Search {
        let going_on = || live::Search::going_on(&self.goals, &self.heard.lock().levels);
        answer(end).map_or_else(going_on, live::Search::from)
    }

    /// Load that is held: users, or arrivals per second.
    pub(super) fn load(&self) -> Option<f64> {
        self.heard.lock().held.map(|held| held.level.what.size())
    }

    fn held(&self) -> Option<HeldLevel> {
        let Holding { level, since, in_phase_since } = self.heard.lock().held?;
        let phase = match level.phase {
            Phase::Starting => HeldPhase::Starting,
            Phase::Settling => HeldPhase::Settling,
            Phase::Measuring => HeldPhase::Measuring,
        };
        Some(HeldLevel::of(level.what, level.purpose, phase, in_phase_since.elapsed(), since.elapsed()))
    }
}

fn answer(end: Option<&Summary>) -> Option<&CapacityAnswer> {
    end?.capacity.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Plateau;
    use crate::stats::TrialPurpose;

    #[test]
    fn the_level_that_is_held_is_told_by_its_phase() {
        let search = Search::new(vec!["p95 < 60ms".into()]);
        assert_eq!((search.held(), search.load()), (None, None));
        for (phase, wanted) in [
            (Phase::Starting, HeldPhase::Starting),
            (Phase::Settling, HeldPhase::Settling),
            (Phase::Measuring, HeldPhase::Measuring),
        ] {
            search.hear(News::Holds(Held { what: Plateau::Users(8), purpose: TrialPurpose::Double, phase }));
            assert_eq!(search.held().map(|held| held.phase), Some(wanted));
        }
        assert_eq!((search.load(), search.now(None).levels), (Some(8.0), 0));
    }
}
