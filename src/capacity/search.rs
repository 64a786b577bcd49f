//! Order of the levels of a search: doubled until a goal is missed, halved geometrically, confirmed.
//!
//! It is a pure function of what the levels said. An undecided level is never an end of the span in which the capacity
//! lies: the search goes on to both sides of it.

use crate::capacity::settings::{By, SearchSettings};
use crate::stats::{GoalOutcome, TrialPurpose};

/// Confirmations that may fail before the answer is the interval alone.
const MOST_FAILURES: u32 = 3;

/// Gaps beside undecided levels are halved down to this part of the tolerance.
const FINEST: f64 = 2.5;

/// Level to be run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trial {
    /// Users, or arrivals per second.
    pub(super) load: f64,
    pub(super) purpose: TrialPurpose,
}

/// Next step of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Next {
    Try(Trial),
    Over(Verdict),
}

/// Why there is nothing more to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Found,
    NotConfirmed,
    /// The highest load that may be asked for meets the goals.
    MostMeets,
    NothingMeets,
    NeverDecided,
}

/// Knowledge of a search so far.
#[derive(Debug, Clone)]
pub(super) struct Search {
    settings: SearchSettings,
    met: Vec<f64>,
    missed: Vec<f64>,
    undecided: Vec<f64>,
    /// Levels that were undecided after the time of one: they are worth more of it.
    open: Vec<f64>,
    last: Option<f64>,
    is_confirmed: bool,
    is_bounded: bool,
    failures: u32,
    /// A level that met the goals missed them later: what met them before may do so no more.
    has_changed: bool,
}

impl Search {
    pub(super) fn new(settings: SearchSettings) -> Search {
        Search {
            settings,
            met: Vec::new(),
            missed: Vec::new(),
            undecided: Vec::new(),
            open: Vec::new(),
            last: None,
            is_confirmed: false,
            is_bounded: false,
            failures: 0,
            has_changed: false,
        }
    }

    /// Highest level that met the goals.
    pub(super) fn low(&self) -> Option<f64> {
        let high = self.high().unwrap_or(f64::MAX);
        self.met.iter().copied().filter(|load| *load < high).max_by(f64::total_cmp)
    }

    /// Lowest level that missed a goal.
    pub(super) fn high(&self) -> Option<f64> {
        self.missed.iter().copied().min_by(f64::total_cmp)
    }

