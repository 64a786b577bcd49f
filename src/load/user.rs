//! A user: one thread that behaves as one client. This is what a check is given.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use url::Url;

use super::check::Check;
use super::http::{Client, Exchanged, HttpSettings};
use super::open::WasCut;
use super::recorder::{CheckTimes, Recorder};
use super::request::{Prepared, REFUSALS_BEFORE_PAUSE, RequestBuilder, SharedRequest, redirected};
use super::response::Response;
use super::stop::Stop;
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
    recorder: Recorder,
    stop: Arc<Stop>,
    settings: Arc<HttpSettings>,
    log: Option<Tap<Exchange>>,
    open: OpenCheck,
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
}

/// A user's copy of a shared request.
#[derive(Debug)]
struct OwnRequest {
    id: RequestId,
    request: Prepared,
}

/// What the running check has used so far.
#[derive(Debug, Default)]
struct OpenCheck {
    tpr: Duration,
    requests: u32,
    answered: u32,
    /// Spent resting on purpose.
    thought: Duration,
    /// Being exchanged now.
    in_exchange: Option<RequestId>,
    /// Ended without a usable answer.
    lost: Option<RequestId>,
}

impl User {
    pub(crate) fn new(
        id: u32,
        client: Client,
        recorder: Recorder,
        stop: Arc<Stop>,
        settings: Arc<HttpSettings>,
        log: Option<Tap<Exchange>>,
    ) -> Self {
        User {
            id,
            iteration: 0,
            client,
            recorder,
            stop,
            settings,
            log,
            open: OpenCheck::default(),
            refusals: 0,
            busy_since: Instant::now(),
            due: None,
            last_arrival: None,
            own: Vec::new(),
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

    /// Begins a DELETE request; see [`get`](Self::get).
    pub fn delete(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("DELETE", url)
    }

    /// Begins a request of any method; see [`get`](Self::get).
    pub fn request(&mut self, method: &str, url: &str) -> RequestBuilder<'_> {
        RequestBuilder::new(self, method, url)
    }

    /// Rests, as a person does between two steps; the stop ends it early. Not part of TPR.
    pub fn think(&mut self, time: Duration) {
        let began = Instant::now();
        let planned_end = after(began, time);
        let slept_to_the_end = self.stop.sleep_until(planned_end);
        // What it slept too long is the tester's doing.
        let end = if slept_to_the_end { planned_end } else { Instant::now() };
        self.open.thought += end.saturating_duration_since(began);
    }

    /// Runs a check once and records how it ended.
    pub(crate) fn run(&mut self, id: CheckId, check: &Check) -> Result<(), WasCut> {
        let started = Instant::now();
        self.recorder.begin_check(id, started)?;
        self.open = OpenCheck::default();
        let outcome = check.run(self);
        let ended = Instant::now();
        let elapsed = ended.saturating_duration_since(started);
        let OpenCheck { tpr, requests, answered, thought, .. } = self.open;
        let tpr = if requests == 0 { elapsed.saturating_sub(thought) } else { tpr };
        let busy = ended.saturating_duration_since(self.busy_since).saturating_sub(thought);
        self.busy_since = ended;
        self.recorder.end_check(id, ended, CheckTimes { tpr, elapsed, busy, requests, answered }, outcome)
    }

    /// Begins an iteration that was planned for this moment; `is_due` when the plan does not depend on the answers.
    pub(crate) fn begin_iteration(&mut self, iteration: u64, planned: Instant, is_due: bool) {
        // It may be late because the iteration before it took so long.
        self.busy_since = if iteration == 1 { planned } else { planned.max(self.busy_since) };
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
        if self.own.len() <= shared.slot {
            self.own.resize_with(shared.slot + 1, || None);
        }
        let own = self.own[shared.slot].take().unwrap_or_else(|| {
            let request = shared.request.own();
            Box::new(OwnRequest { id: self.recorder.request_id(&request.name), request })
        });
        let result = self.send_as(own.id, &own.request, hops);
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
        let started = self.log.is_some().then(SystemTime::now);
        self.open.in_exchange = Some(id);
        let exchanged = self.client.exchange(&request.method, &request.uri, &request.headers, request.body.as_deref());
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
        if let (Some(log), Some(started)) = (&self.log, started) {
            log.offer(self.seen(started, request, &exchanged));
        }
        match exchanged.answer {
            Ok(answered) => {
                self.refusals = 0;
                Ok(Response::new(id, answered, traffic.body_bytes, times))
            }
            Err(lost) => {
                self.refusals = if lost.kind == RequestErrorKind::Refused { self.refusals + 1 } else { 0 };
                self.open.lost = Some(id);
                Err(RequestError { phase: lost.phase, kind: lost.kind, message: lost.message, request: id })
            }
        }
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

    /// The exchange as the log shows it.
    fn seen(&self, started: SystemTime, request: &Prepared, exchanged: &Exchanged) -> Exchange {
        let sent_body = request.body.as_deref().unwrap_or_default();
        let added = self.client.headers_added(&request.uri, &request.headers, request.body.as_deref());
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let given = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
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
