//! A user: one thread that behaves as one client. This is what a check is given.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;
use url::Url;

use super::check::Check;
use super::cookies::Cookies;
use super::hooks::{FailureEvent, Hooks, RequestEvent};
use super::http::{Client, Exchanged, HeaderMap, HttpSettings, SET_COOKIE, Uri};
use super::open::NoMore;
use super::prepared::{Prepared, SharedRequest, redirected};
use super::recorder::{CheckTimes, Recorder};
use super::request::{REFUSALS_BEFORE_PAUSE, RequestBuilder};
use super::response::Response;
use super::shift::Shift;
use super::state::State;
use crate::exchange::{Exchange, Message};
use crate::outcome::{Outcome, Reason, RequestError, RequestErrorKind};
use crate::queue::Tap;
use crate::sample::{Answer, CheckId, Lateness, Phase, RequestId, RequestTimes, Traffic};
use crate::units::after;

/// One simulated user, as a check sees it: makes requests, and knows which user and iteration it is.
#[derive(Debug)]
pub struct User {
    id: u32,
    iteration: u64,
    client: Client,
    pub(super) recorder: Recorder,
    shift: Arc<Shift>,
    settings: Arc<HttpSettings>,
    hooks: Arc<Hooks>,
    log: Option<Tap<Exchange>>,
    pub(super) rng: Rng,
    /// What the author keeps for this user.
    pub(super) state: State,
    pub(super) open: OpenCheck,
    /// Connections refused since the last one that was not.
    refusals: u32,
    /// Since when its time is somebody's: the service's or the tester's.
    busy_since: Instant,
    /// When the next request was to be sent, if that is planned.
    due: Option<Instant>,
    /// When the last answer arrived.
    last_arrival: Option<Instant>,
    /// This user's copies of the shared requests, by their numbers.
    own: Vec<Option<Box<OwnRequest>>>,
    /// The row this user has of the command line's feed, and the iteration it was taken for.
    pub(crate) row_of_iteration: Option<(u64, usize)>,
    /// Made when the first is set: most users of a large run have none.
    cookies: Option<Box<Cookies>>,
}

/// What a user is given.
pub(crate) struct Equipment {
    pub(crate) client: Client,
    pub(crate) recorder: Recorder,
    pub(crate) shift: Arc<Shift>,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) log: Option<Tap<Exchange>>,
    /// What its random choices follow from.
    pub(crate) seed: u64,
}

/// A user's copy of a shared request.
#[derive(Debug)]
struct OwnRequest {
    id: RequestId,
    request: Prepared,
}

/// What the running check has used so far.
#[derive(Debug, Default)]
pub(super) struct OpenCheck {
    pub(super) tpr: Duration,
    pub(super) requests: u32,
    pub(super) answered: u32,
    /// Spent resting on purpose.
    thought: Duration,
    /// Spent in the author's hooks.
    hooks: Duration,
    /// The first thing it measured itself that did not go well.
    pub(super) recorded: Option<Outcome>,
    /// Its last exchanges, when somebody wants to see those of a failure.
    exchanges: Vec<Exchange>,
    /// Being exchanged now.
    in_exchange: Option<RequestId>,
    /// Ended without a usable answer.
    lost: Option<RequestId>,
    /// It wanted a row of a feed that has none left.
    has_no_row: bool,
}

impl User {
    pub(crate) fn new(id: u32, equipment: Equipment) -> Self {
        let Equipment { client, recorder, shift, settings, hooks, log, seed } = equipment;
        User {
            id,
            iteration: 0,
            client,
            recorder,
            shift,
            settings,
            hooks,
            log,
            rng: Rng::with_seed(seed),
            state: State::default(),
            open: OpenCheck::default(),
            refusals: 0,
            busy_since: Instant::now(),
            due: None,
            last_arrival: None,
            own: Vec::new(),
            row_of_iteration: None,
            cookies: None,
        }
    }

    /// Which user this is, counted from 1.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Which of its iterations this is, counted from 1.
    pub fn iteration(&self) -> u64 {
        self.iteration
    }

    /// Begins a GET request. A URL that starts with `/` is relative to the plan's host.
    pub fn get(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("GET", url)
    }

    /// Begins a POST request; see [`get`](Self::get).
    pub fn post(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("POST", url)
    }

    /// Begins a PUT request; see [`get`](Self::get).
    pub fn put(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("PUT", url)
    }

    /// Begins a PATCH request; see [`get`](Self::get).
    pub fn patch(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("PATCH", url)
    }

    /// Begins a HEAD request, whose answer has no body; see [`get`](Self::get).
    pub fn head(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("HEAD", url)
    }

