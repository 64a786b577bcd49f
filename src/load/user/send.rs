//! A user's exchanges with services: each is sent, recorded and shown to whom it concerns.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use url::Url;

use super::User;
use super::capture::{Sent, Unanswered};
use super::cookies::Cookies;
use super::prepared::Prepared;
use super::redirect::{RedirectRules, led_to};
use super::response::Response;
use super::shared_requests::{Filled, OwnRequest, SharedRequest};
use crate::exchange::{Exchange, MAX_KEPT_BODY, Message};
use crate::ids::RequestId;
use crate::load::check::hooks::{FailureEvent, RequestEvent};
use crate::load::http::{Exchanged, Headers, HttpSettings, RequestParts, Uri};
use crate::outcome::{RequestError, RequestErrorKind};
use crate::phase::Phase;
use crate::sample::{Answer, RequestTimes};

/// Why a hook can make no request.
pub(super) const IN_NO_CHECK: &str =
    "only checks make requests; give the class of users an on_start or on_stop instead of this hook";

pub(super) const UNSUPPORTED_MEDIA_TYPE: u16 = 415;

/// Content type that the headers say, in words.
pub(super) fn told_type(headers: &Headers) -> String {
    match headers.get("content-type") {
        Some(value) => format!("Content-Type '{}' was sent", String::from_utf8_lossy(value)),
        None => "no Content-Type was sent".into(),
    }
}

impl User {
    /// Calls the hooks for requests.
    pub(super) fn tell_of_request(&mut self, name: &str, exchanged: &Exchanged) {
        let hooks = Arc::clone(&self.observers.hooks);
        let event = RequestEvent {
            name,
            user: self.id,
            iteration: self.iteration,
            answer: exchanged.answer.as_ref().map(|answered| answered.status).map_err(|lost| lost.message.as_str()),
            times: exchanged.times,
            traffic: exchanged.traffic,
        };
        self.running.hooks += hooks.request.iter().map(|hook| hooks.timed(|| hook(&event))).sum::<Duration>();
    }

    /// Shows an exchange to those who want to see all of them.
    pub(super) fn show(&mut self, seen: Exchange) {
        if !self.observers.hooks.failure.is_empty() {
            let kept = &mut self.running.exchanges;
            if kept.len() == FailureEvent::MAX_EXCHANGES {
                kept.remove(0);
            }
            kept.push(seen.clone());
        }
        if self.observers.log.is_some() {
            self.log_last();
            self.running.unlogged = Some(Box::new(seen));
            if !self.running.finds_secrets {
                self.log_last();
            }
        }
    }

    /// Logs the last exchange, if it is not yet.
    pub(crate) fn log_last(&mut self) {
        if let (Some(log), Some(mut seen)) = (&self.observers.log, self.running.unlogged.take()) {
            if self.running.finds_secrets {
                seen.hide_values(&self.redactor.of_log());
            }
            log.offer(*seen);
        }
    }

    /// Makes a URL absolute.
    pub(crate) fn url(&self, url: &str) -> Result<Url, String> {
        let parsed = match (Url::parse(url), &self.clients.settings().host) {
            (Err(url::ParseError::RelativeUrlWithoutBase), Some(host)) => host.join(url),
            (Err(url::ParseError::RelativeUrlWithoutBase), None) => {
                return Err(format!(
                    "'{url}' is relative, and the plan has no host; {}",
                    self.clients.settings().host_remedy
                ));
            }
            (parsed, _) => parsed,
        };
        match parsed {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
            // Without what may be a password.
            Ok(url) => Err(format!("{}: perfloop speaks http and https only", url.scheme())),
            Err(error) => Err(format!("'{url}' is no URL: {error}")),
        }
    }

    pub(crate) fn http_settings(&self) -> &HttpSettings {
        self.clients.settings()
    }

    pub(crate) fn wants_compressed(&self) -> bool {
        self.clients.settings().compressed
    }

    pub(crate) fn default_follow(&self) -> u32 {
        self.clients.settings().follow
    }

    /// A request that could not even be written.
    pub(crate) fn unsendable(&mut self, name: &str, message: String) -> RequestError {
        self.running.asked = true;
        let request = self.request_id(name, true);
        self.running.lost = Some(request);
        self.running.blame.unsent(request);
        RequestError { phase: Phase::Resolve, kind: RequestErrorKind::BadRequest, message, request }
    }

