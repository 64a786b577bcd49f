//! Evaluation of expressions.

use std::cell::Cell;

use super::ast::{Axis, Expr, Operator, Start, Step, Test};
use super::error::EntryError;
use super::node::Node;
use super::object::{Nodes, Object};
use crate::script::eval::document::{Tree, XML_NAMESPACE};

/// Most work of an expression, counted in nodes looked at and in 16 bytes of text read: about a second.
const MAX_WORK: usize = 50_000_000;

/// An evaluation of one expression.
pub(super) struct Evaluation<'a> {
    pub(super) tree: &'a Tree,
    /// Namespaces of prefixes.
    pub(super) namespaces: &'a [(String, String)],
    work: Cell<usize>,
}

/// Context of an expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// None at the top: there is no node to start from but the document, which a path names by its `/`.
    pub(super) node: Option<Node>,
    /// Position among so many others, which are none at the top.
    pub(super) position: usize,
    pub(super) size: usize,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(tree: &'a Tree, namespaces: &'a [(String, String)]) -> Self {
        Evaluation { tree, namespaces, work: Cell::new(0) }
    }

    pub(super) fn run(&self, expr: &Expr) -> Result<Object, EntryError> {
        self.find(expr, Context { node: None, position: 0, size: 0 })
    }

    /// Notes work, and gives up when it becomes too much.
    pub(super) fn spend(&self, work: usize) -> Result<(), EntryError> {
        self.work.set(self.work.get().saturating_add(work));
        if self.work.get() > MAX_WORK { Err(EntryError::TooLong) } else { Ok(()) }
    }

    pub(super) fn namespace(&self, prefix: &str) -> Option<&'a str> {
        let known = self.namespaces.iter().find(|(known, _)| known == prefix);
        known.map(|(_, namespace)| &**namespace).or((prefix == "xml").then_some(XML_NAMESPACE))
    }

    pub(super) fn find(&self, expr: &Expr, context: Context) -> Result<Object, EntryError> {
        match expr {
            Expr::Number(number) => Ok(Object::Number(*number)),
            Expr::Text(text) => Ok(Object::Text(text.clone())),
            Expr::Negative(of) => Ok(Object::Number(-self.number(of, context)?)),
            Expr::Chain { first, rest } => self.chain(first, rest, context),
            Expr::Call(function, arguments) => self.call(*function, arguments, context),
            Expr::Union(_) | Expr::Filter { .. } | Expr::Path { .. } => Ok(Object::Nodes(self.nodes(expr, context)?)),
        }
    }

    fn number(&self, expr: &Expr, context: Context) -> Result<f64, EntryError> {
        let object = self.find(expr, context)?;
        self.to_number(object)
    }

    /// The nodes an expression finds, which must be nodes.
    fn nodes(&self, expr: &Expr, context: Context) -> Result<Nodes, EntryError> {
        match expr {
            Expr::Union(all) => {
                let mut found = Vec::new();
                for expr in all {
                    found.extend(self.nodes(expr, context)?.into_vec());
                    found = Nodes::sorted(found).into_vec();
                }
                Ok(Nodes::sorted(found))
            }
            Expr::Filter { of, predicates } => {
                let nodes = self.nodes(of, context)?.into_vec();
                Ok(Nodes::sorted(self.keep(nodes, predicates)?))
            }
            Expr::Path { start, steps } => self.path(start, steps, context),
            _ => self.find(expr, context)?.into_nodes(),
        }
    }

    fn path(&self, start: &Start, steps: &[Step], context: Context) -> Result<Nodes, EntryError> {
        let mut nodes = self.start(start, context)?;
        let mut steps = steps;
        while let Some((axis, step, rest)) = next_step(steps) {
            nodes = self.step(axis, step, &nodes, usize::MAX)?;
            steps = rest;
        }
        Ok(nodes)
    }

    fn start(&self, start: &Start, context: Context) -> Result<Nodes, EntryError> {
        match start {
            Start::Document => Ok(Nodes::sorted(vec![Node::DOCUMENT])),
            Start::Here => Ok(Nodes::sorted(context.node.into_iter().collect())),
            Start::Nodes(expr) => self.nodes(expr, context),
        }
    }

    /// The nodes a step leads to from others, and hardly more than so many.
    fn step(&self, axis: Axis, step: &Step, from: &Nodes, most: usize) -> Result<Nodes, EntryError> {
        if let Test::AnyOf(prefix) | Test::Name { prefix: Some(prefix), .. } = &step.test
            && self.namespace(prefix).is_none()
        {
            return Err(EntryError::invalid(format!("the document declares no prefix '{prefix}'")));
        }
        let near = match step.predicates.first() {
            None => most,
            // No one looks behind the third for `[3]`.
            Some(Expr::Number(number)) => *number as usize,
            Some(_) => usize::MAX,
        };
        let mut found = Vec::new();
        for node in from.as_slice() {
            let near = self.along(axis, *node, &step.test, near)?;
            found.extend(self.keep(near, &step.predicates)?);
            if found.len() >= most {
                break;
            }
            // Many ways may lead to one node.
            if found.len() > 2 * self.tree.len() + 1000 {
                found = Nodes::sorted(found).into_vec();
            }
        }
        Ok(Nodes::sorted(found))
    }

    /// True when an expression is true. Of nodes it looks for one only.
    pub(super) fn holds(&self, expr: &Expr, context: Context) -> Result<bool, EntryError> {
        match expr {
            Expr::Path { start, steps } => {
                let mut nodes = self.start(start, context)?;
                let mut steps = steps.as_slice();
                while let Some((axis, step, rest)) = next_step(steps) {
                    let most = if rest.is_empty() { 1 } else { usize::MAX };
                    nodes = self.step(axis, step, &nodes, most)?;
                    steps = rest;
                }
                Ok(nodes.len() > 0)
            }
            _ => Ok(self.find(expr, context)?.to_bool()),
        }
    }

    /// The nodes for which all predicates hold.
    fn keep(&self, mut nodes: Vec<Node>, predicates: &[Expr]) -> Result<Vec<Node>, EntryError> {
        for predicate in predicates {
            let size = nodes.len();
            let mut kept = Vec::new();
            for (index, node) in nodes.into_iter().enumerate() {
                let position = index + 1;
                self.spend(1)?;
                let context = Context { node: Some(node), position, size };
                let holds = match predicate {
                    Expr::Path { .. } => self.holds(predicate, context)?,
                    _ => match self.find(predicate, context)? {
                        Object::Number(number) => number == position as f64,
                        object => object.to_bool(),
                    },
                };
                if holds {
                    kept.push(node);
                }
            }
            nodes = kept;
        }
        Ok(nodes)
    }

    fn chain(&self, first: &Expr, rest: &[(Operator, Expr)], context: Context) -> Result<Object, EntryError> {
        let is_logical = matches!(rest.first(), Some((Operator::Or | Operator::And, _)));
        let mut left = if is_logical { Object::Bool(self.holds(first, context)?) } else { self.find(first, context)? };
        for (operator, expr) in rest {
            left = match operator {
                // What comes first decides, if it can.
                Operator::Or if left.to_bool() => Object::Bool(true),
                Operator::And if !left.to_bool() => Object::Bool(false),
                Operator::Or | Operator::And => Object::Bool(self.holds(expr, context)?),
                Operator::Equal
                | Operator::NotEqual
                | Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual => {
                    let right = self.find(expr, context)?;
                    Object::Bool(self.compare(*operator, left, right)?)
                }
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                    let (left, right) = (self.to_number(left)?, self.number(expr, context)?);
                    Object::Number(match operator {
                        Operator::Add => left + right,
                        Operator::Subtract => left - right,
                        Operator::Multiply => left * right,
                        Operator::Divide => left / right,
                        _ => left % right,
                    })
                }
            };
        }
        Ok(left)
    }
}

/// The first step, its axis and what follows. `//x` is a way to all descendants, unless predicates count the children
/// of each node.
fn next_step(steps: &[Step]) -> Option<(Axis, &Step, &[Step])> {
    match steps {
        [all, next, rest @ ..]
            if all.axis == Axis::DescendantOrSelf
                && matches!(all.test, Test::Node)
                && all.predicates.is_empty()
                && next.axis == Axis::Child
                && next.predicates.is_empty() =>
        {
            Some((Axis::Descendant, next, rest))
        }
        [next, rest @ ..] => Some((next.axis, next, rest)),
        [] => None,
    }
}
