//! Documents of HTML and XML, and what XPath finds in them.

use std::borrow::Cow;

use perfloop_hurl::Span;
use xmloxide::html::parse_html;
use xmloxide::parser::{ParseOptions, parse_str_with_options};
use xmloxide::tree::NodeKind;
use xmloxide::xpath::ast::{BinaryOp, Expr, NodeTest, Step};
use xmloxide::xpath::{XPathContext, XPathValue, parser};

use super::fault::Fault;
use super::number::Number;
use super::value::Value;

/// How a text is read as a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// Whatever it is, it becomes a document.
    Html,
    Xml,
}

/// A document.
#[derive(Debug)]
pub(super) struct Document {
    tree: xmloxide::Document,
    /// What prefixes stand for in an expression. The first default namespace is `_` there, for XPath has no default.
    namespaces: Vec<(String, String)>,
}

/// A compiled XPath expression.
#[derive(Debug)]
pub(super) struct XPath {
    /// For documents without namespaces.
    plain: Expr,
    /// For documents with namespaces, where a name without a prefix means one without a namespace.
    strict: Expr,
    /// The prefixes it uses.
    prefixes: Vec<String>,
    /// It calls `name()`.
    asks_names: bool,
}

impl Document {
    /// None, if there is not even a root element.
    pub(super) fn parse(text: &str, markup: Markup) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        let tree = match markup {
            Markup::Html => parse_html(&in_paragraph(text)).ok()?,
            Markup::Xml => parse_xml(text)?,
        };
        tree.root_element()?;
        let namespaces = if markup == Markup::Xml { namespaces(&tree) } else { Vec::new() };
        Some(Document { tree, namespaces })
    }

    fn knows(&self, prefix: &str) -> bool {
        prefix == "xml" || self.namespaces.iter().any(|(known, _)| known == prefix)
    }

    /// What an expression finds, evaluated at the document itself.
    pub(super) fn find(&self, xpath: &XPath, span: Span) -> Result<Value, Fault> {
        if xpath.prefixes.iter().any(|prefix| !self.knows(prefix)) {
            return Err(XPath::invalid(span));
        }
        let mut context = XPathContext::new(&self.tree, self.tree.root());
        for (prefix, namespace) in &self.namespaces {
            context.set_namespace(prefix, namespace);
        }
        let expr = match self.namespaces.is_empty() {
            true => Cow::Borrowed(&xpath.plain),
            false if xpath.asks_names => Cow::Owned(self.with_prefixes(&xpath.strict)),
            false => Cow::Borrowed(&xpath.strict),
        };
        match context.evaluate(&expr) {
            Ok(XPathValue::Boolean(value)) => Ok(Value::Bool(value)),
            Ok(XPathValue::Number(value)) => Ok(Value::Number(Number::Float(value))),
            Ok(XPathValue::String(text)) => Ok(Value::Text(text)),
            Ok(XPathValue::NodeSet(nodes)) => Ok(Value::Nodeset(nodes.len())),
            Err(_) => Err(XPath::invalid(span)),
        }
    }

    /// The expression with `name()` as XPath means it, where the library leaves out the prefix:
    /// `concat(substring('p:', 1, 2 * (namespace-uri() = 'urn:p')), local-name())`, with a `substring` for each prefix.
    fn with_prefixes(&self, expr: &Expr) -> Expr {
        let is_default = |namespace: &str| self.namespaces.iter().any(|(p, known)| p == "_" && known == namespace);
        let mut prefixes: Vec<(&str, String)> = Vec::new();
        for (prefix, namespace) in &self.namespaces {
            // Where a namespace has two names, the first is taken.
            if !is_default(namespace) && !prefixes.iter().any(|(known, _)| known == namespace) {
                prefixes.push((namespace, format!("{prefix}:")));
            }
        }
        let mut expr = expr.clone();
        walk(&mut expr, &mut |part| {
            if let Part::Call { name, args } = part
                && name == "name"
            {
                let of = std::mem::take(args);
                let prefix = |(namespace, prefix): &(&str, String)| {
                    let is_there = binary(BinaryOp::Eq, call("namespace-uri", of.clone()), text(namespace));
                    let length = binary(BinaryOp::Mul, Expr::Number(prefix.chars().count() as f64), is_there);
                    call("substring", vec![text(prefix), Expr::Number(1.0), length])
                };
                *args = prefixes.iter().map(prefix).collect();
                args.extend([call("local-name", of.clone()), text("")]);
                *name = "concat".into();
            }
        });
        expr
    }
}

