//! Evaluation of expressions.

use std::cell::Cell;

use super::ast::{Axis, Expr, Operator, Start, Step, Test};
use super::axes::Node;
use super::object::{Nodes, Object};
use super::trouble::Trouble;
use crate::hurl::eval::document::{Tree, XML_NAMESPACE};

/// Nodes looked at, and texts read in sixteens of bytes, before an expression is given up: about a second.
const MAX_WORK: usize = 10_000_000;

/// An evaluation of one expression.
pub(super) struct Evaluation<'a> {
    pub(super) tree: &'a Tree,
    /// What prefixes stand for.
    pub(super) namespaces: &'a [(String, String)],
    work: Cell<usize>,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// None at the top: there is no node to start from but the document, which a path names by its `/`.
    pub(super) node: Option<Node>,
    /// Its place among so many others, which are none at the top.
    pub(super) position: usize,
    pub(super) size: usize,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(tree: &'a Tree, namespaces: &'a [(String, String)]) -> Self {
        Evaluation { tree, namespaces, work: Cell::new(0) }
    }

    pub(super) fn run(&self, expr: &Expr) -> Result<Object, Trouble> {
        self.find(expr, Context { node: None, position: 0, size: 0 })
    }

    /// Notes work, and gives up when it becomes too much.
    pub(super) fn spend(&self, work: usize) -> Result<(), Trouble> {
        self.work.set(self.work.get().saturating_add(work));
        if self.work.get() > MAX_WORK { Err(Trouble::TooLong) } else { Ok(()) }
    }

    pub(super) fn namespace(&self, prefix: &str) -> Option<&'a str> {
        let known = self.namespaces.iter().find(|(known, _)| known == prefix);
        known.map(|(_, namespace)| &**namespace).or((prefix == "xml").then_some(XML_NAMESPACE))
    }

    pub(super) fn find(&self, expr: &Expr, context: Context) -> Result<Object, Trouble> {
        match expr {
            Expr::Number(number) => Ok(Object::Number(*number)),
            Expr::Text(text) => Ok(Object::Text(text.clone())),
            Expr::Negative(of) => Ok(Object::Number(-self.number(of, context)?)),
            Expr::Chain { first, rest } => self.chain(first, rest, context),
            Expr::Call(function, arguments) => self.call(*function, arguments, context),
            Expr::Union(_) | Expr::Filter { .. } | Expr::Path { .. } => Ok(Object::Nodes(self.nodes(expr, context)?)),
        }
    }

    fn number(&self, expr: &Expr, context: Context) -> Result<f64, Trouble> {
        let object = self.find(expr, context)?;
        self.to_number(object)
    }

    /// The nodes an expression finds, which must be nodes.
    fn nodes(&self, expr: &Expr, context: Context) -> Result<Nodes, Trouble> {
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

    fn path(&self, start: &Start, steps: &[Step], context: Context) -> Result<Nodes, Trouble> {
        let mut nodes = match start {
            Start::Document => Nodes::sorted(vec![Node::DOCUMENT]),
            Start::Here => Nodes::sorted(context.node.into_iter().collect()),
            Start::Nodes(expr) => self.nodes(expr, context)?,
        };
        let mut steps = steps;
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            let mut axis = step.axis;
            let mut step = step;
            // `//x` is a way to all descendants, unless its predicates count the children of each.
            if let (Axis::DescendantOrSelf, [next, after @ ..]) = (axis, rest)
                && matches!(step.test, Test::Node)
                && step.predicates.is_empty()
                && next.axis == Axis::Child
                && next.predicates.is_empty()
            {
                (axis, step, steps) = (Axis::Descendant, next, after);
            }
            if let Test::AnyOf(prefix) | Test::Name { prefix: Some(prefix), .. } = &step.test
                && self.namespace(prefix).is_none()
            {
                return Err(Trouble::invalid(format!("the document declares no prefix '{prefix}'")));
            }
            let mut found = Vec::new();
            for node in nodes.as_slice() {
                let near = self.along(axis, *node, &step.test)?;
                found.extend(self.keep(near, &step.predicates)?);
            }
            nodes = Nodes::sorted(found);
        }
        Ok(nodes)
    }

    /// The nodes for which all predicates hold.
    fn keep(&self, mut nodes: Vec<Node>, predicates: &[Expr]) -> Result<Vec<Node>, Trouble> {
        for predicate in predicates {
            let size = nodes.len();
            let mut kept = Vec::new();
            for (index, node) in nodes.into_iter().enumerate() {
                let position = index + 1;
                self.spend(1)?;
                let holds = match self.find(predicate, Context { node: Some(node), position, size })? {
                    Object::Number(number) => number == position as f64,
                    object => object.to_bool(),
                };
                if holds {
                    kept.push(node);
                }
            }
            nodes = kept;
        }
        Ok(nodes)
    }

    fn chain(&self, first: &Expr, rest: &[(Operator, Expr)], context: Context) -> Result<Object, Trouble> {
        let mut left = self.find(first, context)?;
        for (operator, expr) in rest {
            left = match operator {
                // What comes first decides, if it can.
                Operator::Or if left.to_bool() => Object::Bool(true),
                Operator::And if !left.to_bool() => Object::Bool(false),
                Operator::Or | Operator::And => Object::Bool(self.find(expr, context)?.to_bool()),
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
