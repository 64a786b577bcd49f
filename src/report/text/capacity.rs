//! Capacity: the answer in a line, and the levels that tell it.

use std::io;

use super::numbers::{four_digits, gate_number, level_name, number_ms, rate, seconds};
use super::page::Page;
use super::style::Paint;
use super::table::{Cell, Row, Table};
use crate::sample::Plateau;
use crate::stats::{
    AtLeast, CapacityAnswer, CapacityLevel, GoalOutcome, GoalVerdict, Interval, LevelLimit, LevelTimes, SearchEnd,
    Summary, TrialPurpose,
};
use crate::units;

pub(super) fn write(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let Some(answer) = &summary.capacity else { return Ok(()) };
    let headline = page.paint(Paint::Head, &answer_line(answer));
    page.line(&headline)?;
    for line in notes(answer) {
        page.line(&line)?;
    }
    page.blank()?;
    let columns = [
        ("rps", 90),
        ("95 %", 40),
        ("p50", 50),
        ("p95", 80),
        ("95 %", 70),
        ("p99", 60),
        ("95 %", 30),
        ("fail %", 55),
        ("in flight", 45),
        ("verdict", 100),
        ("for", 35),
    ];
    page.table(&Table::new("level; times in ms", columns).rows(answer.levels.iter().map(row)))?;
    if let Some(level) = answer.answering() {
        let below = format!("the level of {}, on which the answer stands:", level_name(level.what));
        page.line(&page.paint(Paint::Head, &below))?;
    }
    Ok(())
}

/// Answer in one line: `350 users (344 to 357) at 117 rps: p95 441 ms of 450 ms; missed at 368 users (p95 468 ms)`.
pub(crate) fn answer_line(answer: &CapacityAnswer) -> String {
    let goals = answer.goals.join(", ");
    let Some(what) = answer.answer else {
        return match answer.end {
            SearchEnd::NothingMeets => format!("nothing meets {goals}{}", missed(answer, ": ")),
            SearchEnd::Interrupted => format!("interrupted before any level met {goals}"),
            _ => undecided(answer, &goals),
        };
    };
    let (low, high) = answer.interval.unwrap_or((what.size(), None));
    let number = |load: f64| match what {
        Plateau::Users(_) => format!("{load}"),
        Plateau::Rate(_) => rate(load),
    };
    let span = match high {
        Some(high) if high > low => format!(" ({} to {})", number(low), number(high)),
        _ => String::new(),
    };
    let level = answer.answering();
    let at = level.map(|level| format!(" at {} rps", four_digits(level.rps))).unwrap_or_default();
    let at = if matches!(what, Plateau::Rate(_)) { String::new() } else { at };
    let told =
        level.and_then(CapacityLevel::telling_goal).map(|goal| format!(": {}", value_of(goal))).unwrap_or_default();
    let name = level_name(what);
    match &answer.end {
        SearchEnd::AtLeast(why) => format!("at least {name}{at}{told} ({why})"),
        SearchEnd::Interrupted => format!("interrupted: at least {name}{at}{told}"),
        SearchEnd::NotConfirmed => {
            format!("{} to {} {}, not confirmed{told}", number(low), high.map_or("?".into(), number), unit(what))
        }
        _ => format!("{name}{span}{at}{told}{}", missed(answer, "; missed at ")),
    }
}

/// Why nothing was decided, and what to do.
fn undecided(answer: &CapacityAnswer, goals: &str) -> String {
    let hung = answer.levels.iter().rev().find_map(|level| match &level.limit {
        Some(limit @ (LevelLimit::NothingEnded | LevelLimit::UsersStuck(_))) => {
            Some(format!("at {} {limit}; does the service hang, or", level_name(level.what)))
        }
        _ => None,
    });
    match hung {
        Some(hung) => format!("never decided for {goals}: {hung} does each level need more time (level-time)?"),
        None => format!("no level could be decided for {goals}; give each more time (level-time)"),
    }
}

fn unit(what: Plateau) -> &'static str {
    match what {
        Plateau::Users(_) => "users",
        Plateau::Rate(_) => "arrivals/s",
    }
}

/// What the lowest level shows that missed a goal.
fn missed(answer: &CapacityAnswer, before: &str) -> String {
    let Some(level) = answer.missing() else { return String::new() };
    let goal = level.goals.iter().find(|goal| goal.outcome == GoalOutcome::Missed);
    let why = match goal.or_else(|| level.telling_goal()) {
        _ if level.is_overloaded => "overloaded".to_owned(),
        Some(goal) => value_of(goal),
        None => String::new(),
    };
    let word = if level.outcome == GoalOutcome::Missed { before.to_owned() } else { "; undecided at ".to_owned() };
    format!("{word}{} ({why})", level_name(level.what))
}

