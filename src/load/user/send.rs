//! A user's exchanges with services: each is sent, recorded and shown to whom it concerns.

use std::mem;
use std::time::SystemTime;

use url::Url;

use super::User;
use super::capture::{self, Sent, Unanswered};
use super::cookies::Cookies;
use super::prepared::Prepared;
use super::redirect::{RedirectRules, led_to};
use super::response::Response;
use super::running_check::WAS_CUT;
use super::shared_requests::{Filled, OwnRequest, SharedRequest};
use crate::exchange::{Exchange, MAX_KEPT_BODY, Message};
use crate::ids::RequestId;
use crate::load::check::hooks::FailureEvent;
use crate::load::http::{Exchanged, Headers, HttpSettings, Lost, RequestParts};
use crate::load::pool::recorder::EndedRequest;
use crate::outcome::{RequestError, RequestErrorKind};
use crate::phase::Phase;
use crate::sample::RequestTimes;

/// Why a hook can make no request.
const IN_NO_CHECK: &str =
    "only checks make requests; give the class of users an on_start or on_stop instead of this hook";

impl User {
    /// Shows an exchange, sent with these headers, to those who want to see all of them.
    ///
    /// Not inlined: a copy of an exchange takes much of the stack, and few runs make any.
    #[inline(never)]
    pub(super) fn show(&mut self, started: SystemTime, request: &Prepared, headers: &Headers, exchanged: &Exchanged) {
        let seen = self.seen(started, request, headers, exchanged);
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
    #[cold]
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
        let mut own = self.own.take(shared.index).unwrap_or_else(|| self.copy_of(shared));
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

    #[cold]
    fn copy_of(&mut self, shared: &SharedRequest) -> Box<OwnRequest> {
        let request = shared.request.own();
        Box::new(OwnRequest { id: self.request_id(&request.name, request.is_named_by_url), request, head: None })
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
    #[cold]
    fn may_not_send(&self, request: RequestId) -> RequestError {
        let was_cut = self.running.has_left || self.slot.is_cut();
        let message = if was_cut { WAS_CUT } else { IN_NO_CHECK };
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
        let client = self.clients.of(request.settings.as_ref());
        if let Some((headers, body)) = capture::take_spare() {
            client.reuse(headers, body.kept);
        }
        let exchanged = client.exchange(ask);
        self.running.in_exchange = None;
        let Exchanged { ended, times, traffic, .. } = exchanged;
        let lateness = self.session.lock().note(uri, &exchanged);
        let ended = EndedRequest { request: id, ended, times, lateness, traffic, answer: exchanged.ending() };
        self.recorder.end_request(ended).map_err(|_| self.may_not_send(id))?;
        let mut sent = self.account_for(id, request, headers, &exchanged, started);
        sent.headers = with_cookies;
        match exchanged.answer {
            Ok(answered) => Ok(Response::new(id, answered, times, sent)),
            Err(lost) => Err(self.lose(id, lost, times, sent)),
        }
    }

    /// There is no usable answer to a request.
    #[cold]
    fn lose(&mut self, request: RequestId, lost: Lost, times: RequestTimes, sent: Sent) -> RequestError {
        let Lost { phase, kind, message } = lost;
        self.running.unanswered = Some(Box::new(Unanswered { sent, times, message: message.clone() }));
        RequestError { phase, kind, message, request }
    }

    /// The exchange as the log shows it, sent with these headers.
    fn seen(&mut self, started: SystemTime, request: &Prepared, headers: &Headers, exchanged: &Exchanged) -> Exchange {
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
