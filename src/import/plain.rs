//! Requests that are known in all their parts, as those of curl lines are.

use super::losses::Losses;
use super::suite::{Body, Entry, Suite};
use super::variables;

/// Request that is known in all its parts. Variables stand between two braces.
#[derive(Debug, Default)]
pub(crate) struct PlainRequest {
    /// Line of the file on which it begins.
    pub(crate) line: usize,
    pub(crate) comments: Vec<String>,
    pub(crate) method: Option<String>,
    pub(crate) url: String,
    /// Lines of headers.
    pub(crate) headers: Vec<String>,
    /// `NAME:PASSWORD`.
    pub(crate) basic_auth: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
    /// Names and values of variables from here on.
    pub(crate) variables: Vec<(String, String)>,
    /// Lines of the section of options.
    pub(crate) options: Vec<String>,
}

/// # Errors
/// No request at all.
pub(super) fn read(requests: Vec<PlainRequest>, losses: &mut Losses) -> Result<Suite, String> {
    let mut suite = Suite::default();
    for request in requests {
        let line = request.line;
        for header in request.headers.iter().filter(|header| header.starts_with('@')) {
            losses.note(line, format!("-H {header}: headers of a file are left out; write them out"));
        }
        let mut text = |text: &str| variables::text(text, line, losses);
        let mut entry = Entry { line, comments: request.comments, options: request.options, ..Entry::default() };
        entry.variables = request.variables.iter().map(|(name, value)| (variables::name(name), text(value))).collect();
        entry.url = text(request.url.split('#').next().unwrap_or(&request.url));
        entry.method = request.method.unwrap_or_else(|| if request.body.is_some() { "POST" } else { "GET" }.into());
        for header in &request.headers {
            // A name with a semicolon behind it is a header without a value; one without a value is none at all.
            let (name, value) = header.split_once(':').or_else(|| header.split_once(';')).unwrap_or((header, ""));
            if !header.starts_with('@') && (!value.trim().is_empty() || header.ends_with(';')) {
                let pair = (text(name.trim()), text(value.trim()));
                entry.headers.push(pair);
            }
        }
        entry.basic_auth = request.basic_auth.map(|pair| {
            let (user, password) = pair.split_once(':').unwrap_or((&pair, ""));
            (text(user), text(password))
        });
        let is_form =
            entry.header("content-type").is_some_and(|of| of.raw().starts_with("application/x-www-form-urlencoded"));
        entry.body = match request.body.map(String::from_utf8) {
            None => Body::None,
            Some(Err(error)) => Body::Bytes(error.into_bytes()),
            Some(Ok(body)) => match super::http_body::form(&body, line, &mut |part, _| text(part)) {
                Some(fields) if is_form && !body.is_empty() => {
                    entry.without_header("content-type");
                    Body::Form(fields)
                }
                _ => Body::Text(text(&body)),
            },
        };
        suite.entries.push(entry);
    }
    if suite.entries.is_empty() { Err("there is no command of curl in it".into()) } else { Ok(suite) }
}
