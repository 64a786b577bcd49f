//! Documents of HTML and XML, and what XPath finds in them.

mod dtd;
mod html;
mod scanner;
mod tree;
mod xml;

use perfloop_hurl::Span;

use super::fault::Fault;
use super::number::Number;
use super::value::Value;
use super::xpath::{Object, Trouble, XPath};
pub(super) use tree::{Attribute, Kind, Name, Tree, XML_NAMESPACE};

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
    tree: Tree,
    /// What prefixes stand for in an expression. The first default namespace is `_` there, for XPath has no default.
    namespaces: Vec<(String, String)>,
}

impl Document {
    /// The document, or why there is none.
    pub(super) fn parse(text: &str, markup: Markup) -> Result<Self, String> {
        let tree = match markup {
            Markup::Html => html::parse(text)?,
            Markup::Xml => xml::parse(text)?,
        };
        let namespaces = namespaces(&tree);
        Ok(Document { tree, namespaces })
    }

    /// What an expression finds, evaluated at the document itself.
    pub(super) fn find(&self, xpath: &XPath, span: Span) -> Result<Value, Fault> {
        match xpath.find(&self.tree, &self.namespaces) {
            Ok(Object::Bool(value)) => Ok(Value::Bool(value)),
            Ok(Object::Number(value)) => Ok(Value::Number(Number::Float(value))),
            Ok(Object::Text(text)) => Ok(Value::Text(text)),
            Ok(Object::Nodes(nodes)) => Ok(Value::Nodeset(nodes.len())),
            Err(Trouble::Invalid(reason)) => Err(XPath::invalid(span, &reason)),
            Err(Trouble::TooLong) => {
                let message = "the XPath expression looks at too many nodes of this document: make it say more of the \
                               way, as in '/html/body/table' for '//table'";
                Err(Fault::runtime(span, "XPath expression takes too long", message))
            }
        }
    }
}

impl XPath {
    /// The fault of an expression that is none.
    pub(super) fn invalid(span: Span, reason: &str) -> Fault {
        Fault::runtime(span, "invalid XPath expression", format!("XPath expression is not valid: {reason}"))
    }
}

/// The namespaces a document declares, by prefix.
fn namespaces(tree: &Tree) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (prefix, namespace) in tree.elements().flat_map(|element| &element.namespaces) {
        let prefix = if prefix.is_empty() { "_" } else { prefix };
        // A prefix that is declared again stands for its last namespace, but the first default one stays.
        match found.iter_mut().find(|(known, _)| known == prefix) {
            Some(_) if prefix == "_" => {}
            Some((_, known)) => known.clone_from(namespace),
            None => found.push((prefix.to_owned(), namespace.clone())),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, markup: Markup, xpath: &str) -> String {
        let Ok(document) = Document::parse(text, markup) else { return "no document".into() };
        let Ok(xpath) = XPath::parse(xpath) else { return "invalid".into() };
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
