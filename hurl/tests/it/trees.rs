//! Each construct with the tree it gives.

use perfloop_hurl::ast::*;
use perfloop_hurl::{Span, parse};

fn file(text: &str) -> HurlFile {
    parse(text).unwrap_or_else(|error| panic!("{error} in {text:?}"))
}

fn entry(text: &str) -> Entry {
    let mut entries = file(text).entries;
    assert_eq!(entries.len(), 1, "{text:?}");
    entries.remove(0)
}

fn request(after_url: &str) -> Request {
    entry(&format!("POST http://h\n{after_url}")).request
}

fn response(after_status: &str) -> Response {
    entry(&format!("GET http://h\nHTTP 200\n{after_status}")).response.unwrap()
}

fn assert_of(line: &str) -> Assert {
    let mut asserts = response(&format!("[Asserts]\n{line}\n")).asserts;
    assert_eq!(asserts.len(), 1, "{line}");
    asserts.remove(0)
}

/// As text, with places in double braces.
pub(crate) fn shown(template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Place(Placeholder { expr: Expr::Variable(name), .. }) => format!("{{{{{name}}}}}"),
        Piece::Place(Placeholder { expr: Expr::NewDate, .. }) => "{{now}}".into(),
        Piece::Place(Placeholder { expr: Expr::NewUuid, .. }) => "{{uuid}}".into(),
    };
    template.pieces.iter().map(piece).collect()
}