/// `p95 441.2 ms of 450 ms`
fn value_of(goal: &GoalVerdict) -> String {
    let metric = goal.expr.split(['<', '>', '=', '!']).next().unwrap_or_default().trim();
    let value = goal.value.map_or("no data".into(), |value| gate_number(value, goal.unit));
    format!("{metric} {value} of {}", gate_number(goal.limit, goal.unit))
}

/// What there is to say beside the answer.
pub(in crate::report) fn notes(answer: &CapacityAnswer) -> Vec<String> {
    let mut notes = Vec::new();
    notes.push(format!(
        "goals: {}; {} in {}",
        answer.goals.join(", "),
        units::count(answer.levels.len() as u64, "level"),
        seconds(answer.took)
    ));
    if let Some(least) = answer.at_least {
        let (wanted, what) = match least {
            AtLeast::Load(load) => (load, "by the lower end of the interval"),
            AtLeast::Rps(rps) => (rps, "by the lower end of the requests per second"),
        };
        let word = if answer.is_good() { "reached" } else { "not reached" };
        notes.push(format!("at least {}: {word}, {what}", digits_of_load(wanted)));
    }
    if let Some((from, to)) = answer.knee() {
        let rps = answer.levels.iter().map(|level| level.rps).fold(0.0, f64::max);
        notes.push(format!(
            "knee: between {} and {}, from where on a tenth more load brings less than 2 % more answers ({} rps at most)",
            digits_of_load(from),
            digits_of_load(to),
            four_digits(rps)
        ));
    }
    notes
}

fn digits_of_load(load: f64) -> String {
    if load.fract() == 0.0 { format!("{load}") } else { rate(load) }
}

fn row(level: &CapacityLevel) -> Row {
    let paint = match level.outcome {
        GoalOutcome::Met => Paint::Good,
        GoalOutcome::Missed => Paint::Bad,
        GoalOutcome::Undecided => Paint::Plain,
    };
    let value = |times: &LevelTimes| Cell::new(times.value.map_or("-".into(), number_ms));
    let ms = |times: &LevelTimes| Cell::new(times.interval.map_or("-".into(), |interval| span(&interval.times(1e-6))));
    let fails = level.fail_ratio.map_or("-".into(), |ratio| format!("{:.2}", ratio * 100.0));
    let cells = vec![
        Cell::new(rate(level.rps)),
        Cell::new(level.rps_interval.map_or("-".into(), |interval| span(&interval))),
        value(&level.p50),
        value(&level.p95),
        ms(&level.p95),
        value(&level.p99),
        ms(&level.p99),
        Cell::new(fails),
        Cell::new(format!("{:.2}", level.in_flight)),
        Cell::new(verdict(level)).painted(paint),
        Cell::new(seconds(level.took)),
    ];
    Row::new(level_name(level.what) + purpose(level.purpose), cells)
}

pub(in crate::report) fn purpose(purpose: TrialPurpose) -> &'static str {
    match purpose {
        TrialPurpose::Double | TrialPurpose::Bisect => "",
        TrialPurpose::Confirm => ", confirmed",
        TrialPurpose::Above => ", again",
    }
}

/// Interval as a text: `41.20 to 45.10`, `38.00 to ?`.
pub(in crate::report) fn span(interval: &Interval) -> String {
    let high = interval.high.map_or("?".into(), four_digits);
    format!("{} to {high}", four_digits(interval.low))
}

pub(in crate::report) fn verdict(level: &CapacityLevel) -> String {
    let mut word = level.outcome.to_string();
    if level.is_overloaded {
        word += ", overloaded";
    }
    if let Some(limit) = &level.limit {
        word += &format!(", {}", limit.word());
    }
    word
}

/// Level in a line, as it is judged: `64 users: 510 rps, p95 12.10 ms (11.9 to 12.3): met`.
pub(crate) fn level_line(level: &CapacityLevel) -> String {
    let p95 = level.p95.value.map_or("-".into(), number_ms);
    let interval = level.p95.interval.map(|interval| format!(" ({})", span(&interval.times(1e-6)))).unwrap_or_default();
    let why = match level.telling_goal() {
        Some(goal) if level.outcome != GoalOutcome::Met && !level.is_overloaded => format!(" ({})", value_of(goal)),
        _ => String::new(),
    };
    format!(
        "{:>10}{}: {} rps, p95 {p95} ms{interval}: {}{why}",
        level_name(level.what),
        purpose(level.purpose),
        four_digits(level.rps),
        verdict(level)
    )
}
