//! Predicates: conditions on values.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::DateTime;
use perfloop_hurl::ast::{self, Compared, Operator, Placeholder, PredicateKind};
use perfloop_hurl::{Span, compile_regex};
use regex::Regex;
use uuid::Uuid;

use super::compiled::Written as _;
use super::content::Content;
use super::eval_error::EvalError;
use super::number::Number;
use super::text::{Text, evaluate};
use super::value::Value;
use super::variables::Variables;
use crate::script::files::Files;

/// A compiled predicate.
#[derive(Debug)]
pub(super) struct Predicate {
    is_negated: bool,
    kind: Kind,
    span: Span,
}

#[derive(Debug)]
enum Kind {
    Compare(Operator, Wanted),
    /// Compares with nothing.
    Is(PredicateKind),
}

/// Value that another is compared with.
#[derive(Debug)]
enum Wanted {
    Fixed(Value),
    Text(Text),
    Place(Placeholder),
    Content(Content),
}

impl Predicate {
    pub(super) fn new(predicate: &ast::Predicate, files: &Files) -> Self {
        let kind = match &predicate.kind {
            PredicateKind::Compare(operator, compared) => {
                Kind::Compare(*operator, Wanted::new(*operator, &compared.value, files))
            }
            plain => Kind::Is(plain.clone()),
        };
        Predicate { is_negated: predicate.is_negated, kind, span: predicate.span }
    }

    /// The fault it has with every value.
    pub(super) fn broken(&self) -> Option<EvalError> {
        match &self.kind {
            Kind::Compare(Operator::Matches, Wanted::Fixed(wanted @ Value::Text(_))) => Some(self.broken_regex(wanted)),
            _ => None,
        }
    }

    /// Values of the wrong kind never pass, negated or not.
    pub(super) fn check(&self, actual: Option<&Value>, variables: &Variables, files: &Files) -> Result<(), EvalError> {
        match &self.kind {
            Kind::Is(kind) => {
                let holds = actual.map_or(Some(false), |actual| is(kind, actual));
                self.judge(holds, actual, || what_is(kind).to_owned())
            }
            Kind::Compare(operator, wanted) => {
                let wanted = wanted.find(variables, files)?;
                let holds = match actual {
                    Some(actual) => compare(*operator, actual, &wanted).ok_or_else(|| self.broken_regex(&wanted))?,
                    None => Some(false),
                };
                self.judge(holds, actual, || what_compares(*operator, &wanted))
            }
        }
    }

    fn judge(
        &self,
        holds: Option<bool>,
        actual: Option<&Value>,
        wanted: impl FnOnce() -> String,
    ) -> Result<(), EvalError> {
        if holds.is_some_and(|holds| holds != self.is_negated) {
            return Ok(());
        }
        let is_unequal = matches!(self.kind, Kind::Compare(Operator::NotEqual, _));
        let not = if self.is_negated == is_unequal { "" } else { "not " };
        let actual = actual.map_or_else(|| "none".to_owned(), Value::shown);
        let hint = if holds.is_none() { "\n>>> types between actual and expected are not consistent" } else { "" };
        let message = format!("actual:   {actual}\nexpected: {not}{}{hint}", wanted());
        Err(EvalError::assert(self.span, "assert failed", message))
    }

    fn broken_regex(&self, wanted: &Value) -> EvalError {
        Regex::fault(&wanted.to_string(), self.span)
    }
}

impl Wanted {
    fn new(operator: Operator, compared: &Compared, files: &Files) -> Self {
        let content = |content: Content| match content.as_fixed() {
            Some(bytes) => Wanted::Fixed(value_of(bytes.to_vec(), content.is_text())),
            None => Wanted::Content(content),
        };
        match compared {
            Compared::Null => Wanted::Fixed(Value::Null),
            Compared::Bool(value) => Wanted::Fixed(Value::Bool(*value)),
            Compared::Number(number) => Wanted::Fixed(Value::Number(Number::from(number))),
            Compared::Text(template) => match (Text::new(template), operator) {
                // A fixed text that is no regular expression is at fault only when it is used.
                (Text::Fixed(text), Operator::Matches) => {
                    Wanted::Fixed(compile_regex(&text).map_or(Value::Text(text), Value::Regex))
                }
                (Text::Fixed(text), _) => Wanted::Fixed(Value::Text(text)),
                (made, _) => Wanted::Text(made),
            },
            Compared::Place(place) => Wanted::Place(place.clone()),
            Compared::Regex(source) => {
                Wanted::Fixed(compile_regex(source).map_or_else(|_| Value::from(&**source), Value::Regex))
            }
            Compared::Multiline(multiline) => content(Content::of_multiline(multiline)),
            Compared::Base64(bytes) | Compared::Hex(bytes) => Wanted::Fixed(Value::Bytes(bytes.clone())),
            Compared::File(name) => content(Content::of_file(name, files)),
        }
    }

    fn find<'a>(&'a self, variables: &'a Variables, files: &Files) -> Result<Cow<'a, Value>, EvalError> {
        match self {
            Wanted::Fixed(value) => Ok(Cow::Borrowed(value)),
            Wanted::Text(text) => Ok(Cow::Owned(Value::Text(text.render(variables)?.into_owned()))),
            Wanted::Place(place) => evaluate(place, variables),
            Wanted::Content(content) => {
                let bytes = content.render(variables, files)?.into_owned();
                Ok(Cow::Owned(value_of(bytes, content.is_text())))
            }
        }
    }
}

fn value_of(bytes: Vec<u8>, is_text: bool) -> Value {
    if is_text { Value::Text(String::from_utf8_lossy(&bytes).into_owned()) } else { Value::Bytes(bytes) }
}

