//! Verdicts, which a reader wants to know first: did it hold, and can the numbers be trusted.

use maud::{Markup, html};

use crate::end::EndReason;
use crate::report::text::{gate_number, headline, number_ms, rate, span_line};
use crate::stats::{LoadVerdict, Summary, TimesVerdict};
use crate::units;

/// How a line of the verdicts looks.
#[derive(Clone, Copy)]
pub(super) enum Mood {
    Good,
    Bad,
    Doubtful,
}

impl Mood {
    pub(super) fn class(self) -> &'static str {
        match self {
            Mood::Good => "good",
            Mood::Bad => "bad",
            Mood::Doubtful => "doubtful",
        }
    }

    /// For those who do not tell the colors apart.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Mood::Good => "✓",
            Mood::Bad => "✕",
            Mood::Doubtful => "!",
        }
    }
}

pub(super) fn verdicts(summary: &Summary) -> Markup {
    let totals = &summary.whole.totals;
    let not_passed = totals.fail + totals.exception;
    let passed = summary.is_good();
    let has_no_users = summary.end.is_some_and(|end| end.reason == EndReason::NoUsers);
    let title = match (totals.ended(), not_passed) {
        _ if has_no_users => "No user was left".to_owned(),
        (0, _) => "No check ended".to_owned(),
        (ended, 0) if !passed => format!("A gate was crossed; all {ended} checks passed"),
        (1, 0) => "The check passed".to_owned(),
        (ended, 0) => format!("All {ended} checks passed"),
        (ended, not_passed) if passed => {
            format!("Good: {not_passed} of {ended} checks did not pass, as the gates allow")
        }
        (ended, not_passed) => format!("{not_passed} of {ended} checks did not pass"),
    };
    let times = match summary.times_verdict() {
        TimesVerdict::Exact => Mood::Good,
        TimesVerdict::ThreadClock(_) | TimesVerdict::NoAnswers => Mood::Doubtful,
    };
    let load = match summary.load_verdict() {
        LoadVerdict::AsAsked(_) => Mood::Good,
        LoadVerdict::TesterLimited(_)
        | LoadVerdict::Unseen(_)
        | LoadVerdict::UsersLost(_)
        | LoadVerdict::Dropped(_)
        | LoadVerdict::NoAnswers
        | LoadVerdict::NoChecks => Mood::Doubtful,
    };
    html! {
        section.verdicts {
            (first_line(if passed { Mood::Good } else { Mood::Bad }, &title, &headline(summary)))
            ul.lines {
                @for (mood, text) in gates(summary) { (line(mood, "Gate", &text, &[])) }
                (line(times, "Times", &summary.times_verdict().to_string(), &[]))
                (line(load, "Load", &summary.load_verdict().to_string(), &summary.load_evidence()))
                @if let Some(text) = span_line(summary) { (line(Mood::Doubtful, "Rates", &text, &[])) }
                @for warning in summary.warning_lines() { (line(Mood::Doubtful, "Warning", &warning, &[])) }
            }
        }
    }
}

/// The verdict itself, and what it comes of.
pub(super) fn first_line(mood: Mood, title: &str, below: &str) -> Markup {
    html! {
        div class={ "headline " (mood.class()) } {
            span.sign aria-hidden="true" { (mood.sign()) }
            div {
                p.title { (title) }
                p.quiet { (below) }
            }
        }
    }
}

/// Each gate, and whether it held.
fn gates(summary: &Summary) -> Vec<(Mood, String)> {
    let gates = summary.gates.iter().map(|gate| {
        let value = |value| format!("{} by {}", gate_number(value, gate.unit), gate.judged_by);
        let value = gate.value.map_or("no data".to_owned(), value);
        let note = gate.note.as_deref().map(|note| format!("; {note}")).unwrap_or_default();
        let (mood, word) = if gate.crossed { (Mood::Bad, "crossed") } else { (Mood::Good, "held") };
        (mood, format!("{gate}: {word}, {value}{note}"))
    });
    gates.collect()
}

/// One line of the verdicts, with what speaks for it.
pub(super) fn line(mood: Mood, name: &str, text: &str, evidence: &[String]) -> Markup {
    html! {
        li class=(mood.class()) {
            span.sign aria-hidden="true" { (mood.sign()) }
            b { (name) }
            div {
                (text)
                @for line in evidence { p.quiet { (line) } }
            }
        }
    }
}

pub(super) fn totals(summary: &Summary) -> Markup {
    let whole = &summary.whole;
    let times = if whole.request_totals.response_time.count() > 0 {
        ("response time", &whole.request_totals.response_time)
    } else {
        ("TPR", &whole.totals.tpr)
    };
    let percentile = |percent| times.1.percentile(percent).map_or("–".to_owned(), number_ms);
    let not_passed = whole.totals.fail_ratio().map_or("–".into(), |ratio| format!("{:.2}", ratio * 100.0));
    html! {
        section.tiles aria-label="Totals" {
            (tile("answers", &rate(whole.rps(&whole.totals)), "per second"))
            (tile("not passed", &not_passed, "% of checks"))
            (tile(&format!("{} p50", times.0), &percentile(50.0), "ms"))
            (tile("p95", &percentile(95.0), "ms"))
            (tile("p99", &percentile(99.0), "ms"))
            (tile("max", &times.1.max().map_or("–".into(), number_ms), "ms"))
            (tile("in flight", &format!("{:.2}", whole.in_flight), "on average"))
            (tile("tested", &units::short(summary.tested()), ""))
        }
    }
}

fn tile(name: &str, value: &str, unit: &str) -> Markup {
    html! { div.tile { p.name { (name) } p.value { (value) @if !unit.is_empty() { " " small { (unit) } } } } }
}
