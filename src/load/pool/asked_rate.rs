//! Rate that a schedule asks for: how many iterations a second, and how far apart they are.

use std::time::Duration;

use super::arrivals::Arrivals;
use super::run_state::RunState;
use crate::load::plan::load::Load;
use crate::load::plan::rate::Rate;
use crate::load::plan::stages::{Change, Line};
use crate::moment::Moment;
use crate::part::Part;
use crate::sample::{AskedRate, Plateau};

impl RunState {
    /// While this holds. `None` where nothing is scheduled.
    pub(crate) fn asked_while(&self, what: Plateau) -> Option<AskedRate> {
        match (what, &self.plan.load) {
            (Plateau::Rate(per_s), Load::Rate(rate)) => of_rate(rate, per_s),
            (Plateau::Users(users), _) => of_pace(self.classes.pace()?, users.into()),
            (Plateau::Rate(_), _) => None,
        }
    }

    /// On average from the start of what is measured until then. `None` where nothing is scheduled, or nobody knows for
    /// how many users.
    pub(crate) fn asked_until(&self, end: Moment) -> Option<AskedRate> {
        let since_start = |at: Moment| at.saturating_duration_since(self.first_start()).as_secs_f64();
        let (from_s, to_s) = (since_start(self.measured_from()), since_start(end));
        if to_s <= from_s {
            return None;
        }
        match &self.plan.load {
            Load::Rate(rate) => {
                // As it came, if somebody has changed it.
                let lines = self.arrivals.get().map_or_else(|| rate.of.lines(), Arrivals::lines);
                let whole = (area(&lines, to_s) - area(&lines, from_s)) / (to_s - from_s);
                of_rate(rate, whole / f64::from(self.plan.part.of()))
            }
            Load::Users { .. } | Load::Stages(_) if !self.control.was_used() => {
                let (pace, changes) = (self.classes.pace()?, self.plan.changes());
                let user_s = |to_s| user_seconds(&changes, self.plan.part, to_s);
                of_pace(pace, (user_s(to_s) - user_s(from_s)) / (to_s - from_s))
            }
            _ => None,
        }
    }
}

fn of_rate(rate: &Rate, per_s: f64) -> Option<AskedRate> {
    let interval = Duration::try_from_secs_f64(1.0 / per_s).ok()?;
    Some(AskedRate { per_s, interval: if rate.poisson { Duration::ZERO } else { interval } })
}

fn of_pace(interval: Duration, users: f64) -> Option<AskedRate> {
    let per_s = users / interval.as_secs_f64();
    (per_s.is_finite() && per_s > 0.0).then_some(AskedRate { per_s, interval })
}

/// How many arrivals there are by then: the area under the rate.
fn area(lines: &[Line], to_s: f64) -> f64 {
    let of_line = |line: &Line| {
        let over_s = line.over.as_secs_f64();
        let t = (to_s - line.start.as_secs_f64()).clamp(0.0, over_s);
        let slope = if over_s > 0.0 { (line.to - line.from) / over_s } else { 0.0 };
        line.from * t + slope * t * t / 2.0
    };
    lines.iter().map(of_line).sum()
}

/// How long all users of a part together have been wanted by then.
fn user_seconds(changes: &[Change], part: Part, to_s: f64) -> f64 {
    let ends = changes.iter().skip(1).map(|change| change.at.as_secs_f64()).chain([f64::INFINITY]);
    let held = changes.iter().zip(ends).map(|(change, end)| {
        let for_s = end.min(to_s) - change.at.as_secs_f64();
        f64::from(part.share_of_users(change.users)) * for_s.max(0.0)
    });
    held.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::plan::stages::Stages;

    #[test]
    fn arrivals_are_the_area_under_the_rate() {
        // 0 to 10 a second in 4 s, then 10 a second for 2 s.
        let lines = "4s:10,2s:10".parse::<Stages>().expect("stages").lines();
        assert_eq!([0.0, 2.0, 4.0, 5.0, 99.0].map(|to_s| area(&lines, to_s)), [0.0, 5.0, 20.0, 30.0, 40.0]);
        let always = [Line { start: Duration::ZERO, over: Duration::MAX, from: 0.5, to: 0.5 }];
        assert_eq!(area(&always, 10.0), 5.0);
    }

    #[test]
    fn users_count_from_the_moment_they_are_wanted() {
        // Two users at once, who stay; then one of them alone from 3 s on.
        let changes = "0s:2,3s:2,0s:1,7s:1".parse::<Stages>().expect("stages").changes();
        assert_eq!([0.0, 1.0, 3.0, 5.0].map(|to_s| user_seconds(&changes, Part::WHOLE, to_s)), [0.0, 2.0, 6.0, 8.0]);
    }
}