    /// Begins a DELETE request; see [`get`](Self::get).
    pub fn delete(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("DELETE", url)
    }

    /// Begins a request of any method; see [`get`](Self::get).
    pub fn request(&mut self, method: &str, url: &str) -> RequestBuilder<'_> {
        RequestBuilder::new(self, method, url)
    }

    /// Name and value of all cookies this user has, whatever host they belong to. What an answer sets is sent with
    /// the user's next requests to where it belongs (RFC 6265), in later checks and iterations too. Two hosts below
    /// the same public suffix, such as `co.uk`, are not kept apart when one sets a cookie for the suffix.
    pub fn cookies(&self) -> Vec<(String, String)> {
        self.cookies.as_deref().map(Cookies::list).unwrap_or_default()
    }

    /// Forgets all cookies, as a new client has none.
    pub fn clear_cookies(&mut self) {
        self.cookies = None;
    }

    /// Rests, as a person does between two steps; the stop ends it early. Not part of TPR.
    pub fn think(&mut self, time: Duration) {
        let began = Instant::now();
        let planned_end = after(began, time);
        let slept_to_the_end = self.shift.sleep_until(planned_end);
        // What it slept too long is the tester's doing.
        let end = if slept_to_the_end { planned_end } else { Instant::now() };
        self.open.thought += end.saturating_duration_since(began);
    }

    /// The user begins its work, which was planned for this moment.
    pub(crate) fn begin(&mut self, planned: Instant) {
        self.busy_since = planned;
    }

    /// What the user's random choices are drawn from.
    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// Calls a hook of the author's with this user.
    pub(crate) fn call(&mut self, hook: impl FnOnce(&mut User)) {
        let hooks = Arc::clone(&self.hooks);
        hooks.timed(|| hook(self));
    }

    /// Runs a check once and records how it ended. True if it passed.
    pub(crate) fn run(&mut self, id: CheckId, check: &Check) -> Result<bool, NoMore> {
        let started = Instant::now();
        self.recorder.begin_check(id, started)?;
        self.open = OpenCheck::default();
        let mut outcome = check.run(self);
        if self.open.has_no_row {
            // Without its data it tested nothing, so that it is neither a pass nor a fail.
            self.recorder.forget_check()?;
            return Err(NoMore);
        }
        let ended = Instant::now();
        if let (Outcome::Pass, Some(recorded)) = (&outcome, self.open.recorded.take()) {
            outcome = recorded;
        }
        let elapsed = ended.saturating_duration_since(started);
        let passed = outcome == Outcome::Pass;
        if !passed && !self.hooks.failure.is_empty() {
            self.tell_of_failure(&check.name, &outcome);
        }
        let OpenCheck { tpr, requests, answered, thought, hooks, .. } = self.open;
        let tpr = if requests == 0 { elapsed.saturating_sub(thought) } else { tpr };
        let done = if passed { ended } else { Instant::now() };
        let busy = done.saturating_duration_since(self.busy_since).saturating_sub(thought);
        self.busy_since = done;
        let times = CheckTimes { tpr, elapsed, busy, hooks, requests, answered };
        self.recorder.end_check(id, ended, times, outcome)?;
        Ok(passed)
    }

    /// The running check wanted a row of this feed, which has none left: the run ends.
    pub(crate) fn has_no_row(&mut self, feed: &Arc<str>) {
        self.open.has_no_row = true;
        self.shift.used_up(feed);
    }

    /// Calls the hooks for failures, whose time is the tester's.
    fn tell_of_failure(&mut self, check: &str, outcome: &Outcome) {
        let hooks = Arc::clone(&self.hooks);
        let exchanges = std::mem::take(&mut self.open.exchanges);
        let (user, iteration) = (self.id, self.iteration);
        let event = FailureEvent { check, user, iteration, outcome, exchanges: &exchanges };
        self.open.hooks += hooks.failure.iter().map(|hook| hooks.timed(|| hook(&event))).sum::<Duration>();
    }

    /// Calls the hooks for requests.
    fn tell_of_request(&mut self, name: &str, exchanged: &Exchanged) {
        let hooks = Arc::clone(&self.hooks);
        let event = RequestEvent {
            name,
            user: self.id,
            iteration: self.iteration,
            answer: exchanged.answer.as_ref().map(|answered| answered.status).map_err(|lost| lost.message.as_str()),
            times: exchanged.times,
            traffic: exchanged.traffic,
        };
        self.open.hooks += hooks.request.iter().map(|hook| hooks.timed(|| hook(&event))).sum::<Duration>();
    }

    /// Shows an exchange to those who want to see all of them.
    fn show(&mut self, seen: Exchange) {
        if !self.hooks.failure.is_empty() {
            let kept = &mut self.open.exchanges;
            if kept.len() == FailureEvent::MAX_EXCHANGES {
                kept.remove(0);
            }
            kept.push(seen.clone());
        }
        if let Some(log) = &self.log {
            log.offer(seen);
        }
    }

    /// Begins an iteration that was planned for this moment; `is_due` when the plan does not depend on the answers.
    pub(crate) fn begin_iteration(&mut self, iteration: u64, planned: Instant, is_due: bool) {
        // It may be late because the iteration before it took so long.
        self.busy_since = planned.max(self.busy_since);
        self.due = is_due.then_some(planned);
        self.iteration = iteration;
    }

    /// Counts iterations that were due and never begun.
    pub(crate) fn missed(&self, count: u64) {
        if count > 0 {
            self.recorder.missed(count);
        }
    }

    /// Refused so often in a row that it should rest; the rest is recorded.
    pub(crate) fn must_pause(&self, pause: Duration) -> bool {
        let must = self.refusals >= REFUSALS_BEFORE_PAUSE;
        if must {
            self.recorder.pause(pause);
        }
        must
    }

    /// What a panic of the running check is: an exception when it may have come of a request without an answer.
    pub(crate) fn outcome_of_panic(&mut self, message: String) -> Outcome {
        if let Some(request) = self.open.in_exchange.take() {
            let answer = Answer::None { kind: RequestErrorKind::Io, phase: Phase::Send };
            // A cut has counted the request already, and will count the check.
            let _ = self.recorder.end_request(request, RequestTimes::default(), None, Traffic::default(), answer);
            self.open.lost = Some(request);
        }
        match self.open.lost {
            Some(_) => Outcome::Exception(Reason { message, detail: None, request: self.open.lost }),
            None => Outcome::Fail(message.into()),
        }
    }

    /// Makes a URL absolute.
    pub(crate) fn url(&self, url: &str) -> Result<Url, String> {
        let parsed = match (Url::parse(url), &self.settings.host) {
            (Err(url::ParseError::RelativeUrlWithoutBase), Some(host)) => host.join(url),
            (Err(url::ParseError::RelativeUrlWithoutBase), None) => {
                return Err(format!(
                    "'{url}' is relative, and the plan has no host; give --host, or PERFLOOP_HOST to a test target"
                ));
            }
            (parsed, _) => parsed,
        };
        match parsed {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
            Ok(url) => Err(format!("{url}: perfloop speaks http and https only")),
            Err(error) => Err(format!("'{url}' is no URL: {error}")),
        }
    }

    pub(crate) fn default_follow(&self) -> u32 {
        self.settings.follow
    }

    /// A request that could not even be written.
    pub(crate) fn unsendable(&mut self, name: &str, message: String) -> RequestError {
        let request = self.recorder.request_id(name);
        RequestError { phase: Phase::Resolve, kind: RequestErrorKind::BadRequest, message, request }
    }

    /// Sends a request that other users send too.
    pub(crate) fn send_shared(&mut self, shared: &SharedRequest, hops: u32) -> Result<Response, RequestError> {
        self.send_filled(shared, hops, |_| Ok(()))
    }

    /// The same for a request that changes: `fill` sets in the user's copy what does.
    pub(crate) fn send_filled(
        &mut self,
        shared: &SharedRequest,
        hops: u32,
        fill: impl FnOnce(&mut Prepared) -> Result<(), String>,
    ) -> Result<Response, RequestError> {
        if self.own.len() <= shared.slot {
            self.own.resize_with(shared.slot + 1, || None);
        }
        let mut own = self.own[shared.slot].take().unwrap_or_else(|| {
            let request = shared.request.own();
            Box::new(OwnRequest { id: self.recorder.request_id(&request.name), request })
        });
        let result = match fill(&mut own.request) {
            Ok(()) => self.send_as(own.id, &own.request, hops),
            Err(message) => Err(self.unsendable(&own.request.name, message)),
        };
        self.own[shared.slot] = Some(own);
        result
    }

    /// Sends a request and follows at most `hops` redirects.
    pub(crate) fn send(&mut self, request: &Prepared, hops: u32) -> Result<Response, RequestError> {
        let id = self.recorder.request_id(&request.name);
        self.send_as(id, request, hops)
    }

    fn send_as(&mut self, mut id: RequestId, request: &Prepared, hops: u32) -> Result<Response, RequestError> {
        let mut current = Cow::Borrowed(request);
        for hop in 0.. {
            let response = self.exchange(id, &current)?;
            let is_redirect = matches!(response.status(), 301..=303 | 307 | 308);
            let location = if is_redirect { response.header("location") } else { None };
            let Some(location) = location.filter(|_| hops > 0) else { return Ok(response) };
            let next = if hop == hops {
                Err(format!("more than {hops} redirects"))
            } else {
                redirected(&current, response.status(), location)
            };
            let next = next.map_err(|message| {
                self.open.lost = Some(id);
                RequestError { phase: Phase::Receive, kind: RequestErrorKind::Protocol, message, request: id }
            })?;
            id = self.recorder.request_id(&next.name);
            current = Cow::Owned(next);
        }
        unreachable!("the loop above ends by returning")
    }

    /// Makes one exchange and records it.
    fn exchange(&mut self, id: RequestId, request: &Prepared) -> Result<Response, RequestError> {
        let was_cut = |_| RequestError {
            phase: Phase::Resolve,
            kind: RequestErrorKind::Io,
            message: "the run was cut off".into(),
            request: id,
        };
        self.recorder.begin_request(id).map_err(was_cut)?;
        let is_shown = self.log.is_some() || !self.hooks.failure.is_empty();
        let started = is_shown.then(SystemTime::now);
        self.open.in_exchange = Some(id);
        let Prepared { method, uri, timeout, .. } = request;
        let with_cookies = self.cookies.as_deref().and_then(|cookies| cookies.added_to(&request.headers, uri));
        let headers = with_cookies.as_ref().unwrap_or(&request.headers);
        let exchanged = self.client.exchange(method, uri, headers, request.body.as_deref(), *timeout);
        self.open.in_exchange = None;
        let Exchanged { times, traffic, .. } = exchanged;
        let answer = match &exchanged.answer {
            Ok(answered) => Answer::Status(answered.status),
            Err(lost) => Answer::None { kind: lost.kind, phase: lost.phase },
        };
        self.open.tpr += times.setup() + times.response_time();
        self.open.requests += 1;
        self.open.answered += u32::from(exchanged.answer.is_ok());
        let lateness = self.lateness(exchanged.sent_at, times);
        self.last_arrival = exchanged.answered_at.or(self.last_arrival);
        self.recorder.end_request(id, times, lateness, traffic, answer).map_err(was_cut)?;
        if let Some(started) = started {
            let seen = self.seen(started, request, headers, &exchanged);
            self.show(seen);
        }
        if !self.hooks.request.is_empty() {
            self.tell_of_request(&request.name, &exchanged);
        }
        match exchanged.answer {
            Ok(answered) => {
                self.refusals = 0;
                if answered.headers.contains_key(SET_COOKIE) {
                    self.take_cookies(uri, &answered.headers);
                }
                Ok(Response::new(id, answered, traffic.body_bytes, times))
            }
            Err(lost) => {
                self.refusals = if lost.kind == RequestErrorKind::Refused { self.refusals + 1 } else { 0 };
                self.open.lost = Some(id);
                Err(RequestError { phase: lost.phase, kind: lost.kind, message: lost.message, request: id })
            }
        }
    }

    #[inline(never)]
    fn take_cookies(&mut self, from: &Uri, headers: &HeaderMap) {
        self.cookies.get_or_insert_default().take(from, headers);
    }

    /// How late a request with a due time was sent, and whose doing it was. Only the first request of an
    /// iteration has one.
    fn lateness(&mut self, sent_at: Option<Instant>, times: RequestTimes) -> Option<Lateness> {
        let (due, sent_at) = (self.due.take()?, sent_at?);
        let previous = self.last_arrival.unwrap_or(due);
        let could_begin = due.max(previous);
        Some(Lateness {
            server: previous.saturating_duration_since(due),
            tester: sent_at.saturating_duration_since(could_begin).saturating_sub(times.setup()),
        })
    }

    /// The exchange as the log shows it, sent with these headers.
    fn seen(&self, started: SystemTime, request: &Prepared, headers: &HeaderMap, exchanged: &Exchanged) -> Exchange {
        let sent_body = request.body.as_deref().unwrap_or_default();
        let added = self.client.headers_added(&request.uri, headers, request.body.as_deref());
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let given = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let sent = added.chain(given);
        let answer = match &exchanged.answer {
            Ok(answered) => {
                let headers = answered.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
                Ok((answered.status, Message::new(headers, &answered.body, exchanged.traffic.body_bytes)))
            }
            Err(lost) => Err(lost.message.clone()),
        };
        Exchange {
            user: self.id,
            iteration: self.iteration,
            started,
            method: request.method.to_string(),
            url: request.uri.to_string(),
            sent: Message::new(sent, sent_body, sent_body.len() as u64),
            answer,
            time: exchanged.times.setup() + exchanged.times.response_time(),
        }
    }
}
