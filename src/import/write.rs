//! A suite written as Hurl.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::suite::{Body, Entry, Part, Suite};
use super::text::Text;

/// Text of a Hurl file.
pub(super) fn written(suite: &Suite) -> String {
    let mut out = String::new();
    comments(&suite.comments, &mut out);
    for (at, entry) in suite.entries.iter().enumerate() {
        if !out.is_empty() {
            out.push('\n');
        }
        let variables = if at == 0 { &suite.variables[..] } else { &[] };
        write_entry(entry, variables, &mut out);
    }
    out
}

fn comments(lines: &[String], out: &mut String) {
    for line in lines.iter().flat_map(|line| line.lines()) {
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        out.push_str(format!("# {line}").trim_end());
        out.push('\n');
    }
}

fn write_entry(entry: &Entry, variables: &[(String, Text)], out: &mut String) {
    comments(&entry.comments, out);
    let method = if entry.method.is_empty() { "GET" } else { &entry.method };
    let _ = writeln!(out, "{method} {}", entry.url.as_url());
    for (name, value) in &entry.headers {
        pair(name, value, out);
    }
    let body = body_of(entry);
    if matches!(entry.body, Body::Json(_)) && entry.header("content-type").is_none() && !body.starts_with(['{', '[']) {
        // Hurl says so by itself of JSON that it has read alone.
        out.push_str("Content-Type: application/json\n");
    }
    let variable = |(name, value): &(String, Text)| format!("variable: {name}={}", option_value(value));
    let options: Vec<String> =
        entry.options.iter().cloned().chain(variables.iter().chain(&entry.variables).map(variable)).collect();
    section("Options", &options, out);
    pairs("Query", &entry.query, out);
    if let Some((user, password)) = &entry.basic_auth {
        pairs("BasicAuth", &[(user.clone(), password.clone())], out);
    }
    pairs("Cookies", &entry.cookies, out);
    out.push_str(&body);
    match entry.status {
        Some(status) => drop(writeln!(out, "HTTP {status}")),
        None => out.push_str("HTTP *\n"),
    }
    let capture = |(name, query): &(String, String)| format!("{name}: {query}");
    section("Captures", &entry.captures.iter().map(capture).collect::<Vec<_>>(), out);
    let mut asserts = entry.asserts.clone();
    if entry.status.is_none() && !asserts.iter().any(|line| line.starts_with("status ")) {
        // Nothing says what the answer is to be: any that is no error.
        asserts.insert(0, "status < 400".into());
    }
    section("Asserts", &asserts, out);
}

fn section(name: &str, lines: &[String], out: &mut String) {
    if !lines.is_empty() {
        let _ = writeln!(out, "[{name}]\n{}", lines.join("\n"));
    }
}

/// Pairs of a section; one without a name cannot be written.
fn pairs(name: &str, all: &[(Text, Text)], out: &mut String) {
    if all.iter().any(|(name, _)| !name.is_empty()) {
        let _ = writeln!(out, "[{name}]");
        all.iter().for_each(|(name, value)| pair(name, value, out));
    }
}

fn pair(name: &Text, value: &Text, out: &mut String) {
    if name.is_empty() {
        return;
    }
    out.push_str(format!("{}: {}", name.as_key(), value.as_value()).trim_end());
    out.push('\n');
}

/// Value of a variable: one that Hurl would take for a number, and the like, stands in quotes.
fn option_value(value: &Text) -> String {
    let text = value.as_value();
    // Hurl looks at the first word.
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_other = matches!(first, "" | "true" | "false" | "null") || first.parse::<f64>().is_ok();
    if is_other || text.contains(['"', '\\', '#']) || text.starts_with(char::is_whitespace) {
        value.as_quoted()
    } else {
        text
    }
}

