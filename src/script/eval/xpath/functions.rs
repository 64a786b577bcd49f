//! The functions of the core library.

use super::ast::{Expr, Function};
use super::context::{Context, Evaluation};
use super::error::EntryError;
use super::node::Node;
use super::number;
use super::object::{Nodes, Object};
use crate::script::eval::document::XML_NAMESPACE;

/// White space of XPath.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The arguments of a call that are not taken yet. Those that are not there are empty.
struct Arguments<'a> {
    evaluation: &'a Evaluation<'a>,
    rest: std::vec::IntoIter<Object>,
    /// Node that the call stands at.
    node: Option<Node>,
}

impl Arguments<'_> {
    fn is_empty(&self) -> bool {
        self.rest.as_slice().is_empty()
    }

    fn next(&mut self) -> Object {
        self.rest.next().unwrap_or(Object::Text(String::new()))
    }

    fn text(&mut self) -> Result<String, EntryError> {
        let next = self.next();
        self.evaluation.to_text(next)
    }

    fn number(&mut self) -> Result<f64, EntryError> {
        let next = self.next();
        self.evaluation.to_number(next)
    }

    fn nodes(&mut self) -> Result<Nodes, EntryError> {
        self.next().into_nodes()
    }

    /// The argument as a text, or that of the node where the call stands.
    fn text_or_own(&mut self) -> Result<String, EntryError> {
        match self.node {
            Some(node) if self.is_empty() => self.evaluation.text_of(node),
            _ => self.text(),
        }
    }
}

