//! Finds where the handshake ends and the first request begins, without keys.
//!
//! The headers of TLS records are in the clear. In TLS 1.3 the client's first record of type *application data* is the
//! end of its handshake, and the second begins the request; in 1.2 the first does. What tells them apart is whether
//! the server sent records of that type before the client did. Tickets that a server sends after the handshake come
//! before its answer, on which the response time ends; they do not touch it.

/// The type of the records that carry requests, and in TLS 1.3 most of the handshake.
const APPLICATION_DATA: u8 = 23;
const HEADER: usize = 5;

/// The handshake of one connection.
#[derive(Debug, Default)]
pub(crate) struct Handshake {
    client: Records,
    server: Records,
    /// Application data records of the client that end the handshake; known with its first one.
    client_ends: Option<u32>,
}

/// What is known of a connection after a segment of the client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Handshake,
    /// This segment has the beginning of the first request.
    Request,
    /// The beginning of a record was not captured.
    Lost,
}

impl Handshake {
    pub(crate) fn server_sent(&mut self, payload: &[u8], length: u32) {
        // The large records of the server's flight are not captured whole: only its first records matter.
        self.server.walk(payload, length as usize);
    }

    pub(crate) fn client_sent(&mut self, payload: &[u8], length: u32) -> Progress {
        self.client.walk(payload, length as usize);
        if self.client.lost {
            return Progress::Lost;
        }
        if self.client.application_data == 0 {
            return Progress::Handshake;
        }
        let server_was_first = self.server.application_data > 0;
        let ends = *self.client_ends.get_or_insert(u32::from(server_was_first));
        if self.client.application_data > ends { Progress::Request } else { Progress::Handshake }
    }
}

/// The records of one direction.
#[derive(Debug, Default)]
struct Records {
    /// Bytes of the last record that are yet to come.
    open: usize,
    application_data: u32,
    lost: bool,
}

impl Records {
    fn walk(&mut self, payload: &[u8], length: usize) {
        let mut at = self.open;
        while at < length && !self.lost {
            if let Some(&[kind, _, _, high, low]) = payload.get(at..at + HEADER) {
                self.application_data += u32::from(kind == APPLICATION_DATA);
                at += HEADER + usize::from(u16::from_be_bytes([high, low]));
            } else {
                self.lost = true;
            }
        }
        self.open = at.saturating_sub(length);
    }
}
