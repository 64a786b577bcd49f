use std::time::Duration;

use perfloop_hurl::{Position, Source};

use super::*;
use crate::load::{Body, Headers};
use crate::script::eval::answer::AnswerParts;
use crate::script::eval::eval_error::EvalErrorKind;
use crate::script::eval::number::Number;
use crate::script::eval::value::Hop;

const JSON: &str = r#"{"int": 42, "big": 1000000000000000000000, "s": "hello", "n": null, "list": [1, "a", 1.0], "o": {},
 "one": [7], "ip": "::1", "uuid": "550e8400-e29b-41d4-a716-446655440000", "date": "2023-01-15T10:20:30Z"}"#;

fn answer(content_type: &str, body: &[u8]) -> Answer {
    let headers = Headers::from_pairs([
        ("content-type", content_type),
        ("x-a", "1"),
        ("x-a", "2"),
        ("set-cookie", "k=v; Path=/p; Secure; Expires=never"),
    ]);
    Answer::new(AnswerParts {
        status: 200,
        version: Version::Http11,
        url: "http://x/end".into(),
        headers,
        body: Body::whole(body.to_vec()),
        raw_body: Some(Body::whole(b"raw".to_vec())),
        duration: Duration::from_millis(12),
        ip: "127.0.0.1".parse().ok(),
        certificate: None,
        refused_type: None,
        redirects: vec![Hop { location: "http://x/end".into(), status: 302 }],
    })
}

fn json() -> Answer {
    answer("application/json", JSON.as_bytes())
}

fn variables() -> Variables {
    let mut variables = Variables::new();
    variables.set("v", Value::from(42));
    variables.set("re", Value::from("^h"));
    variables
}

fn expected(response: &str) -> (Expected, Source) {
    let text = format!("GET http://x\n{response}\n");
    let file = perfloop_hurl::parse(&text).unwrap_or_else(|error| panic!("{error}: {response}"));
    (
        Expected::new(file.entries[0].response.as_ref().expect("well formed"), &Files::new(".")),
        Source::new("a.hurl", text),
    )
}

/// The faults of an answer, as they are shown where they are all of their request that is.
fn faults(answer: &Answer, response: &str) -> Vec<String> {
    let (expected, source) = expected(response);
    let render = |fault: &EvalError| fault.render(&source, Position { line: usize::MAX / 2, column: 1 });
    expected.check(answer, &variables(), &Files::new(".")).iter().map(render).collect()
}

/// All of the asserts hold, or none of them.
fn all(answer: &Answer, hold: bool, asserts: &[&str]) {
    for assert in asserts {
        let faults = faults(answer, &format!("HTTP 200\n[Asserts]\n{assert}"));
        assert_eq!(faults.is_empty(), hold, "{assert}: {faults:?}");
    }
}

#[test]
fn a_wrong_version_or_status_is_all_that_is_said() {
    assert_eq!(
        faults(&json(), "HTTP/1.0 404\nNope: x\n[Asserts]\nstatus == 3"),
        [
            "a.hurl:2:1: assert HTTP version\n  2 | HTTP/1.0 404\n    | ^^^^^^^^ actual value is <HTTP/1.1>",
            "a.hurl:2:10: assert status code\n  2 | HTTP/1.0 404\n    |          ^^^ actual value is <200>"
        ]
    );
    assert!(faults(&json(), "HTTP *").is_empty());
}

#[test]
fn each_expected_header_is_one_of_those_that_came() {
    assert!(faults(&json(), "HTTP 200\ncontent-type: application/json\nX-A: 2\nX-A: 1").is_empty());
    assert!(faults(&json(), "HTTP 200\nX-A: 3")[0].ends_with("^ actual value is <[\"1\", \"2\"]>"));
    assert!(faults(&json(), "HTTP 200\nNope: 3")[0].starts_with("a.hurl:3:1: header not found"));
    assert!(faults(&json(), "HTTP 200\nX-A: {{none}}")[0].contains("you must set the variable none"));
}

#[test]
fn a_failed_assert_shows_what_was_wanted_and_what_came() {
    assert_eq!(
        faults(&json(), "HTTP 200\n[Asserts]\njsonpath \"$.int\" not > 41"),
        ["a.hurl:4:22: assert failed\n  4 | jsonpath \"$.int\" not > 41\n    |                      ^^^^\n    \
          | actual:   integer <42>\n    | expected: not greater than integer <41>"]
    );
    let of_missing = faults(&json(), "HTTP 200\n[Asserts]\njsonpath \"$.zzz\" == 1");
    assert!(of_missing[0].ends_with("| actual:   none\n    | expected: integer <1>"), "{of_missing:?}");
    let of_type = faults(&json(), "HTTP 200\n[Asserts]\njsonpath \"$.s\" > 1");
    assert!(of_type[0].ends_with(">>> types between actual and expected are not consistent"), "{of_type:?}");
}

