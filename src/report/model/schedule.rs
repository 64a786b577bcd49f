//! Schedule of a rate or a pace: what it asked for, and what came of it.

use serde::{Deserialize, Serialize};

use super::number::{Count, Number, Seconds};
use crate::sample::AskedRate;
use crate::stats;

/// Schedule of a rate or a pace in the measured part, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "schedule"))]
pub(crate) struct Schedule {
    /// Iterations per second that were asked for, on average.
    per_s: Number,
    /// Time between two iterations, in s; 0 where chance decides.
    interval_s: Seconds,
    /// Iterations whose first check has ended.
    iterations: Count,
    /// Time in s from its start to the stop or, if that is later, to the end of the last counted sample.
    elapsed_s: Seconds,
}

impl From<stats::Schedule> for Schedule {
    fn from(schedule: stats::Schedule) -> Self {
        Schedule {
            per_s: Number(schedule.per_s),
            interval_s: schedule.interval().into(),
            iterations: Count(schedule.iterations),
            elapsed_s: schedule.elapsed.into(),
        }
    }
}

impl From<Schedule> for stats::Schedule {
    fn from(schedule: Schedule) -> Self {
        let asked = AskedRate { per_s: schedule.per_s.0, interval: schedule.interval_s.into() };
        stats::Schedule::new(asked, schedule.iterations.0, schedule.elapsed_s.into())
    }
}
