//! Values: what queries find, what variables hold, what predicates compare.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
use regex::Regex;

use super::number::Number;

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Bytes(Vec<u8>),
    Date(DateTime<Utc>),
    List(Vec<Value>),
    /// Object with its members sorted by name, each name once.
    Object(Vec<(String, Value)>),
    /// Number of nodes of a document.
    #[cfg_attr(not(feature = "xpath"), allow(dead_code))]
    Nodeset(usize),
    Regex(Regex),
    /// An answer that sent on to another place.
    Redirect(Hop),
    /// That something is there, and no more: the attribute of a cookie.
    Present,
}

/// An answer that sent on to another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hop {
    /// Target of the redirect, as an absolute URL.
    pub(crate) location: String,
    pub(crate) status: u16,
}

impl Value {
    /// Kind of the value, in one word.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(Number::Float(_)) => "float",
            Value::Number(_) => "integer",
            Value::Text(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Date(_) => "date",
            Value::List(_) => "list",
            Value::Object(_) => "object",
            Value::Nodeset(_) => "nodeset",
            Value::Regex(_) => "regex",
            Value::Redirect(_) => "http response",
            Value::Present => "unit",
        }
    }

    /// Kind and value, as a failed assert shows them: `integer <5>`.
    pub(super) fn shown(&self) -> String {
        match self {
            Value::Present => "unit".into(),
            value => format!("{} <{value}>", value.kind()),
        }
    }

    /// Writes the value as a template does. False for values that have no such form.
    pub(super) fn render_to(&self, text: &mut String) -> bool {
        match self {
            Value::Text(value) => text.push_str(value),
            Value::Date(value) => text.push_str(&value.format("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()),
            Value::Null | Value::Bool(_) | Value::Number(_) => return write!(text, "{self}").is_ok(),
            _ => return false,
        }
        true
    }

    /// The value as a template writes it, if it has such a form.
    pub(crate) fn rendered(&self) -> Option<String> {
        let mut text = String::new();
        self.render_to(&mut text).then_some(text)
    }

    /// The order of two values, if values of their kinds have one.
    pub(super) fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => a.order(b),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Number of elements, members, nodes or bytes; `None` for a value that has no such things.
    pub(super) fn size(&self) -> Option<usize> {
        match self {
            Value::List(elements) => Some(elements.len()),
            Value::Text(text) => Some(text.len()),
            Value::Nodeset(size) => Some(*size),
            Value::Object(members) => Some(members.len()),
            Value::Bytes(bytes) => Some(bytes.len()),
            _ => None,
        }
    }

    /// The member of this name.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        let Value::Object(members) = self else { return None };
        let at = members.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()?;
        Some(&members[at].1)
    }

    /// The element at an index; a negative one counts from the end.
    pub(super) fn element(&self, index: i64) -> Option<&Value> {
        let Value::List(elements) = self else { return None };
        let index = if index < 0 { index.checked_add_unsigned(elements.len() as u64)? } else { index };
        elements.get(usize::try_from(index).ok()?)
    }

    /// The member of this name, or the element at this index.
    pub(super) fn step(&self, step: &str) -> Option<&Value> {
        match self {
            Value::List(elements) => elements.get(step.parse::<usize>().ok()?),
            other => other.member(step),
        }
    }

    /// The elements or the values of the members.
    pub(super) fn children(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match self {
            Value::List(elements) => Box::new(elements.iter()),
            Value::Object(members) => Box::new(members.iter().map(|(_, value)| value)),
            _ => Box::new(std::iter::empty()),
        }
    }
}

/// Values of different kinds are never equal, but numbers are.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) | (Value::Present, Value::Present) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Date(a), Value::Date(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => a == b,
            (Value::Nodeset(a), Value::Nodeset(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(value) => write!(f, "{value}"),
            Value::Text(value) => f.write_str(value),
            Value::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Value::Date(value) => write!(f, "{value}"),
            Value::List(elements) => write_list(f, elements),
            Value::Object(_) => f.write_str("Object()"),
            Value::Nodeset(size) => write!(f, "Nodeset(size={size})"),
            Value::Regex(regex) => write!(f, "/{}/", regex.as_str().replace('/', "\\/")),
            Value::Redirect(hop) => write!(f, "Response(location={}, status={})", hop.location, hop.status),
            Value::Present => f.write_str("Unit"),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, elements: &[Value]) -> fmt::Result {
    f.write_char('[')?;
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        write!(f, "{element}")?;
    }
    f.write_char(']')
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(Number::Integer(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_different_kinds_differ_but_numbers_compare_by_size() {
        assert_eq!(Value::from(1), Value::Number(Number::Float(1.0)));
        assert_ne!(Value::from(1), Value::from("1"));
        assert_ne!(Value::Null, Value::Bool(false));
        assert_eq!(Value::from("a").order(&Value::from(1)), None);
    }

    #[test]
    fn only_scalars_have_a_place_in_a_template() {
        assert_eq!(Value::Number(Number::Float(2.0)).rendered().as_deref(), Some("2.0"));
        assert_eq!(Value::Null.rendered().as_deref(), Some("null"));
        assert_eq!(Value::List(vec![]).rendered(), None);
        assert_eq!(Value::Bytes(vec![1]).rendered(), None);
    }

    #[test]
    fn a_list_shows_its_elements_and_bytes_are_hex() {
        let list = Value::List(vec![Value::from(1), Value::from("a"), Value::Bytes(vec![0, 255])]);
        assert_eq!(list.shown(), "list <[1,a,00ff]>");
    }
}
