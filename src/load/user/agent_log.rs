//! Requests of a user's ureq agent: each is a sample as soon as it has ended. What the running check has to know of it is
//! kept until the check asks.

use std::cell::RefCell;
use std::fmt;
use std::mem;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::clients::Clients;
use super::prepared::{name_by_path, name_of_hop};
use super::running_check::WAS_CUT;
use super::session::SharedSession;
use crate::load::http::agent::{AgentMaker, Asked, Begun, Observer, Open, Seen};
use crate::load::http::{Agent, Exchanged, Headers, Uri};
use crate::load::pool::recorder::{EndedRequest, Recorder};
use crate::load::pool::user_slot::UserSlot;
use crate::redact::Redactor;

/// Why an agent can make no request between checks.
const IN_NO_CHECK: &str = "only checks make requests; this agent was used when none was running";

thread_local! {
    static OF_THIS_THREAD: RefCell<Option<Arc<UserAgent>>> = const { RefCell::new(None) };
}

/// Agent of a user, made when it is asked for.
#[derive(Debug)]
pub(crate) struct UserAgent {
    maker: AgentMaker,
    log: Arc<AgentLog>,
    made: OnceLock<Agent>,
}

impl UserAgent {
    pub(crate) fn new(
        clients: &Clients,
        recorder: &Recorder,
        slot: &Arc<UserSlot>,
        session: &SharedSession,
        redactor: &Redactor,
    ) -> Self {
        let state = State {
            recorder: recorder.clone(),
            redactor: redactor.clone(),
            begun: 0,
            open: Vec::new(),
            ended: Vec::new(),
            name: None,
            may_send: true,
            has_left: false,
        };
        let (slot, session) = (Arc::clone(slot), Arc::clone(session));
        let log = AgentLog { slot, session, state: Mutex::new(state) };
        UserAgent { maker: clients.agent_maker(), log: Arc::new(log), made: OnceLock::new() }
    }

    pub(super) fn agent(&self) -> Agent {
        let make = || {
            let observer: Arc<dyn Observer> = Arc::clone(&self.log) as _;
            self.maker.agent(&observer)
        };
        self.made.get_or_init(make).clone()
    }

    /// Requests are named by this function of their method and path from now on.
    pub(super) fn is_named_by(&self, name: Naming) {
        self.log.state.lock().name = Some(name);
    }

    /// Somebody has asked for it.
    pub(super) fn is_made(&self) -> bool {
        self.made.get().is_some()
    }

    /// A check begins.
    pub(super) fn begin_check(&self) {
        if self.is_made() {
            let mut state = self.log.state.lock();
            (state.may_send, state.has_left) = (true, false);
        }
    }

    /// The stop has ended a rest of the running check.
    pub(super) fn may_send_no_more(&self) {
        if self.is_made() {
            self.log.state.lock().may_send = false;
        }
    }

    /// Requests that have ended since the last call: those that are open end now. True if the check was given up.
    pub(super) fn settle(&self) -> (Vec<Seen>, bool) {
        let open: Vec<_> = self.log.state.lock().open.iter().map(|(_, exchange)| Arc::clone(exchange)).collect();
        open.iter().for_each(|exchange| exchange.give_up());
        let mut state = self.log.state.lock();
        (mem::take(&mut state.ended), state.has_left)
    }

    /// The agent of the user whose thread this is.
    pub(super) fn of_this_thread() -> Option<Arc<Self>> {
        OF_THIS_THREAD.with_borrow(Clone::clone)
    }

    /// From now on it is the agent of this thread.
    pub(super) fn is_of_this_thread(self: &Arc<Self>) {
        OF_THIS_THREAD.set(Some(Arc::clone(self)));
    }
}

/// Name of a request by its method and path; `None` where it is to be named as all are.
pub(super) type Naming = Box<dyn Fn(&str, &str) -> Option<String> + Send>;

/// Log of one agent.
struct AgentLog {
    slot: Arc<UserSlot>,
    session: SharedSession,
    state: Mutex<State>,
}

struct State {
    recorder: Recorder,
    /// What is secret in every check.
    redactor: Redactor,
    /// Number of requests that have begun.
    begun: u64,
    /// Those of them that have not ended, by their numbers.
    open: Vec<(u64, Arc<dyn Open>)>,
    ended: Vec<Seen>,
    name: Option<Naming>,
    /// False after a rest of the running check that the stop has ended: what comes after it would come too early.
    may_send: bool,
    /// The running check is counted as unfinished.
    has_left: bool,
}

impl fmt::Debug for AgentLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentLog").finish_non_exhaustive()
    }
}

impl State {
    /// Name of a request, and whether it is that of its URL.
    fn name(&mut self, request: &Asked<'_>) -> (String, bool) {
        let Asked { method, uri, led_by } = *request;
        let path = uri.path();
        let given = self.name.as_ref().and_then(|name| name(method.as_str(), path));
        let given = given.or_else(|| led_by.and_then(name_of_hop));
        let is_by_url = given.is_none();
        let mut name = given.unwrap_or_else(|| name_by_path(method, path));
        if !self.redactor.has_no_value() {
            self.redactor.hide_values(&mut name);
        }
        (name, is_by_url)
    }
}

impl Observer for AgentLog {
    fn begins(&self, exchange: Arc<dyn Open>, request: &Asked<'_>) -> Result<Begun, String> {
        let state = &mut *self.state.lock();
        if !state.has_left && (!state.may_send || self.slot.is_cut()) {
            state.recorder.leave();
            state.has_left = true;
        }
        if state.has_left {
            return Err(WAS_CUT.into());
        }
        let (name, is_by_url) = state.name(request);
        let id = state.recorder.request_id(&name, is_by_url);
        if state.open.is_empty() && state.recorder.begin_request(id).is_err() {
            return Err(if self.slot.is_cut() { WAS_CUT } else { IN_NO_CHECK }.into());
        }
        state.begun += 1;
        state.open.push((state.begun, exchange));
        Ok(Begun { number: state.begun, id, name: name.into() })
    }

    fn with_cookies(&self, headers: &Headers, to: &Uri) -> Option<Headers> {
        self.session.lock().cookies.as_deref().and_then(|cookies| cookies.added_to(headers, to, false))
    }

    fn ended(&self, seen: Seen) {
        let exchanged = &seen.exchanged;
        let lateness = self.session.lock().note(&seen.uri, exchanged);
        let state = &mut *self.state.lock();
        state.open.retain(|(number, _)| *number != seen.begun.number);
        let Exchanged { ended, times, traffic, .. } = *exchanged;
        let ended =
            EndedRequest { request: seen.begun.id, ended, times, lateness, traffic, answer: exchanged.ending() };
        let told = match state.open.is_empty() {
            true => state.recorder.end_request(ended),
            false => state.recorder.end_one_of_several(ended),
        };
        if told.is_ok() {
            state.ended.push(seen);
        }
    }
}
