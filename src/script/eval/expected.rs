//! Expectations of an answer, compiled.

use std::borrow::Cow;

use perfloop_hurl::Span;
use perfloop_hurl::ast::{self, Status, Version};

use super::answer::Answer;
use super::claim::Claim;
use super::content::Content;
use super::difference::{self, Difference};
use super::eval_error::EvalError;
use super::filter::Filter;
use super::predicate::Predicate;
use super::query::{Found, Query, version};
use super::text::Text;
use super::value::Value;
use super::variables::Variables;
use crate::load::Headers;
use crate::script::files::Files;

/// Expectations of an answer, and captures from it.
#[derive(Debug)]
pub(crate) struct Expected {
    version: ast::Spanned<Version>,
    status: ast::Spanned<Status>,
    headers: Vec<Header>,
    body: Option<(Content, Span)>,
    captures: Vec<Capture>,
    asserts: Vec<Assert>,
    claims: Vec<Claim>,
}

#[derive(Debug)]
struct Header {
    name: Text,
    name_span: Span,
    value: Text,
    value_span: Span,
}

#[derive(Debug)]
struct Capture {
    name: Text,
    name_span: Span,
    search: Search,
    is_redacted: bool,
}

#[derive(Debug)]
struct Assert {
    search: Search,
    predicate: Predicate,
}

/// A query and the filters after it.
#[derive(Debug)]
struct Search {
    query: Query,
    filters: Vec<Filter>,
}

impl Expected {
    pub(crate) fn new(response: &ast::Response, files: &Files) -> Self {
        let header = |field: &ast::Field| Header {
            name: Text::new(&field.name),
            name_span: field.name.span,
            value: Text::new(&field.value),
            value_span: field.value.span,
        };
        let capture = |capture: &ast::Capture| Capture {
            name: Text::new(&capture.name),
            name_span: capture.name.span,
            search: Search::new(&capture.query, &capture.filters),
            is_redacted: capture.is_redacted,
        };
        let assert = |assert: &ast::Assert| Assert {
            search: Search::new(&assert.query, &assert.filters),
            predicate: Predicate::new(&assert.predicate, files),
        };
        Expected {
            version: response.version.clone(),
            status: response.status.clone(),
            headers: response.headers.iter().map(header).collect(),
            body: response.body.as_ref().map(|body| (Content::new(body, files), body.span)),
            captures: response.captures.iter().map(capture).collect(),
            asserts: response.asserts.iter().map(assert).collect(),
            claims: Vec::new(),
        }
    }

    /// Expectations of the answer to a URL target.
    pub(crate) fn of_claims(claims: Vec<Claim>) -> Self {
        Expected {
            version: ast::Spanned { value: Version::Any, span: Span::default() },
            status: ast::Spanned { value: Status::Any, span: Span::default() },
            headers: Vec::new(),
            body: None,
            captures: Vec::new(),
            asserts: Vec::new(),
            claims,
        }
    }

    /// Errors with every answer: paths and regular expressions that are none. A functional test tells them when it
    /// comes to them; a load need not begin.
    pub(crate) fn broken(&self) -> Vec<EvalError> {
        let captures = self.captures.iter().flat_map(|capture| capture.search.broken());
        let asserts =
            self.asserts.iter().flat_map(|assert| assert.search.broken().into_iter().chain(assert.predicate.broken()));
        captures.chain(asserts).collect()
    }

    /// True when nothing but status and headers is looked at, and all is right with them: most answers under load.
    pub(crate) fn holds_of_head(&self, status: u16, headers: &Headers) -> bool {
        let is_status_right = match self.status.value {
            Status::Any => true,
            Status::Code(wanted) => wanted == u64::from(status),
        };
        let is_all = self.version.value == Version::Any
            && self.headers.is_empty()
            && self.body.is_none()
            && self.captures.is_empty()
            && self.asserts.is_empty();
        is_all && is_status_right && self.claims.iter().all(|claim| claim.holds_of_head(status, headers))
    }

    /// Errors of version and status. With one, nothing else is looked at, and nothing captured.
    pub(crate) fn check_status(&self, answer: &Answer) -> Vec<EvalError> {
        let mut faults = Vec::new();
        let actual = answer.parts.version;
        if self.version.value != Version::Any && self.version.value != actual {
            let message = format!("actual value is <{}>", version(actual));
            faults.push(EvalError::assert(self.version.span, "assert HTTP version", message));
        }
        if let Status::Code(wanted) = self.status.value
            && wanted != u64::from(answer.status())
        {
            let message = format!("actual value is <{}>", answer.status());
            faults.push(EvalError::assert(self.status.span, "assert status code", message));
        }
        faults
    }

    /// True when it captures values that are to be hidden.
    pub(crate) fn redacts(&self) -> bool {
        self.captures.iter().any(|capture| capture.is_redacted)
    }

    /// Takes what is captured, in order. Returns the values that are not to be shown anywhere.
    pub(crate) fn capture(&self, answer: &Answer, variables: &mut Variables) -> Result<Vec<String>, EvalError> {
        let mut secrets = Vec::new();
        for capture in &self.captures {
            let name = capture.name.render(variables)?.into_owned();
            let value = capture.search.require(answer, variables)?;
            match &value {
                Value::Text(secret) if capture.is_redacted => secrets.push(secret.clone()),
                other if capture.is_redacted => {
                    let message = format!("secret must be string, actual value is <{}>", other.kind());
                    return Err(EvalError::runtime(capture.name_span, "invalid secret type", message));
                }
                _ => {}
            }
            variables.set(name, value);
        }
        Ok(secrets)
    }