impl XPath {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let plain = parser::parse(text).ok()?;
        let (mut strict, mut prefixes, mut asks_names) = (plain.clone(), Vec::new(), false);
        walk(&mut strict, &mut |part| match part {
            Part::Call { name, .. } => asks_names |= name == "name",
            Part::Step(step) => match &step.node_test {
                NodeTest::PrefixWildcard(prefix) => prefixes.push(prefix.clone()),
                NodeTest::Name(name) => match name.split_once(':') {
                    Some((prefix, _)) => prefixes.push(prefix.to_owned()),
                    None => step.predicates.insert(0, without_namespace()),
                },
                _ => {}
            },
        });
        Some(XPath { plain, strict, prefixes, asks_names })
    }

    /// The fault of an expression that is none.
    pub(super) fn invalid(span: Span) -> Fault {
        Fault::runtime(span, "invalid XPath expression", "XPath expression is not valid")
    }
}

/// Bad markup is read as far as it goes.
fn parse_xml(text: &str) -> Option<xmloxide::Document> {
    let options = ParseOptions::default().recover(true);
    let closed = || {
        // Any end tag closes the element that is open, and those after the root are passed over.
        let elements = text.matches('<').count();
        parse_str_with_options(&format!("{text}{}", "</_>".repeat(elements)), &options)
    };
    parse_str_with_options(text, &options).or_else(|_| closed()).ok()
}

/// Text that stands before any element is in a paragraph of its own.
fn in_paragraph(text: &str) -> Cow<'_, str> {
    if text.trim_start().starts_with('<') { Cow::Borrowed(text) } else { Cow::Owned(format!("<p>{text}")) }
}

fn call(name: &str, args: Vec<Expr>) -> Expr {
    Expr::FunctionCall { name: name.into(), args }
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::BinaryOp { op, left: Box::new(left), right: Box::new(right) }
}

fn text(text: &str) -> Expr {
    Expr::String(text.to_owned())
}

/// `namespace-uri() = ''`
fn without_namespace() -> Expr {
    binary(BinaryOp::Eq, call("namespace-uri", Vec::new()), text(""))
}

/// What of an expression may be changed.
enum Part<'a> {
    Step(&'a mut Step),
    Call { name: &'a mut String, args: &'a mut Vec<Expr> },
}

