//! TLS: one root store and verifier for all users, sessions of their own.

mod chain;
mod identity;
mod p521;
mod pem;
mod setup;
mod signature;
mod unverifiable;
mod verifier;
mod words;

use std::io::{Read as _, Write as _};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, StreamOwned};
use ureq::http::Uri;
use ureq::unversioned::transport::time::Instant as UreqInstant;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport, TransportAdapter};

use super::buffers::ConnectionBuffers;
use super::exchange_timing::SharedTiming;
use crate::moment::Moment;
use crate::phase::Phase;

pub(super) use setup::TlsSetup;
pub(super) use words::{in_plain_words, refusal};

type Clock = dyn Fn() -> UreqInstant + Send + Sync;

/// Stack of a handshake, which takes memory as far as it is touched.
const HANDSHAKE_STACK: usize = 256 * 1024;

/// Wraps connections in TLS.
#[derive(Debug)]
pub(super) struct TlsConnector {
    setup: Arc<TlsSetup>,
    timing: SharedTiming,
    sessions: Arc<TlsSessions>,
}

/// TLS sessions of a user, which begin with its first connection.
pub(super) type TlsSessions = OnceLock<Arc<ClientConfig>>;

impl TlsConnector {
    pub(super) fn new(setup: Arc<TlsSetup>, timing: SharedTiming, sessions: Arc<TlsSessions>) -> Self {
        TlsConnector { setup, timing, sessions }
    }

    /// A connection to this place inside TLS.
    pub(super) fn connect(
        &self,
        uri: &Uri,
        transport: Box<dyn Transport>,
        clock: &Arc<Clock>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        self.timing.lock().begin(Phase::Tls, Moment::now());
        let wrapped = self.handshake(uri, transport, clock)?;
        self.timing.lock().end(Moment::now());
        Ok(wrapped)
    }

    /// A handshake goes deep, and what a user's stack has touched once stays in memory: it gets a stack of its own.
    pub(super) fn handshake(
        &self,
        uri: &Uri,
        transport: Box<dyn Transport>,
        clock: &Arc<Clock>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        stacker::grow(HANDSHAKE_STACK, || self.shake_hands(uri, transport, clock))
    }

    fn shake_hands(
        &self,
        uri: &Uri,
        transport: Box<dyn Transport>,
        clock: &Arc<Clock>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name =
            ServerName::try_from(host).map_err(|_| tls_error("the host is no name that a certificate could have"))?;
        let config = Arc::clone(self.sessions.get_or_init(|| self.setup.for_user()));
        let mut connection = ClientConnection::new(config, name).map_err(|error| tls_error(in_plain_words(&error)))?;
        let mut socket = TransportAdapter::new(transport, Arc::clone(clock));
        connection.complete_io(&mut socket)?;
        // Of TLS inside that with a proxy, the inner one is the service's, and comes last.
        let is_resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
        self.timing.lock().traffic.tls_resumed = is_resumed;
        Ok(Box::new(TlsTransport {
            stream: StreamOwned::new(connection, socket),
            buffers: ConnectionBuffers::default(),
            timing: self.timing.clone(),
        }))
    }
}

/// The service broke the connection off by an alert of TLS.
pub(super) fn is_alert(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(error) if matches!(refusal(error), Some(rustls::Error::AlertReceived(_))))
}

fn tls_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ureq::Error {
    ureq::Error::Other(error.into())
}

/// A TLS connection over another transport, which notes the times and the bytes.
struct TlsTransport {
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    buffers: ConnectionBuffers,
    timing: SharedTiming,
}

impl std::fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsTransport").field("connection", &self.stream.conn).finish_non_exhaustive()
    }
}

impl TlsTransport {
    /// Copies the other side's certificate for who wants it.
    fn note_certificate(&self) {
        let mut timing = self.timing.lock();
        // Of TLS inside that with a proxy, the inner one is the service's, and comes last.
        if timing.wants_certificate {
            let shown = self.stream.conn.peer_certificates().and_then(|chain| chain.first());
            timing.certificate = shown.map(|certificate| certificate.to_vec());
        }
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.buffers.reserve_output(self.timing.output_size());
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        self.stream.write_all(output)?;
        self.stream.flush()?;
        self.note_certificate();
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let read = self.stream.read(self.buffers.input_append_buf());
        match &read {
            Ok(1..) => self.timing.lock().opened(),
            Ok(0) | Err(_) => self.timing.lock().closed_unopened(),
        }
        let bytes = read?;
        self.buffers.input_appended(bytes);
        Ok(bytes > 0)
    }

    fn is_open(&mut self) -> bool {
        // Bytes that nothing asked for answer nothing.
        let is_quiet = |state: rustls::IoState| state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed();
        let is_quiet = self.stream.conn.process_new_packets().is_ok_and(is_quiet);
        let below = self.stream.sock.get_mut();
        is_quiet && below.buffers().input().is_empty() && below.is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
