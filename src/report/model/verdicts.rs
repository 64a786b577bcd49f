//! The two verdicts on a run.

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::stats::{LoadVerdict, Summary, TimesVerdict};

/// Verdicts on the run: whose the times are, and whose the load.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "verdicts"))]
pub(crate) struct Verdicts {
    /// Verdict on the times.
    times: TimesWord,
    /// Share of answers timed by the thread's clock, 0 to 1; null if all times are exact, or there are none.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    thread_clock_share: Option<f64>,
    /// Verdict on the times in words.
    times_text: Text,
    /// Verdict on the load: whether it was as asked.
    load: LoadWord,
    /// Share of the users' time that the tester took, 0 to 1; null without samples.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    tester_share: Option<f64>,
    /// Verdict on the load in words.
    load_text: Text,
    /// Evidence for the verdict on the load, a line each.
    load_evidence: Vec<Text>,
    /// Whether full load was steady: its halves agree in answers, mean TPR and share of failures per block (they differ by
    /// at most 1 %, or by at most 10 % that a rank test takes for chance at 1 %), neither the mean TPR nor the number in
    /// flight drifts over the blocks (Mann and Kendall's test at 1 %), and Little's law holds within 5 %. Null with fewer
    /// than 13 blocks, or too few answers of a user to tell.
    #[serde(default)]
    steady: Option<bool>,
    /// Signs that full load was not steady, in words; empty where there is none.
    #[serde(default)]
    unsteady: Vec<Text>,
}

/// Verdict on the times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum TimesWord {
    Exact,
    ThreadClock,
    #[default]
    NoAnswers,
}

/// Verdict on the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum LoadWord {
    AsAsked,
    TesterLimited,
    LessThanAsked,
    Unseen,
    #[default]
    NoAnswers,
    NoChecks,
}

/// Clock that times were measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum Clock {
    Kernel,
    Thread,
}

impl Clock {
    /// The clock of a run's times; `None` without answers.
    pub(super) fn of(summary: &Summary) -> Option<Self> {
        match summary.times_verdict() {
            TimesVerdict::Exact => Some(Clock::Kernel),
            TimesVerdict::ThreadClock(_) => Some(Clock::Thread),
            TimesVerdict::NoAnswers => None,
        }
    }
}

impl From<&Summary> for Verdicts {
    fn from(summary: &Summary) -> Self {
        let (times, thread_clock_share) = match summary.times_verdict() {
            TimesVerdict::Exact => (TimesWord::Exact, None),
            TimesVerdict::ThreadClock(share) => (TimesWord::ThreadClock, Some(share)),
            TimesVerdict::NoAnswers => (TimesWord::NoAnswers, None),
        };
        let load = match summary.load_verdict() {
            LoadVerdict::AsAsked(_) => LoadWord::AsAsked,
            LoadVerdict::TesterLimited(_) => LoadWord::TesterLimited,
            LoadVerdict::UsersLost(_) | LoadVerdict::Dropped(_) => LoadWord::LessThanAsked,
            LoadVerdict::Unseen(_) => LoadWord::Unseen,
            LoadVerdict::NoAnswers => LoadWord::NoAnswers,
            LoadVerdict::NoChecks => LoadWord::NoChecks,
        };
        Verdicts {
            times,
            thread_clock_share,
            times_text: (&summary.times_verdict().to_string()).into(),
            load,
            tester_share: summary.tester_share(),
            load_text: (&summary.load_verdict().to_string()).into(),
            load_evidence: summary.load_evidence().iter().map(Text::from).collect(),
            steady: summary.is_steady(),
            unsteady: summary
                .unsteady_signs()
                .unwrap_or_default()
                .iter()
                .map(|sign| (&sign.to_string()).into())
                .collect(),
        }
    }
}
