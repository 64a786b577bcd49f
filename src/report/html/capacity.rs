//! Capacity: the answer of a search, its charts, and the levels that tell it.

use maud::{Markup, html};

use super::bounds::{ends, reach};
use super::frame::figure;
use super::verdicts::{first_line, line};
use crate::report::mood::Mood;
use crate::report::text::capacity::{notes, purpose, verdict};
use crate::report::text::{answer_line, level_name, number_ms, rate};
use crate::stats::{CapacityAnswer, CapacityLevel, GoalOutcome, LevelTimes, Summary};

/// Which charts the page of a search has besides.
pub(super) const CHARTS: &str = include_str!("capacity.js");
/// The charts of levels.
pub(super) const LEVELS: &str = include_str!("levels.js");

const COLUMNS: [&str; 9] = ["level", "rps", "p50", "p95", "p99", "fail %", "in flight", "verdict", "for"];

/// The answer first of all; nothing for a run that was no search.
pub(super) fn capacity(summary: &Summary) -> Markup {
    let Some(answer) = &summary.capacity else { return html! {} };
    let mood = if answer.is_good() { Mood::Good } else { Mood::Bad };
    let notes = notes(answer);
    let below = notes.first().cloned().unwrap_or_default();
    html! {
        section #capacity {
            div.verdicts {
                (first_line(mood, &answer_line(answer), &below))
                @if notes.len() > 1 {
                    ul.lines { @for note in &notes[1..] { (line(Mood::Good, "Search", note, &[])) } }
                }
            }
            @if answer.levels.is_empty() {
                p.empty { "No level was judged, so there is nothing to draw." }
            } @else {
                h2 { "Levels" }
                p.hint { "Each level is a point, with the interval in which its value lies with 95 %. The dashed line is the limit of the goal." }
                (goals(answer))
                div.charts.of-levels {
                    (figure("by-load", "Goal against load", ""))
                    (figure("by-rps", "Goal against throughput", ""))
                }
                (levels(answer))
            }
            @if let Some(level) = answer.answering() {
                h2 #answering { "The level of " (level_name(level.what)) ", on which the answer stands" }
            }
        }
    }
}

/// Choice of the goal that is drawn.
fn goals(answer: &CapacityAnswer) -> Markup {
    html! {
        div.tools { label { "Goal " select id="goal" {
            @for (place, goal) in answer.goals.iter().enumerate() { option value=(place) { (goal) } }
        } } }
    }
}

fn levels(answer: &CapacityAnswer) -> Markup {
    html! {
        div.scroll.under tabindex="0" {
            table.steps {
                thead { tr { @for name in COLUMNS { th scope="col" class=[(name == "verdict").then_some(name)] { (name) } } } }
                tbody { @for (place, level) in answer.levels.iter().enumerate() { (row(level, answer.answered_by == Some(place))) } }
            }
        }
        p.hint { "Times are in ms. Beneath a number stands the interval in which it lies with 95 %; a question mark is an end that is not known." }
    }
}

fn row(level: &CapacityLevel, is_answer: bool) -> Markup {
    let class = match level.outcome {
        GoalOutcome::Met => "met",
        GoalOutcome::Missed => "missed",
        GoalOutcome::Undecided => "undecided",
    };
    let fails = level.fail_ratio.map_or("–".into(), |ratio| format!("{:.2}", ratio * 100.0));
    html! {
        tr class={ (class) @if is_answer { " answer" } } {
            th scope="row" { @if is_answer { "▸ " } (level_name(level.what)) (purpose(level.purpose)) }
            td { (rate(level.rps)) (reach(level.rps_interval)) }
            @for times in [&level.p50, &level.p95, &level.p99] { (time(times)) }
            td { (fails) }
            td { (format!("{:.2}", level.in_flight)) }
            td.verdict { (verdict(level)) @if !level.is_settled { ", not settled" } }
            td { (format!("{:.1} s", level.took.as_secs_f64())) }
        }
    }
}

fn time(times: &LevelTimes) -> Markup {
    let value = times.value.map_or("–".into(), number_ms);
    html! { td { (value) @if let Some(interval) = times.interval { small.reach { (ends(&interval.times(1e-6))) } } } }
}
