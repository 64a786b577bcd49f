//! Documents of HTML and XML, and what XPath finds in them.

mod dtd;
mod entities;
mod html;
mod scanner;
mod tree;
mod xml;

use perfloop_hurl::Span;

use super::eval_error::EvalError;
use super::number::Number;
use super::value::Value;
use super::xpath::{EntryError, Object, XPath};
pub(super) use tree::{Attribute, Kind, Name, Tree, XML_NAMESPACE};

/// Language of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// HTML, of which any text is a document.
    Html,
    Xml,
}

/// A document.
#[derive(Debug)]
pub(super) struct Document {
    tree: Tree,
    /// Namespaces of the prefixes in an expression. The first default namespace is `_` there, for XPath has no default.
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

    /// Value of an expression, evaluated at the document itself.
    pub(super) fn find(&self, xpath: &XPath, span: Span) -> Result<Value, EvalError> {
        match xpath.find(&self.tree, &self.namespaces) {
            Ok(Object::Bool(value)) => Ok(Value::Bool(value)),
            Ok(Object::Number(value)) => Ok(Value::Number(Number::Float(value))),
            Ok(Object::Text(text)) => Ok(Value::Text(text)),
            Ok(Object::Nodes(nodes)) => Ok(Value::Nodeset(nodes.len())),
            Err(EntryError::Invalid(reason)) => Err(XPath::invalid(span, &reason)),
            Err(EntryError::TooLong) => {
                let message = "the XPath expression looks at too many nodes of this document: make it say more of the \
                               way, as in '/html/body/table' for '//table'";
                Err(EvalError::runtime(span, "XPath expression takes too long", message))
            }
        }
    }
}

