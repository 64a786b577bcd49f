//! What the flags make of a request, byte by byte, and what they refuse.

use std::fs;
use std::path::Path;

use base64::Engine as _;

use crate::raw::{Raw, head_length};
use crate::support::{Reports, Service, complaint, none, perfloop};

/// What one request of a run with these flags is on the wire.
fn sent(raw: &Raw, args: &[&str]) -> String {
    let output = perfloop(&[&["--loops", "1", "--quiet"][..], args].concat());
    assert_eq!(output.code, Some(0), "{output:#?}");
    raw.only()
}

/// All values of a header, joined.
fn header(request: &str, name: &str) -> Option<String> {
    let head = request.split("\r\n\r\n").next().unwrap();
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let values: Vec<_> = pairs.filter(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn body(request: &str) -> &str {
    &request[head_length(request.as_bytes())..]
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_body_is_a_forms_unless_something_says_otherwise() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let raw = Raw::with_status("200 OK");
    let folder = tempfile::tempdir().unwrap();
    let data = format!("@{}", file(folder.path(), "body.json", "{\n\"a\": 1}\n"));
    let rows: [(&[&str], Option<&str>, &str, &str); 9] = [
        (&["-d", "{\"a\":1}"], Some(FORM), "*/*", "{\"a\":1}"),
        (&["-d", ""], Some(FORM), "*/*", ""),
        (&["-d", "x", "-H", "content-type: text/plain"], Some("text/plain"), "*/*", "x"),
        (&["-d", "x", "-H", "Content-Type:"], None, "*/*", "x"),
        (&["-d", "x", "-H", "Content-Type;"], Some(""), "*/*", "x"),
        (&["--json-data", "{\"a\":1}"], Some("application/json"), "application/json", "{\"a\":1}"),
        (&["--json-data", &data], Some("application/json"), "application/json", "{\n\"a\": 1}\n"),
        (&["--json-data", "[]", "-H", "Accept: a/b", "-H", "Content-Type: a/c"], Some("a/c"), "a/b", "[]"),
        (&["--json-data", "[]", "-X", "PUT"], Some("application/json"), "application/json", "[]"),
    ];
    for (args, content_type, accept, wanted) in rows {
        let request = sent(&raw, &[args, &[&raw.at("/x")]].concat());
        let method = if args.contains(&"PUT") { "PUT /x" } else { "POST /x" };
        assert!(request.starts_with(method), "{args:?}: {request}");
        let got = (header(&request, "content-type"), header(&request, "accept"), body(&request));
        assert_eq!(got, (content_type.map(Into::into), Some(accept.into()), wanted), "{args:?}");
    }
    assert_eq!(header(&sent(&raw, &[&raw.at("/")]), "content-type"), None);
}

#[test]
fn headers_are_kept_back_empty_or_text_of_any_language() {
    let raw = Raw::with_status("200 OK");
    let url = raw.at("/");
    let of = |args: &[&str], name: &str| header(&sent(&raw, &[args, &[&url]].concat()), name);
    assert_eq!(of(&["-H", "Accept:"], "accept"), None);
    assert_eq!(of(&["-H", "user-agent: "], "user-agent"), None);
    assert_eq!(of(&["--compressed", "-H", "Accept-Encoding:"], "accept-encoding"), None);
    assert_eq!(of(&["-H", "X-None:"], "x-none"), None);
    assert_eq!(of(&["-H", "X-Empty;"], "x-empty"), Some(String::new()));
    assert_eq!(of(&["-H", "X-Name: J\u{fc}rgen"], "x-name"), Some("J\u{fc}rgen".into()));
    assert_eq!(of(&["-H", "Authorization: own", "--basic-auth", "a:b"], "authorization"), Some("own".into()));
}

#[test]
fn a_login_in_a_url_is_decoded_sent_as_a_header_and_shown_nowhere() {
    let raw = Raw::with_status("200 OK");
    let basic = |login: &str| Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(login)));
    for (login, flags, wanted) in [
        ("b%40b:s3cret%3A", &[][..], basic("b@b:s3cret:")),
        ("bob", &[], basic("bob:")),
        ("bob:s3cret", &["--basic-auth", "ann:x"], basic("ann:x")),
        ("bob:s3cret", &["-H", "authorization: own"], Some("own".into())),
    ] {
        let url = format!("http://{login}@{}/a", raw.address());
        let output =
            perfloop(&[&["--loops", "1", "--log-http", "-", "--json", "/dev/stderr"][..], flags, &[&url]].concat());
        assert_eq!(output.code, Some(0), "{output:#?}");
        assert!(!output.stdout.contains("s3cret") && !output.stderr.contains("s3cret"), "{output:#?}");
        let request = raw.only();
        assert!(request.starts_with("GET /a HTTP/1.1\r\n"), "{request}");
        assert_eq!(header(&request, "authorization"), wanted, "{url} {flags:?}");
    }
}

