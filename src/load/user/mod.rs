//! A user: one thread that behaves as one client. This is what a check is given.

pub(crate) mod blame;
pub(crate) mod capture;
pub(crate) mod cookies;
pub(crate) mod feed;
pub(crate) mod lag;
pub(crate) mod location;
pub(crate) mod multipart;
pub(crate) mod prepared;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod response_parts;
pub(crate) mod rest;
pub(crate) mod send;
pub(crate) mod set_cookie;
pub(crate) mod state;
pub(crate) mod timed;

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use url::Url;

use super::check::Check;
use super::http::{Client, ClientCache, HttpSettings, Interrupt};
use crate::exchange::{Exchange, Flight};
use crate::load::check::hooks::{FailureEvent, Hooks};
use crate::load::pool::in_flight::NoMore;
use crate::load::pool::recorder::{CheckTimes, Recorder};
use crate::load::pool::user_slot::UserSlot;
use crate::outcome::{Outcome, Reason, RequestErrorKind, panic_tells_of_no_answer};
use crate::queue::Tap;
use crate::redact::Redactor;
use crate::sample::{Answer, CheckId, Phase, RequestId, RequestTimes, Traffic};
use blame::Blame;
use capture::{Told, Unanswered};
use cookies::Cookies;
use lag::Lag;
use prepared::Prepared;
use request::{REFUSALS_BEFORE_PAUSE, RequestBuilder};
use state::State;

/// One simulated user, as a check sees it: makes requests, and knows which user and iteration it is.
#[derive(Debug)]
pub struct User {
    pub(crate) id: u32,
    pub(crate) iteration: u64,
    pub(crate) client: Client,
    /// Those of settings other than the plan's, made when they are needed.
    pub(crate) others: Vec<(Arc<HttpSettings>, Client)>,
    pub(crate) factories: Arc<ClientCache>,
    pub(crate) interrupt: Interrupt,
    pub(crate) recorder: Recorder,
    pub(crate) slot: Arc<UserSlot>,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) log: Option<Tap<Exchange>>,
    /// What nobody is to see.
    pub(crate) redactor: Redactor,
    pub(crate) flight: Flight,
    /// What the flight recorder knows of this user's failures.
    pub(crate) told: Option<Told>,
    /// Requests it has sent.
    pub(crate) serial: u64,
    pub(crate) rng: Rng,
    /// What the author keeps for this user.
    pub(crate) state: State,
    pub(crate) running: RunningCheck,
    /// Connections refused since the last one that was not.
    pub(crate) refusals: u32,
    /// Since when its time is somebody's: the service's or the tester's.
    busy_since: Instant,
    pub(crate) lag: Lag,
    /// What it has rested on purpose in its life.
    pub(crate) rested: Duration,
    /// No check of its iteration has begun.
    opens_iteration: bool,
    /// This user's copies of the shared requests, by their numbers.
    pub(crate) own: Vec<Option<Box<OwnRequest>>>,
    /// The row this user has of the command line's feed, and the iteration it was taken for.
    pub(crate) row_of_iteration: Option<(u64, usize)>,
    /// Made when the first is set: most users of a large run have none.
    pub(crate) cookies: CookieJar,
}

/// The cookies of a user. None are no jar.
pub(crate) type CookieJar = Option<Box<Cookies>>;

/// What a user is given.
pub(crate) struct UserParts {
    pub(crate) client: Client,
    pub(crate) factories: Arc<ClientCache>,
    pub(crate) interrupt: Interrupt,
    pub(crate) recorder: Recorder,
    pub(crate) slot: Arc<UserSlot>,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) log: Option<Tap<Exchange>>,
    pub(crate) redactor: Redactor,
    pub(crate) flight: Flight,
    /// What its random choices follow from.
    pub(crate) seed: u64,
}

/// A user's copy of a shared request.
#[derive(Debug)]
pub(crate) struct OwnRequest {
    pub(crate) id: RequestId,
    pub(crate) request: Prepared,
}

