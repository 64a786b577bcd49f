//! User: one thread that behaves as one client, as a check sees it.

pub(crate) mod account;
pub(crate) mod agent;
pub(crate) mod agent_log;
pub(crate) mod authorization;
pub(crate) mod blame;
pub(crate) mod capture;
pub(crate) mod check_run;
pub(crate) mod clients;
pub(crate) mod cookies;
pub(crate) mod failure_history;
pub(crate) mod feed;
pub(crate) mod lag;
pub(crate) mod location;
pub(crate) mod multipart;
pub(crate) mod observers;
pub(crate) mod origin;
pub(crate) mod prepared;
pub(crate) mod recording;
pub(crate) mod redirect;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod response_parts;
pub(crate) mod rest;
pub(crate) mod running_check;
pub(crate) mod send;
pub(crate) mod session;
pub(crate) mod set_cookie;
pub(crate) mod shared_requests;
pub(crate) mod state;
pub(crate) mod timed;
pub(crate) mod work_clock;

use std::any::{Any, type_name};
use std::sync::Arc;

use fastrand::Rng;
use url::Url;

use crate::ids::RequestId;
use crate::load::pool::recorder::Recorder;
use crate::load::pool::user_slot::UserSlot;
use crate::moment::Moment;
use crate::part::Part;
use crate::redact::Redactor;
use agent_log::UserAgent;
use clients::Clients;
use cookies::Cookies;
use observers::Observers;
use running_check::RunningCheck;
use session::{CookieJar, SharedSession};
use shared_requests::OwnRequests;
use state::State;
use work_clock::WorkClock;

/// One simulated user, as a check sees it: makes requests, and knows which user and iteration it is.
#[derive(Debug)]
pub struct User {
    id: u32,
    iteration: u64,
    clients: Clients,
    recorder: Recorder,
    slot: Arc<UserSlot>,
    observers: Observers,
    redactor: Redactor,
    rng: Rng,
    /// Part of the run that the user belongs to.
    part: Part,
    /// Values that the author of the checks keeps for this user.
    state: State,
    running: RunningCheck,
    clock: WorkClock,
    /// Number of requests it has sent.
    serial: u64,
    /// Connections refused since the last one that was not.
    refusals: u32,
    own: OwnRequests,
    /// Row of the command line's feed, and the iteration it was taken for.
    pub(crate) row_of_iteration: Option<(u64, usize)>,
    session: SharedSession,
    agent: Arc<UserAgent>,
}

/// Everything a user is made with.
pub(crate) struct UserParts {
    pub(crate) clients: Clients,
    pub(crate) recorder: Recorder,
    pub(crate) slot: Arc<UserSlot>,
    pub(crate) observers: Observers,
    pub(crate) redactor: Redactor,
    /// Source of the user's random choices.
    pub(crate) seed: u64,
    pub(crate) part: Part,
}

impl User {
    pub(crate) fn new(id: u32, parts: UserParts) -> Self {
        let UserParts { clients, recorder, slot, observers, redactor, seed, part } = parts;
        let session = SharedSession::default();
        let agent = UserAgent::new(&clients, &recorder, &slot, &session, &redactor);
        User {
            id,
            iteration: 0,
            clients,
            recorder,
            slot,
            observers,
            redactor,
            rng: Rng::with_seed(seed),
            part,
            state: State::default(),
            running: RunningCheck::default(),
            clock: WorkClock::default(),
            serial: 0,
            refusals: 0,
            own: OwnRequests::default(),
            row_of_iteration: None,
            session,
            agent: Arc::new(agent),
        }
    }

    /// Number of this user, counted from 1. No two users have the same, also in [parts](crate::Plan::part) of a run.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Number of the user's current iteration, counted from 1.
    pub fn iteration(&self) -> u64 {
        self.iteration
    }

    /// Host that relative URLs are relative to, for clients of the author's own: [`HttpSettings::host`](crate::HttpSettings::host).
    pub fn host(&self) -> Option<&Url> {
        self.clients.settings().host.as_ref()
    }

    /// Names and values of all cookies this user has, whatever host they belong to. A cookie that an answer sets is sent
    /// with the user's next requests to its host (RFC 6265), in later checks and iterations too. Two hosts below the same
    /// public suffix, such as `co.uk`, are not kept apart when one sets a cookie for the suffix.
    pub fn cookies(&self) -> Vec<(String, String)> {
        self.session.lock().cookies.as_deref().map(Cookies::list).unwrap_or_default()
    }