    /// A confirmation has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failures > 0
    }

    /// The next level, or the end. In a hurry the span is left as wide as it is.
    pub(super) fn next(&self, is_in_a_hurry: bool) -> Next {
        let Some(high) = self.high() else { return self.double() };
        let may_stay_wide = is_in_a_hurry && self.low().is_some();
        if let Some(load) = self.between(high).filter(|_| !may_stay_wide) {
            return Next::Try(Trial { load, purpose: TrialPurpose::Bisect });
        }
        let Some(low) = self.low() else {
            return Next::Over(if self.undecided.is_empty() { Verdict::NothingMeets } else { Verdict::NeverDecided });
        };
        // Of a service that has changed, the answer is one that it meets now.
        let may_stand = self.is_confirmed || !self.has_changed;
        if self.failures >= MOST_FAILURES && may_stand {
            Next::Over(Verdict::NotConfirmed)
        } else if !self.is_confirmed {
            Next::Try(Trial { load: low, purpose: TrialPurpose::Confirm })
        } else if !self.is_bounded {
            Next::Try(Trial { load: high, purpose: TrialPurpose::Above })
        } else {
            Next::Over(Verdict::Found)
        }
    }

    /// Takes what a level said.
    pub(super) fn learn(&mut self, trial: Trial, outcome: GoalOutcome) {
        let Trial { load, purpose } = trial;
        self.last = Some(load);
        let was_known = [&self.met, &self.missed, &self.undecided].iter().any(|known| known.contains(&load));
        for known in [&mut self.met, &mut self.missed, &mut self.undecided, &mut self.open] {
            known.retain(|other| *other != load);
        }
        match outcome {
            GoalOutcome::Met => self.met.push(load),
            GoalOutcome::Missed => self.missed.push(load),
            GoalOutcome::Undecided if purpose == TrialPurpose::Double => self.open.push(load),
            GoalOutcome::Undecided => self.undecided.push(load),
        }
        match (purpose, outcome) {
            (TrialPurpose::Confirm, GoalOutcome::Met) => self.is_confirmed = true,
            // That it is not met is enough to know; it is told as undecided.
            (TrialPurpose::Above, GoalOutcome::Missed) => self.is_bounded = true,
            (TrialPurpose::Above, GoalOutcome::Undecided) => {
                self.missed.push(load);
                self.undecided.retain(|other| *other != load);
                self.is_bounded = true;
            }
            (TrialPurpose::Confirm | TrialPurpose::Above, _) if was_known => {
                self.failures += 1;
                self.is_confirmed = false;
                self.has_changed |= outcome == GoalOutcome::Missed;
                if self.failures >= MOST_FAILURES && self.has_changed {
                    self.keep_lowest();
                }
            }
            _ => {}
        }
    }

    /// Forgets all levels that met the goals but the lowest, which is held once more.
    fn keep_lowest(&mut self) {
        let lowest = self.met.iter().copied().min_by(f64::total_cmp);
        self.met.retain(|load| Some(*load) == lowest);
    }

    fn double(&self) -> Next {
        let SearchSettings { start, most, .. } = self.settings;
        let load = match self.last {
            None => start,
            Some(last) if last < most => self.settings.rounded(last * 2.0).min(most),
            Some(_) if self.open.contains(&most) => {
                return Next::Try(Trial { load: most, purpose: TrialPurpose::Bisect });
            }
            Some(_) => {
                return Next::Over(if self.low().is_some() { Verdict::MostMeets } else { Verdict::NeverDecided });
            }
        };
        Next::Try(Trial { load, purpose: TrialPurpose::Double })
    }

    /// Load between the ends that is worth a level.
    fn between(&self, high: f64) -> Option<f64> {
        let low = self.low().unwrap_or(0.0);
        // The highest of them says most.
        let open = self.open.iter().copied().filter(|load| *load > low && *load < high);
        if let Some(load) = open.max_by(f64::total_cmp) {
            return Some(load);
        }
        let mut inner: Vec<f64> = self.undecided.iter().copied().filter(|load| *load < high).collect();
        inner.sort_by(f64::total_cmp);
        let Some(low) = self.low() else {
            // Down to the least load there is.
            let lowest = inner.first().copied().unwrap_or(high);
            let down = self.settings.rounded(lowest / 2.0).max(self.settings.least());
            return (down < lowest).then_some(down);
        };
        inner.retain(|load| *load > low);
        let gaps = match (inner.first(), inner.last()) {
            (Some(first), Some(last)) => vec![(low, *first), (*last, high)],
            _ => vec![(low, high)],
        };
        // Undecided levels in it widen the span: it is narrowed from both sides, as far as that is of use.
        let is_wide = high / low > 1.0 + self.settings.tolerance;
        gaps.into_iter().filter(|_| is_wide).find_map(|(from, to)| self.settings.middle(from, to))
    }
}

impl SearchSettings {
    /// The least load that can be asked for.
    fn least(&self) -> f64 {
        match self.by {
            By::Users => 1.0,
            By::Rate => self.start.min(1.0),
        }
    }

    /// The load as it can be asked for: whole users, and rates of three digits.
    fn rounded(&self, load: f64) -> f64 {
        match self.by {
            By::Users => load.round().max(1.0),
            By::Rate => {
                let step = 10f64.powf(load.log10().floor() - 2.0);
                (load / step).round() * step
            }
        }
    }

