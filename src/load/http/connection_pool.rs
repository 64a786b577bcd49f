//! Connections that a client keeps for its next requests.

use std::fmt;

use ureq::http::Uri;
use ureq::unversioned::transport::Transport;

/// A client keeps so many connections; the one that rested longest goes first.
const MAX_KEPT: usize = 10;

/// An open connection, and what it leads to.
pub(super) struct Connection {
    pub(super) transport: Box<dyn Transport>,
    pub(super) origin: Origin,
}

/// Origin that a connection can carry requests for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    authority: String,
    is_tls: bool,
}

impl Origin {
    pub(super) fn of(uri: &Uri) -> Self {
        let (authority, is_tls) = parts(uri);
        Origin { authority: authority.to_owned(), is_tls }
    }

    fn leads_to(&self, uri: &Uri) -> bool {
        let is_same = uri.authority().is_some_and(|authority| authority.as_str() == self.authority);
        if is_same && self.is_tls == (uri.scheme_str() == Some("https")) {
            return true;
        }
        let (authority, is_tls) = parts(uri);
        self.is_tls == is_tls && self.authority.eq_ignore_ascii_case(authority)
    }
}

/// Host and port as they are written, without a user, and whether they are reached by TLS.
fn parts(uri: &Uri) -> (&str, bool) {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    (authority, uri.scheme_str() == Some("https"))
}

/// The connections of one client.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// Kept connections, those that were used last at the end.
    connections: Vec<Connection>,
}

impl Pool {
    /// A connection for a request to this place that is open as far as can be told.
    pub(super) fn take(&mut self, uri: &Uri) -> Option<Connection> {
        loop {
            let at = self.connections.iter().rposition(|known| known.origin.leads_to(uri))?;
            let mut connection = self.connections.remove(at);
            // Bytes that nothing asked for answer nothing.
            if connection.transport.buffers().input().is_empty() && connection.transport.is_open() {
                return Some(connection);
            }
        }
    }

    pub(super) fn put(&mut self, connection: Connection) {
        if self.connections.len() == MAX_KEPT {
            self.connections.remove(0);
        }
        self.connections.push(connection);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("origin", &self.origin).finish_non_exhaustive()
    }
}