    /// Sends a request that other users send too, and follows no redirect: `fill` sets what changes in the user's copy.
    pub(crate) fn send_filled(
        &mut self,
        shared: &SharedRequest,
        fill: impl FnOnce(&mut Prepared) -> Result<Filled, String>,
    ) -> Result<Response, RequestError> {
        let mut own = self.own.take(shared.index).unwrap_or_else(|| {
            let request = shared.request.own();
            Box::new(OwnRequest { id: self.request_id(&request.name, request.is_named_by_url), request, head: None })
        });
        let result = match fill(&mut own.request) {
            Ok(filled) => {
                own.head = match (own.head.take(), filled) {
                    (_, Filled::Anew) => None,
                    (Some(head), Filled::AsBefore) => Some(head),
                    (None, Filled::AsBefore) => {
                        Some(self.clients.of(None).head_of(own.request.ask(&own.request.headers)))
                    }
                };
                let result = self.exchange(own.id, &own.request, own.head.as_deref());
                self.note(result, None, shared.index)
            }
            Err(message) => Err(self.unsendable(&own.request.name, message)),
        };
        self.own.put(shared.index, own);
        result
    }

    /// This user's copy of a shared request, as it was sent last.
    pub(crate) fn own_request<'a>(&'a self, shared: &'a SharedRequest) -> &'a Prepared {
        self.own.get(shared.index).unwrap_or(&shared.request)
    }

    /// Sends a request and follows at most `hops` redirects.
    pub(crate) fn send(&mut self, request: Prepared, hops: u32) -> Result<Response, RequestError> {
        let id = self.request_id(&request.name, request.is_named_by_url);
        let mut hop = None;
        let result = self.send_as(id, &request, hops, &mut hop);
        self.note(result, Some(Box::new(hop.unwrap_or(request))), 0)
    }

    /// Leaves with an exchange what was sent: the request, or the number of the shared one.
    fn note(
        &mut self,
        result: Result<Response, RequestError>,
        request: Option<Box<Prepared>>,
        index: usize,
    ) -> Result<Response, RequestError> {
        match result {
            Ok(mut response) => {
                let sent = &mut response.captured.sent;
                (sent.request, sent.index) = (request, index);
                Ok(response)
            }
            Err(error) => {
                if let Some(unanswered) = &mut self.running.unanswered {
                    (unanswered.sent.request, unanswered.sent.index) = (request, index);
                }
                Err(error)
            }
        }
    }

    /// Sends a request and follows redirects. The request after the last redirect is left in `last`.
    fn send_as(
        &mut self,
        mut id: RequestId,
        request: &Prepared,
        hops: u32,
        last: &mut Option<Prepared>,
    ) -> Result<Response, RequestError> {
        for hop in 0.. {
            let current = last.as_ref().unwrap_or(request);
            let mut response = self.exchange(id, current, None)?;
            if hops == 0 {
                return Ok(response);
            }
            let status = response.status();
            let next = match led_to(current, status, &response.captured.headers) {
                Ok(None) => return Ok(response),
                Ok(Some(_)) if hop == hops => Err(format!("more than {hops} redirects")),
                Ok(Some(to)) => RedirectRules::default().next(request, current, status, &to),
                Err(message) => Err(message),
            };
            // A hop is gone once the next is sent.
            let sent = mem::take(&mut response.captured.sent);
            let next = next.map_err(|message| {
                self.running.lost = Some(id);
                let times = response.times();
                self.running.unanswered = Some(Box::new(Unanswered { sent, times, message: message.clone() }));
                RequestError { phase: Phase::Receive, kind: RequestErrorKind::Protocol, message, request: id }
            })?;
            id = self.request_id(&next.name, next.is_named_by_url);
            *last = Some(next);
        }
        unreachable!("the loop above ends by returning")
    }

    /// There is no check that a request could be of.
    fn may_not_send(&self, request: RequestId) -> RequestError {
        let was_cut = self.running.has_left || self.slot.is_cut();
        let message = if was_cut { "the run was cut off" } else { IN_NO_CHECK };
        RequestError { phase: Phase::Resolve, kind: RequestErrorKind::Io, message: message.into(), request }
    }

    /// Makes the client of a request with settings of its own, if it is the first.
    fn make_client(&mut self, id: RequestId, request: &Prepared) -> Result<(), RequestError> {
        let Some(settings) = &request.settings else { return Ok(()) };
        self.clients.make(settings).map_err(|error| {
            self.running.lost = Some(id);
            self.running.blame.unsent(id);
            let (phase, kind) = (Phase::Resolve, RequestErrorKind::BadRequest);
            RequestError { phase, kind, message: error.to_string(), request: id }
        })
    }

