//! Agents of ureq's own whose every request is measured as perfloop's are: by the same connections and the same stamps.
//!
//! ureq tells nobody where a request begins and an answer ends, so the connection reads along: what goes out names
//! the request, and what comes in is framed as the codec frames it. A call of the agent may be several requests, one
//! for each redirect that ureq follows.

mod call;
mod connector;
mod observer;
mod open_exchange;
mod reader;
mod sent_head;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use super::connector::UserParts;
use super::outgoing::USER_AGENT;
use call::{Calls, ExchangeResolver};
use connector::AgentConnector;
pub(crate) use observer::{Asked, Begun, Observer, Open, Seen};
use open_exchange::AgentParts;
#[cfg(any(test, fuzzing))]
pub(super) use reader::AnswerReader;

/// Connections that an agent keeps, as a client does.
const MAX_KEPT: usize = 10;
/// Longer than the longest wait between two requests: a connection that the service has closed is looked at before it
/// is used.
const MAX_IDLE: Duration = Duration::from_secs(24 * 60 * 60);

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
        let parts = AgentParts { shared: Arc::clone(&self.0.shared), observer: Arc::clone(observer) };
        let resolver = ExchangeResolver(Arc::new(parts));
        ureq::Agent::with_parts(config, connector, resolver)
    }
}
