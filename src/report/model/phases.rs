//! The phases of requests.

use serde::{Deserialize, Serialize};

use super::read::Read;
use super::times::{Times, timing};
use crate::stats::RequestCounters;

/// Phases of requests, in ms: where their time went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "phases_ms"))]
pub(crate) struct Phases {
    /// Setup of new connections, in ms: name, connection, proxy and TLS; null without samples.
    setup: Option<Times>,
    /// Look-up of the name, a part of the setup, in ms; null where none was asked for.
    resolve: Option<Times>,
    /// Making of the TCP connection, a part of the setup, in ms; null without samples.
    connect: Option<Times>,
    /// Opening of the way through a proxy, a part of the setup, in ms; null without samples.
    proxy: Option<Times>,
    /// TLS handshake, a part of the setup, in ms; null without samples.
    tls: Option<Times>,
    /// Time from the sending to the first bytes of the answer, in ms; null without samples.
    first_byte: Option<Times>,
    /// Time from the first to the last byte of the answer, in ms; null without samples.
    receive: Option<Times>,
}

impl From<&RequestCounters> for Phases {
    fn from(counters: &RequestCounters) -> Self {
        Phases {
            setup: Times::mergeable(&counters.setup),
            resolve: Times::mergeable(&counters.resolve),
            connect: Times::mergeable(&counters.connect),
            proxy: Times::mergeable(&counters.proxy),
            tls: Times::mergeable(&counters.tls),
            first_byte: Times::mergeable(&counters.first_byte),
            receive: Times::mergeable(&counters.receive),
        }
    }
}

impl Phases {
    /// Requests of which nothing is known but these phases.
    pub(super) fn counters(&self) -> Read<RequestCounters> {
        Ok(RequestCounters {
            setup: timing(self.setup.as_ref(), "setup")?,
            resolve: timing(self.resolve.as_ref(), "resolve")?,
            connect: timing(self.connect.as_ref(), "connect")?,
            proxy: timing(self.proxy.as_ref(), "proxy")?,
            tls: timing(self.tls.as_ref(), "tls")?,
            first_byte: timing(self.first_byte.as_ref(), "first_byte")?,
            receive: timing(self.receive.as_ref(), "receive")?,
            ..RequestCounters::default()
        })
    }
}
