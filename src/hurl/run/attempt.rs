//! One try of an entry: its request, the redirects it leads to, and what is made of the answer.

use std::sync::Arc;

use perfloop_hurl::ast;

use super::hops::Hops;
use super::runner::Runner;
use super::trouble::Trouble;
use super::used::Used;
use crate::hurl::certificate::certificate;
use crate::hurl::eval::{Answer, AnswerParts, Expected, Fault, Hop};
use crate::hurl::plan::{CookieCommand, Entry, EntryOptions, Filling, Follow, Options};
use crate::load::{Added, HttpSettings, Origin, RequestOptions, Response, User, Version, unpacked};
use crate::outcome::{RequestError, RequestErrorKind};
use crate::phase::Phase;

/// The last answer, and how it was reached.
struct Reached {
    response: Response,
    url: String,
    redirects: Vec<Hop>,
}

impl Runner<'_> {
    /// Sends the request of an entry and looks at the answer.
    pub(super) fn attempt(&mut self, entry: &Entry, options: &Options, used: &mut Used) -> Result<(), Vec<Trouble>> {
        self.command_cookies(entry);
        let reached = self.reach(entry, options, used).map_err(|trouble| vec![trouble])?;
        let request = reached.response.request();
        let faults = self.judge(entry, options, reached, used);
        let troubles: Vec<Trouble> = faults.into_iter().map(|fault| Trouble::Fault(fault, Some(request))).collect();
        if troubles.is_empty() { Ok(()) } else { Err(troubles) }
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
    fn reach(&mut self, entry: &Entry, options: &Options, used: &mut Used) -> Result<Reached, Trouble> {
        let mut url = String::new();
        let mut response = self.send(entry, options, &mut url, used)?;
        let (follow, most) = Hops::limits(options.follow, options.max_redirects, self.user.default_follow());
        let mut redirects: Vec<Hop> = Vec::new();
        if follow == Follow::No {
            return Ok(Reached { response, url, redirects });
        }
        let keeps_type = entry.request.names_content_type(&self.variables);
        let hops = Hops { follow, most, path_as_is: options.path_as_is, keeps_type };
        let (first, mut last) = (url.clone(), None);
        let lost = |error| Trouble::Lost(error, entry.request.span);
        loop {
            let leads = hops.target(&response, &url).map_err(|message| lost(broken(&response, message)))?;
            let Some(to) = leads else { return Ok(Reached { response, url, redirects }) };
            let original = self.user.own_request(&entry.request.shared);
            let next = hops
                .admit(redirects.len() as u64 + 1)
                .and_then(|()| hops.next(original, &first, last.as_ref().unwrap_or(original), response.status(), &to))
                .map_err(|message| lost(broken(&response, message)))?;
            redirects.push(Hop { location: to.to_string(), status: response.status() });
            url = to.to_string();
            last = Some(next.clone());
            response = used.count(self.user.send(next, 0)).map_err(lost)?;
        }
    }

    /// Fills and sends the request as it is written. Its URL is left in `url`.
    fn send(
        &mut self,
        entry: &Entry,
        options: &Options,
        url: &mut String,
        used: &mut Used,
    ) -> Result<Response, Trouble> {
        let settings = settings(self.user, options).map_err(|message| {
            Trouble::Lost(self.user.unsendable(entry.request.shared.name(), message), entry.request.span)
        })?;
        let request_options = RequestOptions {
            version: if options.http10 { Version::HTTP_10 } else { Version::HTTP_11 },
            is_raw: true,
            wants_certificate: entry.wants_certificate,
            wants_hashes: entry.wants_hashes,
            repeats_cookies: true,
        };
        let filling = Filling {
            variables: &self.variables,
            files: &self.plan.files,
            options,
            common: &self.manners.common,
            changes_options: matches!(entry.options, EntryOptions::Made(_)),
            compressed: options.compressed.unwrap_or(self.manners.common.compressed || self.user.wants_compressed()),
        };
        let (request, mut fault) = (&entry.request, None);
        let last_url = self.urls.entry(request.shared.index()).or_default();
        let sent = self.user.send_filled(&request.shared, 0, |prepared| {
            (prepared.options, prepared.settings) = (request_options, settings);
            request.fill(prepared, filling, last_url).map_err(|found| {
                let message = found.message.clone();
                fault = Some(found);
                message
            })
        });
        url.push_str(request.fixed_address().unwrap_or(last_url));
        match fault {
            Some(fault) => Err(Trouble::Fault(fault, None)),
            None => used.count(sent).map_err(|error| Trouble::Lost(error, request.span)),
        }
    }

    /// What is wrong with an answer. What it holds goes back to the response, which may have to be shown.
    fn judge(&mut self, entry: &Entry, options: &Options, reached: Reached, used: &mut Used) -> Vec<Fault> {
        let Some(expected) = &entry.expected else {
            if self.keeps_body(options) {
                used.body = reached.response.body().to_vec();
            }
            return Vec::new();
        };
        let Reached { mut response, url, redirects } = reached;
        let times = response.times();
        let (headers, body, origin) = response.take();
        let (body, raw_body, broken) = match unpacked(&headers, &body) {
            Ok(Some(unpacked)) => (unpacked, Some(body), None),
            Ok(None) => (body, None, None),
            // That matters only to who asks for the body.
            Err(why) => (body, None, Some(why)),
        };
        let Origin { version, peer, certificate: shown } = origin;
        let answer = Answer::new(AnswerParts {
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
        });
        let answer = answer.still_packed_for(broken);
        let answer =
            if options.no_coercion.unwrap_or(self.manners.no_coercion) { answer.without_coercion() } else { answer };
        let faults = self.look_at(expected, &answer);
        if self.keeps_body(options) {
            used.body = answer.body().to_vec();
        }
        if !faults.is_empty() {
            response.blame();
        }
        let (headers, body) = answer.into_parts();
        response.give_back(headers, body);
        faults
    }

    /// Version and status first: an answer of another kind has nothing to capture. Asserts may use what is captured.
    fn look_at(&mut self, expected: &Expected, answer: &Answer) -> Vec<Fault> {
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

    fn keeps_body(&self, options: &Options) -> bool {
        options.output.is_some()
    }
}

/// An answer that leads nowhere.
fn broken(response: &Response, message: String) -> RequestError {
    let kind = RequestErrorKind::Protocol;
    RequestError { phase: Phase::Receive, kind, message, request: response.request() }
}

/// Those of a request whose options make it go by a client of its own.
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