#[test]
fn values_are_compared_by_kind_and_numbers_by_size() {
    all(
        &json(),
        true,
        &[
            "jsonpath \"$.int\" == 42",
            "jsonpath \"$.int\" == 42.0",
            "jsonpath \"$.int\" == {{v}}",
            "jsonpath \"$.int\" != \"42\"",
            "jsonpath \"$.big\" == 1000000000000000000000",
            "jsonpath \"$.big\" > 5",
            "jsonpath \"$.big\" isInteger",
            "jsonpath \"$.n\" == null",
            "jsonpath \"$.n\" exists",
            "jsonpath \"$.s\" < \"z\"",
            "jsonpath \"$.list\" contains \"a\"",
            "jsonpath \"$.list\" includes 1",
            "jsonpath \"$.s\" contains \"ell\"",
            "jsonpath \"$.s\" matches \"{{re}}\"",
            "jsonpath \"$.s\" matches /^h.*o$/",
            "jsonpath \"$.s\" startsWith \"he\"",
            "jsonpath \"$.s\" == `hello`",
            "jsonpath \"$.s\" == ```raw\nhello```",
            "jsonpath \"$.o\" isEmpty",
            "jsonpath \"$.o\" isObject",
            "jsonpath \"$.ip\" isIpv6",
            "jsonpath \"$.uuid\" isUuid",
            "jsonpath \"$.date\" isIsoDate",
            "jsonpath \"$.list\" isCollection",
            "jsonpath \"$.zzz\" not exists",
        ],
    );
    all(
        &json(),
        false,
        &[
            "jsonpath \"$.int\" == \"{{v}}\"",
            "jsonpath \"$.s\" > 1",
            "jsonpath \"$.s\" not > 1",
            "jsonpath \"$.int\" isEmpty",
            "jsonpath \"$.int\" not isEmpty",
            "jsonpath \"$.int\" contains 4",
            "jsonpath \"$.s\" matches \"(\"",
            "jsonpath \"$.s\" isIpv4",
            "jsonpath \"$.int\" isUuid",
            "jsonpath \"$.zzz\" == null",
            "jsonpath \"$.n\" == \"null\"",
            "jsonpath \"$.int\" == {{none}}",
            "jsonpath \"$.s\" == file,nope.txt;",
            "jsonpath \"$.list\" == \"a\"",
            "jsonpath \"$.int\" isFloat",
            "jsonpath \"$.s\" not matches \"h\"",
        ],
    );
}

#[test]
fn what_is_not_there_passes_only_what_is_negated() {
    all(
        &json(),
        true,
        &["header \"Nope\" not exists", "header \"Nope\" not == \"a\"", "header \"Nope\" not contains \"a\""],
    );
    all(&json(), false, &["header \"Nope\" != \"a\"", "header \"Nope\" isEmpty", "header \"Nope\" count == 0"]);
}

#[test]
fn every_part_of_an_answer_can_be_queried() {
    let hold = [
        "status == 200",
        "version == \"1.1\"",
        "url == \"http://x/end\"",
        "ip == \"127.0.0.1\"",
        "duration == 12",
        "header \"x-a\" count == 2",
        "header \"Content-Type\" == \"application/json\"",
        "cookie \"k\" == \"v\"",
        "cookie \"k[Path]\" == \"/p\"",
        "cookie \"k[Secure]\" exists",
        "cookie \"k[HttpOnly]\" not exists",
        "cookie \"z\" not exists",
        "body startsWith \"{\"",
        "bytes startsWith hex,7b;",
        "rawbytes == hex,726177;",
        "sha256 count == 32",
        "md5 toHex matches /^[0-9a-f]{32}$/",
        "regex \"int.: (\\\\d+)\" == \"42\"",
        "regex /int.: (\\d+)/ == \"42\"",
        "variable \"v\" == 42",
        "variable \"w\" not exists",
        "redirects count == 1",
        "redirects nth 0 location == \"http://x/end\"",
        "certificate \"Subject\" not exists",
    ];
    all(&json(), true, &hold);
    let fail = [
        "cookie \"k[Expires]\" exists",
        "xpath \"//a\" exists",
        "jsonpath \"$.{{w}}\" exists",
        "jsonpath \"$[\" exists",
    ];
    all(&json(), false, &fail);
}

