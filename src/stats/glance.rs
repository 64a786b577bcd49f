//! The few numbers of a run that a line shows while it goes on.

use super::timing::Timing;
use super::{Stats, Summary};
use crate::ids::CheckId;

/// Totals so far of the measured part of a run; see [`Live::glance`](crate::Live::glance).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Glance {
    /// Users that are up.
    pub users_up: u32,
    /// Checks that passed.
    pub pass: u64,
    /// Checks that failed.
    pub fail: u64,
    /// Checks that ended as exceptions.
    pub exception: u64,
    /// Answered requests per second; a check that by its nature makes none of perfloop's counts as one.
    pub rps: f64,
    /// Time per request of the passes.
    pub tpr: Timing,
}

impl Stats {
    /// Copies no more than is shown.
    pub(crate) fn glance(&self) -> Glance {
        let mut glance = Glance { users_up: self.users_up, ..Glance::default() };
        let (mut requests, mut iterations) = (0, 0);
        for part in self.levels.parts().chain([&self.rest]) {
            iterations += part.iterations;
            for (id, check) in (0..).zip(&part.checks) {
                glance.pass += check.pass;
                glance.fail += check.fail;
                glance.exception += check.exception;
                glance.tpr.merge(&check.tpr);
                requests += check.requests;
                requests += if self.natures.counts_alone(CheckId(id)) { check.alone } else { 0 };
            }
        }
        let seconds = self.tested(iterations).as_secs_f64();
        glance.rps = if seconds > 0.0 { requests as f64 / seconds } else { 0.0 };
        glance
    }
}

impl From<&Summary> for Glance {
    fn from(summary: &Summary) -> Self {
        let totals = &summary.whole.totals;
        Glance {
            users_up: summary.users_up,
            pass: totals.pass,
            fail: totals.fail,
            exception: totals.exception,
            rps: summary.whole.rps(totals),
            tpr: totals.tpr.clone(),
        }
    }
}
