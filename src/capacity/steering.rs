//! Search on a run: its load is changed level by level until the capacity is known.

use std::time::Instant;

use super::level::Levels;
use super::news::News;
use super::search::{Next, Search, Trial, Verdict};
use super::settings::{By, SearchSettings};
use crate::end::End;
use crate::error::Error;
use crate::load_test::{Live, LoadTest};
use crate::stats::{CapacityAnswer, CapacityLevel, Gate, GoalOutcome, LevelLimit, SearchEnd, Summary};
use crate::units;

/// From so many times the time of a level on, undecided levels are measured no longer than others …
const LONGEST_WITH_PATIENCE: u32 = 12;
/// … and from so many on, the span is left as wide as it is, so that the answer is confirmed within 25;
const LONGEST_BISECTION: u32 = 16;
/// from so many on where a confirmation has failed, which leaves a wide one.
const LONGEST_AFTER_FAILURE: u32 = 19;
/// Levels whose numbers are kept.
const KEPT: usize = 4;

/// Search for the capacity on a run that goes on.
#[derive(Debug, Clone)]
pub(crate) struct Steering {
    goals: Vec<Gate>,
    settings: SearchSettings,
}

/// What a search found, and the numbers of the level that its answer stands on.
pub(crate) struct Found {
    pub(crate) capacity: CapacityAnswer,
    pub(crate) summary: Option<Summary>,
}

impl Found {
    /// Report of the search: that of the level that its answer stands on, or of the whole run where there is none.
    pub(crate) fn report(self, whole: Summary) -> Summary {
        let capacity = Some(Box::new(self.capacity));
        let Some(level) = self.summary else { return Summary { capacity, gates: Vec::new(), ..whole } };
        let end = whole.end.map(|end| End { duration: level.whole.span, ..end });
        Summary {
            end,
            capacity,
            seed: whole.seed,
            late: whole.late,
            asked: whole.asked,
            log: whole.log,
            samples: whole.samples,
            hook_panic: whole.hook_panic,
            used_up: whole.used_up,
            uncounted: whole.uncounted,
            is_debug_build: whole.is_debug_build,
            ..level
        }
    }
}

/// Search that goes on.
struct Going<'a> {
    levels: Levels<'a>,
    search: Search,
    began: Instant,
    done: Vec<CapacityLevel>,
    /// Numbers of the levels that met the goals, which the answer may come to stand on.
    summaries: Vec<Kept>,
}

/// Numbers of a level that met the goals.
struct Kept {
    place: usize,
    load: f64,
    summary: Summary,
}

impl Steering {
    /// # Errors
    /// Settings that no search can have, with the field that is wrong.
    pub(crate) fn new(mut goals: Vec<Gate>, settings: SearchSettings) -> Result<Self, Error> {
        settings.validate()?;
        if goals.is_empty() {
            return Err(Error::usage(
                "‹within› is missing, which says what the capacity must keep to; give it like 'p95 < 450ms'",
            ));
        }
        if !goals.iter().any(Gate::is_on_all_failures) {
            goals.push(Gate::implied_goal());
        }
        Ok(Steering { goals, settings })
    }

    /// Goals that the answer keeps to, as they were written.
    pub(crate) fn goals(&self) -> Vec<String> {
        self.goals.iter().map(|goal| goal.expr().to_owned()).collect()
    }

    pub(crate) fn settings(&self) -> &SearchSettings {
        &self.settings
    }

    /// Load test that is steered, by a plan of [`SearchSettings::plan`].
    pub(crate) fn prepared(&self, test: LoadTest) -> LoadTest {
        self.goals.iter().cloned().fold(test, LoadTest::goal)
    }

