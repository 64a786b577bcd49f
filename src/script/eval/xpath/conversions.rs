//! Conversions of what one kind of expression finds to another kind.

use std::collections::HashSet;

use super::ast::Operator;
use super::context::Evaluation;
use super::error::EntryError;
use super::node::Node;
use super::number;
use super::object::{Nodes, Object};

impl Evaluation<'_> {
    pub(super) fn to_text(&self, object: Object) -> Result<String, EntryError> {
        Ok(match object {
            Object::Bool(value) => value.to_string(),
            Object::Number(number) => number::to_text(number),
            Object::Text(text) => text,
            Object::Nodes(nodes) => match nodes.as_slice().first() {
                Some(first) => self.text_of(*first)?,
                None => String::new(),
            },
        })
    }

    pub(super) fn to_number(&self, object: Object) -> Result<f64, EntryError> {
        Ok(match object {
            Object::Bool(value) => f64::from(u8::from(value)),
            Object::Number(number) => number,
            other => number::of_text(&self.to_text(other)?),
        })
    }

    /// Text of a node.
    pub(super) fn text_of(&self, node: Node) -> Result<String, EntryError> {
        let text = node.text(self.tree);
        self.spend(self.tree.descendants(node.at).len() + text.len() / 16 + 10)?;
        Ok(text)
    }

    fn texts_of(&self, nodes: &Nodes) -> Result<Vec<String>, EntryError> {
        nodes.as_slice().iter().map(|node| self.text_of(*node)).collect()
    }

    /// True when a comparison holds; for nodes, when it holds for any of them.
    pub(super) fn compare(&self, operator: Operator, left: Object, right: Object) -> Result<bool, EntryError> {
        let (left, right) = match (left, right) {
            (Object::Nodes(left), Object::Nodes(right)) => return self.compare_all(operator, &left, &right),
            // A boolean looks at whether there are any.
            (nodes @ Object::Nodes(_), value @ Object::Bool(_)) => (Object::Bool(nodes.to_bool()), value),
            (value @ Object::Bool(_), nodes @ Object::Nodes(_)) => (value, Object::Bool(nodes.to_bool())),
            (Object::Nodes(nodes), value) => {
                return self.any(&nodes, |text| self.compare_two(operator, Object::Text(text), value.clone()));
            }
            (value, Object::Nodes(nodes)) => {
                return self.any(&nodes, |text| self.compare_two(operator, value.clone(), Object::Text(text)));
            }
            two => two,
        };
        self.compare_two(operator, left, right)
    }

    fn any(&self, nodes: &Nodes, holds: impl Fn(String) -> Result<bool, EntryError>) -> Result<bool, EntryError> {
        for node in nodes.as_slice() {
            if holds(self.text_of(*node)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Neither is a set of nodes.
    fn compare_two(&self, operator: Operator, left: Object, right: Object) -> Result<bool, EntryError> {
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        if is_equality {
            let is_equal = match (&left, &right) {
                (Object::Bool(_), _) | (_, Object::Bool(_)) => left.to_bool() == right.to_bool(),
                (Object::Text(left), Object::Text(right)) => left == right,
                _ => self.to_number(left)? == self.to_number(right)?,
            };
            return Ok(is_equal == (operator == Operator::Equal));
        }
        let (left, right) = (self.to_number(left)?, self.to_number(right)?);
        Ok(holds(operator, left, right))
    }

    fn compare_all(&self, operator: Operator, left: &Nodes, right: &Nodes) -> Result<bool, EntryError> {
        let (left, right) = (self.texts_of(left)?, self.texts_of(right)?);
        Ok(match operator {
            Operator::Equal => {
                let known: HashSet<&String> = left.iter().collect();
                right.iter().any(|text| known.contains(text))
            }
            Operator::NotEqual => match left.first() {
                // If any two differ, one of them differs from the first of the other side, or both sides are of one text.
                Some(first) => {
                    right.iter().any(|text| text != first)
                        || (!right.is_empty() && left.iter().any(|text| text != first))
                }
                None => false,
            },
            _ => {
                // The extremes of both sides tell for all.
                let numbers = |texts: &[String]| -> Option<(f64, f64)> {
                    let numbers = texts.iter().map(|text| number::of_text(text)).filter(|number| !number.is_nan());
                    numbers.fold(None, |sides, number| {
                        let (least, most) = sides.unwrap_or((number, number));
                        Some((number.min(least), number.max(most)))
                    })
                };
                match (numbers(&left), numbers(&right)) {
                    (Some((least, most)), Some((other_least, other_most))) => match operator {
                        Operator::Less | Operator::LessOrEqual => holds(operator, least, other_most),
                        _ => holds(operator, most, other_least),
                    },
                    _ => false,
                }
            }
        })
    }
}

fn holds(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}
