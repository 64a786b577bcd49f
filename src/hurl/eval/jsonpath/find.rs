//! What a path finds.

use std::borrow::Cow;

use regex::Regex;

use super::{Comparison, Operand, Path, Pattern, Segment, Selector, Test};
use crate::hurl::eval::value::Value;

/// Numbers closer than this are one.
const TOLERANCE: f64 = 1e-12;

impl Path {
    pub(super) fn is_definite(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.is_deep && matches!(segment.selectors[..], [Selector::Name(_) | Selector::Index(_)])
        })
    }

    /// Where a definite path leads.
    pub(super) fn walk<'v>(&self, from: &'v Value) -> Option<&'v Value> {
        self.segments.iter().try_fold(from, |value, segment| match &segment.selectors[..] {
            [Selector::Name(name)] => value.member(name),
            [Selector::Index(index)] => value.element(*index),
            _ => None,
        })
    }

    pub(super) fn find<'v>(&self, from: &'v Value, root: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![from];
        for segment in &self.segments {
            let mut next = Vec::new();
            for value in found {
                segment.find(value, root, &mut next);
            }
            found = next;
        }
        found
    }

    /// From the value that is tested, or from the root.
    fn find_from<'v>(&self, tested: &'v Value, root: &'v Value) -> Vec<&'v Value> {
        self.find(if self.is_absolute { root } else { tested }, root)
    }
}

impl Segment {
    fn find<'v>(&self, value: &'v Value, root: &'v Value, found: &mut Vec<&'v Value>) {
        for selector in &self.selectors {
            selector.find(value, root, found);
        }
        if self.is_deep {
            for child in value.children() {
                self.find(child, root, found);
            }
        }
    }
}

impl Selector {
    fn find<'v>(&self, value: &'v Value, root: &'v Value, found: &mut Vec<&'v Value>) {
        match self {
            Selector::Name(name) => found.extend(value.member(name)),
            Selector::Index(index) => found.extend(value.element(*index)),
            Selector::All => found.extend(value.children()),
            Selector::Filter(test) => found.extend(value.children().filter(|child| test.holds(child, root))),
            Selector::Slice { start, end, step } => {
                if let Value::List(elements) = value {
                    slice(elements, *start, *end, *step, found);
                }
            }
        }
    }
}

fn slice<'v>(elements: &'v [Value], start: Option<i64>, end: Option<i64>, step: i64, found: &mut Vec<&'v Value>) {
    let length = elements.len() as i64;
    let from_start = |index: i64| if index < 0 { index.saturating_add(length) } else { index };
    let at = |index: i64| usize::try_from(index).ok().and_then(|index| elements.get(index));
    let (mut index, end) = if step > 0 {
        let end = end.map_or(length, from_start).clamp(0, length);
        (start.map_or(0, from_start).clamp(0, length), end)
    } else {
        let end = end.map_or(-1, from_start).clamp(-1, length - 1);
        (start.map_or(length - 1, from_start).clamp(-1, length - 1), end)
    };
    while step > 0 && index < end || step < 0 && index > end {
        found.extend(at(index));
        index = index.saturating_add(step);
    }
}

impl Test {
    fn holds(&self, value: &Value, root: &Value) -> bool {
        match self {
            Test::Compare(left, comparison, right) => {
                compare(left.find(value, root).as_deref(), *comparison, right.find(value, root).as_deref())
            }
            Test::Exists(path) => !path.find_from(value, root).is_empty(),
            Test::Matches { text, pattern, is_whole } => match text.find(value, root).as_deref() {
                Some(Value::Text(text)) => pattern.matches(text, *is_whole, value, root),
                _ => false,
            },
            Test::Not(test) => !test.holds(value, root),
            Test::And(tests) => tests.iter().all(|test| test.holds(value, root)),
            Test::Or(tests) => tests.iter().any(|test| test.holds(value, root)),
        }
    }
}

impl Pattern {
    fn matches(&self, text: &str, is_whole: bool, value: &Value, root: &Value) -> bool {
        match self {
            Pattern::Fixed(regex) => regex.is_match(text),
            Pattern::Found(operand) => match operand.find(value, root).as_deref() {
                Some(Value::Text(pattern)) => compile(pattern, is_whole).is_some_and(|regex| regex.is_match(text)),
                _ => false,
            },
        }
    }
}

pub(super) fn compile(pattern: &str, is_whole: bool) -> Option<Regex> {
    let whole = format!("^(?:{pattern})$");
    Regex::new(if is_whole { &whole } else { pattern }).ok()
}

impl Operand {
    fn find<'v>(&'v self, value: &'v Value, root: &'v Value) -> Option<Cow<'v, Value>> {
        match self {
            Operand::Literal(literal) => Some(Cow::Borrowed(literal)),
            Operand::Path(path) => path.walk(if path.is_absolute { root } else { value }).map(Cow::Borrowed),
            Operand::Length(of) => {
                let length = match of.find(value, root)?.as_ref() {
                    Value::Text(text) => text.chars().count(),
                    Value::List(elements) => elements.len(),
                    Value::Object(members) => members.len(),
                    _ => return None,
                };
                Some(Cow::Owned(Value::from(length as i64)))
            }
            Operand::Count(path) => Some(Cow::Owned(Value::from(path.find_from(value, root).len() as i64))),
            Operand::Only(path) => match path.find_from(value, root)[..] {
                [only] => Some(Cow::Borrowed(only)),
                _ => None,
            },
        }
    }
}

fn compare(left: Option<&Value>, comparison: Comparison, right: Option<&Value>) -> bool {
    match comparison {
        Comparison::Equal => are_equal(left, right),
        Comparison::NotEqual => !are_equal(left, right),
        Comparison::Less => is_less(left, right),
        Comparison::LessOrEqual => is_less(left, right) || are_equal(left, right),
        Comparison::Greater => is_less(right, left),
        Comparison::GreaterOrEqual => is_less(right, left) || are_equal(left, right),
    }
}

fn are_equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            (left.as_float() - right.as_float()).abs() < TOLERANCE
        }
        (left, right) => left == right,
    }
}

fn is_less(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::Text(left)), Some(Value::Text(right))) => left < right,
        (Some(Value::Number(left)), Some(Value::Number(right))) => right.as_float() - left.as_float() > TOLERANCE,
        _ => false,
    }
}
