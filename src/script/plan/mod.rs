//! A script, compiled once for all users: what each entry of a Hurl file sends, how, and what it expects, or what a URL
//! target does, which is one entry.

mod address;
mod form_part;
mod header_lines;
mod name;
mod options;
mod pair;
mod request;
mod settings;
mod steps;
mod values;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use perfloop_hurl::ast::{self, HurlFile, OptionKind, OptionValue};
use perfloop_hurl::{ParseError, Source, Span};

pub(super) use options::{Count, EntryOptions, Follow, Options};
pub(super) use request::{Common, Filling, Request, UrlRequest};
pub(super) use steps::Step;

use super::eval::{EvalError, Expected};
use super::files::Files;

/// A file, compiled.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) source: Source,
    pub(super) files: Arc<Files>,
    pub(super) entries: Vec<Entry>,
    /// Uses of variables, in order.
    pub(super) steps: Vec<Step>,
    /// The variables that it sets: those it captures, and those of its options.
    pub(super) sets: Vec<String>,
    /// True when it captures values that are to be hidden.
    pub(super) redacts: bool,
    /// An entry of it accepts any certificate, or may.
    pub(super) is_insecure: bool,
    pub(super) form: Form,
}

/// Form of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Hurl file: errors are told with their places, and all else is done as hurl does it.
    File,
    /// URL target: errors are told in a sentence, and all else is done as checks do it.
    Url,
}

/// One entry, compiled.
#[derive(Debug)]
pub(super) struct Entry {
    /// Place of its method.
    pub(super) span: Span,
    pub(super) options: EntryOptions,
    pub(super) request: Request,
    pub(super) expected: Option<Expected>,
    pub(super) cookies: Vec<CookieCommand>,
    /// Something of it asks for the certificate of the other side.
    pub(super) wants_certificate: bool,
    /// True when it looks at hashes of the body.
    pub(super) wants_hashes: bool,
    /// True when it looks at the URL that was reached.
    pub(super) wants_url: bool,
    /// True once its answer was written to a file.
    pub(super) was_written: AtomicBool,
}

/// Command on the user's cookies, from a comment before an entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CookieCommand {
    Clear,
    /// A line of a Netscape cookie file.
    Set(String),
}

/// True for an option that accepts any certificate, or may, which only the run tells.
fn accepts_any_certificate(option: &ast::EntryOption) -> bool {
    matches!(option.kind, OptionKind::Insecure(OptionValue::Literal(true) | OptionValue::Place(_)))
}

impl Plan {
    /// Compiles a file; relative URLs are relative to `base`.
    ///
    /// # Errors
    /// All that can be known before it is run to be wrong.
    pub(super) fn new(
        source: Source,
        file: &HurlFile,
        base: Option<&str>,
        files: Arc<Files>,
    ) -> Result<Plan, (Source, Vec<ParseError>)> {
        let mut errors = Vec::new();
        let mut entries = Vec::new();
        let mut before = 0;
        for entry in &file.entries {
            match Entry::new(entry, base, &files) {
                Ok(mut compiled) => {
                    compiled.cookies = cookie_commands(&source, before, entry.request.span.start);
                    entries.push(compiled);
                }
                Err(error) => errors.push(error),
            }
            before = end_of(entry);
        }
        if errors.is_empty() {
            let steps = steps::steps(&file.entries);
            let sets = steps.iter().filter_map(Step::set).map(str::to_owned).collect();
            let redacts = entries.iter().filter_map(|entry| entry.expected.as_ref()).any(Expected::redacts);
            let is_insecure = file.entries.iter().flat_map(|entry| &entry.request.options).any(accepts_any_certificate);
            Ok(Plan { source, files, entries, steps, sets, redacts, is_insecure, form: Form::File })
        } else {
            Err((source, errors))
        }
    }

    /// The script of a URL target.
    pub(super) fn of_url(request: Request, expected: Expected) -> Plan {
        let entry = Entry {
            span: Span::default(),
            options: EntryOptions::Fixed(Box::default()),
            request,
            expected: Some(expected),
            cookies: Vec::new(),
            wants_certificate: false,
            wants_hashes: false,
            wants_url: false,
            was_written: AtomicBool::new(false),
        };
        Plan {
            source: Source::new(entry.request.shared.name(), ""),
            files: Arc::new(Files::new("")),
            entries: vec![entry],
            steps: Vec::new(),
            sets: Vec::new(),
            redacts: false,
            is_insecure: false,
            form: Form::Url,
        }
    }
}

impl Plan {
    /// Expectations that fail with every answer, as errors of the file.
    pub(super) fn broken(&self) -> Vec<ParseError> {
        let expected = self.entries.iter().filter_map(|entry| entry.expected.as_ref());
        expected.flat_map(Expected::broken).map(|fault| refused("expectation", fault)).collect()
    }

