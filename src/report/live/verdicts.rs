//! Verdicts on a run, also while it goes on.

use serde::Serialize;

use crate::report::mood::{self, Mood};
use crate::report::text::answer_line;
use crate::stats::Summary;

/// Verdicts on a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "verdicts"))]
pub(crate) struct Verdicts {
    /// Outcome of the run; null while it goes on.
    title: Option<Told>,
    /// Whose clock the times are by.
    times: Told,
    /// Whether the users spent their time on the service.
    load: Told,
    /// Gates, once they are judged.
    gates: Vec<Told>,
}

/// Verdict in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "verdict"))]
struct Told {
    /// How good it is.
    #[cfg_attr(test, schemars(extend("enum" = ["good", "bad", "doubtful"])))]
    mood: &'static str,
    /// The verdict.
    text: String,
    /// What speaks for it, a line each.
    evidence: Vec<String>,
}

impl Told {
    fn new(mood: Mood, text: String, evidence: Vec<String>) -> Told {
        Told { mood: mood.class(), text, evidence }
    }
}

/// Mood of an outcome.
fn mood_of(is_good: bool) -> Mood {
    if is_good { Mood::Good } else { Mood::Bad }
}

impl Verdicts {
    pub(crate) fn of(summary: &Summary) -> Verdicts {
        Verdicts::judged(summary, summary.end.map(|_| summary.is_good()))
    }

    /// Of a run that was good, or not; `None` while it goes on, or where that is not known.
    pub(crate) fn judged(summary: &Summary, is_good: Option<bool>) -> Verdicts {
        let title = is_good.map(|is_good| match &summary.capacity {
            Some(answer) => Told::new(mood_of(is_good), answer_line(answer), Vec::new()),
            None => Told::new(mood_of(is_good), mood::title(summary, is_good), Vec::new()),
        });
        Verdicts::below(title, summary)
    }

    /// Of a search that is over, by its answer in a line.
    pub(crate) fn answered(summary: &Summary, answer: &str, is_good: bool) -> Verdicts {
        Verdicts::below(Some(Told::new(mood_of(is_good), answer.to_owned(), Vec::new())), summary)
    }

    /// Verdicts below a title.
    fn below(title: Option<Told>, summary: &Summary) -> Verdicts {
        let (times, load) = (summary.times_verdict(), summary.load_verdict());
        // While all is well there is nothing to prove, and nothing that comes and goes.
        let is_quiet = summary.end.is_none() && mood::of_load(load) == Mood::Good;
        let evidence = if is_quiet { Vec::new() } else { summary.load_evidence() };
        Verdicts {
            title,
            times: Told::new(mood::of_times(times), times.to_string(), Vec::new()),
            load: Told::new(mood::of_load(load), load.to_string(), evidence),
            gates: mood::gates(summary).into_iter().map(|(mood, text)| Told::new(mood, text, Vec::new())).collect(),
        }
    }
}
