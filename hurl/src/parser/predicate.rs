//! Predicates: what has to hold of a value.

use winnow::error::ErrMode;
use winnow::stream::Stream;

use crate::ast::{Compared, Operator, Predicate, PredicateKind, Spanned};

use super::input::{Fault, Input, Parsed, accept, broken, found, here, offset, since, skip, some_spaces, spaces};
use super::{compared, filter, word};

/// Operators written as signs. A longer sign stands before its own beginning.
const SIGNS: [(&str, Operator); 6] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    (">", Operator::Greater),
    ("<=", Operator::LessOrEqual),
    ("<", Operator::Less),
];

/// Operators written as words.
const COMPARING: [(&str, Operator); 11] = [
    ("startsWith", Operator::StartsWith),
    ("endsWith", Operator::EndsWith),
    ("contains", Operator::Contains),
    ("includes", Operator::Includes),
    ("matches", Operator::Matches),
    // The older names of the signs.
    ("equals", Operator::Equal),
    ("notEquals", Operator::NotEqual),
    ("greaterThan", Operator::Greater),
    ("greaterThanOrEquals", Operator::GreaterOrEqual),
    ("lessThan", Operator::Less),
    ("lessThanOrEquals", Operator::LessOrEqual),
];

/// Predicates without a value to compare with.
const ALONE: [(&str, PredicateKind); 15] = [
    ("exists", PredicateKind::Exists),
    ("isBoolean", PredicateKind::IsBoolean),
    ("isCollection", PredicateKind::IsCollection),
    ("isDate", PredicateKind::IsDate),
    ("isEmpty", PredicateKind::IsEmpty),
    ("isFloat", PredicateKind::IsFloat),
    ("isInteger", PredicateKind::IsInteger),
    ("isIpv4", PredicateKind::IsIpv4),
    ("isIpv6", PredicateKind::IsIpv6),
    ("isIsoDate", PredicateKind::IsIsoDate),
    ("isList", PredicateKind::IsList),
    ("isNumber", PredicateKind::IsNumber),
    ("isObject", PredicateKind::IsObject),
    ("isString", PredicateKind::IsString),
    ("isUuid", PredicateKind::IsUuid),
];

/// `not contains "a"`
pub(super) fn predicate(input: &mut Input<'_>) -> Parsed<Predicate> {
    let is_negated = word::word(input).0 == "not";
    if is_negated {
        skip(input, "not".len());
        some_spaces(input, "predicate")?;
    }
    let start = offset(input);
    let kind = kind(input)?;
    Ok(Predicate { is_negated, kind, span: since(start, input) })
}

fn kind(input: &mut Input<'_>) -> Parsed<PredicateKind> {
    if let Some((_, operator)) = SIGNS.iter().find(|(sign, _)| accept(input, sign)) {
        spaces(input);
        return comparison(input, *operator);
    }
    let (name, _) = word::word(input);
    if let Some((_, operator)) = COMPARING.iter().find(|(known, _)| *known == name) {
        skip(input, name.len());
        some_spaces(input, "predicate")?;
        return comparison(input, *operator);
    }
    if let Some((_, kind)) = ALONE.iter().find(|(known, _)| *known == name) {
        skip(input, name.len());
        return Ok(kind.clone());
    }
    Err(ErrMode::Cut(unknown(input, name)))
}

/// The mistake for an unknown predicate, which may also be a filter or the older name of a sign.
fn unknown(input: &Input<'_>, name: &str) -> Fault {
    if name.is_empty() && input.input.starts_with('=') {
        return Fault::new("predicate", "'=' is not known; did you mean '=='?", here(input));
    }
    let (words, older) = COMPARING.split_at(5);
    let sign = word::nearest(name, &older.iter().map(|(older, _)| *older).collect::<Vec<_>>()).and_then(sign_of);
    if let Some(sign) = sign {
        let message = format!("'{name}' is not known; did you mean '{sign}'?");
        return Fault::new("predicate", message, word::word(input).1);
    }
    let with_value = SIGNS.iter().chain(words).map(|(name, _)| *name);
    let known: Vec<&str> = with_value.chain(ALONE.iter().map(|(name, _)| *name)).collect();
    let meant: Vec<&str> = known.iter().copied().chain(filter::names()).collect();
    word::unknown_of(input, "predicate", &known, &meant)
}

/// The sign that replaced an older word.
fn sign_of(older: &str) -> Option<&'static str> {
    let (_, operator) = COMPARING.iter().find(|(name, _)| *name == older)?;
    SIGNS.iter().find(|(_, of_sign)| of_sign == operator).map(|(sign, _)| *sign)
}

fn comparison(input: &mut Input<'_>, operator: Operator) -> Parsed<PredicateKind> {
    let start = input.checkpoint();
    let value = compared::compared(input)?;
    match expected_by(operator, &value) {
        None => Ok(PredicateKind::Compare(operator, value)),
        Some(expected) => {
            input.reset(&start);
            broken("predicate value", format!("expected {expected}{}", found(input)), value.span)
        }
    }
}

/// The kind of value an operator compares with, if `value` is of another kind.
fn expected_by(operator: Operator, value: &Spanned<Compared>) -> Option<&'static str> {
    use Compared::{Base64, Hex, Number, Place, Regex, Text};
    match (operator, &value.value) {
        (
            Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual,
            Number(_) | Text(_) | Place(_),
        ) => None,
        (Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual, _) => {
            Some("a number, a text or a {{variable}}")
        }
        (Operator::StartsWith | Operator::EndsWith, Text(_) | Base64(_) | Hex(_)) => None,
        (Operator::StartsWith | Operator::EndsWith, _) => Some("a text, base64,..; or hex,..;"),
        (Operator::Matches, Text(_) | Regex(_)) => None,
        (Operator::Matches, _) => Some("\"pattern\" or /pattern/"),
        _ => None,
    }
}