impl Evaluation<'_> {
    /// Calls a function with as many arguments as it takes.
    pub(super) fn call(&self, function: Function, exprs: &[Expr], context: Context) -> Result<Object, EntryError> {
        if let (Function::Boolean | Function::Not, [expr]) = (function, exprs) {
            return Ok(Object::Bool(self.holds(expr, context)? == (function == Function::Boolean)));
        }
        let mut found = Vec::with_capacity(exprs.len());
        for expr in exprs {
            found.push(self.find(expr, context)?);
        }
        self.apply(function, Arguments { evaluation: self, rest: found.into_iter(), node: context.node }, context)
    }

    /// Not inlined: arguments may be nested deeply, and each level would take the stack of all functions.
    #[inline(never)]
    fn apply(&self, function: Function, mut args: Arguments<'_>, context: Context) -> Result<Object, EntryError> {
        Ok(match function {
            Function::True => Object::Bool(true),
            Function::False => Object::Bool(false),
            Function::Boolean | Function::Not => Object::Bool(args.next().to_bool() == (function == Function::Boolean)),
            Function::Lang => Object::Bool(self.is_in_language(context.node, &args.text()?)),
            Function::StartsWith => Object::Bool(args.text()?.starts_with(&args.text()?)),
            Function::Contains => Object::Bool(args.text()?.contains(&args.text()?)),

            Function::Position if context.size == 0 => return Err(no_place("position")),
            Function::Last if context.size == 0 => return Err(no_place("last")),
            Function::Position => Object::Number(context.position as f64),
            Function::Last => Object::Number(context.size as f64),
            Function::Count => Object::Number(args.nodes()?.len() as f64),
            Function::Sum => {
                let mut sum = 0.0;
                for node in args.nodes()?.as_slice() {
                    sum += number::of_text(&self.text_of(*node)?);
                }
                Object::Number(sum)
            }
            // Where there is no node, it is not that of an empty text.
            Function::Number if args.is_empty() && context.node.is_none() => Object::Number(0.0),
            Function::Number if args.is_empty() => Object::Number(number::of_text(&args.text_or_own()?)),
            Function::Number => Object::Number(args.number()?),
            Function::Floor => Object::Number(args.number()?.floor()),
            Function::Ceiling => Object::Number(args.number()?.ceil()),
            Function::Round => Object::Number(round(args.number()?)),
            Function::StringLength => Object::Number(args.text_or_own()?.chars().count() as f64),

            Function::String => Object::Text(args.text_or_own()?),
            Function::NormalizeSpace => {
                let text = args.text_or_own()?;
                let words: Vec<&str> = text.split(SPACE).filter(|word| !word.is_empty()).collect();
                Object::Text(words.join(" "))
            }
            Function::Concat => {
                let mut all = String::new();
                while !args.is_empty() {
                    all.push_str(&args.text()?);
                    self.spend(all.len() / 16)?;
                }
                Object::Text(all)
            }
            Function::SubstringBefore => {
                let (text, part) = (args.text()?, args.text()?);
                Object::Text(text.split_once(&part).map_or("", |(before, _)| before).to_owned())
            }
            Function::SubstringAfter => {
                let (text, part) = (args.text()?, args.text()?);
                Object::Text(text.split_once(&part).map_or("", |(_, after)| after).to_owned())
            }
            Function::Substring => {
                let (text, first) = (args.text()?, round(args.number()?));
                let end = if args.is_empty() { f64::INFINITY } else { first + round(args.number()?) };
                let is_in = |index: usize| index as f64 >= first && (index as f64) < end;
                let within = text.chars().enumerate().filter(|(index, _)| is_in(index + 1));
                Object::Text(within.map(|(_, character)| character).collect())
            }
            Function::Translate => Object::Text(translate(&args.text()?, &args.text()?, &args.text()?)),

            Function::LocalName | Function::Name | Function::NamespaceUri => {
                let node = if args.is_empty() { context.node } else { args.nodes()?.as_slice().first().copied() };
                Object::Text(match (function, node) {
                    (_, None) => String::new(),
                    (Function::LocalName, Some(node)) => node.local_name(self.tree).to_owned(),
                    (Function::Name, Some(node)) => node.whole_name(self.tree),
                    (_, Some(node)) => node.namespace_uri(self.tree).to_owned(),
                })
            }
            Function::Id => Object::Nodes(self.with_id(args.next())?),
        })
    }

    fn is_in_language(&self, node: Option<Node>, language: &str) -> bool {
        let Some(node) = node else { return false };
        let elements = self.tree.line(node.at).filter_map(|at| self.tree.element(at));
        let mut attributes = elements.flat_map(|element| &element.attributes);
        let named = attributes.find(|attribute| {
            attribute.name.local == "lang" && attribute.name.namespace.as_deref() == Some(XML_NAMESPACE)
        });
        let Some(value) = named.map(|attribute| &*attribute.value) else { return false };
        let is_prefix = value.get(..language.len()).is_some_and(|start| start.eq_ignore_ascii_case(language));
        is_prefix && (value.len() == language.len() || value[language.len()..].starts_with('-'))
    }

    /// The elements of the ids in a text or in the texts of nodes.
    fn with_id(&self, ids: Object) -> Result<Nodes, EntryError> {
        let texts = match ids {
            Object::Nodes(nodes) => {
                let texts = nodes.as_slice().iter().map(|node| self.text_of(*node));
                texts.collect::<Result<Vec<String>, EntryError>>()?
            }
            other => vec![self.to_text(other)?],
        };
        let mut found = Vec::new();
        for id in texts.iter().flat_map(|text| text.split(SPACE)).filter(|id| !id.is_empty()) {
            // The first of its kind has it.
            found.extend((0..self.tree.len()).find(|at| self.has_id(*at, id)).map(Node::whole));
            self.spend(self.tree.len())?;
        }
        Ok(Nodes::sorted(found))
    }

    fn has_id(&self, at: usize, id: &str) -> bool {
        let attributes = self.tree.element(at).map(|element| &element.attributes);
        attributes.is_some_and(|all| all.iter().any(|attribute| attribute.is_id && attribute.value == id))
    }
}

fn no_place(function: &str) -> EntryError {
    EntryError::invalid(format!("there is no {function}() but in a predicate"))
}

/// The nearest whole number, the larger of two that are as near.
fn round(number: f64) -> f64 {
    if (-0.5..0.5).contains(&number) {
        // Which keeps the sign of what is below zero.
        return number * 0.0;
    }
    let down = number.floor();
    if number - down >= 0.5 { down + 1.0 } else { down }
}

/// Characters of `from` become those of `to`, or nothing where `to` has none.
fn translate(text: &str, from: &str, to: &str) -> String {
    let change = |character| match from.chars().position(|of| of == character) {
        Some(index) => to.chars().nth(index),
        None => Some(character),
    };
    text.chars().filter_map(change).collect()
}