fn fields(fields: &[Field]) -> Vec<(String, String)> {
    fields.iter().map(|field| (shown(&field.name), shown(&field.value))).collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

#[test]
fn a_file_without_entries_is_a_file() {
    for text in ["", "\n", "# nothing", "  \t\n# a\n\n", "\u{feff}", "\u{feff}# a\r\n"] {
        assert_eq!(file(text).entries, [], "{text:?}");
    }
}

#[test]
fn an_entry_has_a_method_a_url_and_headers() {
    let text = "# before\nGET http://h/{{id}}?a=b # after\n# between\nAccept: a/b # no part of it\n\nX-{{n}} : {{ newUuid }}!\n";
    let request = entry(text).request;
    assert_eq!(request.method, Spanned { value: "GET".into(), span: Span::new(9, 12) });
    assert_eq!(&text[request.url.span.range()], "http://h/{{id}}?a=b");
    assert_eq!(&text[request.span.range()], "GET http://h/{{id}}?a=b");
    assert_eq!(shown(&request.url), "http://h/{{id}}?a=b");
    assert_eq!(fields(&request.headers), [pair("Accept", "a/b"), pair("X-{{n}}", "{{uuid}}!")]);
    let place = request.url.places().next().unwrap();
    assert_eq!(&text[place.span.range()], "id");
}

#[test]
fn entries_follow_one_another() {
    let file = file("GET http://h/1\nHTTP 200\n\nPUT http://h/2\nDELETE http://h/3\nHTTP/1.1 *");
    let seen: Vec<_> =
        file.entries.iter().map(|entry| (&entry.request.method.value[..], entry.response.is_some())).collect();
    assert_eq!(seen, [("GET", true), ("PUT", false), ("DELETE", true)]);
}

#[test]
fn an_answer_has_a_version_and_a_status() {
    for (line, version, status) in [
        ("HTTP 200", Version::Any, Status::Code(200)),
        ("HTTP/* *", Version::Any, Status::Any),
        ("HTTP/1.0 404", Version::Http10, Status::Code(404)),
        ("HTTP/1.1 404", Version::Http11, Status::Code(404)),
        ("HTTP/2 1", Version::Http2, Status::Code(1)),
        ("HTTP/3 1 # c", Version::Http3, Status::Code(1)),
    ] {
        let response = entry(&format!("GET http://h\n{line}")).response.unwrap();
        assert_eq!((response.version.value, response.status.value), (version, status), "{line}");
    }
}

#[test]
fn sections_are_known_by_their_old_and_new_names() {
    let new = "[Query]\na: 1\n[Form]\nb: {{x}}\n[Multipart]\nc: 3\nd: file,a b.png; # e\n[Cookies]\nf: g\n[BasicAuth]\nbob: secret\n";
    let old = new.replace("Query", "QueryStringParams").replace("Form", "FormParams");
    let old = old.replace("Multipart", "MultipartFormData");
    for text in [new.replace("a b", "a\\ b"), old.replace("a b", "a\\ b")] {
        let request = request(&text);
        assert_eq!(fields(&request.query), [pair("a", "1")]);
        assert_eq!(fields(&request.form.unwrap()), [pair("b", "{{x}}")]);
        assert_eq!(fields(&request.cookies), [pair("f", "g")]);
        assert_eq!(fields(&[request.basic_auth.unwrap()]), [pair("bob", "secret")]);
        let [Part::Text(part), Part::File(file)] = &request.multipart.unwrap()[..] else { panic!("{text}") };
        assert_eq!(fields(std::slice::from_ref(part)), [pair("c", "3")]);
        assert_eq!((shown(&file.file), &file.content_type), ("a b.png".into(), &None));
    }
}

#[test]
fn a_section_without_fields_is_told_from_none() {
    let with = request("[Form]\n[Multipart]\n[BasicAuth]\n");
    assert_eq!((with.form, with.multipart, with.basic_auth), (Some(vec![]), Some(vec![]), None));
    let without = request("");
    assert_eq!((without.form, without.multipart), (None, None));
}

#[test]
fn a_part_may_have_a_type() {
    let request = request("[Multipart]\na: file,b.bin; text/plain; charset=utf-8 # c\n");
    let Some([Part::File(file)]) = request.multipart.as_deref() else { panic!() };
    assert_eq!(file.content_type.as_ref().map(shown), Some("text/plain; charset=utf-8".into()));
}

#[test]
fn keys_have_escapes_of_their_own() {
    let request = request("a\\:b\\#\\u{e9}é[0]@$.c: \\u{1F600} \\# {x} {\n");
    assert_eq!(fields(&request.headers), [pair("a:b#éé[0]@$.c", "😀 # {x} {")]);
}

#[test]
fn an_escaped_brace_opens_no_place() {
    let assert = assert_of("body == \"\\u{7b}{x}} {{y}}\\n\\t\\\"\"");
    let PredicateKind::Compare(_, Spanned { value: Compared::Text(text), .. }) = assert.predicate.kind else {
        panic!()
    };
    assert_eq!(shown(&text), "{{x}} {{y}}\n\t\"");
    assert_eq!(text.pieces.len(), 3);
}

#[test]
fn every_query_is_read() {
    let kinds = [
        "status",
        "version",
        "url",
        "header \"a\"",
        "cookie \"a\"",
        "body",
        "xpath \"a\"",
        "jsonpath \"a\"",
        "regex \"a\"",
        "variable \"a\"",
        "duration",
        "bytes",
        "rawbytes",
        "sha256",
        "md5",
        "certificate \"Issuer\"",
        "ip",
        "redirects",
    ];
    let expected = [
        "Status",
        "Version",
        "Url",
        "Header",
        "Cookie",
        "Body",
        "XPath",
        "JsonPath",
        "Regex",
        "Variable",
        "Duration",
        "Bytes",
        "RawBytes",
        "Sha256",
        "Md5",
        "Certificate(Issuer)",
        "Ip",
        "Redirects",
    ];
    for (text, name) in kinds.into_iter().zip(expected) {
        let query = assert_of(&format!("{text} exists")).query;
        assert!(format!("{:?}", query.kind).starts_with(name), "{text}: {query:?}");
        assert_eq!(query.span.end - query.span.start, text.len());
    }
}

#[test]
fn a_cookie_has_attributes() {
    for (path, cookie, attribute) in [
        ("LSID", "LSID", None),
        ("{{a}}[max-AGE]", "{{a}}", Some(CookieAttribute::MaxAge)),
        ("a [ HttpOnly ]", "a", Some(CookieAttribute::HttpOnly)),
    ] {
        let query = assert_of(&format!("cookie \"{path}\" exists")).query;
        let QueryKind::Cookie { name, attribute: found } = query.kind else { panic!("{path}") };
        assert_eq!((&shown(&name)[..], found), (cookie, attribute), "{path}");
    }
}

#[test]
fn a_regex_is_a_literal_or_a_text() {
    let query = |text| assert_of(text).query.kind;
    let QueryKind::Regex(RegexSource::Literal(pattern)) = query("regex /a\\/b\\d+/ exists") else { panic!() };
    assert_eq!(pattern.value, "a/b\\d+");
    let QueryKind::Regex(RegexSource::Text(pattern)) = query("regex \"a\\\\d{{n}}\" exists") else { panic!() };
    assert_eq!(shown(&pattern), "a\\d{{n}}");
}

#[test]
fn every_filter_is_read() {
    let filters = [
        ("base64Decode", "Base64Decode"),
        ("base64Encode", "Base64Encode"),
        ("base64UrlSafeDecode", "Base64UrlSafeDecode"),
        ("base64UrlSafeEncode", "Base64UrlSafeEncode"),
        ("charsetDecode \"a\"", "CharsetDecode"),
        ("count", "Count"),
        ("dateFormat \"a\"", "DateFormat"),
        ("daysAfterNow", "DaysAfterNow"),
        ("daysBeforeNow", "DaysBeforeNow"),
        ("decode \"a\"", "Decode"),
        ("first", "First"),
        ("format \"a\"", "Format"),
        ("htmlEscape", "HtmlEscape"),
        ("htmlUnescape", "HtmlUnescape"),
        ("jsonpath \"a\"", "JsonPath"),
        ("last", "Last"),
        ("location", "Location"),
        ("nth -1", "Nth(Literal(-1))"),
        ("nth {{n}}", "Nth(Place"),
        ("regex /a/", "Regex(Literal"),
        ("replace \"a\" \"b\"", "Replace {"),
        ("replaceRegex \"a\" \"b\"", "ReplaceRegex {"),
        ("split \"a\"", "Split"),
        ("toDate \"a\"", "ToDate"),
        ("toFloat", "ToFloat"),
        ("toHex", "ToHex"),
        ("toInt", "ToInt"),
        ("toString", "ToText"),
        ("urlDecode", "UrlDecode"),
        ("urlEncode", "UrlEncode"),
        ("urlQueryParam \"a\"", "UrlQueryParam"),
        ("utf8Decode", "Utf8Decode"),
        ("utf8Encode", "Utf8Encode"),
        ("xpath \"a\"", "XPath"),
    ];
    for (text, name) in filters {
        let filters = assert_of(&format!("body  {text} count == 1")).filters;
        assert!(format!("{:?}", filters[0].kind).starts_with(name), "{text}: {filters:?}");
        assert_eq!(filters[0].span.end - filters[0].span.start, text.len(), "{text}");
        assert_eq!((filters.len(), &filters[1].kind), (2, &FilterKind::Count), "{text}");
    }
}

#[test]
fn predicates_compare_by_signs_and_by_words_old_and_new() {
    let operator = |text: &str| match assert_of(&format!("body {text}")).predicate.kind {
        PredicateKind::Compare(operator, _) => operator,
        kind => panic!("{kind:?}"),
    };
    for (text, expected) in [
        ("== 1", Operator::Equal),
        ("==1", Operator::Equal),
        ("equals 1", Operator::Equal),
        ("!= 1", Operator::NotEqual),
        ("notEquals 1", Operator::NotEqual),
        ("> 1", Operator::Greater),
        ("greaterThan 1", Operator::Greater),
        (">= 1", Operator::GreaterOrEqual),
        ("greaterThanOrEquals 1", Operator::GreaterOrEqual),
        ("< 1", Operator::Less),
        ("lessThan 1", Operator::Less),
        ("<= 1", Operator::LessOrEqual),
        ("lessThanOrEquals 1", Operator::LessOrEqual),
        ("startsWith \"a\"", Operator::StartsWith),
        ("endsWith hex,00;", Operator::EndsWith),
        ("contains null", Operator::Contains),
        ("includes 1", Operator::Includes),
        ("matches /a/", Operator::Matches),
    ] {
        assert_eq!(operator(text), expected, "{text}");
    }
}

#[test]
fn predicates_may_compare_with_nothing_and_may_be_negated() {
    for (text, expected) in [
        ("exists", PredicateKind::Exists),
        ("isBoolean", PredicateKind::IsBoolean),
        ("isCollection", PredicateKind::IsCollection),
        ("isDate", PredicateKind::IsDate),
        ("isEmpty", PredicateKind::IsEmpty),
        ("isFloat", PredicateKind::IsFloat),
        ("isInteger", PredicateKind::IsInteger),
        ("isIpv4", PredicateKind::IsIpv4),
        ("isIpv6", PredicateKind::IsIpv6),
        ("isIsoDate", PredicateKind::IsIsoDate),
        ("isList", PredicateKind::IsList),
        ("isNumber", PredicateKind::IsNumber),
        ("isObject", PredicateKind::IsObject),
        ("isString", PredicateKind::IsString),
        ("isUuid", PredicateKind::IsUuid),
    ] {
        assert_eq!(assert_of(&format!("body {text}")).predicate.kind, expected);
        let negated = assert_of(&format!("body not  {text} # c")).predicate;
        assert_eq!((negated.is_negated, negated.kind), (true, expected));
    }
}

#[test]
fn values_of_every_kind_are_compared_with() {
    let value = |text: &str| match assert_of(&format!("body == {text}")).predicate.kind {
        PredicateKind::Compare(_, value) => value.value,
        kind => panic!("{kind:?}"),
    };
    assert_eq!(value("null"), Compared::Null);
    assert_eq!(value("true"), Compared::Bool(true));
    assert_eq!(value("-42"), Compared::Number(Number::Integer(-42)));
    assert_eq!(value("-1.50"), Compared::Number(Number::Float(-1.5)));
    assert_eq!(value("9223372036854775808"), Compared::Number(Number::BigInteger("9223372036854775808".into())));
    assert_eq!(value("/a+/"), Compared::Regex("a+".into()));
    assert_eq!(value("hex,00fF;"), Compared::Hex(vec![0, 255]));
    assert_eq!(value("base64, AA E\nC/w= ;"), Compared::Base64(vec![0, 1, 2, 255]));
    assert!(matches!(value("{{a}}"), Compared::Place(Placeholder { expr: Expr::Variable(name), .. }) if name == "a"));
    assert!(matches!(value("`a\\`{{b}}`"), Compared::Text(text) if shown(&text) == "a`{{b}}"));
    assert!(matches!(value("file,a\\;b;"), Compared::File(text) if shown(&text) == "a;b"));
    assert!(matches!(value("```\na\n```"), Compared::Multiline(Multiline::Text(text)) if shown(&text) == "a\n"));
}

#[test]
fn captures_have_filters_and_may_be_redacted() {
    let text = "GET http://h\nHTTP 200\n[Captures]\nid: jsonpath \"$.id\" toInt redact # c\nall{{n}}: body\n";
    let captures = entry(text).response.unwrap().captures;
    assert_eq!((captures[0].filters.len(), captures[0].is_redacted), (1, true));
    assert_eq!(&text[captures[0].span.range()], "id: jsonpath \"$.id\" toInt redact");
    assert_eq!((shown(&captures[1].name), captures[1].is_redacted), ("all{{n}}".into(), false));
}

fn option(line: &str) -> OptionKind {
    let mut options = request(&format!("[Options]\n{line} # c\n")).options;
    assert_eq!(options.len(), 1, "{line}");
    options.remove(0).kind
}

#[test]
fn options_hold_literals_or_variables() {
    use OptionValue::Literal;
    assert_eq!(option("location: true"), OptionKind::Location(Literal(true)));
    assert_eq!(option("retry : -1"), OptionKind::Retry(Literal(-1)));
    assert_eq!(option("limit-rate: 9"), OptionKind::LimitRate(Literal(9)));
    assert_eq!(option("delay: 10"), OptionKind::Delay(Literal((10, None))));
    for (unit, expected) in
        [("ms", TimeUnit::Milliseconds), ("s", TimeUnit::Seconds), ("m", TimeUnit::Minutes), ("h", TimeUnit::Hours)]
    {
        assert_eq!(option(&format!("max-time: 2{unit}")), OptionKind::MaxTime(Literal((2, Some(expected)))));
    }
    assert!(matches!(option("repeat: {{n}}"), OptionKind::Repeat(OptionValue::Place(_))));
    assert_eq!(option("verbosity: brief"), OptionKind::Verbosity("brief".into()));
    assert!(matches!(option("cert: a\\:b:c"), OptionKind::Cert(name) if shown(&name) == "a\\:b:c"));
}

#[test]
fn every_option_is_read() {
    let flags = [
        "compressed",
        "digest",
        "fail-with-body",
        "http1.0",
        "http1.1",
        "http2",
        "http2-prior-knowledge",
        "http3",
        "insecure",
        "ipv4",
        "ipv6",
        "location",
        "location-trusted",
        "negotiate",
        "netrc",
        "netrc-optional",
        "no-jsonpath-coercion",
        "ntlm",
        "path-as-is",
        "skip",
        "verbose",
        "very-verbose",
    ];
    let texts = [
        "aws-sigv4",
        "cacert",
        "cert",
        "connect-to",
        "header",
        "key",
        "netrc-file",
        "no-header",
        "output",
        "pinnedpubkey",
        "proxy",
        "resolve",
        "tls-max",
        "tls-min",
        "unix-socket",
        "user",
    ];
    let numbers =
        ["connect-timeout", "delay", "limit-rate", "max-redirs", "max-time", "repeat", "retry", "retry-interval"];
    let lines = flags.iter().map(|name| (name, "true")).chain(texts.iter().map(|name| (name, "a:b")));
    for (name, value) in lines.chain(numbers.iter().map(|name| (name, "3"))) {
        let kind = format!("{:?}", option(&format!("{name}: {value}"))).to_lowercase();
        let written: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let known = written.replace("pinnedpubkey", "pinnedpublickey");
        assert!(kind.starts_with(&known), "{name}: {kind}");
    }
}

#[test]
fn a_literal_of_a_variable_is_all_of_its_value() {
    let value = |text: &str| match option(&format!("variable: a ={text}")) {
        OptionKind::Variable { name, value } if name == "a" => value,
        kind => panic!("{kind:?}"),
    };
    assert_eq!(value("null"), VariableValue::Null);
    assert_eq!(value(" true"), VariableValue::Bool(true));
    assert_eq!(value("11"), VariableValue::Number(Number::Integer(11)));
    for (text, expected) in
        [("11aa", "11aa"), ("true_or", "true_or"), ("\"1\"", "1"), ("a b{{c}}", "a b{{c}}"), ("", "")]
    {
        assert!(matches!(value(text), VariableValue::Text(found) if shown(&found) == expected), "{text}");
    }
}

#[test]
fn a_url_without_a_host_is_read_only_if_asked_for() {
    let text = "GET /login\n";
    let error = parse(text).unwrap_err();
    assert_eq!((error.reading, &text[error.span.range()]), ("URL", "/login"));
    let options = perfloop_hurl::Options { relative_urls: true };
    let file = perfloop_hurl::parse_with(text, options).unwrap();
    assert_eq!(shown(&file.entries[0].request.url), "/login");
}

#[test]
fn line_ends_of_windows_and_a_missing_last_one_change_nothing() {
    let text = "GET http://h\nA: b\n[Options]\nretry: 1\n\nHTTP 200\n[Asserts]\nbody == \"a\" # c\n{\"a\": 1}";
    let windows = text.replace('\n', "\r\n");
    let shape = |text: &str| {
        let entry = entry(text);
        let response = entry.response.unwrap();
        let retries = entry.request.options.into_iter().map(|option| option.kind).collect::<Vec<_>>();
        let BodyKind::Json(Json::Object { members, .. }) = response.body.unwrap().kind else { panic!() };
        (fields(&entry.request.headers), retries, response.asserts.len(), members[0].value.clone())
    };
    assert_eq!(shape(text), shape(&windows));
}