    /// Forgets all cookies, so that the user is like a new client.
    pub fn clear_cookies(&mut self) {
        self.session.lock().cookies = None;
    }

    /// Keeps a value of the author's own for this user until the user ends; it replaces one of the same type.
    ///
    /// ```
    /// use perfloop::User;
    ///
    /// struct Cart(Vec<u32>);
    ///
    /// fn login(user: &mut User) {
    ///     user.set_state(Cart(Vec::new()));
    /// }
    ///
    /// fn add(user: &mut User) {
    ///     user.state::<Cart>().0.push(7);
    /// }
    /// ```
    pub fn set_state<T: Any + Send>(&mut self, value: T) {
        self.state.set(value);
    }

    /// Value of this type that is [kept](Self::set_state) for this user.
    ///
    /// # Panics
    /// When there is none; the check then fails with a message that says so.
    #[track_caller]
    pub fn state<T: Any + Send>(&mut self) -> &mut T {
        match self.get_state() {
            Some(value) => value,
            None => panic!("no {} is kept for this user; call set_state in on_start", type_name::<T>()),
        }
    }

    /// Value of this type that is kept for this user; `None` if there is none.
    pub fn get_state<T: Any + Send>(&mut self) -> Option<&mut T> {
        self.state.get()
    }

    /// Takes the value of this type out; `None` if there is none.
    pub fn take_state<T: Any + Send>(&mut self) -> Option<T> {
        self.state.take()
    }

    /// Sets a cookie that is written as a line of a Netscape cookie file. Any other line is ignored.
    pub(crate) fn set_cookie(&mut self, line: &str) {
        self.session.lock().cookies.get_or_insert_default().add_line(line);
    }

    /// Gives the user another jar of cookies, and returns the one it had.
    pub(crate) fn change_cookies(&mut self, jar: CookieJar) -> CookieJar {
        std::mem::replace(&mut self.session.lock().cookies, jar)
    }

    /// True when the run ends, or the pool wants fewer users.
    pub(crate) fn is_leaving(&self) -> bool {
        self.slot.is_over()
    }

    /// Source of the user's random choices.
    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// Secrets of the running check.
    pub(crate) fn redactor(&mut self) -> &mut Redactor {
        &mut self.redactor
    }

    /// Keeps exchanges of the running check back from the log until the answer has been looked at: it may show what else
    /// is secret in them.
    pub(crate) fn finds_secrets(&mut self) {
        self.running.finds_secrets = true;
    }

    /// Number of a request name, after its secrets are hidden.
    fn request_id(&mut self, name: &str, is_by_url: bool) -> RequestId {
        if self.redactor.has_no_value() {
            return self.recorder.request_id(name, is_by_url);
        }
        let mut name = name.to_owned();
        self.redactor.hide_values(&mut name);
        self.recorder.request_id(&name, is_by_url)
    }

    /// Begins the user's work, which was planned for this moment.
    pub(crate) fn begin(&mut self, planned: Moment) {
        self.clock.begin(planned);
    }

    /// End of the user's last check.
    pub(crate) fn was_busy_until(&self) -> Moment {
        self.clock.busy_since()
    }

    /// Begins an iteration that was planned for this moment; `is_due` when the plan does not depend on the answers.
    pub(crate) fn begin_iteration(&mut self, iteration: u64, planned: Moment, is_due: bool) {
        self.clock.begin_iteration(planned, is_due, &self.session);
        self.iteration = iteration;
        self.recorder.begin_iteration(iteration);
    }

    /// Number of requests the last check made.
    pub(crate) fn requests_of_check(&self) -> u32 {
        self.running.requests
    }

    /// Calls a hook of the author's with this user.
    pub(crate) fn call(&mut self, hook: impl FnOnce(&mut User)) {
        let hooks = Arc::clone(&self.observers.hooks);
        hooks.timed(|| hook(self));
    }

    /// Counts the user as lost: its start did not pass.
    pub(crate) fn lost(&self) {
        self.recorder.lost();
    }

    /// Counts iterations that were due and never begun.
    pub(crate) fn missed(&self, count: u64) {
        if count > 0 {
            self.recorder.missed(count);
        }
    }
}