/// Sections of a form, or the lines of a body.
fn body_of(entry: &Entry) -> String {
    let mut out = String::new();
    match &entry.body {
        Body::None => {}
        Body::Form(fields) => pairs("Form", fields, &mut out),
        Body::Multipart(parts) => section("Multipart", &parts.iter().map(part).collect::<Vec<_>>(), &mut out),
        Body::File(path) => out = format!("file,{};\n", file_name(path)),
        Body::Bytes(bytes) => out = format!("base64,{};\n", STANDARD.encode(bytes)),
        Body::Text(text) => out = text_body(text, entry.header("content-type")),
        Body::Json(text) => out = text_body(text, Some(&Text::plain("application/json"))),
        Body::GraphQl { query, variables } => out = graphql(query, variables.as_ref()),
    }
    out
}

fn part(part: &Part) -> String {
    match part {
        Part::Field(name, value) => format!("{}: {}", name.as_key(), value.as_value()).trim_end().to_owned(),
        Part::File { name, path, content_type } => {
            let content_type = content_type.as_ref().map(|of| format!(" {of}")).unwrap_or_default();
            format!("{}: file,{};{content_type}", name.as_key(), file_name(path))
        }
    }
}

/// Name of a file, with what would end it escaped.
pub(crate) fn file_name(path: &str) -> String {
    let mut name = String::new();
    for c in path.chars() {
        if matches!(c, '\\' | '#' | ';' | ' ' | '{' | '}') {
            name.push('\\');
        }
        name.push(c);
    }
    name
}

/// True for a body that Hurl reads as it stands.
fn is_read(body: &str) -> bool {
    perfloop_hurl::parse(&format!("POST http://a\n{body}\nHTTP 200\n")).is_ok()
}

fn text_body(text: &Text, content_type: Option<&Text>) -> String {
    // An end of line is as good as another between the words of JSON, and ends no line of a block.
    let raw = text.raw();
    let with_ends = raw.replace("\r\n", "\n");
    let trimmed = with_ends.trim();
    if trimmed.is_empty() {
        return if raw.is_empty() { String::new() } else { format!("{}\n", text.as_one_line()) };
    }
    let is_json = trimmed.starts_with(['{', '[']);
    if is_json && is_exact(text) && is_read(trimmed) {
        return format!("{trimmed}\n");
    }
    let is = |word: &str| content_type.is_some_and(|of| of.raw().to_ascii_lowercase().contains(word));
    let language = if is("json") {
        "json"
    } else if is("xml") {
        "xml"
    } else {
        ""
    };
    // An end of line more is no matter to them.
    let ends_freely = raw.ends_with('\n') || !language.is_empty() || is_json;
    let shown = if language.is_empty() && !is_json { &raw } else { &with_ends };
    let block = format!("```{language}\n{}\n```\n", shown.trim_end_matches('\n'));
    if shown.contains('\n')
        && ends_freely
        && !shown.contains("```")
        && !shown.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        && is_exact(text)
        && is_read(&block)
    {
        return block;
    }
    format!("{}\n", text.as_one_line())
}

/// True where no plain text looks like a variable.
fn is_exact(text: &Text) -> bool {
    text.raw().matches("{{").count() == text.variables()
}

