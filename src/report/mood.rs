//! Moods of verdicts: how good each is, and the words for it, wherever colours and signs can show it.

use crate::end::EndReason;
use crate::stats::{LoadVerdict, Summary, TimesVerdict};

use super::text::gate_number;

/// Mood of a line of the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Bad,
    Doubtful,
}

impl Mood {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Mood::Good => "good",
            Mood::Bad => "bad",
            Mood::Doubtful => "doubtful",
        }
    }

    /// For those who do not tell the colors apart.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Mood::Good => "✓",
            Mood::Bad => "✕",
            Mood::Doubtful => "!",
        }
    }
}

/// Outcome of all checks in a few words.
pub(crate) fn title(summary: &Summary, passed: bool) -> String {
    let totals = &summary.whole.totals;
    let not_passed = totals.fail + totals.exception;
    let has_no_users = summary.end.is_some_and(|end| end.reason == EndReason::NoUsers);
    match (totals.ended(), not_passed) {
        _ if has_no_users => "No user was left".to_owned(),
        (0, _) => "No check ended".to_owned(),
        (ended, 0) if !passed => format!("A gate was crossed; all {ended} checks passed"),
        (1, 0) => "The check passed".to_owned(),
        (ended, 0) => format!("All {ended} checks passed"),
        (ended, not_passed) if passed => {
            format!("Good: {not_passed} of {ended} checks did not pass, as the gates allow")
        }
        (ended, not_passed) => format!("{not_passed} of {ended} checks did not pass"),
    }
}

/// Mood of a verdict on the times.
pub(crate) fn of_times(verdict: TimesVerdict) -> Mood {
    match verdict {
        TimesVerdict::Exact => Mood::Good,
        TimesVerdict::ThreadClock(_) | TimesVerdict::NoAnswers => Mood::Doubtful,
    }
}

/// Mood of a verdict on the load.
pub(crate) fn of_load(verdict: LoadVerdict) -> Mood {
    match verdict {
        LoadVerdict::AsAsked(_) => Mood::Good,
        LoadVerdict::TesterLimited(_)
        | LoadVerdict::Unseen(_)
        | LoadVerdict::UsersLost(_)
        | LoadVerdict::Dropped(_)
        | LoadVerdict::NoAnswers
        | LoadVerdict::NoChecks => Mood::Doubtful,
    }
}

/// Each gate, and whether it held.
pub(crate) fn gates(summary: &Summary) -> Vec<(Mood, String)> {
    let gates = summary.gates.iter().map(|gate| {
        let value = |value| format!("{} by {}", gate_number(value, gate.unit), gate.judged_by);
        let value = gate.value.map_or("no data".to_owned(), value);
        let note = gate.note.as_deref().map(|note| format!("; {note}")).unwrap_or_default();
        let (mood, word) = if gate.crossed { (Mood::Bad, "crossed") } else { (Mood::Good, "held") };
        (mood, format!("{gate}: {word}, {value}{note}"))
    });
    gates.collect()
}
