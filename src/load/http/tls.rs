//! TLS: one root store and verifier for all users, sessions of their own.

mod chain;
mod identity;
mod p521;
mod pem;
mod setup;
mod signature;
mod verifier;
mod words;

use std::io::{Read as _, Write as _};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport, TransportAdapter,
};

use super::buffers::ConnectionBuffers;
use super::wire::SharedWire;
pub(super) use setup::TlsSetup;
pub(super) use words::{in_plain_words, refusal};

/// Wraps connections to https URLs in TLS.
#[derive(Debug)]
pub(super) struct TlsConnector {
    setup: Arc<TlsSetup>,
    wire: SharedWire,
    config: OnceLock<Arc<ClientConfig>>,
}

impl TlsConnector {
    pub(super) fn new(setup: Arc<TlsSetup>, wire: SharedWire) -> Self {
        TlsConnector { setup, wire, config: OnceLock::new() }
    }

    /// Not inlined: a handshake needs a stack that plain connections do not.
    #[inline(never)]
    fn handshake<In: Transport>(
        &self,
        details: &ConnectionDetails<'_>,
        transport: In,
    ) -> Result<Box<TlsTransport>, ureq::Error> {
        self.wire.lock().begin_tls(std::time::Instant::now());
        let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name =
            ServerName::try_from(host).map_err(|_| tls_error("the host is no name that a certificate could have"))?;
        let config = Arc::clone(self.config.get_or_init(|| self.setup.for_user()));
        let mut connection = ClientConnection::new(config, name).map_err(|error| tls_error(in_plain_words(&error)))?;
        let mut socket = TransportAdapter::new(transport.boxed(), Arc::clone(&details.current_time));
        connection.complete_io(&mut socket)?;
        Ok(Box::new(TlsTransport {
            stream: StreamOwned::new(connection, socket),
            buffers: ConnectionBuffers::default(),
            wire: self.wire.clone(),
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

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, Box<dyn Transport>>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        match chained {
            Some(transport) if details.needs_tls() && !transport.is_tls() => {
                let wrapped: Box<dyn Transport> = self.handshake(details, transport)?;
                Ok(Some(Either::B(wrapped)))
            }
            other => Ok(other.map(Either::A)),
        }
    }
}

/// A TLS connection over another transport, which notes the times and the bytes.
struct TlsTransport {
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    buffers: ConnectionBuffers,
    wire: SharedWire,
}

impl std::fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsTransport").field("connection", &self.stream.conn).finish_non_exhaustive()
    }
}

impl TlsTransport {
    /// Copies the other side's certificate for who wants it.
    fn note_certificate(&self) {
        let mut wire = self.wire.lock();
        if wire.wants_certificate && wire.certificate.is_none() {
            let shown = self.stream.conn.peer_certificates().and_then(|chain| chain.first());
            wire.certificate = shown.map(|certificate| certificate.to_vec());
        }
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.buffers.reserve_output(self.wire.lock().output_size);
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
        let bytes = self.stream.read(self.buffers.input_append_buf())?;
        if bytes > 0 {
            self.wire.lock().opened();
        }
        self.buffers.input_appended(bytes);
        Ok(bytes > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
