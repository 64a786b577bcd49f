//! No file and no answer ends the process, or takes the machine: each of them is a failure like any other.

use std::fs;

use crate::raw::Raw;
use crate::support::{Output, Reports, none, perfloop};

/// The smallest stack that a user may have, with which every feature works.
const SMALLEST: &str = "256KiB";

/// A server of one text.
fn server(kind: &str, text: impl AsRef<str>) -> Raw {
    let text = text.as_ref();
    let length = text.len();
    Raw::answering(format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{text}"))
}

fn nested(open: &str, inner: &str, close: &str, levels: usize) -> String {
    format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
}

/// A run of a file by so many users on small stacks, with a report, and what the report says of it.
fn run(server: &Raw, rest: &str, users: &str) -> (Output, serde_json::Value) {
    let place = Reports::new();
    let file = place.path("one.hurl");
    fs::write(&file, format!("GET {}\nHTTP 200\n{rest}\n", server.at("/"))).unwrap();
    let json = place.path("run.json");
    let args = ["--users", users, "--loops", "1", "--stack-size", SMALLEST, "--json", &json, "--quiet", &file];
    let output = perfloop(&args);
    let report = if fs::exists(&json).unwrap() { place.json("run.json") } else { serde_json::Value::Null };
    (output, report)
}

#[test]
fn the_deepest_and_longest_that_is_read_passes_on_the_smallest_stack() {
    let json = nested("[", "1", "]", 127);
    let json_path = format!("jsonpath \"${}\" == 1", "[0]".repeat(127));
    let in_filter = format!("jsonpath \"$..[?{}]\" count > 0", nested("(", "@[0]", ")", 40));
    let html = format!("<p>{}</p>", nested("<i>", "x", "</i>", 2000));
    let xml = nested("<a>", "x", "</a>", 2000);
    let xpath = format!("xpath \"string({})\" == \"x\"", nested("(", "//a", ")", 20));
    let predicates = format!("xpath \"boolean(//a{})\" == true", nested("[a", "", "]", 15));
    let regex = format!("body matches \"{}\"", nested("(?:x|", "y", ")*", 30));
    let filters = format!("body{} count > 0", " replace \"x\" \"xx\"".repeat(8) + " split \"x\"");
    let cases: [(&str, &str, &str); 9] = [
        ("application/json", &json, &json_path),
        ("application/json", &json, &in_filter),
        ("application/json", &json, "jsonpath \"$..*\" count > 100"),
        ("text/html", &html, "xpath \"string(//p)\" == \"x\""),
        ("application/xml", &xml, "xpath \"count(//a)\" == 2000"),
        ("application/xml", &xml, &xpath),
        ("application/xml", &xml, &predicates),
        ("text/plain", "xxx", &regex),
        ("text/plain", "xxx", &filters),
    ];
    none(cases.into_iter().filter_map(|(kind, text, assert)| {
        let (output, report) = run(&server(kind, text), &format!("[Asserts]\n{assert}"), "2");
        (output.code != Some(0) || report["totals"]["pass"] != 2).then(|| format!("{assert}: {output:#?}"))
    }));
}

#[test]
fn what_is_nested_too_deep_or_too_long_is_a_failure_and_the_report_is_written() {
    // Each captures what the service says, and puts it where something is read from it.
    let captured = |query: &str| format!("[Captures]\ncaptured: body\n[Asserts]\n{query}");
    let deep_json = nested("[", "1", "]", 5000);
    let long_json = format!("[{}1]", "1,".repeat(2_500_000));
    let hundred = nested("[", "1", "]", 100);
    let deep_xml = nested("<a>", "x", "</a>", 5000);
    let deep_html = format!("<p>{}</p>", nested("<i>", "x", "</i>", 5000));
    let wide_xml = format!("<a>{}</a>", "<b/>".repeat(600_000));
    let parentheses = nested("(", "1", ")", 4000);
    let operators = format!("1{}", "+1".repeat(1500));
    let predicates = nested("//a[", "1", "]", 280);
    let groups = nested("(a|", "b", ")*", 4000);
    let doubling = format!("body{} count > 0", " replaceRegex /^x*$/ \"$0$0$0$0$0$0$0$0$0$0\"".repeat(12));
    let cases: [(&str, &str, String, &str); 13] = [
        ("text/plain", &parentheses, captured("xpath \"{{captured}}\" exists"), "invalid X"),
        ("text/plain", &operators, captured("xpath \"{{captured}}\" exists"), ""),
        ("text/plain", &predicates, captured("xpath \"{{captured}}\" exists"), ""),
        ("text/plain", &groups, captured("body matches \"{{captured}}\""), "nested parentheses/brackets (100)"),
        ("text/plain", &nested("$[?(", "@", ")]", 4000), captured("jsonpath \"{{captured}}\" exists"), "JSON"),
        ("application/json", &deep_json, "[Asserts]\njsonpath \"$\" exists".into(), "nested deeper than 127 levels"),
        ("application/json", &long_json, "[Asserts]\njsonpath \"$\" exists".into(), "more than 2000000 values"),
        (
            "application/json",
            &hundred,
            "[Asserts]\njsonpath \"$..*..*..*..*\" count > 1".into(),
            "more than 5000000 values",
        ),
        ("application/xml", &deep_xml, "[Asserts]\nxpath \"//a\" exists".into(), "nested deeper than 2048 levels"),
        ("text/html", &deep_html, "[Asserts]\nxpath \"//i\" exists".into(), "nested deeper than 2048 levels"),
        ("application/xml", &wide_xml, "[Asserts]\nxpath \"//a\" exists".into(), "more than 500000"),
        ("text/html", &wide_xml, "[Asserts]\nxpath \"//a\" exists".into(), "more than 500000"),
        ("text/plain", "xxxxxxxx", format!("[Asserts]\n{doubling}"), "longer than 67108864 bytes"),
    ];
    none(cases.into_iter().filter_map(|(kind, text, rest, reason)| {
        let shown = rest.chars().take(100).collect::<String>();
        let (output, report) = run(&server(kind, text), &rest, "1");
        let messages = report["failures"].to_string();
        let is_told = report["totals"]["fail"] == 1 && messages.contains(reason) && messages.len() < 1 << 20;
        (output.code != Some(1) || !is_told).then(|| {
            format!("{shown}: {:?} {} {}", output.code, output.stderr, messages.chars().take(600).collect::<String>())
        })
    }));
}
