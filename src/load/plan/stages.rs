//! Numbers over time, straight from one to the next: how many users are wanted, or how many arrivals a second.

use std::str::FromStr;
use std::time::Duration;

use crate::units::{self, parse_duration};

/// One stage: over this time, evenly to this number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stage {
    pub(crate) over: Duration,
    pub(crate) to: f64,
}

/// Stages one after the other, from zero on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stages(pub(crate) Vec<Stage>);

/// From a moment of the run on so many users are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    pub(crate) at: Duration,
    pub(crate) users: u32,
    /// True for a number that stays for a while: nothing is on its way up or down.
    pub(crate) holds: bool,
}

/// A straight line between two moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    pub(crate) start: Duration,
    pub(crate) over: Duration,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Line {
    pub(crate) fn is_flat(&self) -> bool {
        self.from == self.to && !self.over.is_zero()
    }

    pub(crate) fn end(&self) -> Duration {
        self.start.saturating_add(self.over)
    }
}

impl Stages {
    /// The whole time of all stages.
    pub(crate) fn time(&self) -> Duration {
        self.0.iter().fold(Duration::ZERO, |time, stage| time.saturating_add(stage.over))
    }

    /// The largest number.
    pub(crate) fn peak(&self) -> f64 {
        self.0.iter().map(|stage| stage.to).fold(0.0, f64::max)
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::with_capacity(self.0.len());
        let (mut start, mut from) = (Duration::ZERO, 0.0);
        for stage in &self.0 {
            lines.push(Line { start, over: stage.over, from, to: stage.to });
            (start, from) = (start.saturating_add(stage.over), stage.to);
        }
        lines
    }

    /// Every change of the number of users, in order. On the way from a to b users, user number k (counted from 0)
    /// is wanted as long as the line is above k.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let lines = self.lines();
        let mut changes: Vec<Change> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let (from, to) = (line.from.round() as u32, line.to.round() as u32);
            let is_before_plateau = lines.get(index + 1).is_some_and(Line::is_flat);
            if line.over.is_zero() {
                changes.push(Change { at: line.start, users: to, holds: is_before_plateau });
                continue;
            } else if from == to {
                continue;
            }
            let steps = from.abs_diff(to);
            for step in 0..steps {
                // The first user of a ramp starts at its beginning, the last one leaves at its end.
                let (users, share) = if to > from { (from + step + 1, step) } else { (from - step - 1, step + 1) };
                let at = line.start.saturating_add(units::times(line.over, f64::from(share) / f64::from(steps)));
                changes.push(Change { at, users, holds: false });
            }
            // On top of a ramp the last user has come a step before its end.
            if is_before_plateau {
                changes.push(Change { at: line.end(), users: to, holds: true });
            }
        }
        changes
    }
}

impl FromStr for Stages {
    type Err = String;

    /// Reads `30s:100,5m:100,30s:0`; a rate may be written as `30s:10/s`.
    fn from_str(text: &str) -> Result<Self, String> {
        let stages = text.split(',').map(|part| {
            let wanted = || format!("'{part}' is no stage; write a time and a number, like 30s:100");
            let (over, to) = part.trim().split_once(':').ok_or_else(wanted)?;
            let over = parse_duration(over).map_err(|_| wanted())?;
            let to = match to.parse::<f64>() {
                Ok(number) => number,
                Err(_) => units::parse_rate(to).map_err(|_| wanted())?,
            };
            if to.is_finite() && to >= 0.0 { Ok(Stage { over, to }) } else { Err(wanted()) }
        });
        stages.collect::<Result<_, _>>().map(Stages)
    }
}

impl std::fmt::Display for Stages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stages: Vec<String> =
            self.0.iter().map(|stage| format!("{}:{}", units::short(stage.over).replace(' ', ""), stage.to)).collect();
        f.write_str(&stages.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(text: &str) -> Stages {
        text.parse().expect("stages")
    }

    /// At how many milliseconds how many users are wanted, and where it holds.
    fn changes(text: &str) -> Vec<(u128, u32, bool)> {
        stages(text).changes().iter().map(|change| (change.at.as_millis(), change.users, change.holds)).collect()
    }

    #[test]
    fn users_come_and_go_evenly_and_a_plateau_holds() {
        let up_and_down = [
            (0, 1, false),
            (1000, 2, false),
            (2000, 3, false),
            (3000, 3, true),
            (9000, 2, false),
            (10_000, 1, false),
            (11_000, 0, false),
        ];
        assert_eq!(changes("3s:3,5s:3,3s:0"), up_and_down);
        assert_eq!(stages("3s:3,5s:3,3s:0").time(), Duration::from_secs(11));
    }

    #[test]
    fn a_stage_without_time_is_a_jump() {
        assert_eq!(changes("0s:5,10s:5,0s:2,10s:2"), [(0, 5, true), (10_000, 2, true)]);
        assert_eq!(changes("0s:5"), [(0, 5, false)]);
    }

    #[test]
    fn stages_longer_than_any_run_have_their_changes_too() {
        let long = Stage { over: Duration::MAX, to: 0.0 };
        let changes = Stages(vec![Stage { over: Duration::MAX, to: 2.0 }, long]).changes();
        assert_eq!(changes.last(), Some(&Change { at: Duration::MAX, users: 0, holds: false }));
    }

    #[test]
    fn what_is_no_stage_is_refused_with_an_example() {
        for bad in ["", "30s", "30s:", ":5", "30s:-1", "30s:many", "soon:5", "30s:100,"] {
            let error = bad.parse::<Stages>().expect_err(bad);
            assert!(error.contains("like 30s:100"), "{error}");
        }
        assert_eq!(stages("30s:100, 1m:12/m").0[1], Stage { over: Duration::from_secs(60), to: 0.2 });
    }
}