    /// Makes one exchange and records it. `head` is how the request goes out without cookies, if that is known.
    fn exchange(&mut self, id: RequestId, request: &Prepared, head: Option<&[u8]>) -> Result<Response, RequestError> {
        self.running.asked = true;
        self.settle_agent();
        if !self.may_send() {
            return Err(self.may_not_send(id));
        }
        self.make_client(id, request)?;
        self.recorder.begin_request(id).map_err(|_| self.may_not_send(id))?;
        let is_shown = self.observers.see_all();
        let started = is_shown.then(SystemTime::now);
        self.running.in_exchange = Some(id);
        let uri = &request.uri;
        let repeats = request.options.repeats_cookies;
        let added = |cookies: &Cookies| cookies.added_to(&request.headers, uri, repeats);
        let with_cookies = self.session.lock().cookies.as_deref().and_then(added);
        let headers = with_cookies.as_ref().unwrap_or(&request.headers);
        let head = head.filter(|_| with_cookies.is_none());
        let ask = RequestParts { head, ..request.ask(headers) };
        let exchanged = self.clients.of(request.settings.as_ref()).exchange(ask);
        self.running.in_exchange = None;
        let Exchanged { times, traffic, sent_at, .. } = exchanged;
        let answer = match &exchanged.answer {
            Ok(answered) => Answer::Status(answered.status),
            Err(lost) => Answer::None { kind: lost.kind, phase: lost.phase },
        };
        self.running.tpr += times.setup() + times.response_time();
        self.running.requests += 1;
        self.running.answered += u32::from(exchanged.answer.is_ok());
        let lateness = {
            let lag = &mut self.session.lock().lag;
            let lateness = lag.sent(sent_at, times.setup());
            lag.answered(exchanged.answered_at.unwrap_or_else(Instant::now));
            lateness
        };
        self.recorder.end_request(id, times, lateness, traffic, answer).map_err(|_| self.may_not_send(id))?;
        if let Some(started) = started {
            let seen = self.seen(started, request, headers, &exchanged);
            self.show(seen);
        }
        if !self.observers.hooks.request.is_empty() {
            self.tell_of_request(&request.name, &exchanged);
        }
        self.serial += 1;
        let began = sent_at.and_then(|at| at.checked_sub(times.setup()));
        let is_refused = exchanged.answer.as_ref().is_ok_and(|answered| answered.status == UNSUPPORTED_MEDIA_TYPE);
        let refused_type = is_refused.then(|| told_type(headers));
        let sent = Sent { serial: self.serial, began, headers: with_cookies, refused_type, ..Sent::default() };
        match exchanged.answer {
            Ok(answered) => {
                self.refusals = 0;
                self.running.blame.answered(id);
                if answered.headers.has("set-cookie") {
                    self.take_cookies(uri, &answered.headers);
                }
                Ok(Response::new(id, answered, times, sent))
            }
            Err(lost) => {
                self.refusals = if lost.kind == RequestErrorKind::Refused { self.refusals + 1 } else { 0 };
                self.running.lost = Some(id);
                self.running.blame.lost(id);
                self.running.unanswered = Some(Box::new(Unanswered { sent, times, message: lost.message.clone() }));
                Err(RequestError { phase: lost.phase, kind: lost.kind, message: lost.message, request: id })
            }
        }
    }

    #[inline(never)]
    fn take_cookies(&mut self, from: &Uri, headers: &Headers) {
        self.session.lock().cookies.get_or_insert_default().take(from, headers);
    }

    /// The exchange as the log shows it, sent with these headers.
    pub(super) fn seen(
        &mut self,
        started: SystemTime,
        request: &Prepared,
        headers: &Headers,
        exchanged: &Exchanged,
    ) -> Exchange {
        let answer = match &exchanged.answer {
            Ok(answered) => {
                Ok((answered.status, &answered.headers, &answered.body.kept[..], exchanged.traffic.body_bytes))
            }
            Err(lost) => Err(lost.message.as_str()),
        };
        let mut exchange = self.whole(started, request, headers, exchanged.times, answer, MAX_KEPT_BODY);
        self.redactor.find_sent(headers.iter());
        exchange.hide_values(&self.redactor.of_log());
        exchange
    }

    /// A copy of an exchange, sent with these headers, with at most `limit` bytes of each body.
    pub(crate) fn whole(
        &self,
        started: SystemTime,
        request: &Prepared,
        headers: &Headers,
        times: RequestTimes,
        answer: Result<(u16, &Headers, &[u8], u64), &str>,
        limit: usize,
    ) -> Exchange {
        let sent_body = request.body.as_deref().unwrap_or_default();
        let added = self.clients.of(request.settings.as_ref()).headers_added(request.ask(headers));
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let given = headers.iter();
        let sent = added.chain(given);
        let answer = answer
            .map_err(str::to_owned)
            .map(|(status, headers, body, length)| (status, Message::new(headers.iter(), body, length, limit)));
        Exchange {
            user: self.id,
            iteration: self.iteration,
            started,
            method: request.method.to_string(),
            url: request.uri.to_string(),
            sent: Message::new(sent, sent_body, sent_body.len() as u64, limit),
            answer,
            time: times.setup() + times.response_time(),
            times,
        }
    }
}
