use std::process::Command;

use perfloop_hurl::Span;
use serde_json::Value as Json;

use super::*;
use crate::script::eval::document::{Document, Markup};
use crate::script::eval::value::Value;

const TABLE: &str = "<table><tr><td>A</td><td>B</td></tr><tr><td>C</td><td>D</td></tr></table>";

/// Value that an expression finds, or the reason that there is none.
fn find(text: &str, markup: Markup, xpath: &str) -> Result<Value, String> {
    let document = Document::parse(text, markup)?;
    let xpath = XPath::parse(xpath)?;
    document.find(&xpath, Span::default()).map_err(|fault| fault.message)
}

/// Value as a failed assert shows it.
fn shown(text: &str, xpath: &str) -> String {
    find(text, Markup::Html, xpath).map_or_else(|reason| reason, |value| value.shown())
}

fn nodes(text: &str, xpath: &str) -> usize {
    match find(text, Markup::Html, xpath) {
        Ok(Value::Nodeset(count)) => count,
        other => panic!("{xpath}: {other:?}"),
    }
}

#[test]
fn predicates_count_the_nodes_of_their_own_step() {
    let cases = [
        ("//td[1]", 2),
        ("//tr/td[1]", 2),
        ("(//td)[1]", 1),
        ("//td[last()]", 2),
        ("(//td)[last()]", 1),
        ("//td[position()=2]", 2),
        ("//tr[2]/td[1]", 1),
        ("//table//td[2]", 2),
        ("//*[1]", 6),
        ("//tr[last()]//td", 2),
        ("//td[1][1]", 2),
        ("//td[2]/preceding-sibling::td[1]", 2),
        ("//td[.='D']/preceding::td[1]", 1),
        ("//td[.='D']/ancestor::*[1]", 1),
        ("//td[1] | //td[1]", 2),
        ("//td[0]", 0),
        ("//td[1.5]", 0),
        ("//td[not(preceding-sibling::td)]", 2),
        ("//tr[td[2]='D']/td", 2),
    ];
    for (xpath, count) in cases {
        assert_eq!(nodes(TABLE, xpath), count, "{xpath}");
    }
    assert_eq!(shown(TABLE, "string(//td[last()])"), "string <B>");
    assert_eq!(shown(TABLE, "string(//td[.='D']/preceding::td[1])"), "string <C>");
}

#[test]
fn a_path_starts_at_the_document_only_by_its_slash() {
    assert_eq!(nodes(TABLE, "/html"), 1);
    assert_eq!(nodes(TABLE, "/"), 1);
    // Elsewhere there is no node to start from.
    for xpath in ["html", "body", ".", "..", "*", "node()", "descendant::td", "self::node()"] {
        assert_eq!(nodes(TABLE, xpath), 0, "{xpath}");
    }
    assert_eq!(shown(TABLE, "string()"), "string <>");
    assert_eq!(shown(TABLE, "count(html)"), "float <0.0>");
    assert_eq!(shown(TABLE, "position()"), "XPath expression is not valid: there is no position() but in a predicate");
}

#[test]
fn functions_that_xpath_1_does_not_have_are_refused() {
    for name in
        ["ends-with", "matches", "lower-case", "upper-case", "exists", "empty", "replace", "tokenize", "fn:count"]
    {
        let wanted = format!("XPath 1.0 has no function '{name}'");
        assert_eq!(shown(TABLE, &format!("{name}('a', 'b')")), wanted);
        assert_eq!(shown(TABLE, &format!("//nosuch[{name}(.)]")), wanted);
    }
}

#[test]
fn what_is_no_expression_says_why() {
    let cases = [
        ("//td[", "something is missing at its end"),
        ("//", "something is missing at its end"),
        ("//td[1", "']' is missing at its end"),
        ("count(//td", "')' is missing at its end"),
        ("//td)", "')' is one too many"),
        ("//td td", "'td' is no operator"),
        ("count()", "'count' takes 1 argument(s), not 0"),
        ("concat('a')", "'concat' takes 2 arguments or more, not 1"),
        ("substring('a')", "'substring' takes 2 or 3 arguments, not 1"),
        ("'a", "a text lacks its closing '"),
        ("$x", "there are no variables `$..` in it; Hurl's are written `{{name}}`"),
        ("//foo::td", "there is no axis 'foo'"),
        ("..[1]", "'[' is one too many"),
        ("//td[#]", "nobody knows what '#' is to mean"),
        ("", "something is missing at its end"),
    ];
    for (xpath, reason) in cases {
        assert_eq!(shown(TABLE, xpath), reason, "{xpath}");
    }
    let no_nodes = "XPath expression is not valid: there is a text, a number or a boolean where it needs nodes";
    for xpath in ["count('a')", "'a'/b", "sum(1)", "'a' | //td", "('a')[1]"] {
        assert_eq!(shown(TABLE, xpath), no_nodes, "{xpath}");
    }
}

