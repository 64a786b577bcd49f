//! Reads what must not happen: `GET /cart: p99 >= 1s after 10s abort`.

use std::time::Duration;

use super::condition::{GateKind, JudgedPart, Operator};
use super::definition::Gate;
use super::metric::{Metric, Reach};
use super::unit::GateUnit;
use crate::units::parse_duration;

/// Characters that an operator is made of.
const OF_OPERATORS: [char; 4] = ['<', '>', '=', '!'];

/// Terms behind a condition.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub(super) after: Duration,
    pub(super) aborts: bool,
}

/// Stands before a gate that is judged by full load alone.
const AT_FULL_LOAD: &str = "at_full_load:";

/// # Errors
/// What is wrong, and what to write.
pub(super) fn fail_if(expr: &str) -> Result<Gate, String> {
    of_kind(GateKind::FailIf, expr, "p95 > 450ms")
}

/// # Errors
/// What is wrong, and what to write.
pub(super) fn within(expr: &str) -> Result<Gate, String> {
    let gate = of_kind(GateKind::Within, expr, "p95 < 450ms")?;
    if gate.aborts || !gate.after.is_zero() {
        return Err("a goal is judged at each level; leave out after and abort".into());
    } else if gate.part == JudgedPart::FullLoad {
        return Err("each level is at full load; leave out at_full_load:".into());
    }
    Ok(gate)
}

/// # Errors
/// When there is no such metric.
pub(super) fn metric(text: &str) -> Result<Gate, String> {
    let (name, word) = name_and_comparison(text);
    let metric = Metric::parse(word.trim())?;
    let terms = Terms::default();
    let gate = gate(GateKind::Until, text, name, metric, Operator::AtLeast, 0.0, &terms)?;
    Ok(Gate { part: JudgedPart::FullLoad, ..gate })
}

fn of_kind(kind: GateKind, expr: &str, example: &str) -> Result<Gate, String> {
    let (condition, terms) = terms(expr)?;
    let (condition, part) = part(condition);
    let (name, comparison) = name_and_comparison(condition);
    let (word, operator, limit) = split(comparison, example)?;
    if word.contains('(') {
        return Err(format!("{word} is k6's way to say what must hold; give ‹threshold› for that, or {example} here"));
    } else if name == Some("") {
        return Err(format!("the name before the colon is missing; write it like GET /cart: {example}"));
    }
    let metric = Metric::parse(word)?;
    if name.is_some() && metric.reach() == Reach::Run {
        return Err(format!("{word} is of the whole run; leave out the name before it"));
    }
    let limit = match metric.unit() {
        GateUnit::Milliseconds => time_ms(limit)?,
        GateUnit::Ratio => ratio(limit)?,
        GateUnit::PerSecond | GateUnit::Count => plain(limit, word)?,
    };
    if part == JudgedPart::FullLoad && !metric.has_parts() {
        return Err(format!("{word} is of the whole run; leave out at_full_load:"));
    }
    gate(kind, expr, name, metric, operator, limit, &terms).map(|gate| Gate { part, ..gate })
}

/// Takes the part of the run from the beginning of a condition.
pub(super) fn part(condition: &str) -> (&str, JudgedPart) {
    match condition.strip_prefix(AT_FULL_LOAD) {
        Some(rest) => (rest.trim_start(), JudgedPart::FullLoad),
        None => (condition, JudgedPart::Whole),
    }
}

/// # Errors
/// When it would stop a run for what is known only at its end.
pub(super) fn gate(
    kind: GateKind,
    expr: &str,
    name: Option<&str>,
    metric: Metric,
    operator: Operator,
    limit: f64,
    terms: &Terms,
) -> Result<Gate, String> {
    if terms.aborts && metric.is_of_the_end() {
        return Err("this is known only when the run is over; leave out abort".into());
    }
    let expr = expr.trim().to_owned();
    let name = name.map(str::to_owned);
    let (after, aborts, part) = (terms.after, terms.aborts, JudgedPart::Whole);
    Ok(Gate { expr, kind, implied: false, name, metric, operator, limit, after, aborts, part })
}

