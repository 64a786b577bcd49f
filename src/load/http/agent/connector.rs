//! Connections of an agent: made as a client's are, each with times of its own.

use ureq::Error;
use ureq::unversioned::transport::{ConnectionDetails, Connector};

use super::super::connection_pool::Connection;
use super::super::connector::{Connections, UserParts};
use super::super::exchange_timing::SharedTiming;
use super::call;
use super::transport::{AgentTransport, give_reason, span};
use crate::moment::Moment;

/// Maker of an agent's connections.
#[derive(Debug)]
pub(super) struct AgentConnector(UserParts);

impl AgentConnector {
    pub(super) fn new(user: UserParts) -> Self {
        AgentConnector(user)
    }
}

impl Connector for AgentConnector {
    type Out = AgentTransport;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<AgentTransport>, Error> {
        // None outside of a call, which no agent makes a connection for.
        let Some(exchange) = call::begun() else { return Ok(None) };
        let timing = SharedTiming::default();
        timing.lock().begin_exchange(Moment::now(), span(details.timeout), None, true, false);
        exchange.lock().goes_over(&timing);
        let connections = Connections::new(self.0.clone(), &timing);
        match connections.connect(details.uri) {
            Ok(Connection { transport, .. }) => Ok(Some(AgentTransport::new(transport, timing))),
            Err(error) => Err(exchange.lock().breaks(give_reason(error, details.timeout.reason))),
        }
    }
}
