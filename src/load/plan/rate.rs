//! Rate of iterations that begin whatever the answers do (the open model).

use std::fmt;
use std::time::Duration;

use super::stages::{Line, Stages};

/// Rate of a plan, and the users that it may take.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rate {
    pub(crate) of: RateOverTime,
    /// True for arrivals like those of independent people, instead of even ones.
    pub(crate) poisson: bool,
    pub(crate) max_users: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RateOverTime {
    /// Per second, from the start to the end of the run.
    Constant(f64),
    Stages(Stages),
}

impl RateOverTime {
    /// The straight parts of the rate.
    pub(crate) fn lines(&self) -> Vec<Line> {
        match self {
            RateOverTime::Constant(rate) => {
                vec![Line { start: Duration::ZERO, over: Duration::MAX, from: *rate, to: *rate }]
            }
            RateOverTime::Stages(stages) => stages.lines(),
        }
    }

    pub(crate) fn peak(&self) -> f64 {
        match self {
            RateOverTime::Constant(rate) => *rate,
            RateOverTime::Stages(stages) => stages.peak(),
        }
    }
}

impl fmt::Display for RateOverTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RateOverTime::Constant(rate) => {
                let units = [("s", 1.0), ("m", 60.0), ("h", 3600.0)];
                // In the first unit in which there is a whole one.
                let (unit, seconds) = *units.iter().find(|(_, seconds)| rate * seconds >= 1.0).unwrap_or(&units[2]);
                write!(f, "{} iterations/{unit}", (rate * seconds * 1000.0).round() / 1000.0)
            }
            RateOverTime::Stages(stages) => write!(f, "iterations/s in stages {stages}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_as_people_write_it() {
        let told = |per_s: f64| RateOverTime::Constant(per_s).to_string();
        let rates = [200.0, 1.5, 0.2, 10.0 / 3600.0, 0.0001];
        let wanted =
            ["200 iterations/s", "1.5 iterations/s", "12 iterations/m", "10 iterations/h", "0.36 iterations/h"];
        assert_eq!(rates.map(told), wanted);
    }
}