#[test]
fn a_plain_proxy_is_asked_for_what_needs_no_tunnel() {
    let proxy = Raw::with_status("200 OK");
    let request = sent(&proxy, &["--proxy", &format!("http://ann:b@{}", proxy.address()), "http://shop.test:81/a?b"]);
    assert!(request.starts_with("GET http://shop.test:81/a?b HTTP/1.1\r\n"), "{request}");
    assert_eq!(header(&request, "host").as_deref(), Some("shop.test:81"));
    assert_eq!(header(&request, "proxy-authorization").as_deref(), Some("Basic YW5uOmI="));
}

#[test]
fn a_type_that_is_not_supported_is_told_with_what_was_sent() {
    let raw = Raw::with_status("415 Unsupported Media Type");
    let url = raw.at("/");
    for (args, told) in [
        (&["-d", "{}"][..], "got status 415: Content-Type 'application/x-www-form-urlencoded' was sent"),
        (&["-d", "{}", "-H", "Content-Type:"], "got status 415: no Content-Type was sent"),
        (&["-X", "POST"], "got status 415: no Content-Type was sent"),
        (&["--json-data", "{}"], "got status 415: Content-Type 'application/json' was sent"),
    ] {
        let output = perfloop(&[&["--loops", "2", "--quiet"][..], args, &[&url]].concat());
        assert!(output.code == Some(1) && output.stdout.contains(told), "{told}: {output:#?}");
    }
}

#[test]
fn values_of_a_table_are_sent_as_their_place_needs() {
    let raw = Raw::with_status("200 OK");
    let folder = tempfile::tempdir().unwrap();
    let feed = file(folder.path(), "f.csv", "n,body\n1,\"{\"\"a\"\": \"\"x&y\"\"}\"\n2,\"two\nlines\"\n");
    let typed = |value: &'static str| ["-H", value];
    let rows = [
        (vec!["-d", "{body}"], ["{\"a\": \"x&y\"}", "two\nlines"]),
        (
            [&typed("Content-Type: application/json")[..], &["-d", "{\"v\": \"{body}\"}"]].concat(),
            ["{\"v\": \"{\\\"a\\\": \\\"x&y\\\"}\"}", "{\"v\": \"two\\nlines\"}"],
        ),
        (
            vec!["--json-data", "{\"v\": \"{body}\"}"],
            ["{\"v\": \"{\\\"a\\\": \\\"x&y\\\"}\"}", "{\"v\": \"two\\nlines\"}"],
        ),
        (vec!["--json-data", "[{body}]"], ["[{\"a\": \"x&y\"}]", "[two\nlines]"]),
        (vec!["-d", "v={body}&n={n}"], ["v=%7B%22a%22%3A%20%22x%26y%22%7D&n=1", "v=two%0Alines&n=2"]),
        (
            [&typed("Content-Type: text/plain")[..], &["-d", "{\"v\": \"{body}\"}"]].concat(),
            ["{\"v\": \"{\"a\": \"x&y\"}\"}", "{\"v\": \"two\nlines\"}"],
        ),
        (
            [&typed("Content-Type: text/xml")[..], &["-d", "<v>{body}</v>"]].concat(),
            ["<v>{\"a\": \"x&amp;y\"}</v>", "<v>two\nlines</v>"],
        ),
    ];
    for (args, wanted) in rows {
        let url = raw.at("/");
        let output = perfloop(&[&["--loops", "2", "--quiet", "--feed", &feed][..], &args, &[&url]].concat());
        assert_eq!(output.code, Some(0), "{output:#?}");
        let requests: Vec<String> = raw.take().into_iter().map(|it| String::from_utf8(it).unwrap()).collect();
        assert_eq!(requests.iter().map(|request| body(request)).collect::<Vec<_>>(), wanted, "{args:?}");
    }
    let url = raw.at("/?q={body}");
    assert_eq!(perfloop(&["--loops", "2", "--quiet", "--feed", &feed, &url]).code, Some(0));
    let lines: Vec<String> =
        raw.take().iter().map(|it| String::from_utf8_lossy(it).lines().next().unwrap().into()).collect();
    assert_eq!(lines, ["GET /?q=%7B%22a%22%3A%20%22x%26y%22%7D HTTP/1.1", "GET /?q=two%0Alines HTTP/1.1"]);
}

#[test]
fn expected_values_of_a_table_are_what_they_are_in_it() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let feed = file(folder.path(), "f.csv", "text,mail\n\"a \"\"b\"\"\",\"{\"\"x\"\": 1}\"\n");
    let url = service.at("/users");
    let data = "{\"name\": \"{text}\", \"email\": \"{mail}\"}";
    let expected = ["name={text}", "name=\"{text}\"", "email=\"{mail}\"", "email = \"{mail}\""];
    let flags: Vec<&str> = expected.iter().flat_map(|text| ["--expect-json", text]).collect();
    let args = ["--loops", "1", "--quiet", "--feed", &feed, "--json-data", data, &url];
    let output = perfloop(&[&args[..], &flags].concat());
    assert_eq!(output.code, Some(0), "{output:#?}");
}

