//! Values of expressions, and conversions between their kinds.

use super::error::EntryError;
use super::node::Node;

/// Value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script::eval) enum Object {
    Bool(bool),
    Number(f64),
    Text(String),
    Nodes(Nodes),
}

/// Nodes in the order of the document, each once.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script::eval) struct Nodes(Vec<Node>);

impl Nodes {
    /// Nodes in any order.
    pub(super) fn sorted(mut nodes: Vec<Node>) -> Self {
        if !nodes.is_sorted_by(|a, b| a < b) {
            nodes.sort_unstable();
            nodes.dedup();
        }
        Nodes(nodes)
    }

    pub(super) fn as_slice(&self) -> &[Node] {
        &self.0
    }

    pub(super) fn into_vec(self) -> Vec<Node> {
        self.0
    }

    pub(in crate::script::eval) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Object {
    pub(super) fn into_nodes(self) -> Result<Nodes, EntryError> {
        match self {
            Object::Nodes(nodes) => Ok(nodes),
            _ => Err(EntryError::invalid("there is a text, a number or a boolean where it needs nodes")),
        }
    }

    pub(super) fn to_bool(&self) -> bool {
        match self {
            Object::Bool(value) => *value,
            Object::Number(number) => *number != 0.0 && !number.is_nan(),
            Object::Text(text) => !text.is_empty(),
            Object::Nodes(nodes) => nodes.len() > 0,
        }
    }
}
