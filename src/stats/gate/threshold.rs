//! Reads what must hold, in k6's words: `http_req_duration: p(95)<450`.

use super::condition::GateKind;
use super::definition::Gate;
use super::metric::{Family, Figure, Metric, Statistic};
use super::parse::{gate, name_and_comparison, number_and_unit, part, split, terms};
use super::unit::GateUnit;
use crate::nearest::nearest;

const DURATION: &str = "http_req_duration";
/// The metrics there are, and their aggregations.
const METRICS: [(&str, &str); 5] = [
    (DURATION, "avg, min, med, max or p(95)"),
    ("http_req_failed", "rate"),
    ("http_reqs", "count or rate"),
    ("iterations", "count or rate"),
    ("checks", "rate"),
];

/// # Errors
/// What is wrong, and what to write.
pub(super) fn threshold(expr: &str) -> Result<Gate, String> {
    let (condition, terms) = terms(expr)?;
    let (condition, part) = part(condition);
    let (subject, comparison) = name_and_comparison(condition);
    let (word, operator, limit) = split(comparison, "p(95)<450")?;
    let metric = metric(subject, word)?;
    let number = match number_and_unit(limit) {
        Some((number, "")) => number,
        Some((number, "ms")) => return Err(format!("k6's times are plain milliseconds; write {number}")),
        _ => return Err(format!("'{limit}' is no plain number; write it like p(95)<450 (milliseconds) or rate<0.01")),
    };
    if metric.unit() == GateUnit::Ratio && number > 1.0 {
        return Err(format!("'{limit}' is no rate, which is 1 at most; write it like rate<0.01"));
    }
    gate(GateKind::Threshold, expr, None, metric, operator, number, &terms).map(|gate| Gate { part, ..gate })
}

fn metric(subject: Option<&str>, word: &str) -> Result<Metric, String> {
    let figure = match (subject, word) {
        (None | Some("http_req_failed"), "rate") => Figure::FailRatio,
        (Some("checks"), "rate") => Figure::PassRatio,
        (None | Some("http_reqs"), "count") => Figure::Requests,
        (Some("http_reqs"), "rate") => Figure::Rps,
        (Some("iterations"), "count") => Figure::Ended,
        (Some("iterations"), "rate") => Figure::EndedPerS,
        (None | Some(DURATION), word) => return Ok(Metric::Time(Family::ResponseTime, statistic(word)?)),
        (Some(subject), word) => return Err(unknown(subject, word)),
    };
    Ok(Metric::Figure(figure))
}

fn statistic(word: &str) -> Result<Statistic, String> {
    let percent = word.strip_prefix("p(").and_then(|rest| rest.strip_suffix(')'));
    let statistic = match word {
        "avg" => Some(Statistic::Mean),
        "min" => Some(Statistic::Min),
        "med" => Some(Statistic::Percentile(50.0)),
        "max" | "p(100)" => Some(Statistic::Max),
        _ => percent.and_then(|number| Statistic::percentile(number.trim())),
    };
    statistic.ok_or_else(|| match word.strip_prefix('p').and_then(Statistic::percentile) {
        Some(Statistic::Percentile(percent)) => {
            format!("'{word}' is none of k6's words; write p({percent}), or give ‹fail-if› for what must not happen")
        }
        _ => {
            let known = ["avg", "min", "med", "max", "p(95)", "rate", "count"];
            let remedy = match nearest(word, known) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("give {}", known.join(", ")),
            };
            format!("'{word}' is none of k6's words; {remedy}")
        }
    })
}

fn unknown(subject: &str, word: &str) -> String {
    if let Some((name, aggregations)) = METRICS.iter().find(|(name, _)| *name == subject) {
        return format!("{name} has no '{word}'; give {aggregations}");
    } else if subject.contains('{') {
        return "tags are not known here; for the requests of a name give ‹fail-if› 'NAME: p95 > 450ms'".into();
    }
    match nearest(subject, METRICS.map(|(name, _)| name)) {
        Some(near) => format!("there is no metric '{subject}' here; did you mean {near}?"),
        None => format!("there is no metric '{subject}' here; for a request give ‹fail-if› 'NAME: p95 > 450ms'"),
    }
}
