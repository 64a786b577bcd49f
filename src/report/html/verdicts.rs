//! Verdicts, which a reader wants to know first: did it hold, and can the numbers be trusted.

use maud::{Markup, html};

use crate::report::mood::{Mood, gates, of_load, of_times, title};
use crate::report::text::{headline, number_ms, precision_lines, rate, span_line};
use crate::stats::Summary;
use crate::units;

pub(super) fn verdicts(summary: &Summary) -> Markup {
    let passed = summary.is_good();
    html! {
        section.verdicts {
            @if summary.capacity.is_none() {
                (first_line(if passed { Mood::Good } else { Mood::Bad }, &title(summary, passed), &headline(summary)))
            }
            ul.lines {
                @if summary.capacity.is_some() { (line(Mood::Good, "Checks", &headline(summary), &[])) }
                @for (mood, text) in gates(summary) { (line(mood, "Gate", &text, &[])) }
                (line(of_times(summary.times_verdict()), "Times", &summary.times_verdict().to_string(), &[]))
                (line(of_load(summary.load_verdict()), "Load", &summary.load_verdict().to_string(), &summary.load_evidence()))
                @if let Some(text) = span_line(summary) { (line(Mood::Doubtful, "Rates", &text, &[])) }
                @for (text, verdict) in precision_lines(summary).iter().zip(&summary.precisions) {
                    (line(if verdict.is_reached() { Mood::Good } else { Mood::Doubtful }, "Precise", text, &[]))
                }
                @if let Some(text) = unsteady(summary) { (line(Mood::Doubtful, "Steady", &text, &[])) }
                @for warning in summary.warning_lines() { (line(Mood::Doubtful, "Warning", &warning, &[])) }
                @for one in summary.diagnoses() { (line(Mood::Doubtful, "Diagnosis", &one.text, &[one.remedy])) }
            }
        }
    }
}

/// Signs that full load was not steady; `None` if there is none.
fn unsteady(summary: &Summary) -> Option<String> {
    let signs = summary.unsteady_signs().filter(|signs| !signs.is_empty())?;
    let signs: Vec<String> = signs.iter().map(ToString::to_string).collect();
    Some(format!("full load was not steady: {}", signs.join("; ")))
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