    /// Looks at everything: version and status, and if they are as expected headers, body and asserts, in this order.
    /// Captures come before it, because asserts may use them.
    pub(crate) fn check(&self, answer: &Answer, variables: &Variables, files: &Files) -> Vec<EvalError> {
        let mut faults = self.check_status(answer);
        if !faults.is_empty() {
            return faults;
        }
        let headers = self.headers.iter().map(|header| header.check(answer, variables));
        let body = self.body.iter().map(|(body, span)| check_body(body, *span, answer, variables, files));
        let asserts = self.asserts.iter().map(|assert| assert.check(answer, variables, files));
        let claims = self.claims.iter().map(|claim| claim.check(answer, variables));
        // Whatever goes wrong here is a failed assert.
        faults
            .extend(headers.chain(body).chain(asserts).chain(claims).filter_map(Result::err).map(EvalError::of_assert));
        faults
    }
}

impl Header {
    /// One of the headers of this name has to be as expected.
    fn check(&self, answer: &Answer, variables: &Variables) -> Result<(), EvalError> {
        let wanted = self.value.render(variables)?;
        let name = self.name.render(variables)?;
        if answer.headers(&name).any(|value| value == wanted) {
            return Ok(());
        }
        let actual: Vec<_> = answer.headers(&name).collect();
        let message = match &actual[..] {
            [] => {
                let message = "this header has not been found in the response";
                return Err(EvalError::assert(self.name_span, "header not found", message));
            }
            [only] => format!("actual value is <{only}>"),
            several => format!("actual value is <{several:?}>"),
        };
        Err(EvalError::assert(self.value_span, "assert header value", message))
    }
}

impl Assert {
    fn check(&self, answer: &Answer, variables: &Variables, files: &Files) -> Result<(), EvalError> {
        let actual = self.search.find(answer, variables)?;
        self.predicate.check(actual.as_deref(), variables, files)
    }
}

impl Search {
    fn new(query: &ast::Query, filters: &[ast::Filter]) -> Self {
        Search { query: Query::new(query), filters: filters.iter().map(Filter::new).collect() }
    }

    fn broken(&self) -> Vec<EvalError> {
        self.query.broken().into_iter().chain(self.filters.iter().filter_map(Filter::broken)).collect()
    }

    /// Value that is found, after all filters.
    fn find<'a>(&self, answer: &'a Answer, variables: &'a Variables) -> Result<Found<'a>, EvalError> {
        if let Some(length) = self.length(answer) {
            return Ok(Some(Cow::Owned(length?)));
        }
        self.filter(self.query.find(answer, variables)?, answer, variables)
    }

    /// The length of a body, which is known even where only its beginning is kept.
    fn length(&self, answer: &Answer) -> Option<Result<Value, EvalError>> {
        match &self.filters[..] {
            [only] if only.counts() => {
                let length = self.query.length(answer)?;
                Some(length.map(|length| Value::from(i64::try_from(length).unwrap_or(i64::MAX))))
            }
            _ => None,
        }
    }

    /// Value that is found, after all filters; without one, an error.
    fn require(&self, answer: &Answer, variables: &Variables) -> Result<Value, EvalError> {
        if let Some(length) = self.length(answer) {
            return length;
        }
        let found = self.query.find(answer, variables)?;
        if found.is_none() {
            return Err(EvalError::runtime(self.query.span, "no query result", "query didn't return any result"));
        }
        self.filter(found, answer, variables)?.map(Cow::into_owned).ok_or_else(|| {
            let filters = self.filters.iter().map(|filter| filter.span).reduce(Span::to);
            EvalError::runtime(filters.unwrap_or(self.query.span), "filter failed", "a filter didn't return any result")
        })
    }

    /// Filters need something to change.
    fn filter<'a>(&self, mut found: Found<'a>, answer: &Answer, variables: &Variables) -> Result<Found<'a>, EvalError> {
        for filter in &self.filters {
            let missing = || EvalError::runtime(filter.span, "filter failed", "missing value to apply filter");
            found = filter.apply(&*found.ok_or_else(missing)?, variables, answer.coerces)?.map(Cow::Owned);
        }
        Ok(found)
    }
}

fn check_body(
    body: &Content,
    span: Span,
    answer: &Answer,
    variables: &Variables,
    files: &Files,
) -> Result<(), EvalError> {
    let wanted = body.render(variables, files)?;
    let actual = if body.is_text() {
        answer.text().map_err(|problem| problem.at(span))?.as_bytes()
    } else {
        answer.checked_body().map_err(|problem| problem.at(span))?
    };
    if *wanted == *actual {
        return Ok(());
    }
    let fault = |message| EvalError::assert(span, "assert body value", message);
    Err(match (body.is_text(), str::from_utf8(&wanted), str::from_utf8(actual)) {
        (true, Ok(wanted), Ok(actual)) => {
            let Difference { line, message } = difference::of_texts(actual, wanted);
            fault(message).lines_on(if body.begins_below() { line } else { line.saturating_sub(1) })
        }
        _ => fault(difference::of_bytes(actual, &wanted)),
    })
}

#[cfg(test)]
mod tests;
