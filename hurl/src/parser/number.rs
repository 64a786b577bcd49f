//! Numbers and spans of time.

use crate::ast::{Number, TimeUnit};

use super::input::{Input, Parsed, accept, broken, found, here, offset, other, since, take};

/// `42`, `-1`, `1.5`
pub(super) fn number(input: &mut Input<'_>) -> Parsed<Number> {
    let start = offset(input);
    let sign = sign(input);
    let digits = digits(input, "a number")?;
    if !accept(input, ".") {
        let written = format!("{sign}{digits}");
        return Ok(written.parse().map(Number::Integer).unwrap_or(Number::BigInteger(written)));
    }
    let decimals = take(input, |c| c.is_ascii_digit());
    if decimals.is_empty() {
        return broken("number", format!("expected a digit after the point{}", found(input)), here(input));
    }
    match format!("{sign}{digits}.{decimals}").parse() {
        Ok(float) => Ok(Number::Float(float)),
        Err(_) => broken("number", "this is no number", since(start, input)),
    }
}

/// `42`, `-1`
pub(super) fn integer(input: &mut Input<'_>) -> Parsed<i64> {
    let start = offset(input);
    let sign = sign(input);
    let digits = digits(input, "an integer")?;
    let value = format!("{sign}{digits}").parse();
    value.or_else(|_| broken("number", "this integer does not fit 64 bits", since(start, input)))
}

/// `42`
pub(super) fn natural(input: &mut Input<'_>) -> Parsed<u64> {
    let start = offset(input);
    let value = digits(input, "a whole number")?.parse();
    value.or_else(|_| broken("number", "this number does not fit 64 bits", since(start, input)))
}

/// `10`, `10s`
pub(super) fn duration(input: &mut Input<'_>) -> Parsed<(u64, Option<TimeUnit>)> {
    let value = natural(input)?;
    let start = offset(input);
    let unit = match take(input, |c| c.is_ascii_alphabetic()) {
        "" => None,
        "ms" => Some(TimeUnit::Milliseconds),
        "s" => Some(TimeUnit::Seconds),
        "m" => Some(TimeUnit::Minutes),
        "h" => Some(TimeUnit::Hours),
        unit => {
            return broken("duration", format!("expected ms, s, m or h, not '{unit}'"), since(start, input));
        }
    };
    Ok((value, unit))
}

fn sign(input: &mut Input<'_>) -> &'static str {
    if accept(input, "-") { "-" } else { "" }
}

/// At least one, and no zero before others.
fn digits<'s>(input: &mut Input<'s>, what: &'static str) -> Parsed<&'s str> {
    let start = offset(input);
    let digits = take(input, |c| c.is_ascii_digit());
    match digits {
        "" => other("number", format!("expected {what}{}", found(input)), here(input)),
        "0" => Ok(digits),
        _ if digits.starts_with('0') => broken("number", "a number does not begin with 0", since(start, input)),
        _ => Ok(digits),
    }
}
