//! Agents of ureq's own whose every request is measured as perfloop's are: by the same connections and the same stamps.
//!
//! ureq tells nobody where a request begins and an answer ends, so the connection reads along: what goes out names
//! the request, and what comes in is framed as the codec frames it. A call of the agent may be several requests, one
//! for each redirect that ureq follows.

mod call;
mod connector;
mod open_exchange;
mod reader;
mod sent_head;
mod transport;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use ureq::http::{Method, Uri};

use super::connector::UserParts;
use super::exchanged::Exchanged;
use super::headers::Headers;
use super::outgoing::USER_AGENT;
use crate::ids::RequestId;
use call::{Calls, ExchangeResolver};
use connector::AgentConnector;
pub(crate) use open_exchange::OpenExchange;

/// Connections that an agent keeps, as a client does.
const MAX_KEPT: usize = 10;
/// Longer than the longest wait between two requests: a connection that the service has closed is looked at before it
/// is used.
const MAX_IDLE: Duration = Duration::from_secs(24 * 60 * 60);

/// Observer of the requests of an agent. It is called on the thread that makes them.
pub(crate) trait Observer: fmt::Debug + Send + Sync {
    /// A request begins; what it is known by is returned.
    ///
    /// # Errors
    /// Why none may be sent.
    fn begins(&self, exchange: &Arc<Mutex<OpenExchange>>, request: &Asked<'_>) -> Result<Begun, String>;

    /// Headers of a request with the cookies that belong to it; `None` when there are none to add.
    fn with_cookies(&self, headers: &Headers, to: &Uri) -> Option<Headers>;

    /// A request has ended. It is told once.
    fn ended(&self, seen: Seen);
}

/// Request that an agent is about to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    /// A redirect led to it.
    pub(crate) is_hop: bool,
}

/// Identity of a request that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Counts the requests of the agent.
    pub(crate) number: u64,
    pub(crate) id: RequestId,
    pub(crate) name: String,
}

/// Exchange of an agent, ended.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) begun: Begun,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// Headers as they were sent.
    pub(crate) headers: Headers,
    /// Beginning of the body that was sent.
    pub(crate) body: Vec<u8>,
    pub(crate) exchanged: Exchanged,
}

/// Maker of the agent of one user.
#[derive(Debug, Clone)]
pub(crate) struct AgentMaker(pub(super) UserParts);

impl AgentMaker {
    /// An agent with the settings of the run where ureq has settings for them: all else is ureq's own.
    pub(crate) fn agent(&self, observer: &Arc<dyn Observer>) -> ureq::Agent {
        let settings = &self.0.shared.settings;
        let kept = if settings.keep_alive { MAX_KEPT } else { 0 };
        let config = ureq::Agent::config_builder()
            .proxy(None)
            .timeout_global(Some(settings.timeout))
            .timeout_connect(settings.connect_timeout)
            .max_idle_connections(kept)
            .max_idle_connections_per_host(kept)
            .max_idle_age(MAX_IDLE)
            .user_agent(USER_AGENT)
            .middleware(Calls::new(&self.0.shared))
            .build();
        let connector = AgentConnector::new(self.0.clone());
        let resolver = ExchangeResolver::new(&self.0.shared, observer);
        ureq::Agent::with_parts(config, connector, resolver)
    }
}