    /// Changes the load of a run until its capacity is known, and stops it. `tell` gets the news of it.
    pub(crate) fn steer(&self, live: &Live, tell: &mut dyn FnMut(News<'_>)) -> Found {
        let began = Instant::now();
        let levels =
            Levels { live, goals: &self.goals, settings: &self.settings, deadline: began + self.settings.max_time };
        let search = Search::new(self.settings);
        let mut going = Going { levels, search, began, done: Vec::new(), summaries: Vec::new() };
        let end = going.run(tell);
        let was_stopped = live.is_stopping();
        live.end_search();
        going.found(end, was_stopped)
    }
}

impl Going<'_> {
    /// Runs levels until there is nothing more to try. `None` if it was stopped or its time is up.
    fn run(&mut self, tell: &mut dyn FnMut(News<'_>)) -> Option<Verdict> {
        self.levels.warm_up().ok()?;
        loop {
            let spent = self.began.elapsed();
            let level_time = self.levels.settings.level_time;
            let longest = if self.search.has_failed() { LONGEST_AFTER_FAILURE } else { LONGEST_BISECTION };
            let trial = match self.search.next(spent > level_time * longest) {
                Next::Over(verdict) => return Some(verdict),
                Next::Try(trial) => trial,
            };
            let may_extend = spent < level_time * LONGEST_WITH_PATIENCE;
            let (level, summary) = self.levels.hold(trial, may_extend, tell).ok()?;
            tell(News::Judged(&level));
            let last = match level.limit {
                Some(LevelLimit::NoRoom) => Some(Verdict::MostMeets),
                // Users who hang go to no other level, and what was met before the service hung may be met no more.
                Some(LevelLimit::NothingEnded) => Some(Verdict::NeverDecided),
                _ => None,
            };
            if last.is_none() {
                self.learn(trial, &level, summary);
            }
            self.done.push(level);
            if last.is_some() {
                return last;
            }
        }
    }

    fn learn(&mut self, trial: Trial, level: &CapacityLevel, summary: Summary) {
        self.search.learn(trial, level.outcome);
        if level.outcome == GoalOutcome::Met {
            self.summaries.push(Kept { place: self.done.len(), load: trial.load, summary });
        }
        // What a failed confirmation falls back to is the next lower level.
        let high = self.search.high().unwrap_or(f64::MAX);
        self.summaries.retain(|kept| kept.load < high);
        self.summaries.sort_by(|one, other| one.load.total_cmp(&other.load).then(one.place.cmp(&other.place)));
        let surplus = self.summaries.len().saturating_sub(KEPT);
        self.summaries.drain(..surplus);
    }

    fn found(self, verdict: Option<Verdict>, was_stopped: bool) -> Found {
        let Going { levels, search, began, done, mut summaries } = self;
        let settings = levels.settings;
        let low = search.low().filter(|_| verdict != Some(Verdict::NeverDecided));
        let high = search.high();
        let of_load = |load: Option<f64>, outcome: GoalOutcome| {
            done.iter().rposition(|level| Some(level.what.size()) == load && level.outcome == outcome)
        };
        let answered_by = of_load(low, GoalOutcome::Met);
        let missed_by = of_load(high, GoalOutcome::Missed).or(of_load(high, GoalOutcome::Undecided));
        let limit = answered_by.and_then(|place| done[place].limit.clone());
        let end = match verdict {
            Some(Verdict::NothingMeets) => SearchEnd::NothingMeets,
            Some(Verdict::NeverDecided) => SearchEnd::NeverDecided,
            None if was_stopped => SearchEnd::Interrupted,
            None if low.is_none() => SearchEnd::NeverDecided,
            None if high.is_some() => SearchEnd::NotConfirmed,
            None => SearchEnd::AtLeast(format!("the time of {} was up", units::short(settings.max_time))),
            Some(Verdict::MostMeets) if low.is_none() => SearchEnd::NeverDecided,
            Some(Verdict::MostMeets) => SearchEnd::AtLeast(most(settings, &done)),
            Some(_) if limit.is_some() => SearchEnd::AtLeast(limit.map(|limit| limit.to_string()).unwrap_or_default()),
            Some(Verdict::Found) => SearchEnd::Found,
            Some(Verdict::NotConfirmed) => SearchEnd::NotConfirmed,
        };
        let upper = high.map(|high| if settings.by == By::Users { high - 1.0 } else { high });
        let is_bounded = matches!(end, SearchEnd::Found | SearchEnd::NotConfirmed);
        let summary = answered_by.and_then(|answer| {
            let at = summaries.iter().position(|kept| kept.place == answer)?;
            Some(summaries.swap_remove(at).summary)
        });
        let capacity = CapacityAnswer {
            end,
            goals: levels.goals.iter().map(|goal| goal.expr().to_owned()).collect(),
            answer: low.map(|low| settings.plateau(low)),
            interval: low.map(|low| (low, upper.filter(|_| is_bounded))),
            at_least: settings.at_least,
            levels: done,
            answered_by,
            missed_by,
            took: began.elapsed(),
            level_time: settings.level_time,
        };
        Found { capacity, summary }
    }
}

/// Why no higher load was asked for.
fn most(settings: &SearchSettings, done: &[CapacityLevel]) -> String {
    match done.last().and_then(|level| level.limit.as_ref()) {
        Some(limit) => limit.to_string(),
        None => match settings.by {
            By::Users => format!("no more than {} users were to be asked for", settings.most),
            By::Rate => format!("no more than {}/s were to be asked for", settings.most),
        },
    }
}