    /// Load in the middle of two, by ratio; `None` if they are too near to each other.
    fn middle(&self, from: f64, to: f64) -> Option<f64> {
        let middle = self.rounded((from * to).sqrt());
        (to / from > 1.0 + self.tolerance / FINEST && middle > from && middle < to).then_some(middle)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings(by: By) -> SearchSettings {
        SearchSettings {
            by,
            start: 1.0,
            most: 2000.0,
            tolerance: 0.05,
            level_time: Duration::from_secs(1),
            max_time: Duration::from_secs(60),
            at_least: None,
        }
    }

    /// Runs a search against this service. Returns its end, the ends of the span and the levels.
    fn run(by: By, service: impl Fn(f64, usize) -> GoalOutcome) -> (Verdict, Option<f64>, Option<f64>, Vec<f64>) {
        let (mut search, mut levels) = (Search::new(settings(by)), Vec::new());
        loop {
            match search.next(false) {
                Next::Over(verdict) => return (verdict, search.low(), search.high(), levels),
                Next::Try(trial) => {
                    levels.push(trial.load);
                    assert!(levels.len() < 100, "{levels:?}");
                    search.learn(trial, service(trial.load, levels.len()));
                }
            }
        }
    }

    fn up_to(capacity: f64) -> impl Fn(f64, usize) -> GoalOutcome {
        move |load, _| if load <= capacity { GoalOutcome::Met } else { GoalOutcome::Missed }
    }

    #[test]
    fn a_service_of_any_capacity_is_found_within_the_tolerance_in_few_levels() {
        for capacity in 1..2000 {
            let (verdict, low, high, levels) = run(By::Users, up_to(capacity.into()));
            let (low, high) = (low.expect("a level that met"), high.expect("a level that missed"));
            assert_eq!(verdict, Verdict::Found, "{capacity}");
            assert!(low <= capacity.into() && f64::from(capacity) < high, "{capacity}: {low} {high}");
            assert!(high / low <= 1.05 || high - low <= 1.0, "{capacity}: {low} {high}");
            assert!(levels.len() <= 18, "{capacity}: {levels:?}");
        }
        let (verdict, low, high, _) = run(By::Rate, up_to(497.0));
        assert_eq!(verdict, Verdict::Found);
        assert!(low.is_some_and(|low| low > 470.0 && low <= 497.0) && high.is_some_and(|high| high < 525.0));
    }

    #[test]
    fn ends_that_are_none_are_told() {
        assert_eq!(run(By::Users, |_, _| GoalOutcome::Missed).0, Verdict::NothingMeets);
        assert_eq!(run(By::Users, |_, _| GoalOutcome::Undecided).0, Verdict::NeverDecided);
        let (verdict, low, _, levels) = run(By::Users, |_, _| GoalOutcome::Met);
        assert_eq!((verdict, low, levels.len()), (Verdict::MostMeets, Some(2000.0), 12));
    }

    #[test]
    fn an_undecided_level_is_no_end_of_the_span_and_the_search_goes_on_around_it() {
        let service = |load: f64, _: usize| match load {
            ..9.5 => GoalOutcome::Met,
            ..10.5 => GoalOutcome::Undecided,
            _ => GoalOutcome::Missed,
        };
        let (verdict, low, high, levels) = run(By::Users, service);
        assert_eq!((verdict, low, high), (Verdict::Found, Some(9.0), Some(11.0)), "{levels:?}");
        let wide = |load: f64, _: usize| match load {
            ..40.0 => GoalOutcome::Met,
            ..100.0 => GoalOutcome::Undecided,
            _ => GoalOutcome::Missed,
        };
        let (_, low, high, _) = run(By::Users, wide);
        assert!(low.is_some_and(|low| (37.0..40.0).contains(&low)), "{low:?}");
        assert!(high.is_some_and(|high| (100.0..106.0).contains(&high)), "{high:?}");
    }

    #[test]
    fn what_was_undecided_on_the_way_up_is_measured_for_longer_on_the_way_down() {
        let tried = std::cell::RefCell::new(Vec::new());
        // At first nothing can be told of few users.
        let service = |load: f64, _: usize| {
            let is_new = !tried.borrow().contains(&load);
            tried.borrow_mut().push(load);
            match load {
                _ if load > 300.0 => GoalOutcome::Missed,
                _ if is_new && load < 400.0 && load.log2().fract() == 0.0 => GoalOutcome::Undecided,
                _ => GoalOutcome::Met,
            }
        };
        let (verdict, low, high, levels) = run(By::Users, service);
        assert_eq!(verdict, Verdict::Found, "{levels:?}");
        assert!(low.is_some_and(|low| low > 285.0) && high.is_some_and(|high| high < 316.0), "{low:?} {high:?}");
        assert!(levels.len() <= 18, "{levels:?}");
    }

    #[test]
    fn what_is_not_confirmed_sends_the_search_down_and_three_times_end_it() {
        // Each level but the lowest is met when it is tried first, and missed when it is tried again.
        let seen = std::cell::RefCell::new(Vec::new());
        let service = |load: f64, _: usize| {
            let is_new = !seen.borrow().contains(&load);
            seen.borrow_mut().push(load);
            if load <= 2.0 || (is_new && load <= 50.0) { GoalOutcome::Met } else { GoalOutcome::Missed }
        };
        let (verdict, low, _, levels) = run(By::Users, service);
        assert_eq!(verdict, Verdict::NotConfirmed, "{levels:?}");
        assert!(low.is_some_and(|low| low < 50.0), "{low:?}");
    }

    #[test]
    fn a_service_that_becomes_too_slow_while_it_is_searched_has_no_answer_of_before() {
        // Later than that, the answer has been confirmed.
        for slow_from in 2..=12 {
            let service = |load: f64, level: usize| match level < slow_from && load <= 50.0 {
                true => GoalOutcome::Met,
                false => GoalOutcome::Missed,
            };
            let (verdict, low, _, levels) = run(By::Users, service);
            assert_eq!((verdict, low), (Verdict::NothingMeets, None), "{slow_from}: {levels:?}");
        }
    }
}