/// Shows every step and every call of an expression, those inside of them first.
fn walk(expr: &mut Expr, look: &mut dyn FnMut(Part<'_>)) {
    match expr {
        Expr::Number(_) | Expr::String(_) | Expr::Variable(_) => {}
        Expr::BinaryOp { left, right, .. } | Expr::Union(left, right) => {
            walk(left, look);
            walk(right, look);
        }
        Expr::UnaryNeg(inner) => walk(inner, look),
        Expr::FunctionCall { name, args } => {
            args.iter_mut().for_each(|arg| walk(arg, look));
            look(Part::Call { name, args });
        }
        Expr::Path { steps } | Expr::RootPath { steps } => walk_steps(steps, look),
        Expr::Filter { expr, predicates } => {
            walk(expr, look);
            predicates.iter_mut().for_each(|predicate| walk(predicate, look));
        }
        Expr::FilterPath { expr, steps } => {
            walk(expr, look);
            walk_steps(steps, look);
        }
    }
}

fn walk_steps(steps: &mut [Step], look: &mut dyn FnMut(Part<'_>)) {
    for step in steps {
        step.predicates.iter_mut().for_each(|predicate| walk(predicate, look));
        look(Part::Step(step));
    }
}

/// The namespaces a document declares, by prefix.
fn namespaces(tree: &xmloxide::Document) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for node in tree.descendants(tree.root()) {
        if !matches!(tree.node(node).kind, NodeKind::Element { .. }) {
            continue;
        }
        for attribute in tree.attributes(node) {
            let prefix = match (attribute.prefix.as_deref(), attribute.name.as_str()) {
                (None, "xmlns") => "_",
                (Some("xmlns"), prefix) => prefix,
                _ => continue,
            };
            // A prefix that is declared again stands for its last namespace, but the first default one stays.
            match found.iter_mut().find(|(known, _)| known == prefix) {
                Some(_) if prefix == "_" => {}
                Some((_, namespace)) => namespace.clone_from(&attribute.value),
                None => found.push((prefix.to_owned(), attribute.value.clone())),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, markup: Markup, xpath: &str) -> String {
        let Some(document) = Document::parse(text, markup) else { return "no document".into() };
        let Some(xpath) = XPath::parse(xpath) else { return "invalid".into() };
        document.find(&xpath, Span::default()).map_or("fault".into(), |value| value.shown())
    }

    const XML: &str = r#"<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:d="urn:d"><g id="a"><text> one
 two </text><d:x>1</d:x><d:x>2</d:x></g></svg>"#;

    #[test]
    fn namespaces_are_known_by_their_prefixes_and_the_default_one_by_an_underscore() {
        assert_eq!(find(XML, Markup::Xml, "count(//_:g)"), "float <1.0>");
        assert_eq!(find(XML, Markup::Xml, "//g"), "nodeset <Nodeset(size=0)>");
        assert_eq!(find(XML, Markup::Xml, "//d:x"), "nodeset <Nodeset(size=2)>");
        assert_eq!(find(XML, Markup::Xml, "string(//_:g/@id)"), "string <a>");
        assert_eq!(find(XML, Markup::Xml, "normalize-space(//*[local-name()='text'])"), "string <one two>");
        assert_eq!(find(XML, Markup::Xml, "boolean(//_:g)"), "boolean <true>");
        assert_eq!(find(XML, Markup::Xml, "sum(//d:x)"), "float <3.0>");
    }

    #[test]
    fn html_needs_no_order() {
        let html = "<!doctype html><html><head><title>A &amp; B</title><body><p>one<p>two<br><img src=x></body>";
        assert_eq!(find(html, Markup::Html, "string(//title)"), "string <A & B>");
        assert_eq!(find(html, Markup::Html, "count(//p)"), "float <2.0>");
        assert_eq!(find(html, Markup::Html, "string(//img/@src)"), "string <x>");
        assert_eq!(find(html, Markup::Html, "/html/body/p[2]"), "nodeset <Nodeset(size=1)>");
        assert_eq!(find(html, Markup::Html, "//p[text()='one']"), "nodeset <Nodeset(size=1)>");
    }

    #[test]
    fn names_have_the_prefix_that_was_written_and_none_in_the_default_namespace() {
        assert_eq!(find(XML, Markup::Xml, "//*[name()='d:x']"), "nodeset <Nodeset(size=2)>");
        assert_eq!(find(XML, Markup::Xml, "name(//d:x)"), "string <d:x>");
        assert_eq!(find(XML, Markup::Xml, "name(/*)"), "string <svg>");
        assert_eq!(find("<a><b/></a>", Markup::Xml, "name(/a/b)"), "string <b>");
        assert_eq!(find("<p>a", Markup::Html, "name(//p)"), "string <p>");
    }

    #[test]
    fn broken_markup_is_read_as_far_as_it_goes() {
        assert_eq!(find("<a><b>1</a>", Markup::Xml, "string(/a/b)"), "string <1>");
        assert_eq!(find("<a><b>1</b><c>", Markup::Xml, "//c"), "nodeset <Nodeset(size=1)>");
        assert_eq!(find("plain <b>text</b>", Markup::Html, "string(//p)"), "string <plain text>");
    }

    #[test]
    fn what_is_no_expression_or_no_document_says_so() {
        assert_eq!(find(XML, Markup::Xml, "//["), "invalid");
        assert_eq!(find(XML, Markup::Xml, "nosuch(1)"), "fault");
        assert_eq!(find(XML, Markup::Xml, "//nosuch:x"), "fault");
        assert_eq!(find("", Markup::Html, "//a"), "no document");
        assert_eq!(find("hello", Markup::Xml, "//a"), "no document");
    }
}