/// What the running check has used so far.
#[derive(Debug, Default)]
pub(crate) struct RunningCheck {
    pub(crate) tpr: Duration,
    pub(crate) requests: u32,
    pub(crate) answered: u32,
    /// Spent resting on purpose.
    pub(crate) thought: Duration,
    /// Spent in the author's hooks.
    pub(crate) hooks: Duration,
    /// The first thing it measured itself that did not go well.
    pub(crate) recorded: Option<Outcome>,
    /// Its last exchanges, when somebody wants to see those of a failure.
    pub(crate) exchanges: Vec<Exchange>,
    /// Being exchanged now.
    pub(crate) in_exchange: Option<RequestId>,
    /// Ended without a usable answer.
    pub(crate) lost: Option<RequestId>,
    /// What its requests have told of going wrong.
    pub(crate) blame: Blame,
    /// The last that did, whole.
    pub(crate) unanswered: Option<Box<Unanswered>>,
    /// Its last exchange, for the log, while the answer may still show what is secret in it.
    pub(crate) unlogged: Option<Exchange>,
    /// What is secret comes to be known when the answer is looked at.
    pub(crate) finds_secrets: bool,
    /// It wanted a row of a feed that has none left.
    has_no_row: bool,
    /// It has asked for a request, sent or not.
    pub(crate) asked: bool,
    /// It began after the stop, as the end of a user does: its rests go through it.
    pub(crate) is_after_stop: bool,
    /// The stop has ended a rest of it: what comes after would come too early.
    pub(crate) rest_was_cut: bool,
    /// It is counted as unfinished already.
    pub(crate) has_left: bool,
}

