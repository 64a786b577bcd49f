//! Two sides of runs, compared, as a page: the verdict, each change with its interval, both sides over time, and what
//! the runs were.

use std::io::{self, Write};

use maud::{Markup, html};

use super::frame::{self, figure};
use super::intervals::Axis;
use super::overlay;
use super::verdicts::{first_line, line};
use crate::report::ComparedRun;
use crate::report::compare::{by, headline, how_to_tell_more, kind_word, label, percent, value};
use crate::report::mood::Mood;
use crate::report::run_info::{Attribute, attributes};
use crate::stats::{Change, ComparedRow, Comparison, DrawnUnit, Metric, RowKind, Verdict};
use crate::units;

/// Which charts the page has.
const CHARTS: &str = include_str!("compare.js");
/// More changes are left to the table.
const NAMED_CHANGES: usize = 3;

/// Writes one HTML page of a comparison and of the runs it is of, which are those that were compared.
///
/// # Errors
/// Those of the writer.
pub fn write_comparison_html(
    comparison: &Comparison,
    base: &[ComparedRun<'_>],
    new: &[ComparedRun<'_>],
    warnings: &[String],
    mut writer: impl Write,
) -> io::Result<()> {
    let title = format!("{} against {}", side(new), side(base));
    let says = html! {
        (frame::head("perfloop comparison", &title, &html! { (unit(comparison.unit)) }))
        (verdicts(comparison, warnings))
        (changes(comparison))
        (charts())
        (runs(base, new))
        footer { p { "perfloop " (env!("CARGO_PKG_VERSION")) } }
    };
    let page = frame::page(&title, &says, &overlay::json(base, new), CHARTS);
    writer.write_all(page.into_string().as_bytes())?;
    writer.flush()
}

fn side(runs: &[ComparedRun<'_>]) -> String {
    match runs {
        [one] => one.name.to_owned(),
        several => units::count(several.len() as u64, "run"),
    }
}

fn unit(unit: DrawnUnit) -> &'static str {
    match unit {
        DrawnUnit::Runs => "by what differs from run to run",
        DrawnUnit::Blocks => "within-run noise only: what differs from run to run takes three runs a side to know",
    }
}

fn verdicts(comparison: &Comparison, warnings: &[String]) -> Markup {
    let mood = match comparison.verdict() {
        Verdict::Worse => Mood::Bad,
        Verdict::CannotBeTold => Mood::Doubtful,
        Verdict::Better | Verdict::NoDifference => Mood::Good,
    };
    let of = |verdict| named(comparison, verdict);
    let [worse, better] = [of(Verdict::Worse), of(Verdict::Better)];
    let headline = headline(comparison);
    let title = headline[..1].to_uppercase() + &headline[1..];
    let below = if worse.is_empty() && better.is_empty() {
        match comparison.verdict() {
            Verdict::CannotBeTold => "What cannot be told may lie within the tolerance or beyond it.".to_owned(),
            _ => "Whatever changed lies within the tolerance.".to_owned(),
        }
    } else {
        [("Worse", worse), ("Better", better)]
            .into_iter()
            .filter(|(_, changes)| !changes.is_empty())
            .map(|(word, changes)| format!("{word}: {changes}."))
            .collect::<Vec<_>>()
            .join(" ")
    };
    html! {
        section.verdicts {
            (first_line(mood, &title, &below))
            ul.lines {
                @for warning in warnings { (line(Mood::Doubtful, "Warning", warning, &[])) }
                @if let Some(how) = how_to_tell_more(comparison) {
                    @let untold = units::count(comparison.count(Verdict::CannotBeTold) as u64, "change");
                    (line(Mood::Doubtful, "Cannot be told", &format!("{untold}; {how}"), &[]))
                }
                @for (side, names) in [("base", &comparison.only_base), ("new", &comparison.only_new)] {
                    @for (kind, name) in names {
                        (line(Mood::Doubtful, "Missing", &format!("only in {side}: {} {name}", kind_word(*kind)), &[]))
                    }
                }
            }
        }
    }
}

/// The first changes of which this is told, and how many more there are. A check is often one request of its name.
fn named(comparison: &Comparison, verdict: Verdict) -> String {
    let mut all: Vec<String> = Vec::new();
    for row in &comparison.rows {
        for change in row.changes.iter().filter(|change| change.verdict == verdict) {
            let text = format!("{} {} {}", row.name, label(change.metric), by(change.metric, change.change));
            if !all.contains(&text) {
                all.push(text);
            }
        }
    }
    let more = all.len().saturating_sub(NAMED_CHANGES);
    all.truncate(NAMED_CHANGES);
    if more > 0 { format!("{} and {more} more", all.join(", ")) } else { all.join(", ") }
}

fn changes(comparison: &Comparison) -> Markup {
    let axis = Axis::of(comparison);
    let is_unknown = |change: &Change| change.interval.is_none();
    html! {
        section {
            @for (kind, title, times) in [(RowKind::Check, "Checks", "TPR"), (RowKind::Request, "Requests", "response times")] {
                @let rows: Vec<&ComparedRow> = comparison.rows.iter().filter(|row| row.kind == kind).collect();
                @if !rows.is_empty() {
                    h2 { (title) }
                    p.hint { "At full load; " (times) " in ms. Bars are 95 % intervals of the change, each for itself alone." }
                    (table(&rows, axis))
                }
            }
            @if comparison.changes().any(is_unknown) {
                p.hint { "– fewer than 10 samples lie beyond this percentile, which is not judged" }
            }
        }
    }
}

fn table(rows: &[&ComparedRow], axis: Axis) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table.changes {
                thead {
                    tr {
                        th scope="col" {} th scope="col" { "base" } th scope="col" { "new" } th scope="col" { "change" }
                        th.bar scope="col" { (axis.name()) }
                        th.range scope="col" { "95 % interval" } th scope="col" {}
                    }
                }
                @for row in rows {
                    tbody {
                        tr.name { th colspan="7" scope="rowgroup" { (row.name) } }
                        @for one in &row.changes { (change(one, axis)) }
                    }
                }
            }
        }
    }
}

