//! The functions of the core library.

use super::ast::{Expr, Function};
use super::axes::Node;
use super::context::{Context, Evaluation};
use super::object::{Nodes, Object};
use super::trouble::Trouble;
use crate::hurl::eval::document::XML_NAMESPACE;

/// What XPath takes for space.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

impl Evaluation<'_> {
    /// Calls a function with as many arguments as it takes.
    pub(super) fn call(&self, function: Function, args: &[Expr], context: Context) -> Result<Object, Trouble> {
        let number = |index: usize| self.number(&args[index], context);
        let text = |index: usize| self.text(&args[index], context);
        let nodes = |index: usize| self.nodes(&args[index], context);
        Ok(match function {
            Function::True => Object::Bool(true),
            Function::False => Object::Bool(false),
            Function::Boolean => Object::Bool(self.find(&args[0], context)?.to_bool()),
            Function::Not => Object::Bool(!self.find(&args[0], context)?.to_bool()),
            Function::Lang => Object::Bool(self.is_in_language(context.node, &text(0)?)),
            Function::StartsWith => Object::Bool(text(0)?.starts_with(&text(1)?)),
            Function::Contains => Object::Bool(text(0)?.contains(&text(1)?)),

            Function::Position if context.size == 0 => return Err(no_place("position")),
            Function::Last if context.size == 0 => return Err(no_place("last")),
            Function::Position => Object::Number(context.position as f64),
            Function::Last => Object::Number(context.size as f64),
            Function::Count => Object::Number(nodes(0)?.len() as f64),
            Function::Sum => {
                let mut sum = 0.0;
                for node in nodes(0)?.as_slice() {
                    sum += self.to_number(Object::Text(self.text_of(*node)?))?;
                }
                Object::Number(sum)
            }
            Function::Number if args.is_empty() => match context.node {
                Some(node) => Object::Number(self.to_number(Object::Text(self.text_of(node)?))?),
                None => Object::Number(0.0),
            },
            Function::Number => Object::Number(number(0)?),
            Function::Floor => Object::Number(number(0)?.floor()),
            Function::Ceiling => Object::Number(number(0)?.ceil()),
            Function::Round => Object::Number(round(number(0)?)),
            Function::StringLength => Object::Number(self.text_or_own(args, context)?.chars().count() as f64),

            Function::String => Object::Text(self.text_or_own(args, context)?),
            Function::NormalizeSpace => {
                let text = self.text_or_own(args, context)?;
                let words: Vec<&str> = text.split(SPACE).filter(|word| !word.is_empty()).collect();
                Object::Text(words.join(" "))
            }
            Function::Concat => {
                let mut all = String::new();
                for expr in args {
                    all.push_str(&self.text(expr, context)?);
                    self.spend(all.len() / 16)?;
                }
                Object::Text(all)
            }
            Function::SubstringBefore => {
                Object::Text(text(0)?.split_once(&text(1)?).map_or("", |(before, _)| before).to_owned())
            }
            Function::SubstringAfter => {
                Object::Text(text(0)?.split_once(&text(1)?).map_or("", |(_, after)| after).to_owned())
            }
            Function::Substring => {
                let (text, first) = (text(0)?, round(number(1)?));
                let end = if args.len() > 2 { first + round(number(2)?) } else { f64::INFINITY };
                let is_in = |index: usize| index as f64 >= first && (index as f64) < end;
                let within = text.chars().enumerate().filter(|(index, _)| is_in(index + 1));
                Object::Text(within.map(|(_, character)| character).collect())
            }
            Function::Translate => Object::Text(translate(&text(0)?, &text(1)?, &text(2)?)),

            Function::LocalName | Function::Name | Function::NamespaceUri => {
                let node = match args.first() {
                    Some(expr) => self.nodes(expr, context)?.as_slice().first().copied(),
                    None => context.node,
                };
                Object::Text(match (function, node) {
                    (_, None) => String::new(),
                    (Function::LocalName, Some(node)) => node.local_name(self.tree).to_owned(),
                    (Function::Name, Some(node)) => node.whole_name(self.tree),
                    (_, Some(node)) => node.namespace_uri(self.tree).to_owned(),
                })
            }
            Function::Id => Object::Nodes(self.with_id(&args[0], context)?),
        })
    }

    /// The argument as a text, or that of the node where it stands.
    fn text_or_own(&self, args: &[Expr], context: Context) -> Result<String, Trouble> {
        match (args.first(), context.node) {
            (Some(expr), _) => self.text(expr, context),
            (None, Some(node)) => self.text_of(node),
            (None, None) => Ok(String::new()),
        }
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
    fn with_id(&self, expr: &Expr, context: Context) -> Result<Nodes, Trouble> {
        let texts = match self.find(expr, context)? {
            Object::Nodes(nodes) => {
                let texts = nodes.as_slice().iter().map(|node| self.text_of(*node));
                texts.collect::<Result<Vec<String>, Trouble>>()?
            }
            other => vec![self.to_text(other)?],
        };
        self.spend(self.tree.len())?;
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

fn no_place(function: &str) -> Trouble {
    Trouble::invalid(format!("there is no {function}() but in a predicate"))
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