#[test]
fn what_means_something_else_to_other_tools_is_refused_with_the_right_form() {
    let raw = Raw::with_status("200 OK");
    let url = raw.at("/");
    let rows: [(&[&str], &[&str]); 8] = [
        (&["--json", "{\"a\":1}"], &["--json", "looks like data", "--json-data"]),
        (&["--json", "@body.json"], &["--json", "looks like data", "--json-data"]),
        (&["--json-data", "{}", "-d", "x"], &["--json-data", "--data"]),
        (&["--json-data", "@/no/such"], &["--json-data @/no/such: cannot be read"]),
        (&["--expect-json", "code==1"], &["--expect-json 'code==1'", "code=1"]),
        (&["--expect-json", "code>0"], &["--expect-json 'code>0'", "code=1", "jsonpath \"$.code\" > 0"]),
        (&["--expect-json", "code != 1"], &["--expect-json", "jsonpath \"$.code\" != 1"]),
        (&["--expect-json", "code: 1"], &["--expect-json", "no path", "code=1"]),
    ];
    none(rows.iter().filter_map(|(args, words)| complaint(&[args, &["--loops", "1", &url][..]].concat(), words)));
    let bare = complaint(&["--json-data", "{}"], &["--json-data needs a target"]);
    none(bare);
    let hurl = complaint(&["--json-data", "{}", "examples/hurl/cart.hurl"], &["--json-data is for URLs"]);
    none(hurl);
    assert!(raw.take().is_empty());
}

#[test]
fn a_hurl_file_that_needs_what_nothing_defines_is_no_load() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let port = format!("port={}", service.at("").rsplit(':').next().unwrap());
    let host = "http://127.0.0.1:{{port}}";
    let uses = file(folder.path(), "uses.hurl", &format!("GET {host}/users/{{{{id}}}}\nHTTP 200\n"));
    let sets =
        file(folder.path(), "sets.hurl", &format!("GET {host}/json\nHTTP 200\n[Captures]\nid: jsonpath \"$.code\"\n"));
    let late =
        file(folder.path(), "late.hurl", &(fs::read_to_string(&uses).unwrap() + &fs::read_to_string(&sets).unwrap()));
    let feed = file(folder.path(), "ids.csv", "id,name\n7,Ann\n");
    let semicolon = file(folder.path(), "semicolon.csv", "id;name\n1;Ann\n2;Bob\n");
    let run = |args: &[&str]| perfloop(&[&["--loops", "1", "--quiet", "--variable", &port][..], args].concat());

    let output = run(&["--users", "5", &uses]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output:#?}");
    assert!(output.stderr.contains("uses.hurl:1:") && output.stderr.contains("nothing defines id"), "{output:#?}");
    for args in
        [&[uses.as_str(), sets.as_str()][..], &["--keep-session", late.as_str()], &["--variable", "ID=1", &uses]]
    {
        assert_eq!(run(args).code, Some(2), "{args:?}");
    }
    let output = run(&["--feed", &semicolon, &uses]);
    assert!(output.code == Some(2) && output.stderr.contains("column 'id;name': does ';' separate"), "{output:#?}");
    assert_eq!(service.total_hits(), 0);

    for args in [
        ["--variable", "id=7", &uses],
        ["--feed", &feed, &uses],
        ["--setup", &sets, &uses],
        ["--keep-session", &sets, &uses],
    ] {
        let output = run(&args);
        assert_eq!(output.code, Some(0), "{args:?}: {output:#?}");
    }
    // As hurl, a functional test finds it when it comes to it.
    let output = perfloop(&["test", "--variable", &port, &uses]);
    assert_eq!(output.code, Some(3), "{output:#?}");
}

#[test]
fn a_variable_made_of_a_table_is_what_the_table_says() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let feed = file(folder.path(), "f.csv", "zip,quoted,n\n007,\"\"\"q\"\"\",7\n");
    let text = "POST {{host}}/echo\n{\"zip\": \"{{z}}\", \"q\": \"{{q}}\", \"n\": {{n}}}\nHTTP 200\n";
    let hurl = file(folder.path(), "f.hurl", text);
    let base = service.at("");
    let variables = ["z={zip}", "q={quoted}", "n={n}"].into_iter().flat_map(|text| ["--variable", text]);
    let mut args = vec!["--loops", "1", "--feed", &feed, "--host", &base, &hurl, "--log-http", "-"];
    args.extend(variables);
    let output = perfloop(&args);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let wanted = "{\"zip\": \"007\", \"q\": \"\\\"q\\\"\", \"n\": 7}";
    assert!(output.stdout.contains(wanted), "{}", output.stdout);
}

#[test]
fn a_file_that_accepts_any_certificate_is_warned_of_as_the_flag_is() {
    let (service, place) = (Service::start(), Reports::new());
    let file = place.path("trusting.hurl");
    for (option, is_warned) in [("insecure: true", true), ("insecure: false", false), ("insecure: {{trusts}}", true)] {
        fs::write(&file, format!("GET {}\n[Options]\n{option}\nHTTP 200\n", service.at("/fast"))).unwrap();
        let output = perfloop(&["--loops", "1", "--variable", "trusts=false", &file]);
        let warning =
            format!("warning: insecure in {file} accepts any certificate, also that of somebody in between\n");
        assert_eq!((output.code, output.stdout.contains(&warning)), (Some(0), is_warned), "{option}: {output:#?}");
    }
}