#[test]
fn functions_and_operators_are_those_of_xpath_1() {
    let cases = [
        ("string(0.1 + 0.2)", "string <0.3>"),
        ("string(1 div 3)", "string <0.333333333333333>"),
        ("string(2.0)", "string <2>"),
        ("string(1 div 0)", "string <Infinity>"),
        ("string(number('a'))", "string <NaN>"),
        ("-2 mod 3", "float <-2.0>"),
        ("7 - 2 - 1 + 2 * 3", "float <10.0>"),
        ("1 < 2 < 3", "boolean <true>"),
        ("3 > 2 > 1", "boolean <false>"),
        ("true() or nosuch and false()", "boolean <true>"),
        ("round(2.5) + round(-2.5)", "float <1.0>"),
        ("substring('12345', 1.5, 2.6)", "string <234>"),
        ("substring('12345', 0, 3)", "string <12>"),
        ("substring('12345', 0 div 0)", "string <>"),
        ("substring-before('1999/04', '/')", "string <1999>"),
        ("substring-after('1999/04', '19')", "string <99/04>"),
        ("translate('--aaa--', 'abc-', 'ABC')", "string <AAA>"),
        ("normalize-space('  a \n b ')", "string <a b>"),
        ("string-length('h\u{e4}\u{df}')", "float <3.0>"),
        ("concat(1, true(), //td[2])", "string <1trueB>"),
        ("contains('abc', '') and starts-with('abc', '')", "boolean <true>"),
        ("//td = 'D' and //td != 'D'", "boolean <true>"),
        ("//nosuch = ''", "boolean <false>"),
        ("//nosuch = false()", "boolean <true>"),
        ("not(//nosuch) = boolean(//td)", "boolean <true>"),
        ("'1' < '2' and not('a' < 'b')", "boolean <true>"),
        ("- - 1", "float <1.0>"),
        ("/html/*[1] * 2 = 1", "boolean <false>"),
        ("sum(//td)", "float <NaN>"),
        ("name(//td/..)", "string <tr>"),
        ("lang('en')", "boolean <false>"),
    ];
    for (xpath, wanted) in cases {
        assert_eq!(shown(TABLE, xpath), wanted, "{xpath}");
    }
    let xml = "<r xml:lang='en-US'><a>x</a><b xml:lang='de'><c/></b></r>";
    let count = |xpath: &str| find(xml, Markup::Xml, xpath).expect(xpath).shown();
    assert_eq!(count("count(//*[lang('EN')])"), "float <2.0>");
    assert_eq!(count("count(//*[lang('de')])"), "float <2.0>");
    assert_eq!(count("count(//*[lang('e')])"), "float <0.0>");
}

#[test]
fn long_expressions_are_no_deep_ones_and_deep_ones_are_refused() {
    // As small a stack as a debug build of a user's thread has left.
    let judge = || {
        assert_eq!(shown(TABLE, &["1"; 3000].join(" + ")), "float <3000.0>");
        assert_eq!(shown(TABLE, &["false()"; 3000].join(" or ")), "boolean <false>");
        assert_eq!(nodes(TABLE, &["//td"; 1500].join(" | ")), 4);
        assert_eq!(nodes(TABLE, &format!("//td{}", "[1]".repeat(1000))), 2);
        assert_eq!(shown(TABLE, &format!("{}1", "-".repeat(5001))), "float <-1.0>");
        let deep = "it is nested deeper than 32 levels";
        for (open, close) in [("(", ")"), ("not(", ")"), ("-(", ")"), ("//td[", "]"), ("1 + (", ")")] {
            let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_ne!(shown(TABLE, &nested(15)), deep, "{open}");
            for depth in [100, 280, 4000] {
                assert_eq!(shown(TABLE, &nested(depth)), deep, "{open} {depth}");
            }
        }
    };
    std::thread::Builder::new().stack_size(256 * 1024).spawn(judge).expect("a thread").join().expect("no overflow");
}

#[test]
fn an_expression_that_looks_at_too_much_is_given_up() {
    let page = format!("<html><body>{}</body></html>", "<p>x<b>y</b></p>".repeat(500));
    assert_eq!(shown(&page, "count(//b[preceding::b])"), "float <499.0>");
    assert_eq!(shown(&page, "count(//p[not(preceding-sibling::p)])"), "float <1.0>");
    // Texts cost by their length: a thousand times a megabyte is too much, and soon told.
    let page = format!("<p>{}</p>{}", "x".repeat(1 << 20), "<b></b>".repeat(1000));
    assert_eq!(shown(&page, "count(//b[position() < 10][//p = 'y'])"), "float <0.0>");
    let long = shown(&page, "count(//b[//p = 'y'])");
    assert!(long.starts_with("the XPath expression looks at too many nodes"), "{long}");
}

/// A document and an expression, and what libxml2 makes of them: `{"nodes": 2}`, a text, a number, a boolean or null
/// where there is no value.
#[test]
#[ignore = "needs Python with lxml"]
fn libxml2_finds_the_same() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/xpath.py");
    let output = Command::new("python3").args([program, "7", "400"]).output().expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut cases, mut wrong) = (0, Vec::new());
    for line in String::from_utf8(output.stdout).expect("text").lines() {
        let case: Json = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| case[name].as_str().expect("a text");
        let markup = if case["html"] == true { Markup::Html } else { Markup::Xml };
        let found = find(text("text"), markup, text("xpath"));
        let is_same = match &found {
            Ok(Value::Bool(value)) => case["found"] == *value,
            Ok(Value::Text(text)) => case["found"] == **text,
            Ok(Value::Nodeset(count)) => case["found"]["nodes"] == *count,
            Ok(Value::Number(number)) => case["found"]["number"].as_str().is_some_and(|wanted| {
                let (found, wanted) = (number.as_float(), wanted.parse::<f64>().expect("a number"));
                found == wanted || (found.is_nan() && wanted.is_nan())
            }),
            _ => case["found"].is_null(),
        };
        cases += 1;
        if !is_same {
            wrong.push(format!("{case}\n  here: {found:?}"));
        }
    }
    assert!(cases > 5000, "only {cases} cases");
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}
