//! What is expected of an answer, by the flags.

use serde_json::Value;

use super::args::Args;
use super::template::{Escape, Names, Template, Values};
use crate::error::Error;
use crate::load::{Response, Statuses};
use crate::outcome::CheckResult;

/// What is expected, before its places are filled.
#[derive(Debug, Clone)]
pub(super) struct ExpectedTexts {
    statuses: Statuses,
    json: Vec<(String, Option<Template>)>,
    contains: Vec<Template>,
    headers: Vec<(String, Template)>,
}

/// What is expected of one answer.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    statuses: Statuses,
    json: Vec<(String, Option<Value>)>,
    contains: Vec<String>,
    headers: Vec<(String, String)>,
}

impl ExpectedTexts {
    pub(super) fn new(args: &Args, names: Names<'_>) -> Result<ExpectedTexts, Error> {
        let mut headers = Vec::new();
        for header in &args.expect_header {
            let (name, text) = name_and_text("--expect-header", header)?;
            headers.push((name, Template::new(&text, names)));
        }
        let json = args.expect_json.iter().map(|text| match text.split_once('=') {
            Some((path, value)) => Ok((json_path(path)?, Some(Template::new(value, names)))),
            None => Ok((json_path(text)?, None)),
        });
        // Every body contains it: more likely than wanted is a variable of a shell that was not set.
        if args.expect_contains.iter().any(String::is_empty) {
            return Err(Error::usage("--expect-contains: no text; write what the body must contain"));
        }
        Ok(ExpectedTexts {
            statuses: args.expect_status.clone().unwrap_or_else(|| Statuses::from(100..=399)),
            json: json.collect::<Result<_, _>>()?,
            contains: args.expect_contains.iter().map(|text| Template::new(text, names)).collect(),
            headers,
        })
    }

    pub(super) fn render(&self, values: Values<'_>) -> Expected {
        let text = |template: &Template| template.render(values, Escape::Nothing);
        let value = |wanted: &Option<Template>| wanted.as_ref().map(|template| json(template, values));
        Expected {
            statuses: self.statuses.clone(),
            json: self.json.iter().map(|(path, wanted)| (path.clone(), value(wanted))).collect(),
            contains: self.contains.iter().map(text).collect(),
            headers: self.headers.iter().map(|(name, wanted)| (name.clone(), text(wanted))).collect(),
        }
    }

    pub(super) fn is_fixed(&self) -> bool {
        self.templates().all(Template::is_fixed)
    }

    pub(super) fn needs_row(&self) -> bool {
        self.templates().any(Template::needs_row)
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        let json = self.json.iter().filter_map(|(_, wanted)| wanted.as_ref());
        json.chain(&self.contains).chain(self.headers.iter().map(|(_, wanted)| wanted))
    }
}

impl Expected {
    /// What the hello of the mock service holds.
    #[cfg(feature = "embedded")]
    pub(super) fn code_1() -> Expected {
        let json = vec![("code".to_owned(), Some(Value::from(1)))];
        Expected { statuses: 200.into(), json, contains: Vec::new(), headers: Vec::new() }
    }

    /// # Errors
    /// The first of them that does not hold.
    pub(super) fn hold(&self, answer: &Response) -> CheckResult {
        answer.expect_one_of(&self.statuses)?;
        for (path, wanted) in &self.json {
            match wanted {
                Some(wanted) => answer.expect_json(path, wanted.clone())?,
                None => answer.expect_json_at(path)?,
            };
        }
        for text in &self.contains {
            answer.expect_contains(text)?;
        }
        for (name, text) in &self.headers {
            answer.expect_header(name, text)?;
        }
        Ok(())
    }
}

/// A path that some JSON may have: a pointer, or names and indices.
fn json_path(text: &str) -> Result<String, Error> {
    let is_step = |step: &str| {
        let (name, indices) = step.split_at(step.find('[').unwrap_or(step.len()));
        let is_index = |index: &str| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        let mut indices = indices.split_inclusive(']');
        let all = indices.all(|one| one.strip_prefix('[').and_then(|one| one.strip_suffix(']')).is_some_and(is_index));
        all && !name.contains(']') && !step.is_empty()
    };
    if text.starts_with('/') || text.trim_start_matches("$.").split('.').all(is_step) {
        return Ok(text.to_owned());
    }
    Err(Error::usage(format!("--expect-json '{text}': is no path; write it like code=1 or items[0].id=7")))
}

/// An expected value. What is no JSON is text: `name=Ann` needs no quotes.
fn json(template: &Template, values: Values<'_>) -> Value {
    let is_quoted = template.begins_with(&['"', '{', '[']);
    let text = template.render(values, Escape::json_if(is_quoted));
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Both sides of `NAME: TEXT`.
pub(super) fn name_and_text(flag: &str, text: &str) -> Result<(String, String), Error> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err(Error::usage(format!("{flag} '{text}': no name; write it like 'Accept: text/html'"))),
    }
}
