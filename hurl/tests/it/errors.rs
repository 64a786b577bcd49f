//! What is said of texts that are no Hurl files.

use perfloop_hurl::{Options, ParseError, Source, parse_with};

fn refused(text: &str) -> ParseError {
    let options = Options { relative_urls: true };
    parse_with(text, options).expect_err(text)
}

/// The place, what was read there, and the message.
fn error(text: &str) -> String {
    let error = refused(text);
    let source = Source::new("a.hurl", text);
    format!("{} {}: {}", source.position(error.span.start), error.reading, error.message)
}

#[test]
fn what_is_wrong_is_said_with_what_would_be_right() {
    for (text, expected) in [
        ("get http://h", "1:1 method: a method is written in capitals: GET"),
        ("pots http://h", "1:1 method: 'pots' is not known; did you mean 'POST'?"),
        ("GET", "1:4 method: expected a space, but the file ends"),
        ("GET http://h\n$", "2:1 method: expected a method such as GET, not '$'"),
        (
            "GET http://h\nHTTP",
            "2:1 version: expected HTTP, HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3 or HTTP/*, and a status after it",
        ),
        (
            "GET http://h\nHTTP/4 200",
            "2:1 version: expected HTTP, HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3 or HTTP/*, and a status after it",
        ),
        ("GET http://h\nHTTP abc", "2:6 status: expected a status such as 200, or *, not 'a'"),
        ("GET http://h\nHTTP 200 OK", "2:10 status: expected the end of the line, not 'O'"),
        ("GET http://h\n[Querry]\n", "2:2 section: 'Querry' is not known; did you mean 'Query'?"),
        ("GET http://h\n[Asserts]\n", "2:2 section: [Asserts] has to stand after the line HTTP"),
        ("GET http://h\nHTTP 200\n[Options]\n", "3:2 section: [Options] has to stand before the line HTTP"),
        ("GET http://h\nHTTP 200\n[asserts]\n", "3:2 section: 'asserts' is not known; did you mean 'Asserts'?"),
        ("GET http://h\n[Form]\n[Form]\n", "3:1 section: there is a section [Form] before this one"),
        ("GET http://h\n[Options]\nretries: 3", "3:1 option: 'retries' is not known; did you mean 'retry'?"),
        ("GET http://h\n[Options]\nretry: -2", "3:8 option: expected a number from -1 on"),
        ("GET http://h\n[Options]\nlocation: yes", "3:11 option: expected true, false or a {{variable}}, not 'y'"),
        ("GET http://h\n[Options]\ndelay: 10 s", "3:11 option: expected the end of the line, not 's'"),
        ("GET http://h\n[Options]\ndelay: 10d", "3:10 duration: expected ms, s, m or h, not 'd'"),
        ("GET http://h\n[Options]\nvariable: newUuid=1", "3:11 variable: 'newUuid' is a function; choose another name"),
        (
            "GET http://h\n[Options]\nverbosity: loud",
            "3:12 option: 'loud' is not known; expected brief, verbose or debug",
        ),
        (
            "GET http://h/{{}}",
            "1:16 placeholder: expected the name of a variable, newDate or newUuid between the braces",
        ),
        ("GET http://h/{{a", "1:14 placeholder: expected '}}' after this"),
        (
            "GET http://h\na: \\x",
            "2:4 escape: expected \\#, \\\", \\`, \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u{..}, not 'x'",
        ),
        ("GET http://h\na: \\u{110000}", "2:4 escape: there is no character 110000"),
        ("POST http://h\n{\"a\": 1,}", "2:8 JSON: no comma may stand before '}'"),
        ("POST http://h\n[1 2]", "2:4 JSON: expected ',' or ']', not '2'"),
        ("POST http://h\n{\"a\" 1}", "2:6 JSON: expected ':', not '1'"),
        (
            "POST http://h\n{\"a\": foo}",
            "2:7 JSON: expected a text, number, true, false, null, list, object or {{variable}}, not 'f'",
        ),
        ("POST http://h\n{a: 1}", "2:2 JSON: expected a name in double quotes, not 'a'"),
        (
            "POST http://h\n\"a\tb\"",
            "2:3 JSON: expected the closing '\"', not a tab; a line break is written \\n, a tab \\t",
        ),
        ("POST http://h\n{\"a\": \"\\ud800\"}", "2:14 JSON: expected '\\u', not '\"'"),
        ("POST http://h\n{\"a\":\n\n", "2:6 JSON: expected a value, but the file ends"),
        ("POST http://h\n```yaml\n```", "2:4 multiline text: 'yaml' is not known; expected json, xml, graphql or raw"),
        ("POST http://h\n```\nabc", "3:4 multiline text: expected three closing backticks, but the file ends"),
        (
            "POST http://h\n`a",
            "2:3 text: expected the closing `, but the file ends; a line break is written \\n, a tab \\t",
        ),
        ("POST http://h\nhex,abc;", "2:5 hex: expected an even number of hexadecimal digits"),
        ("POST http://h\nfile,;", "2:6 file name: expected the name of a file, not ';'"),
        ("POST http://h\nfile,a", "2:7 file: expected ';' at the end, but the file ends"),
        ("POST http://h\nbase64,a*;", "2:9 base64: expected ';' at the end, not '*'"),
        ("POST http://h\n<a></b>", "2:6 XML: expected </a>, not </b>"),
        ("POST http://h\n```graphql\na\nvariables 1\n```", "4:11 GraphQL variables: expected a JSON object, not '1'"),
    ] {
        assert_eq!(error(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_wrong_in_an_assert_is_said_with_what_would_be_right() {
    for (line, expected) in [
        ("jsnpath \"$.a\" == 1", "4:1 query: 'jsnpath' is not known; did you mean 'jsonpath'?"),
        ("jsonpath \"$.a\" equal 1", "4:16 predicate: 'equal' is not known; did you mean '=='?"),
        ("jsonpath \"$.a\" = 1", "4:16 predicate: '=' is not known; did you mean '=='?"),
        ("jsonpath \"$.a\" cuont == 1", "4:16 predicate: 'cuont' is not known; did you mean 'count'?"),
        ("jsonpath \"$.a\"", "4:15 assert: expected a space, but the line ends"),
        ("jsonpath $.a == 1", "4:10 query: expected a text in double quotes, not '$'"),
        (
            "jsonpath \"$.a == 1",
            "4:19 query: expected the closing \", but the line ends; a line break is written \\n, a tab \\t",
        ),
        (
            "status == abc",
            "4:11 predicate value: expected a number, \"text\", true, false, null, /pattern/, {{variable}} or other value, not 'a'",
        ),
        ("status > true", "4:10 predicate value: expected a number, a text or a {{variable}}, not 't'"),
        ("body matches 1", "4:14 predicate value: expected \"pattern\" or /pattern/, not '1'"),
        ("body startsWith 1", "4:17 predicate value: expected a text, base64,..; or hex,..;, not '1'"),
        ("status == 1.", "4:13 number: expected a digit after the point, but the line ends"),
        ("status == 007", "4:11 number: a number does not begin with 0"),
        ("regex /[/ exists", "4:8 regex: unclosed character class"),
        ("regex abc exists", "4:7 regex: expected /pattern/ or \"pattern\", not 'a'"),
        (
            "cookie \"a[Age]\" exists",
            "4:11 cookie attribute: 'Age' is not known; expected Value, Expires, Max-Age, Domain, Path, Secure, HttpOnly or SameSite",
        ),
        ("certificate \"Isuer\" exists", "4:14 certificate field: 'Isuer' is not known; did you mean 'Issuer'?"),
        ("body nth x == 1", "4:10 filter: expected an integer or a {{variable}}, not 'x'"),
        ("body == \"a\" \"b\"", "4:13 assert: expected the end of the line, not '\"'"),
        (
            "foo",
            "4:1 query: 'foo' is not known; expected status, version, url, header, cookie, body, xpath, jsonpath, regex, variable, duration, bytes, rawbytes, sha256, md5, certificate, ip or redirects",
        ),
        (
            "body isNul",
            "4:6 predicate: 'isNul' is not known; expected ==, !=, >=, >, <=, <, startsWith, endsWith, contains, includes, matches, exists, isBoolean, isCollection, isDate, isEmpty, isFloat, isInteger, isIpv4, isIpv6, isIsoDate, isList, isNumber, isObject, isString or isUuid",
        ),
        ("body exists count == 1", "4:13 assert: expected the end of the line, not 'c'"),
    ] {
        assert_eq!(error(&format!("GET http://h\nHTTP 200\n[Asserts]\n{line}\n")), expected, "{line:?}");
    }
}

#[test]
fn what_is_wrong_in_a_capture_is_said_with_what_was_meant() {
    let of_capture = |line: &str| error(&format!("GET http://h\nHTTP 200\n[Captures]\n{line}\n"));
    assert_eq!(of_capture("a: bdoy"), "4:4 query: 'bdoy' is not known; did you mean 'body'?");
    assert_eq!(of_capture("a: body reduct"), "4:9 filter: 'reduct' is not known; did you mean 'redact'?");
}

#[test]
fn carets_stand_under_the_place_despite_tabs_and_wide_characters() {
    let text = "GET http://h\n\tä漢字: \\x {{\n";
    let expected = concat!(
        "a.hurl:2:7: error in escape\n",
        "  2 |     ä漢字: \\x {{\n",
        "    |            ^^ expected \\#, \\\", \\`, \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u{..}, not 'x'",
    );
    assert_eq!(refused(text).render(&Source::new("a.hurl", text)), expected);
}

#[test]
fn of_a_long_line_only_what_is_around_the_place_is_shown() {
    let text = format!("GET http://h\nA: {}\\x{}", "a".repeat(100_000), "b".repeat(100_000));
    let shown = refused(&text).render(&Source::new("a.hurl", &text[..]));
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[1], format!("  2 | ...{}\\x{}...", "a".repeat(100), "b".repeat(60)));
    assert_eq!(lines[2].find('^'), lines[1].find('\\'));
}