#[test]
fn one_value_stands_for_itself_unless_lists_are_wanted() {
    all(
        &json(),
        true,
        &["jsonpath \"$.one[*]\" == 7", "jsonpath \"$.list[?@ == 'a']\" == \"a\"", "jsonpath \"$.one\" isList"],
    );
    let mut lists = json();
    lists.coerces_nothing();
    all(
        &lists,
        true,
        &["jsonpath \"$.int\" nth 0 == 42", "jsonpath \"$.zzz\" isEmpty", "jsonpath \"$.one\" count == 1"],
    );
}

#[test]
fn bodies_are_read_by_their_charset() {
    let latin = answer("text/plain; charset=ISO-8859-1", b"caf\xe9");
    all(&latin, true, &["body == \"café\"", "bytes count == 4"]);
    let broken = answer("text/plain", b"\xff\xfe");
    all(&broken, true, &["bytes count == 2"]);
    all(&broken, false, &["body exists", "jsonpath \"$\" exists"]);
    all(&answer("text/plain; charset=nope", b"a"), false, &["body == \"a\""]);
    all(&answer("text/html", b"<p>a<p>b"), true, &["xpath \"count(//p)\" == 2", "xpath \"//p\" exists"]);
}

#[test]
fn a_body_is_compared_as_it_is_written() {
    let small = answer("application/json", br#"{"id": 42, "s": "x\ny"}"#);
    let ok = |body: &str| faults(&small, &format!("HTTP 200\n{body}")).is_empty();
    assert!(ok(r#"{"id": 42, "s": "x\ny"}"#));
    assert!(ok(r#"{"id": {{v}}, "s": "x\ny"}"#));
    assert!(ok(r#"{"i\u0064": 42, "s": "x\ny"}"#));
    assert!(!ok(r#"{"id":42,"s":"x\ny"}"#));
    assert!(!ok(r#"{"id": 42, "s": "\u0078\ny"}"#));
    assert!(!ok(r#"{"id": {{re}}, "s": "x\ny"}"#));
    assert!(!ok("hex,00;"));
    assert!(!ok("file,nope.json;"));
    let lines = answer("text/plain", b"a\nb\n");
    assert!(faults(&lines, "HTTP 200\n```\na\nb\n```").is_empty());
    assert!(
        faults(&lines, "HTTP 200\n```\na\nc\n```")[0]
            .ends_with("from line 2 on, the body differs:\n    | - c\n    | + b")
    );
}

#[test]
fn captures_set_variables_in_order_and_name_secrets() {
    let (expected, _) = expected(
        "HTTP 200\n[Captures]\na: jsonpath \"$.s\" redact\nb: jsonpath \"$.int\" toFloat\n{{a}}: variable \"b\"\n",
    );
    let mut variables = variables();
    assert_eq!(expected.capture(&json(), &mut variables), Ok(vec!["hello".to_owned()]));
    assert_eq!(variables.get("a"), Some(&Value::from("hello")));
    assert_eq!(variables.get("hello"), Some(&Value::Number(Number::Float(42.0))));
}

#[test]
fn a_capture_without_a_value_is_a_fault_of_the_run() {
    let fault = |capture: &str| {
        let (expected, source) = expected(&format!("HTTP 200\n[Captures]\na: {capture}"));
        let fault = expected.capture(&json(), &mut variables()).expect_err("a fault");
        (fault.kind, source.slice(fault.span).to_owned(), fault.message)
    };
    let runtime = |at: &str, message: &str| (EvalErrorKind::Runtime, at.to_owned(), message.to_owned());
    assert_eq!(fault("jsonpath \"$.zzz\""), runtime("jsonpath \"$.zzz\"", "query didn't return any result"));
    assert_eq!(fault("jsonpath \"$.zzz\" count"), runtime("jsonpath \"$.zzz\"", "query didn't return any result"));
    assert_eq!(fault("body regex \"q(q)\""), runtime("regex \"q(q)\"", "a filter didn't return any result"));
    assert_eq!(fault("status redact"), runtime("a", "secret must be string, actual value is <integer>"));
    assert_eq!(fault("jsonpath \"$[\"").2, "JSONPath expression '$[' is not valid");
}

#[test]
fn what_can_never_hold_is_known_beforehand() {
    let (expected, source) = expected(
        "HTTP 200\n[Captures]\na: jsonpath \"$[\"\n[Asserts]\nxpath \"//[\" exists\nbody regex \"(\" exists\n\
         body matches \"(\"\nbody matches \"{{re}}\"\nbody matches \"a\"\njsonpath \"$.a-b\" exists",
    );
    let places: Vec<&str> = expected.broken().iter().map(|fault| source.slice(fault.span)).collect();
    assert_eq!(places, ["$[", "//[", "(", "matches \"(\""]);
}
