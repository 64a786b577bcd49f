//! Timetable of a plan: its limits in time, its users over time, and how far apart they start.

use std::time::Duration;

use super::Plan;
use super::load::{Load, Start};
use super::rate::{Rate, RateOverTime};
use super::stages::Change;
use super::wait::Wait;
use crate::asked::{Asked, AskedLoad, AskedRest};
use crate::load::check::class::Classes;
use crate::load::http::TlsResume;

impl Plan {
    /// Load and rests of the plan, as far as the advice after a run depends on them.
    pub(crate) fn asked(&self, classes: &Classes) -> Asked {
        let load = match self.load {
            Load::Users { .. } => AskedLoad::Users,
            Load::Stages(_) | Load::Shape(_) => AskedLoad::Stages,
            Load::Rate(_) => AskedLoad::Rate,
        };
        let waits = || classes.classes.iter().map(|class| class.wait);
        let rest = match () {
            () if waits().any(Wait::is_schedule) => AskedRest::Pace,
            () if waits().any(|wait| wait != Wait::NONE) => AskedRest::Wait,
            () => AskedRest::None,
        };
        let ramps = matches!(self.load, Load::Users { start, .. } if start != Start::RampUp(Duration::ZERO));
        let resumes = self.http.tls_resume == TlsResume::User;
        Asked { load, rest, ramps, keeps: self.http.keep_alive, resumes }
    }

    /// The time after which the timer stops the run, if it does, from the end of the warm-up.
    pub(crate) fn time_limit(&self) -> Option<Duration> {
        let stages = match &self.load {
            Load::Stages(stages) => Some(stages.time().saturating_sub(self.warmup)),
            Load::Rate(Rate { of: RateOverTime::Stages(stages), .. }) => {
                Some(stages.time().saturating_sub(self.warmup))
            }
            _ => None,
        };
        match (self.time, stages, self.loops, &self.load) {
            (Some(time), Some(stages), ..) => Some(time.min(stages)),
            (Some(time), ..) | (None, Some(time), ..) => Some(time),
            (None, None, None, Load::Users { .. } | Load::Rate(_)) if self.requests.is_none() => {
                Some(Self::DEFAULT_TIME)
            }
            _ => None,
        }
    }

    /// The run is over when all users have done their loops.
    pub(crate) fn ends_with_its_users(&self) -> bool {
        matches!(self.load, Load::Users { .. })
    }

    /// The most users there can be in this part, as far as the plan tells.
    pub(crate) fn most_users(&self) -> u32 {
        self.part.share_of_users(match &self.load {
            Load::Users { users, .. } => *users,
            Load::Stages(stages) => stages.peak() as u32,
            Load::Shape(_) => return 1,
            Load::Rate(rate) => rate.max_users,
        })
    }

    /// The users that are wanted at full load, where the plan says it.
    pub(crate) fn wanted_users(&self) -> u32 {
        match &self.load {
            Load::Users { .. } | Load::Stages(_) => self.most_users(),
            Load::Shape(_) | Load::Rate(_) => 0,
        }
    }

    /// Users whose threads are made before the run.
    pub(crate) fn known_users(&self) -> u32 {
        match &self.load {
            Load::Rate(_) => self.first_pool(),
            Load::Shape(shape) => {
                let users = shape.users(Duration::ZERO).ok().flatten().unwrap_or(0);
                self.part.share_of_users(users)
            }
            _ => self.most_users(),
        }
    }

    /// Users that wait for the first arrivals: enough for answers within a twentieth of a second.
    pub(crate) fn first_pool(&self) -> u32 {
        let Load::Rate(rate) = &self.load else { return 0 };
        let peak = rate.of.peak() / f64::from(self.part.of());
        ((peak / 20.0) as u32).clamp(1, 100).min(self.most_users())
    }

    /// Every change of the number of users that is known beforehand, of all parts together.
    pub(crate) fn changes(&self) -> Vec<Change> {
        match &self.load {
            Load::Users { users, .. } => {
                let change = |user| Change { at: self.start_of(user), users: user + 1, holds: user + 1 == *users };
                (0..*users).map(change).collect()
            }
            Load::Stages(stages) => stages.changes(),
            _ => Vec::new(),
        }
    }

    /// Time between the beginnings of users that are added by hand.
    pub(crate) fn spacing(&self) -> Duration {
        match self.start() {
            Start::SpawnRate(per_s) => Duration::try_from_secs_f64(1.0 / per_s).unwrap_or(Duration::MAX),
            Start::RampUp(_) => Duration::ZERO,
        }
    }

    /// When a user (counted from 0) starts, from the start of the run.
    fn start_of(&self, user: u32) -> Duration {
        match self.load {
            Load::Users { users, start: Start::RampUp(over) } => over.mul_f64(f64::from(user) / f64::from(users)),
            Load::Users { start: Start::SpawnRate(per_s), .. } => {
                Duration::try_from_secs_f64(f64::from(user) / per_s).unwrap_or(Duration::MAX)
            }
            _ => Duration::ZERO,
        }
    }
}