/// Takes ` after TIME` and ` abort` from the end, in any order.
pub(super) fn terms(expr: &str) -> Result<(&str, Terms), String> {
    let mut terms = Terms::default();
    let mut condition = expr.trim();
    loop {
        if ends_with_word(condition, "after") {
            return Err("there is no time behind after; write it like after 10s, or leave it out".into());
        } else if let Some(rest) = condition.strip_suffix("abort").filter(|rest| rest.ends_with(char::is_whitespace)) {
            terms.aborts = true;
            condition = rest.trim_end();
        } else if let Some((rest, time)) =
            condition.rsplit_once(" after ").filter(|(_, time)| !time.contains(OF_OPERATORS))
        {
            terms.after = parse_duration(time).map_err(|why| format!("after: {why}"))?;
            condition = rest.trim_end();
        } else {
            return Ok((condition, terms));
        }
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| rest.ends_with(char::is_whitespace))
}

/// A name may have colons in it, and nothing behind it has.
pub(super) fn name_and_comparison(condition: &str) -> (Option<&str>, &str) {
    match condition.rsplit_once(':') {
        Some((name, comparison)) => (Some(name.trim()), comparison),
        None => (None, condition),
    }
}

/// The word, the operator and the limit of a comparison.
///
/// # Errors
/// When one of them is missing; `example` is a whole one.
pub(super) fn split<'a>(comparison: &'a str, example: &str) -> Result<(&'a str, Operator, &'a str), String> {
    let comparison = comparison.trim();
    let incomplete = || format!("'{comparison}' is no comparison; write it like {example}");
    let start = comparison.find(OF_OPERATORS).ok_or_else(incomplete)?;
    let (word, rest) = comparison.split_at(start);
    let end = rest.find(|c| !OF_OPERATORS.contains(&c)).unwrap_or(rest.len());
    let (sign, limit) = rest.split_at(end);
    let operator = match sign {
        ">" => Operator::Above,
        ">=" => Operator::AtLeast,
        "<" => Operator::Below,
        "<=" => Operator::AtMost,
        "==" | "===" => Operator::Equal,
        "!=" | "!==" => Operator::Unequal,
        _ => return Err(format!("'{sign}' compares nothing; use one of > >= < <= == !=")),
    };
    let (word, limit) = (word.trim(), limit.trim());
    if word.is_empty() || limit.is_empty() { Err(incomplete()) } else { Ok((word, operator, limit)) }
}

/// A number without sign, and what stands behind it.
pub(super) fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

fn time_ms(text: &str) -> Result<f64, String> {
    match number_and_unit(text) {
        Some((number, "us")) => Ok(number / 1e3),
        Some((number, "ms")) => Ok(number),
        Some((number, "s")) => Ok(number * 1e3),
        Some((_, "")) => Err(format!("'{text}' is a time without a unit; write {text}ms or {text}s")),
        _ => Err(format!("'{text}' is no time; write it like 450ms, 1.5s or 30us")),
    }
}

/// Of a share, also in percent.
///
/// # Errors
/// When it is none.
pub(super) fn ratio(text: &str) -> Result<f64, String> {
    match number_and_unit(text) {
        Some((number, "%")) if number <= 100.0 => Ok(number / 100.0),
        Some((number, "")) if number <= 1.0 => Ok(number),
        Some((number, "")) if number <= 100.0 => {
            Err(format!("'{text}' is no ratio, which is 1 at most; did you mean {text}%?"))
        }
        _ => Err(format!("'{text}' is no ratio; write it like 1% or 0.01")),
    }
}

fn plain(text: &str, word: &str) -> Result<f64, String> {
    match number_and_unit(text) {
        Some((number, "")) => Ok(number),
        Some((number, _)) => Err(format!("{word} has no unit; write a plain number, like {number}")),
        None => Err(format!("'{text}' is no number; write one like 100")),
    }
}
