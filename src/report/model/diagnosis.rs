//! A diagnosis: a sign, what speaks for it and what to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::number::{Number, Seconds};
use super::text::Text;
use crate::stats;
use crate::stats::{Evidence, Measure, Sign};
use crate::units::milliseconds;

/// Diagnosis: what the numbers show of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "diagnosis"))]
pub(crate) struct Diagnosis {
    /// Sign that was seen.
    kind: Kind,
    /// What it says.
    text: Text,
    /// What to do about it.
    remedy: Text,
    /// Numbers that speak for it, by their names, which end in their units.
    evidence: BTreeMap<String, Number>,
    /// Moments that it is about, in s from the start of the run; empty for a sign of all the time.
    moments_s: Vec<Seconds>,
}

/// Sign of a trouble of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum Kind {
    BodyHeldBack,
    BacklogFull,
    NameServerSilent,
    NothingKept,
    SessionsNotResumed,
    Saturated,
    SlowBursts,
    FailuresBegan,
    FailuresOfOne,
    SlowAnswersOfOne,
    ColdStart,
    SlowFirstAnswers,
}

impl From<&stats::Diagnosis> for Diagnosis {
    fn from(diagnosis: &stats::Diagnosis) -> Self {
        Diagnosis {
            kind: diagnosis.sign.into(),
            text: (&diagnosis.text).into(),
            remedy: (&diagnosis.remedy).into(),
            evidence: diagnosis.evidence.iter().map(named).collect(),
            moments_s: diagnosis.moments.iter().map(|moment| Seconds::from(*moment)).collect(),
        }
    }
}

/// A number with its unit in its name.
fn named(evidence: &Evidence) -> (String, Number) {
    let (unit, number) = match evidence.measure {
        Measure::Count(count) => ("", count as f64),
        Measure::Mean(mean) => ("", mean),
        Measure::Share(share) => ("_share", share),
        Measure::PerSecond(rate) => ("_per_s", rate),
        Measure::Time(time) => ("_ms", milliseconds(time)),
    };
    (format!("{}{unit}", evidence.name), Number(number))
}

impl From<Sign> for Kind {
    fn from(sign: Sign) -> Self {
        match sign {
            Sign::BodyHeldBack => Kind::BodyHeldBack,
            Sign::BacklogFull => Kind::BacklogFull,
            Sign::NameServerSilent => Kind::NameServerSilent,
            Sign::NothingKept => Kind::NothingKept,
            Sign::SessionsNotResumed => Kind::SessionsNotResumed,
            Sign::Saturated => Kind::Saturated,
            Sign::SlowBursts => Kind::SlowBursts,
            Sign::FailuresBegan => Kind::FailuresBegan,
            Sign::FailuresOfOne => Kind::FailuresOfOne,
            Sign::SlowAnswersOfOne => Kind::SlowAnswersOfOne,
            Sign::ColdStart => Kind::ColdStart,
            Sign::SlowFirstAnswers => Kind::SlowFirstAnswers,
        }
    }
}
