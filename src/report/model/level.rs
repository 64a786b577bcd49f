//! A plateau of users or arrivals.

use serde::{Deserialize, Serialize};

use super::number::{Number, Seconds};
use super::read::{Read, flattened};
use super::section::Section;
use crate::sample::Plateau;
use crate::stats::LevelSection;

/// Plateau of users or arrivals: with `users`, or with `rate_per_s`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "level", extend("oneOf" = [{ "required": ["users"] }, { "required": ["rate_per_s"] }]))
)]
pub(crate) struct Level {
    #[serde(flatten, deserialize_with = "flattened")]
    section: Section,
    /// Users, all of them up; absent where arrivals were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u32"))]
    users: Option<u32>,
    /// Arrivals per second; absent where users were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Number"))]
    rate_per_s: Option<Number>,
    /// Start of the plateau, in s from the start of the run.
    from_s: Seconds,
}

impl From<&LevelSection> for Level {
    fn from(level: &LevelSection) -> Self {
        let (users, rate_per_s) = match level.what {
            Plateau::Users(users) => (Some(users), None),
            Plateau::Rate(per_s) => (None, Some(Number(per_s))),
        };
        Level { section: (&level.section).into(), users, rate_per_s, from_s: level.from.into() }
    }
}

impl Level {
    pub(super) fn read(&self) -> Read<LevelSection> {
        let what = match (self.users, self.rate_per_s) {
            (Some(users), _) => Plateau::Users(users),
            (None, Some(rate)) => Plateau::Rate(rate.0),
            (None, None) => return Err("no rate_per_s".into()),
        };
        Ok(LevelSection { what, from: self.from_s.into(), section: self.section.read()? })
    }
}