fn graphql(query: &Text, variables: Option<&Text>) -> String {
    let raw = query.raw().replace("\r\n", "\n");
    let of_variables = variables.map(|of| of.raw().replace("\r\n", "\n"));
    let more = of_variables.map(|of| format!("\n\nvariables {}", of.trim())).unwrap_or_default();
    let block = format!("```graphql\n{}{more}\n```\n", raw.trim());
    if !raw.contains("```") && is_exact(query) && is_read(&block) {
        return block;
    }
    // As a text of JSON, which has its variables too.
    let escaped = |plain: &str| {
        let quoted = serde_json::Value::from(plain).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let mut all = Text::plain("{\"query\": \"");
    all.push(query.clone().map_plain(escaped));
    all.push(Text::plain("\""));
    if let Some(variables) = variables {
        all.push(Text::plain(", \"variables\": "));
        all.push(variables.clone());
    }
    all.push(Text::plain("}"));
    text_body(&all, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: Text, content_type: &str) -> String {
        let mut entry = Entry { body: Body::Text(text), ..Entry::default() };
        entry.add_header("Content-Type", Text::plain(content_type));
        let out = body_of(&entry);
        assert!(is_read(&out), "{out}");
        out
    }

    #[test]
    fn a_body_is_written_as_it_is_best_read() {
        let read = |text: &str| Text::read(text, |name| Text::variable(name));
        assert_eq!(body(read("{\"a\": {{b}},\n \"c\": \"{{d}}\"}"), ""), "{\"a\": {{b}},\n \"c\": \"{{d}}\"}\n");
        assert_eq!(body(read("{\r\n\"a\": 1\r\n}"), ""), "{\n\"a\": 1\n}\n");
        assert_eq!(body(Text::plain("{\"a\": \"{{b}}\"}"), ""), "`{\"a\": \"{\\u{7b}b}}\"}`\n");
        assert_eq!(body(read("{a: 1}"), "application/json"), "`{a: 1}`\n");
        assert_eq!(body(read("{a:\n 1}"), "application/json"), "```json\n{a:\n 1}\n```\n");
        assert_eq!(body(read("<a>\n</a>"), "text/xml"), "```xml\n<a>\n</a>\n```\n");
        assert_eq!(body(read("one\ntwo"), "text/plain"), "`one\\ntwo`\n");
        assert_eq!(body(read("one\ntwo\n"), "text/plain"), "```\none\ntwo\n```\n");
        assert_eq!(body(Text::plain("{{x}}\ny\n"), "text/plain"), "`{\\u{7b}x}}\\ny\\n`\n");
    }

    #[test]
    fn a_query_of_graphql_is_a_block_or_what_a_client_would_send() {
        let read = |text: &str| Text::read(text, |name| Text::variable(name));
        let block = graphql(&read("query\r\n{ a }"), Some(&read("{\"n\": {{n}}}")));
        assert_eq!(block, "```graphql\nquery\n{ a }\n\nvariables {\"n\": {{n}}}\n```\n");
        let fenced = graphql(&read("{ a(t: \"```{{x}}\") }"), None);
        assert_eq!(fenced, "{\"query\": \"{ a(t: \\\"```{{x}}\\\") }\"}\n");
        assert!(is_read(&block) && is_read(&fenced));
    }

    #[test]
    fn an_entry_has_its_sections_in_the_order_of_hurl() {
        let text = Text::plain;
        let entry = Entry {
            line: 1,
            comments: vec!["log in\nfirst".into()],
            variables: vec![("three".into(), text("true story"))],
            method: "POST".into(),
            url: text("http://a/b c"),
            headers: vec![(text("X-#"), text("1"))],
            query: vec![(text("q"), text("a b"))],
            basic_auth: Some((text("ann"), text("p:w"))),
            cookies: vec![(text("k"), text("v"))],
            options: vec!["location: true".into()],
            body: Body::Form(vec![(text("n"), text(" v"))]),
            captures: vec![("id".into(), "jsonpath \"$.id\"".into())],
            asserts: vec!["body contains \"x\"".into()],
            status: None,
        };
        let suite = Suite {
            comments: vec!["of a test".into()],
            variables: vec![("one".into(), text("1")), ("two".into(), text("b"))],
            entries: vec![entry, Entry { status: Some(204), url: text("http://a/"), ..Entry::default() }],
            ..Suite::default()
        };
        let expected = "# of a test\n\n# log in\n# first\nPOST http://a/b%20c\nX-\\#: 1\n[Options]\nlocation: true\n\
                        variable: one=\"1\"\nvariable: two=b\nvariable: three=\"true story\"\n[Query]\nq: a b\n[BasicAuth]\nann: p:w\n[Cookies]\nk: v\n\
                        [Form]\nn: \\u{20}v\nHTTP *\n[Captures]\nid: jsonpath \"$.id\"\n[Asserts]\nstatus < 400\n\
                        body contains \"x\"\n\nGET http://a/\nHTTP 204\n";
        assert_eq!(written(&suite), expected);
        assert!(perfloop_hurl::parse(expected).is_ok());
    }
}
