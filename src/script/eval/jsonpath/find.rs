//! Values that a path finds.

use std::borrow::Cow;

use perfloop_hurl::compile_regex;
use regex::Regex;

use super::ast::{Comparison, Operand, Path, Pattern, Segment, Selector, Test};
use super::budget::Budget;
use crate::script::eval::value::Value;

/// Numbers closer than this are one.
const TOLERANCE: f64 = 1e-12;

impl Path {
    pub(super) fn is_definite(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.is_deep
                && matches!(segment.selectors[..], [Selector::Name(_) | Selector::Index(_) | Selector::Step(_)])
        })
    }

    /// Value that a definite path leads to.
    pub(super) fn walk<'v>(&self, from: &'v Value) -> Option<&'v Value> {
        self.segments.iter().try_fold(from, |value, segment| match &segment.selectors[..] {
            [Selector::Name(name)] => value.member(name),
            [Selector::Index(index)] => value.element(*index),
            [Selector::Step(step)] => value.step(step),
            _ => None,
        })
    }

    pub(super) fn find<'v>(&self, from: &'v Value, root: &'v Value, budget: &Budget) -> Vec<&'v Value> {
        let mut found = vec![from];
        for segment in &self.segments {
            let mut next = Vec::new();
            for value in found {
                segment.find(value, root, &mut next, budget);
            }
            found = next;
        }
        found
    }

    /// From the value that is tested, or from the root.
    fn find_from<'v>(&self, tested: &'v Value, root: &'v Value, budget: &Budget) -> Vec<&'v Value> {
        self.find(if self.is_absolute { root } else { tested }, root, budget)
    }
}

impl Segment {
    fn find<'v>(&self, value: &'v Value, root: &'v Value, found: &mut Vec<&'v Value>, budget: &Budget) {
        for selector in &self.selectors {
            let before = found.len();
            selector.find(value, root, found, budget);
            if !budget.spend(1 + found.len() - before) {
                return found.clear();
            }
        }
        if self.is_deep {
            for child in value.children() {
                self.find(child, root, found, budget);
            }
        }
    }
}

impl Selector {
    fn find<'v>(&self, value: &'v Value, root: &'v Value, found: &mut Vec<&'v Value>, budget: &Budget) {
        match self {
            Selector::Name(name) => found.extend(value.member(name)),
            Selector::Index(index) => found.extend(value.element(*index)),
            Selector::Step(step) => found.extend(value.step(step)),
            Selector::All => found.extend(value.children()),
            Selector::Filter(test) => {
                let children = value.children().take_while(|_| budget.spend(1));
                found.extend(children.filter(|child| Tested { value: child, root, budget }.meets(test)));
            }
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

/// A value that a filter looks at.
#[derive(Clone, Copy)]
struct Tested<'v> {
    value: &'v Value,
    root: &'v Value,
    budget: &'v Budget,
}

impl<'v> Tested<'v> {
    fn meets(self, test: &'v Test) -> bool {
        match test {
            Test::Compare(left, comparison, right) => {
                compare(self.operand(left).as_deref(), *comparison, self.operand(right).as_deref())
            }
            Test::Exists(path) => !self.find(path).is_empty(),
            Test::Matches { text, pattern, is_whole } => match self.operand(text).as_deref() {
                Some(Value::Text(text)) => self.matches(text, pattern, *is_whole),
                _ => false,
            },
            Test::Not(test) => !self.meets(test),
            Test::And(tests) => tests.iter().all(|test| self.meets(test)),
            Test::Or(tests) => tests.iter().any(|test| self.meets(test)),
        }
    }

    fn find(self, path: &Path) -> Vec<&'v Value> {
        path.find_from(self.value, self.root, self.budget)
    }

    fn matches(self, text: &str, pattern: &'v Pattern, is_whole: bool) -> bool {
        // A text is read, and what is found must be compiled: about as much as so many values.
        const COMPILATION: usize = 1000;
        match pattern {
            Pattern::Fixed(regex) => self.budget.spend(text.len() / 16) && regex.is_match(text),
            Pattern::Found(operand) => match self.operand(operand).as_deref() {
                Some(Value::Text(pattern)) if self.budget.spend(COMPILATION + (pattern.len() + text.len()) / 16) => {
                    compile(pattern, is_whole).is_some_and(|regex| regex.is_match(text))
                }
                _ => false,
            },
        }
    }

    fn operand(self, operand: &'v Operand) -> Option<Cow<'v, Value>> {
        match operand {
            Operand::Literal(literal) => Some(Cow::Borrowed(literal)),
            Operand::Path(path) => path.walk(if path.is_absolute { self.root } else { self.value }).map(Cow::Borrowed),
            Operand::Length(of) => {
                let length = match self.operand(of)?.as_ref() {
                    Value::Text(text) if self.budget.spend(text.len() / 16) => text.chars().count(),
                    Value::List(elements) => elements.len(),
                    Value::Object(members) => members.len(),
                    _ => return None,
                };
                Some(Cow::Owned(Value::from(length as i64)))
            }
            Operand::Count(path) => Some(Cow::Owned(Value::from(self.find(path).len() as i64))),
            Operand::Only(path) => match self.find(path)[..] {
                [only] => Some(Cow::Borrowed(only)),
                _ => None,
            },
        }
    }
}

pub(super) fn compile(pattern: &str, is_whole: bool) -> Option<Regex> {
    let whole = format!("^(?:{pattern})$");
    compile_regex(if is_whole { &whole } else { pattern }).ok()
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