impl XPath {
    /// The fault of an expression that is none.
    pub(super) fn invalid(span: Span, reason: &str) -> EvalError {
        EvalError::runtime(span, "invalid XPath expression", format!("XPath expression is not valid: {reason}"))
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

    fn all(markup: Markup, cases: &[(&str, &str, &str)]) {
        for (text, xpath, wanted) in cases {
            assert_eq!(find(text, markup, xpath), *wanted, "{xpath} of {text:?}");
        }
    }

    #[test]
    fn broken_html_is_read_as_libxml2_reads_it() {
        let cases = [
            ("plain <b>text</b>", "name(//b/..)", "string <body>"),
            ("plain <b>text</b>", "string(//body)", "string <plain text>"),
            ("\u{feff}<p>a", "string(/html/body/p)", "string <a>"),
            ("\n\n<!doctype html>\n<title>a</title><p>b", "string(/html/head/title)", "string <a>"),
            ("<p>a & b &copy &amp; &nosuch;", "string(//p)", "string <a & b \u{a9} & &nosuch;>"),
            ("<a href='?a=1&copy=2&lt;'>x", "string(//a/@href)", "string <?a=1&copy=2<>"),
            ("<input required>", "string(//input/@required)", "string <>"),
            ("<input required>", "//input[@required]", "nodeset <Nodeset(size=1)>"),
            ("<input checked disabled=''>", "string(//@checked)", "string <checked>"),
            ("<input checked disabled=''>", "string(//@disabled)", "string <>"),
            ("<p title='checked=\"\"'>checked=\"\"", "concat(//@title, //p)", "string <checked=\"\"checked=\"\">"),
            ("<p>a<p>b<div>c", "//p", "nodeset <Nodeset(size=2)>"),
            ("<ul><li>a<li>b</ul>", "string(//li[2])", "string <b>"),
            ("<table><tr><td>a<td>b<tr><td>c</table>", "count(/html/body/table/tr[1]/td)", "float <2.0>"),
            ("<div><p>a</div>b", "string(//div)", "string <a>"),
            ("<b><i>a</b>c</i>d", "string(//b)", "string <a>"),
            ("<td>x</div>y</td>", "string(//td)", "string <xy>"),
            ("<script>if (a < b && c) '<p>'</script>", "string(//script)", "string <if (a < b && c) '<p>'>"),
            ("<script>if (a < b && c) '<p>'</script>", "//p", "nodeset <Nodeset(size=0)>"),
            ("<textarea><b>&lt;</textarea>", "string(//textarea)", "string <<b><>"),
            ("<P CLASS=x>a</P>", "string(//p/@class)", "string <x>"),
            ("<p>a</p></body></html>\n", "string(/html)", "string <a>"),
            ("<p>a<!--b--><br/>c", "count(//p/node())", "float <4.0>"),
            ("a<", "string(//body)", "string <a<>"),
            ("<p", "//p", "nodeset <Nodeset(size=0)>"),
        ];
        all(Markup::Html, &cases);
    }

    #[test]
    fn broken_xml_is_read_as_libxml2_reads_it() {
        let cases = [
            ("\n<?xml version='1.0'?><r>a</r>", "string(/r)", "string <a>"),
            ("\u{feff}<?xml version='1.0'?><r>a</r>", "string(/r)", "string <a>"),
            ("<r>a & b AT&T c</r>", "string(/r)", "string <a  b AT c>"),
            ("<r>a &lt; b</r>", "string(/r)", "string <a < b>"),
            // Once something was wrong, such references are lost, but not those of attributes.
            ("<r a='&lt;'>a & &lt; b<c d='&lt;'/></r>", "concat(/r, '|', //@d)", "string <a   b|<>"),
            ("<r><a b=c>x</a><d/></r>", "string(/r)", "string <c>x>"),
            ("<r><a b=c>x</a><d/></r>", "//a/node() | //@b | //d", "nodeset <Nodeset(size=0)>"),
            ("<r a='?b=1&copy=2'/>", "string(//@a)", "string <?b=1=2>"),
            ("<r a='1' a='2'/>", "count(//@a)", "float <2.0>"),
            ("<r><a>1</r>", "string(/r/a)", "string <1>"),
            ("<r><a>1</a><b>", "/r/b", "nodeset <Nodeset(size=1)>"),
            ("<r>1 < 2<3/></r>", "string(/r)", "string <1  23/>>"),
            ("<r>a</r>b<c/>", "count(//node())", "float <2.0>"),
            ("<r>&nosuch;a</r>", "string(/r)", "string <a>"),
            ("<r>a\u{1}b</r>", "string(/r)", "string <ab>"),
            ("<r>a\r\nb</r>", "string-length(/r)", "float <3.0>"),
            ("<p:r>a</p:r>", "name(/*)", "string <p:r>"),
            ("<r><![CDATA[<a>]]>b</r>", "string(/r)", "string <<a>b>"),
            (
                "<!DOCTYPE r [<!ENTITY e 'a&f;'><!ENTITY f '&#98;'>]><r c='&e;'>&e;</r>",
                "concat(/r, //@c)",
                "string <abab>",
            ),
            ("<!DOCTYPE r [<!ATTLIST r i ID #IMPLIED>]><r i='x'/>", "count(id('x'))", "float <1.0>"),
        ];
        all(Markup::Xml, &cases);
    }

    #[test]
    fn what_cannot_be_read_rightly_is_refused_by_name() {
        let fault = |text: &str| Document::parse(text, Markup::Xml).err().unwrap_or_default();
        assert_eq!(fault("hello"), "there is no element in it");
        assert_eq!(fault("<!DOCTYPE r [<!ENTITY e 'x'>"), "its DOCTYPE is not closed");
        let nested = "<!DOCTYPE r [<!ENTITY e '<b/>'>]><r>&e;</r>";
        assert_eq!(fault(nested), "its entity 'e' stands for elements, which only texts may be here");
        let laughs: String = (0..20).map(|n| format!("<!ENTITY e{} '&e{n};&e{n};'>", n + 1)).collect();
        let laughs = format!("<!DOCTYPE r [<!ENTITY e0 'ha'>{laughs}]><r>&e20;</r>");
        assert!(fault(&laughs).ends_with("stands for too much"), "{}", fault(&laughs));
        let deep = "its elements are nested deeper than 2048 levels";
        assert_eq!(fault(&"<a>".repeat(5000)), deep);
        assert_eq!(Document::parse(&"<div>".repeat(500_000), Markup::Html).err().as_deref(), Some(deep));
    }

    #[test]
    fn what_is_no_expression_or_no_document_says_so() {
        assert_eq!(find(XML, Markup::Xml, "//["), "invalid");
        assert_eq!(find(XML, Markup::Xml, "nosuch(1)"), "invalid");
        assert_eq!(find(XML, Markup::Xml, "//nosuch:x"), "fault");
        assert_eq!(find("", Markup::Html, "//a"), "no document");
        assert_eq!(find("hello", Markup::Xml, "//a"), "no document");
    }
}