fn change(change: &Change, axis: Axis) -> Markup {
    let Change { metric, base, new, .. } = change;
    let (class, sign) = match change.verdict {
        Verdict::Better => ("better", "✓"),
        Verdict::Worse => ("worse", "✕"),
        Verdict::NoDifference => ("same", ""),
        Verdict::CannotBeTold => ("untold", "?"),
    };
    let unit = if *metric == Metric::FailRatio { "points" } else { "%" };
    html! {
        tr class=(class) {
            th scope="row" { (label(*metric)) }
            td { (value(*metric, *base)) }
            td { (value(*metric, *new)) }
            td.by { (by(*metric, change.change)) }
            td.bar { (axis.bar(change)) }
            td.range {
                @if let Some((low, high)) = change.interval { (percent(low)) " to " (percent(high)) " " (unit) }
            }
            td.word { span.told aria-hidden="true" { (sign) } span.words { (change.verdict) } }
        }
    }
}

fn charts() -> Markup {
    html! {
        section {
            h2 { "Full load over time" }
            (frame::over_time_hint())
            div.charts {
                (figure("rps", "Answers", "per second"))
                (figure("p50", "p50", "ms"))
                (figure("p95", "p95", "ms"))
                (figure("p99", "p99", "ms"))
            }
            (frame::distribution())
        }
    }
}

/// Attributes of the runs, a column for each; those that should be the same and are not are marked.
fn runs(base: &[ComparedRun<'_>], new: &[ComparedRun<'_>]) -> Markup {
    let runs: Vec<(&str, &ComparedRun<'_>, Vec<Attribute>)> = [("base", base), ("new", new)]
        .into_iter()
        .flat_map(|(side, runs)| runs.iter().map(move |run| (side, run, attributes(run.summary, run.info))))
        .collect();
    let Some((_, _, first)) = runs.first() else { return html! {} };
    let differs = |at: usize| {
        first[at].matters && runs.iter().any(|(.., attributes)| attributes[at].compared != first[at].compared)
    };
    html! {
        section {
            h2 { "The runs" }
            p.hint { "What should be alike and is not is marked ≠." }
            div.scroll tabindex="0" {
                table.facts {
                    thead {
                        tr { th {} @for (side, ..) in &runs { th scope="col" { (side) } } }
                    }
                    tbody {
                        tr { th scope="row" { "report" } @for (_, run, _) in &runs { td { (run.name) } } }
                        @for at in 0..first.len() {
                            tr class=[differs(at).then_some("differs")] {
                                th scope="row" { (first[at].name) @if differs(at) { " ≠" } }
                                @for (.., attributes) in &runs { td { (attributes[at].shown) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
