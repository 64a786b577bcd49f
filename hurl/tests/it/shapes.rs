//! Bodies of every kind.

use perfloop_hurl::ast::*;
use perfloop_hurl::parse;

use crate::trees::shown;

fn body(text: &str) -> BodyKind {
    let whole = format!("POST http://h\n{text}\nHTTP 200\n");
    let file = parse(&whole).unwrap_or_else(|error| panic!("{error} in {text:?}"));
    let body = file.entries[0].request.body.clone().unwrap_or_else(|| panic!("no body in {text:?}"));
    assert!(file.entries[0].response.is_some(), "{text:?}");
    assert_eq!(&whole[body.span.range()], text);
    body.kind
}

fn json(text: &str) -> Json {
    match body(text) {
        BodyKind::Json(json) => json,
        kind => panic!("{kind:?}"),
    }
}

/// As it was written, but for escapes.
fn written(json: &Json) -> String {
    match json {
        Json::Place(Placeholder { expr: Expr::Variable(name), .. }) => format!("{{{{{name}}}}}"),
        Json::Place(place) => format!("{:?}", place.expr),
        Json::Number(number) => number.clone(),
        Json::String(text) => format!("\"{}\"", shown(text)),
        Json::Bool(bool) => bool.to_string(),
        Json::Null => "null".into(),
        Json::List { open, elements } => {
            let elements = elements.iter().map(|(before, value, after)| format!("{before}{}{after}", written(value)));
            format!("[{open}{}]", elements.collect::<Vec<_>>().join(","))
        }
        Json::Object { open, members } => {
            let member = |member: &JsonMember| {
                let JsonMember { before, name, before_colon, after_colon, value, after } = member;
                format!("{before}\"{}\"{before_colon}:{after_colon}{}{after}", shown(name), written(value))
            };
            format!("{{{open}{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn json_keeps_how_it_was_written() {
    for text in [
        "null",
        "true",
        "-0.10e+5",
        "\"a {{b}}\"",
        "{{whole}}",
        "[ ]",
        "{\n}",
        "[ 1 ,[],\t{} ]",
        "{ \"a\" :\t1 , \"a{{b}}\": {{c}}, \"d\":[true,\n null ]\n}",
        "123456789012345678901234567890.5",
    ] {
        assert_eq!(written(&json(text)), text);
    }
}

#[test]
fn escapes_of_json_stay_as_they_were_written() {
    let text = r#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#;
    assert_eq!(written(&json(text)), text);
}

#[test]
fn json_may_lie_in_one_another_only_so_deep() {
    let nested = |depth: usize| format!("POST http://h\n{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(128)).is_ok());
    let error = parse(&nested(129)).unwrap_err();
    assert_eq!(error.message, "lists and objects lie in one another more than 128 deep");
    assert!(parse(&"POST http://h\n".chars().chain("[".repeat(1_000_000).chars()).collect::<String>()).is_err());
}

#[test]
fn bytes_are_decoded() {
    assert_eq!(body("hex,00fF;"), BodyKind::Hex(vec![0, 255]));
    assert_eq!(body("hex,;"), BodyKind::Hex(vec![]));
    for text in ["base64,aGk=;", "base64,aGk;", "base64, a G\nk = ;", "base64,aGk=="] {
        let text = if text.ends_with(';') { text.to_owned() } else { format!("{text};") };
        assert_eq!(body(&text), BodyKind::Base64(b"hi".to_vec()), "{text}");
    }
    assert_eq!(body("base64,+/8=;"), BodyKind::Base64(vec![251, 255]));
    assert!(matches!(body("file,a{{b}}.bin;"), BodyKind::File(name) if shown(&name) == "a{{b}}.bin"));
    assert!(matches!(body("`a\\n{{b}}`"), BodyKind::Oneline(text) if shown(&text) == "a\n{{b}}"));
}

#[test]
fn a_multiline_text_begins_after_its_line_and_has_no_escapes() {
    let text = |text: &str| match body(text) {
        BodyKind::Multiline(Multiline::Text(text) | Multiline::Json(text) | Multiline::Xml(text)) => shown(&text),
        kind => panic!("{kind:?}"),
    };
    assert_eq!(text("```\n a\\n{{b}}\n```"), " a\\n{{b}}\n");
    assert_eq!(text("``` \t\n```"), "");
    assert_eq!(text("```json\n{```"), "{");
    assert_eq!(text("```xml \r\n<a/>\r\n```"), "<a/>\r\n");
    assert_eq!(body("```raw\n{{a}\\```"), BodyKind::Multiline(Multiline::Raw("{{a}\\".into())));
}

#[test]
fn the_words_of_hurl_7_after_three_backticks_are_read() {
    let kind = |text: &str| match body(text) {
        BodyKind::Multiline(Multiline::Text(text) | Multiline::Json(text)) => text.pieces,
        kind => panic!("{kind:?}"),
    };
    assert_eq!(kind("```escape\na\\tb\\`c\n```"), [Piece::Text("a\tb`c\n".into())]);
    assert_eq!(kind("```novariable\n{{a}}```"), [Piece::Text("{{a}}".into())]);
    assert_eq!(kind("```json,escape, novariable\n{{a}}\\n```"), [Piece::Text("{{a}}\n".into())]);
}

#[test]
fn graphql_may_have_variables() {
    let graphql = |text: &str| match body(text) {
        BodyKind::Multiline(Multiline::GraphQl(graphql)) => {
            (shown(&graphql.query), graphql.variables.as_ref().map(written))
        }
        kind => panic!("{kind:?}"),
    };
    assert_eq!(graphql("```graphql\n{ a }\n```"), ("{ a }\n".into(), None));
    let (query, variables) = graphql("```graphql,\nquery A($b: C) { d }\nvariables {\"b\": {{e}}}\n\n```");
    assert_eq!((&query[..], variables.as_deref()), ("query A($b: C) { d }\n", Some("{\"b\": {{e}}}")));
}

#[test]
fn xml_ends_with_its_element() {
    for text in [
        "<a/>",
        "<a>\n<b c='>' d=\"{{e}}\"/>&amp;&#x41;</a>",
        "<?xml version=\"1.0\" encoding='utf-8' ?>\n<!-- < -->\n<p:a></p:a >",
        "<!DOCTYPE a [<!ENTITY b \"]>\">]>\n<a><![CDATA[</a>]]><?c </a> ?></a>",
        "<!DOCTYPE a SYSTEM 'b'><a>&c;</a>",
    ] {
        assert_eq!(body(text), BodyKind::Xml(text.into()));
    }
}

#[test]
fn xml_that_is_not_well_formed_is_refused() {
    for text in [
        "<a></b>",
        "<a>",
        "<a><b></a></b>",
        "<a b='1' b='2'/>",
        "<a b=1/>",
        "<a b/>",
        "<a>&b;</a>",
        "<a>&</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<a b='<'/>",
        "<1/>",
        "<a b='1'c='2'/>",
        "<!-- a -->",
        "<a>\u{1}</a>",
        "<?xml foo='1'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<a>&#0;</a>",
        "<",
        "<!DOCTYPE a",
        "<a><![CDATA[",
    ] {
        let error = parse(&format!("POST http://h\n{text}\nHTTP 200\n")).unwrap_err();
        assert_eq!(error.reading, "XML", "{text}: {error}");
    }
}
