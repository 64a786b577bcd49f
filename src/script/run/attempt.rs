//! One try of an entry: its request, the redirects it leads to, and what is made of the answer.

use std::sync::Arc;

use perfloop_hurl::ast;

use super::entry_error::EntryError;
use super::redirects::Redirects;
use super::runner::Runner;
use super::used::Used;
use crate::load::{
    Added, HttpSettings, Origin, Prepared, RedirectRules, RequestOptions, Response, User, Version, unpacked,
};
use crate::mismatch;
use crate::outcome::{RequestError, RequestErrorKind};
use crate::phase::Phase;
use crate::script::certificate::certificate;
use crate::script::eval::{Answer, AnswerParts, EvalError, Expected, Hop};
use crate::script::plan::{CookieCommand, Entry, EntryOptions, Filling, Form, Options};

/// The last answer, and how it was reached.
struct Reached {
    response: Response,
    redirects: Vec<Hop>,
}

impl Runner<'_> {
    /// Sends the request of an entry and looks at the answer.
    pub(super) fn attempt(&mut self, entry: &Entry, options: &Options, used: &mut Used) -> Result<(), Vec<EntryError>> {
        self.command_cookies(entry);
        let reached = self.reach(entry, options, used).map_err(|error| vec![*error])?;
        let Reached { response, .. } = &reached;
        if let Some(expected) = &entry.expected
            && !self.keeps_body(options)
            && expected.holds_of_head(response.status(), response.lines())
        {
            return Ok(());
        }
        let request = response.request();
        let faults = self.judge(entry, options, reached, used);
        let errors: Vec<EntryError> =
            faults.into_iter().map(|fault| EntryError::EvalError(fault, Some(request))).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn command_cookies(&mut self, entry: &Entry) {
        for command in &entry.cookies {
            match command {
                CookieCommand::Clear => self.user.clear_cookies(),
                CookieCommand::Set(line) => self.user.set_cookie(line),
            }
        }
    }

    /// Sends the request and follows where its answer leads.
    fn reach(&mut self, entry: &Entry, options: &Options, used: &mut Used) -> Result<Reached, Box<EntryError>> {
        let response = self.send(entry, options, used)?;
        let of_run = self.user.default_follow();
        match Redirects::new(options.follow, options.max_redirects, of_run, self.redirect_rules(entry)) {
            Some(followed) if response.is_redirect() => self.follow(entry, followed, response, used).map_err(Box::new),
            _ => Ok(Reached { response, redirects: Vec::new() }),
        }
    }

    /// Not inlined: most answers lead nowhere, and need no room on the stack for a way on.
    #[inline(never)]
    fn follow(
        &mut self,
        entry: &Entry,
        followed: Redirects,
        mut response: Response,
        used: &mut Used,
    ) -> Result<Reached, EntryError> {
        let mut redirects: Vec<Hop> = Vec::new();
        let mut last: Option<Prepared> = None;
        let lost = |error| EntryError::Lost(error, entry.request.span);
        loop {
            let original = self.user.own_request(&entry.request.shared);
            let current = last.as_ref().unwrap_or(original);
            let next = response.leads_to(current).and_then(|to| {
                let Some(to) = to else { return Ok(None) };
                followed.admit(redirects.len() as u64 + 1)?;
                let next = followed.rules.next(original, current, response.status(), &to)?;
                Ok(Some((next, to)))
            });
            let next = next.map_err(|message| lost(broken(&response, message)))?;
            let Some((next, to)) = next else { return Ok(Reached { response, redirects }) };
            redirects.push(Hop { location: to.to_string(), status: response.status() });
            last = Some(next.clone());
            response = used.count(self.user.send(next, 0)).map_err(lost)?;
        }
    }

    fn redirect_rules(&self, entry: &Entry) -> RedirectRules {
        let is_file = self.plan.form == Form::File;
        RedirectRules {
            turns_head: is_file,
            keeps_type: is_file && entry.request.names_content_type(&self.variables),
            ..RedirectRules::default()
        }
    }

    /// Options of the requests of a plan: those of a Hurl file are sent as hurl sends them.
    fn request_options(&self, entry: &Entry, options: &Options) -> RequestOptions {
        match self.plan.form {
            Form::Url => RequestOptions::default(),
            Form::File => RequestOptions {
                version: if options.http10 { Version::HTTP_10 } else { Version::HTTP_11 },
                is_raw: true,
                wants_certificate: entry.wants_certificate,
                wants_hashes: entry.wants_hashes,
                repeats_cookies: true,
            },
        }
    }

    /// Fills and sends the request as it is written.
    fn send(&mut self, entry: &Entry, options: &Options, used: &mut Used) -> Result<Response, Box<EntryError>> {
        let settings = settings(self.user, options).map_err(|message| {
            Box::new(EntryError::Lost(self.user.unsendable(entry.request.shared.name(), message), entry.request.span))
        })?;
        let request_options = self.request_options(entry, options);
        let filling = Filling {
            variables: &self.variables,
            files: &self.plan.files,
            options,
            common: &self.settings.common,
            changes_options: matches!(entry.options, EntryOptions::Made(_)),
            compressed: request_options.is_raw
                && options.compressed.unwrap_or(self.settings.common.compressed || self.user.wants_compressed()),
        };
        let (request, mut fault) = (&entry.request, None);
        // Of a URL that is always the same, none is kept.
        let mut unkept = String::new();
        let last_url = match request.changes_url() {
            true => self.urls.entry(request.shared.index()).or_default(),
            false => &mut unkept,
        };
        let sent = self.user.send_filled(&request.shared, |prepared| {
            (prepared.options, prepared.settings) = (request_options, settings);
            request.fill(prepared, filling, last_url).map_err(|found| {
                let message = found.message.clone();
                fault = Some(Box::new(found));
                message
            })
        });
        match fault {
            Some(fault) if self.plan.form == Form::File => Err(Box::new(EntryError::EvalError(*fault, None))),
            _ => used.count(sent).map_err(|error| Box::new(EntryError::Lost(error, request.span))),
        }
    }

    /// Errors of an answer. Headers and body go back to the response, which may have to be shown.
    ///
    /// Not inlined: of most answers the head says all that is wanted.
    #[inline(never)]
    fn judge(&mut self, entry: &Entry, options: &Options, reached: Reached, used: &mut Used) -> Vec<EvalError> {
        let Some(expected) = &entry.expected else {
            if self.keeps_body(options) {
                used.body = reached.response.body().to_vec();
            }
            return Vec::new();
        };
        let Reached { mut response, redirects } = reached;
        let url = if entry.wants_url { self.url_of(entry, &redirects) } else { String::new() };
        let times = response.times();
        let (headers, body, origin) = response.take();
        let is_file = self.plan.form == Form::File;
        // With `compressed`, the client unpacks what URL targets are answered.
        let unpacked = if is_file || !self.user.wants_compressed() { unpacked(&headers, &body) } else { Ok(None) };
        let (body, raw_body, broken) = match unpacked {
            Ok(Some(unpacked)) => (unpacked, Some(body), None),
            Ok(None) => (body, None, None),
            // That matters only to who asks for the body.
            Err(why) => (body, None, Some(why)),
        };
        let Origin { version, peer, certificate: shown } = origin;
        let mut answer = Answer::new(AnswerParts {
            status: response.status(),
            version: version_of(version),
            url,
            headers,
            body,
            raw_body,
            duration: times.setup() + times.response_time(),
            ip: peer,
            certificate: shown.as_deref().map(certificate),
            redirects,
            refused_type: response.refused_type().map(str::to_owned),
        });
        if is_file {
            answer.is_still_packed_for(broken);
        } else {
            answer.takes_packed();
        }
        if options.no_coercion.unwrap_or(self.settings.no_coercion) {
            answer.coerces_nothing();
        }
        let mut faults = self.look_at(expected, &answer);
        if self.keeps_body(options) {
            used.body = answer.body().to_vec();
        }
        if !faults.is_empty() {
            response.blame();
            if self.plan.form == Form::Url {
                faults.iter_mut().for_each(|fault| fault.detail = mismatch::detail(answer.body()));
            }
        }
        let (headers, body) = answer.into_parts();
        response.give_back(headers, body);
        faults
    }

    /// Version and status first: an answer of another kind has nothing to capture. Asserts may use what is captured.
    fn look_at(&mut self, expected: &Expected, answer: &Answer) -> Vec<EvalError> {
        let faults = expected.check_status(answer);
        if !faults.is_empty() {
            return faults;
        }
        match expected.capture(answer, &mut self.variables) {
            Ok(secrets) => secrets.iter().for_each(|secret| self.user.redactor().find(secret)),
            Err(fault) => return vec![fault],
        }
        expected.check(answer, &self.variables, &self.plan.files)
    }

    /// The URL that was reached.
    fn url_of(&self, entry: &Entry, redirects: &[Hop]) -> String {
        let request = &entry.request;
        let own = || request.fixed_address().or_else(|| self.urls.get(&request.shared.index()).map(String::as_str));
        redirects.last().map(|hop| hop.location.as_str()).or_else(own).unwrap_or_default().to_owned()
    }

    fn keeps_body(&self, options: &Options) -> bool {
        options.output.is_some()
    }
}

/// An answer that leads nowhere.
fn broken(response: &Response, message: String) -> RequestError {
    let kind = RequestErrorKind::Protocol;
    RequestError { phase: Phase::Receive, kind, message, request: response.request() }
}

/// Settings of a request whose options make it go by a client of its own.
///
/// # Errors
/// One line, when a file of certificates cannot be read.
fn settings(user: &User, options: &Options) -> Result<Option<Arc<HttpSettings>>, String> {
    let mut omitted = options.no_headers.iter().filter_map(|name| Added::named(name)).peekable();
    if options.changes.is_empty() && omitted.peek().is_none() {
        return Ok(None);
    }
    let mut settings = user.http_settings().clone();
    for change in &options.changes {
        change.apply(&mut settings)?;
    }
    settings.omitted.extend(omitted);
    Ok(Some(Arc::new(settings)))
}

fn version_of(version: Version) -> ast::Version {
    match version {
        Version::HTTP_10 => ast::Version::Http10,
        Version::HTTP_2 => ast::Version::Http2,
        Version::HTTP_3 => ast::Version::Http3,
        _ => ast::Version::Http11,
    }
}
