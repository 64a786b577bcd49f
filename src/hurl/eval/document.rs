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
        match context.evaluate(if self.namespaces.is_empty() { &xpath.plain } else { &xpath.strict }) {
            Ok(XPathValue::Boolean(value)) => Ok(Value::Bool(value)),
            Ok(XPathValue::Number(value)) => Ok(Value::Number(Number::Float(value))),
            Ok(XPathValue::String(text)) => Ok(Value::Text(text)),
            Ok(XPathValue::NodeSet(nodes)) => Ok(Value::Nodeset(nodes.len())),
            Err(_) => Err(XPath::invalid(span)),
        }
    }
}

impl XPath {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let plain = parser::parse(text).ok()?;
        let (mut strict, mut prefixes) = (plain.clone(), Vec::new());
        walk(&mut strict, &mut |step| match &step.node_test {
            NodeTest::PrefixWildcard(prefix) => prefixes.push(prefix.clone()),
            NodeTest::Name(name) => match name.split_once(':') {
                Some((prefix, _)) => prefixes.push(prefix.to_owned()),
                None => step.predicates.insert(0, without_namespace()),
            },
            _ => {}
        });
        Some(XPath { plain, strict, prefixes })
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

/// `namespace-uri() = ''`
fn without_namespace() -> Expr {
    let namespace = Expr::FunctionCall { name: "namespace-uri".into(), args: Vec::new() };
    Expr::BinaryOp { op: BinaryOp::Eq, left: Box::new(namespace), right: Box::new(Expr::String(String::new())) }
}

/// Shows every step of an expression, those in predicates first.
fn walk(expr: &mut Expr, look: &mut dyn FnMut(&mut Step)) {
    match expr {
        Expr::Number(_) | Expr::String(_) | Expr::Variable(_) => {}
        Expr::BinaryOp { left, right, .. } | Expr::Union(left, right) => {
            walk(left, look);
            walk(right, look);
        }
        Expr::UnaryNeg(inner) => walk(inner, look),
        Expr::FunctionCall { args, .. } => args.iter_mut().for_each(|arg| walk(arg, look)),
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

fn walk_steps(steps: &mut [Step], look: &mut dyn FnMut(&mut Step)) {
    for step in steps {
        step.predicates.iter_mut().for_each(|predicate| walk(predicate, look));
        look(step);
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