impl User {
    pub(crate) fn new(id: u32, equipment: UserParts) -> Self {
        let UserParts { client, factories, interrupt, recorder, slot, settings, hooks, log, redactor, flight, seed } =
            equipment;
        User {
            id,
            iteration: 0,
            client,
            others: Vec::new(),
            factories,
            interrupt,
            recorder,
            slot,
            settings,
            hooks,
            log,
            redactor,
            flight,
            told: None,
            serial: 0,
            rng: Rng::with_seed(seed),
            state: State::default(),
            running: RunningCheck::default(),
            refusals: 0,
            busy_since: Instant::now(),
            lag: Lag::default(),
            rested: Duration::ZERO,
            opens_iteration: false,
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

    /// What relative URLs are relative to, for clients of the author's own: `--host`, or what the plan says.
    pub fn host(&self) -> Option<&Url> {
        self.settings.host.as_ref()
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

    /// Sets a cookie, written as a line of a Netscape cookie file. What is no such line is passed over.
    pub(crate) fn set_cookie(&mut self, line: &str) {
        self.cookies.get_or_insert_default().add_line(line);
    }

    /// The run ends, or this user is not wanted any more.
    pub(crate) fn is_leaving(&self) -> bool {
        self.slot.is_over()
    }

    /// Gives the user another jar of cookies, and returns the one it had.
    pub(crate) fn change_cookies(&mut self, jar: CookieJar) -> CookieJar {
        std::mem::replace(&mut self.cookies, jar)
    }

    /// The user begins its work, which was planned for this moment.
    pub(crate) fn begin(&mut self, planned: Instant) {
        self.busy_since = planned;
    }

    /// The end of its last check.
    pub(crate) fn was_busy_until(&self) -> Instant {
        self.busy_since
    }

    /// How many requests its last check made.
    pub(crate) fn requests_of_check(&self) -> u32 {
        self.running.requests
    }

    /// What the user's random choices are drawn from.
    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// What nobody is to see of the running check.
    pub(crate) fn redactor(&mut self) -> &mut Redactor {
        &mut self.redactor
    }

    /// The answers of the running check may show what is secret, once they are looked at: until then the log waits.
    pub(crate) fn finds_secrets(&mut self) {
        self.running.finds_secrets = true;
    }

    /// The number of a request name, without what is secret in it.
    pub(crate) fn request_id(&mut self, name: &str, is_by_url: bool) -> RequestId {
        if self.redactor.has_no_value() {
            return self.recorder.request_id(name, is_by_url);
        }
        let mut name = name.to_owned();
        self.redactor.hide_values(&mut name);
        self.recorder.request_id(&name, is_by_url)
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
        let (is_after_stop, opens_iteration) = (self.slot.is_stopped(), std::mem::take(&mut self.opens_iteration));
        self.running = RunningCheck { is_after_stop, asked: check.asks, ..RunningCheck::default() };
        let serial = self.serial;
        self.redactor.begin();
        let mut outcome = check.run(self);
        self.log_last();
        if self.running.has_no_row {
            // Without its data it tested nothing, so that it is neither a pass nor a fail.
            self.recorder.forget_check()?;
            return Err(NoMore);
        }
        if self.running.has_left {
            self.recorder.come_home()?;
            return Err(NoMore);
        }
        let ended = Instant::now();
        if let (Outcome::Pass, Some(recorded)) = (&outcome, self.running.recorded.take()) {
            outcome = recorded;
        }
        if let Outcome::Fail(reason) | Outcome::Exception(reason) = &mut outcome {
            self.find_what_was_sent(serial);
            reason.clean(&self.redactor);
        }
        let blamed = self.running.blame.settle(&mut outcome);
        let elapsed = ended.saturating_duration_since(started);
        let passed = outcome == Outcome::Pass;
        if !passed && !self.hooks.failure.is_empty() {
            self.tell_of_failure(&check.name, &outcome);
        }
        let RunningCheck { tpr, requests, answered, thought, hooks, asked, .. } = self.running;
        let tpr = if requests == 0 { elapsed.saturating_sub(thought) } else { tpr };
        let recorded = self.recording(id, &outcome, ended, tpr, serial);
        let done = if passed { ended } else { Instant::now() };
        let busy = done.saturating_duration_since(self.busy_since).saturating_sub(thought);
        self.busy_since = done;
        let times = CheckTimes { tpr, elapsed, busy, hooks, requests, answered, asked, opens_iteration };
        self.recorder.end_check(id, ended, times, outcome, blamed)?;
        recorded.into_iter().for_each(|recorded| self.flight.offer(recorded));
        Ok(passed)
    }

    /// The running check wanted a row of this feed, which has none left: the run ends.
    pub(crate) fn has_no_row(&mut self, feed: &Arc<str>) {
        self.running.has_no_row = true;
        self.slot.used_up(feed);
    }

    /// Calls the hooks for failures, whose time is the tester's.
    fn tell_of_failure(&mut self, check: &str, outcome: &Outcome) {
        let hooks = Arc::clone(&self.hooks);
        let exchanges = std::mem::take(&mut self.running.exchanges);
        let (user, iteration) = (self.id, self.iteration);
        let event = FailureEvent { check, user, iteration, outcome, exchanges: &exchanges };
        self.running.hooks += hooks.failure.iter().map(|hook| hooks.timed(|| hook(&event))).sum::<Duration>();
    }

    /// Begins an iteration that was planned for this moment; `is_due` when the plan does not depend on the answers.
    pub(crate) fn begin_iteration(&mut self, iteration: u64, planned: Instant, is_due: bool) {
        // It may be late because the iteration before it took so long.
        self.busy_since = planned.max(self.busy_since);
        self.lag.begin(is_due.then_some(planned));
        self.iteration = iteration;
        self.opens_iteration = true;
        self.recorder.begin_iteration(iteration);
    }

    /// Counts itself as lost: its start did not pass.
    pub(crate) fn lost(&self) {
        self.recorder.lost();
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

    /// What a panic of the running check is: an exception when it may have come of a request without an answer, or says
    /// so itself.
    pub(crate) fn outcome_of_panic(&mut self, message: String) -> Outcome {
        if let Some(request) = self.running.in_exchange.take() {
            let answer = Answer::None { kind: RequestErrorKind::Io, phase: Phase::Send };
            // A cut has counted the request already, and will count the check.
            let _ = self.recorder.end_request(request, RequestTimes::default(), None, Traffic::default(), answer);
            self.running.lost = Some(request);
            self.running.blame.lost(request);
        }
        match self.running.lost {
            Some(_) => Outcome::Exception(Reason { message, detail: None, request: self.running.lost }),
            None if panic_tells_of_no_answer(&message) => Outcome::Exception(message.into()),
            None => Outcome::Fail(message.into()),
        }
    }
}
