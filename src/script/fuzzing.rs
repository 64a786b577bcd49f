//! Ways for `fuzz/` into what scripts make of an answer, and into templates.

use std::borrow::Cow;
use std::time::Duration;

use perfloop_hurl::{Position, Source, ast};

use super::eval::{Answer, AnswerParts, Expected, Hop, Value, Variables};
use super::files::Files;
use super::template::{ITERATION, Names, Template, USER};
use crate::load::{Body, Headers};

/// A folder in which no file is.
const NOWHERE: &str = "/nonexistent";

/// Errors of an answer, as they are shown: `rest` is the text of a file below its request, and `captured` the value of
/// the variable `captured`.
pub fn evaluate(rest: &str, content_type: &str, body: &[u8], captured: &str) -> Vec<String> {
    let text = format!("GET http://x\n{rest}\n");
    let Ok(file) = perfloop_hurl::parse(&text) else { return Vec::new() };
    let source = Source::new("fuzzed.hurl", text);
    let files = Files::new(NOWHERE);
    let mut variables = Variables::new();
    variables.set("captured", Value::from(captured));
    let answer = answer(content_type, body);
    let mut faults = Vec::new();
    for response in file.entries.iter().filter_map(|entry| entry.response.as_ref()) {
        let expected = Expected::new(response, &files);
        faults.extend(expected.broken());
        faults.extend(expected.check_status(&answer));
        faults.extend(expected.capture(&answer, &mut variables).err());
        faults.extend(expected.check(&answer, &variables, &files));
    }
    let request = Position { line: 1, column: 1 };
    faults.iter().map(|fault| fault.render(&source, request)).collect()
}

/// A text with its places filled, as it stands and by way of the words that keep them in a URL.
pub fn template(text: &str) -> (String, String) {
    let template = Template::new(text, Names::default());
    (template.unknown_name(), template.unknown_word());
    let again = template.of_words(&template.with_words());
    let mut variables = Variables::new();
    [USER, ITERATION].into_iter().for_each(|name| variables.set(name, Value::from(0)));
    let filled = |template: &Template| template.compile().render(&variables).map(Cow::into_owned).unwrap_or_default();
    (filled(&template), filled(&again))
}

fn answer(content_type: &str, body: &[u8]) -> Answer {
    let mut headers = Headers::default();
    headers.add("content-type", content_type.as_bytes());
    headers.add("set-cookie", b"k=v; Path=/p; Secure; Expires=never");
    Answer::new(AnswerParts {
        status: 200,
        version: ast::Version::Http11,
        url: "http://x/end".into(),
        headers,
        body: Body::whole(body.to_vec()),
        raw_body: None,
        duration: Duration::from_millis(12),
        ip: None,
        certificate: None,
        refused_type: None,
        redirects: vec![Hop { location: "http://x/end".into(), status: 302 }],
    })
}