/// True when the comparison holds; inner `None` for values of kinds that do not compare, outer `None` for a regular
/// expression that is none.
fn compare(operator: Operator, actual: &Value, wanted: &Value) -> Option<Option<bool>> {
    let order = |passes: fn(Ordering) -> bool| actual.order(wanted).map(passes);
    Some(match operator {
        Operator::Equal => Some(actual == wanted),
        Operator::NotEqual => Some(actual != wanted),
        Operator::Greater => order(Ordering::is_gt),
        Operator::GreaterOrEqual => order(Ordering::is_ge),
        Operator::Less => order(Ordering::is_lt),
        Operator::LessOrEqual => order(Ordering::is_le),
        Operator::StartsWith => match (actual, wanted) {
            (Value::Text(actual), Value::Text(wanted)) => Some(actual.starts_with(&**wanted)),
            (Value::Bytes(actual), Value::Bytes(wanted)) => Some(actual.starts_with(wanted)),
            _ => None,
        },
        Operator::EndsWith => match (actual, wanted) {
            (Value::Text(actual), Value::Text(wanted)) => Some(actual.ends_with(&**wanted)),
            (Value::Bytes(actual), Value::Bytes(wanted)) => Some(actual.ends_with(wanted)),
            _ => None,
        },
        Operator::Contains => match (actual, wanted) {
            (Value::Text(actual), Value::Text(wanted)) => Some(actual.contains(&**wanted)),
            (Value::Bytes(actual), Value::Bytes(wanted)) => Some(contains_bytes(actual, wanted)),
            (actual, wanted) => includes(actual, wanted),
        },
        Operator::Includes => includes(actual, wanted),
        Operator::Matches => return matches(actual, wanted),
    })
}

fn includes(actual: &Value, wanted: &Value) -> Option<bool> {
    if let Value::List(elements) = actual { Some(elements.contains(wanted)) } else { None }
}

fn contains_bytes(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

fn matches(actual: &Value, wanted: &Value) -> Option<Option<bool>> {
    let made;
    let regex = match wanted {
        Value::Regex(regex) => regex,
        Value::Text(text) => {
            made = compile_regex(text).ok()?;
            &made
        }
        _ => return Some(None),
    };
    Some(if let Value::Text(text) = actual { Some(regex.is_match(text)) } else { None })
}

/// True for a value of this sort; `None` for a kind of value that cannot be asked.
fn is(kind: &PredicateKind, actual: &Value) -> Option<bool> {
    let text = |passes: fn(&str) -> bool| if let Value::Text(text) = actual { Some(passes(text)) } else { None };
    let is_bytes = matches!(actual, Value::Bytes(_));
    let is_nodeset = matches!(actual, Value::Nodeset(_));
    Some(match kind {
        PredicateKind::Exists => !matches!(actual, Value::Nodeset(0)),
        PredicateKind::IsBoolean => matches!(actual, Value::Bool(_)),
        PredicateKind::IsCollection => is_bytes || is_nodeset || matches!(actual, Value::List(_) | Value::Object(_)),
        PredicateKind::IsDate => matches!(actual, Value::Date(_)),
        PredicateKind::IsEmpty => return actual.size().map(|size| size == 0),
        PredicateKind::IsFloat => matches!(actual, Value::Number(Number::Float(_))),
        PredicateKind::IsInteger => matches!(actual, Value::Number(Number::Integer(_) | Number::BigInteger(_))),
        PredicateKind::IsIpv4 => return text(|text| text.parse::<Ipv4Addr>().is_ok()),
        PredicateKind::IsIpv6 => return text(|text| text.parse::<Ipv6Addr>().is_ok()),
        PredicateKind::IsIsoDate => return text(|text| DateTime::parse_from_rfc3339(text).is_ok()),
        PredicateKind::IsList => is_bytes || matches!(actual, Value::List(_)),
        PredicateKind::IsNumber => matches!(actual, Value::Number(_)),
        PredicateKind::IsObject => is_nodeset || matches!(actual, Value::Object(_)),
        PredicateKind::IsString => matches!(actual, Value::Text(_)),
        PredicateKind::IsUuid => return text(|text| Uuid::try_parse(text).is_ok()),
        // Has an operator, and is compared.
        PredicateKind::Compare(..) => false,
    })
}

fn what_is(kind: &PredicateKind) -> &'static str {
    match kind {
        PredicateKind::Exists => "something",
        PredicateKind::IsBoolean => "boolean",
        PredicateKind::IsCollection => "collection",
        PredicateKind::IsDate => "date",
        PredicateKind::IsEmpty => "count equals to 0",
        PredicateKind::IsFloat => "float",
        PredicateKind::IsInteger => "integer",
        PredicateKind::IsIpv4 => "string in IPv4 format",
        PredicateKind::IsIpv6 => "string in IPv6 format",
        PredicateKind::IsIsoDate => "string with format YYYY-MM-DDTHH:mm:ss.sssZ",
        PredicateKind::IsList => "list",
        PredicateKind::IsNumber => "number",
        PredicateKind::IsObject => "object",
        PredicateKind::IsString => "string",
        PredicateKind::IsUuid => "string in UUID format",
        PredicateKind::Compare(..) => "",
    }
}

fn what_compares(operator: Operator, wanted: &Value) -> String {
    let what = match operator {
        Operator::Equal | Operator::NotEqual => "",
        Operator::Greater => "greater than ",
        Operator::GreaterOrEqual => "greater or equal than ",
        Operator::Less => "less than ",
        Operator::LessOrEqual => "less or equal than ",
        Operator::StartsWith => "starts with ",
        Operator::EndsWith => "ends with ",
        Operator::Contains => "contains ",
        Operator::Includes => "includes ",
        Operator::Matches => return format!("matches regex <{wanted}>"),
    };
    format!("{what}{}", wanted.shown())
}