    /// True when its text has this word somewhere: only then can a variable of that name matter.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.source.text().contains(name)
    }

    /// `{{host}}` follows a scheme, so that it is no URL.
    pub(super) fn wants_authority_as_host(&self) -> bool {
        let text = self.source.text();
        text.match_indices("://{{").any(|(at, before)| text[at + before.len()..].trim_start().starts_with("host"))
    }
}

impl Entry {
    fn new(entry: &ast::Entry, base: Option<&str>, files: &Files) -> Result<Entry, ParseError> {
        let wants = |is_meant: fn(&ast::QueryKind) -> bool| {
            entry.response.iter().any(|response| {
                response.asserts.iter().any(|assert| is_meant(&assert.query.kind))
                    || response.captures.iter().any(|capture| is_meant(&capture.query.kind))
            })
        };
        let wants_certificate = wants(|kind| matches!(kind, ast::QueryKind::Certificate(_)));
        let wants_hashes = wants(|kind| matches!(kind, ast::QueryKind::Sha256 | ast::QueryKind::Md5));
        let wants_url = wants(|kind| matches!(kind, ast::QueryKind::Url));
        Ok(Entry {
            span: entry.request.method.span,
            options: EntryOptions::new(&entry.request.options),
            request: Request::new(&entry.request, base, files).map_err(|fault| refused("entry", fault))?,
            expected: entry.response.as_ref().map(|response| Expected::new(response, files)),
            cookies: Vec::new(),
            wants_certificate,
            wants_hashes,
            wants_url,
            was_written: AtomicBool::new(false),
        })
    }
}

/// A fault that is known before anything is sent.
fn refused(reading: &'static str, fault: EvalError) -> ParseError {
    ParseError { reading, message: fault.message, span: fault.span }
}

/// Byte at which the last part of an entry ends.
fn end_of(entry: &ast::Entry) -> usize {
    let of_response = entry.response.as_ref().map_or(0, |response| {
        let asserts = response.asserts.last().map_or(0, |assert| assert.span.end);
        let captures = response.captures.last().map_or(0, |capture| capture.span.end);
        let body = response.body.as_ref().map_or(0, |body| body.span.end);
        response.span.end.max(asserts).max(captures).max(body)
    });
    let body = entry.request.body.as_ref().map_or(0, |body| body.span.end);
    entry.request.span.end.max(body).max(of_response)
}

/// Cookie commands of the comments right before a request.
fn cookie_commands(source: &Source, before: usize, start: usize) -> Vec<CookieCommand> {
    let comments = source.slice(Span::new(before, start)).lines().rev();
    let comments = comments.map(str::trim).take_while(|line| line.is_empty() || line.starts_with('#'));
    let command = |line: &str| {
        let line = line.trim_start_matches('#').trim();
        match line.strip_prefix("@cookie_storage_set:") {
            Some(cookie) => Some(CookieCommand::Set(cookie.trim().to_owned())),
            None => line.starts_with("@cookie_storage_clear").then_some(CookieCommand::Clear),
        }
    };
    let mut commands: Vec<CookieCommand> = comments.filter_map(command).collect();
    // One that clears is carried out last, wherever it stands.
    commands.sort_by_key(|command| *command == CookieCommand::Clear);
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Plan {
        let file = perfloop_hurl::parse(text).expect("a file");
        let files = Arc::new(Files::new("."));
        Plan::new(Source::new("a.hurl", text), &file, None, files).expect("a plan")
    }

    #[test]
    fn what_never_changes_is_made_once() {
        let plan = plan("POST http://a.test/x?y\nA: b\n[Query]\nq: 1 2\n{\"a\": 1}\n");
        let request = &plan.entries[0].request;
        let made = &request.shared.request;
        assert_eq!(made.name, "POST /x");
        assert_eq!(made.uri.to_string(), "http://a.test/x?y&q=1%202");
        assert_eq!(request.fixed_address(), Some("http://a.test/x?y&q=1%202"));
        assert_eq!(made.body.as_deref(), Some(&b"{\"a\": 1}"[..]));
        assert_eq!(
            (made.headers.get("a"), made.headers.get("content-type")),
            (Some(&b"b"[..]), Some(&b"application/json"[..]))
        );
    }

    #[test]
    fn what_a_file_sets_is_known() {
        let plan = plan("GET http://a.test\n[Options]\nvariable: a=1\nHTTP 200\n[Captures]\nb: status\n");
        assert_eq!(plan.sets, ["a", "b"]);
    }

    #[test]
    fn comments_before_an_entry_may_be_about_its_cookies() {
        let text = "GET http://a.test\n\n# @cookie_storage_clear\n#@cookie_storage_set: x\nGET http://a.test\n";
        let plan = plan(text);
        assert!(plan.entries[0].cookies.is_empty());
        assert_eq!(plan.entries[1].cookies, [CookieCommand::Set("x".into()), CookieCommand::Clear]);
    }
}
