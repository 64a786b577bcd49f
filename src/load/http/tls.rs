//! TLS: one root store and verifier for all users, sessions of their own.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Instant;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme, StreamOwned};
use ureq::http::Uri;
use ureq::unversioned::transport::time::Instant as UreqInstant;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport, TransportAdapter};

use super::buffers::ConnectionBuffers;
use super::settings::{HttpSettings, TlsResume, TlsVersions};
use super::wire::SharedWire;
use crate::error::Error;
use crate::sample::Phase;

/// What all users of a run share.
#[derive(Debug)]
pub(super) struct TlsSetup {
    resume: TlsResume,
    config: LazyLock<Arc<ClientConfig>, Box<dyn FnOnce() -> Arc<ClientConfig> + Send>>,
}

/// Sessions a user keeps, one for each host it speaks to.
const SESSIONS: usize = 8;

impl TlsSetup {
    /// # Errors
    /// When certificates or the key cannot be read.
    pub(super) fn new(settings: &HttpSettings) -> Result<TlsSetup, Error> {
        let given = settings.ca_pem.as_deref().map(|pem| roots_of("--cacert", pem)).transpose()?;
        let identity = settings.identity_pem.as_ref().map(|(cert, key)| identity(cert, key)).transpose()?;
        let (insecure, versions) = (settings.insecure, settings.tls_versions);
        if let Some((chain, key)) = &identity {
            // Found out before any traffic whether they belong together.
            let probe =
                builder(false, versions, RootCertStore::empty).with_client_auth_cert(chain.clone(), key.clone_key());
            probe.map_err(|error| {
                Error::usage(format!("--cert and --key cannot be used: {error}; give a matching pair"))
            })?;
        }
        let make = move || {
            let builder = builder(insecure, versions, || given.unwrap_or_else(default_roots));
            let anonymous = builder.clone();
            let config = match identity {
                Some((chain, key)) => builder.with_client_auth_cert(chain, key),
                None => return Arc::new(builder.with_no_client_auth()),
            };
            Arc::new(config.unwrap_or_else(|_| anonymous.with_no_client_auth()))
        };
        // Only a run that meets TLS pays for the roots.
        Ok(TlsSetup { resume: settings.tls_resume, config: LazyLock::new(Box::new(make)) })
    }

    /// A configuration with this user's own sessions; the rest is shared.
    fn for_user(&self) -> Arc<ClientConfig> {
        let mut config = ClientConfig::clone(&self.config);
        config.resumption = match self.resume {
            TlsResume::Off => Resumption::disabled(),
            TlsResume::User => Resumption::in_memory_sessions(SESSIONS),
        };
        Arc::new(config)
    }
}

type Builder = rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>;

fn builder(insecure: bool, versions: TlsVersions, roots: impl FnOnce() -> RootCertStore) -> Builder {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    // The provider has suites of both versions, so these are never refused.
    let versions = match versions {
        TlsVersions::All => rustls::ALL_VERSIONS,
        TlsVersions::Only12 => &[&rustls::version::TLS12],
        TlsVersions::Only13 => &[&rustls::version::TLS13],
    };
    let builder = match builder.with_protocol_versions(versions) {
        Ok(builder) => builder,
        Err(_) => unreachable!("ring has suites for every version"),
    };
    if insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(TrustAnything(provider)))
    } else {
        builder.with_root_certificates(roots())
    }
}

/// The system's roots, and those browsers trust.
fn default_roots() -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // A system without roots, or with a broken one, still has the bundled ones.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn roots_of(flag: &str, pem: &[u8]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(flag, pem)? {
        roots.add(certificate).map_err(|error| broken(flag, &error.to_string()))?;
    }
    Ok(roots)
}

fn certificates(flag: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(broken(flag, "no certificate in it")),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(broken(flag, &error.to_string())),
    }
}

fn identity(cert: &[u8], key: &[u8]) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| Error::usage(format!("--key: {error}; give a file with a PEM private key")))?;
    Ok((certificates("--cert", cert)?, key))
}

fn broken(flag: &str, what: &str) -> Error {
    Error::usage(format!("{flag}: {what}; give a file of PEM certificates"))
}

type Clock = dyn Fn() -> UreqInstant + Send + Sync;

/// Wraps connections in TLS.
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

    /// A connection to this place inside TLS.
    pub(super) fn connect(
        &self,
        uri: &Uri,
        transport: Box<dyn Transport>,
        clock: &Arc<Clock>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        self.wire.lock().begin(Phase::Tls, Instant::now());
        let wrapped = self.handshake(uri, transport, clock)?;
        self.wire.lock().end(Instant::now());
        Ok(wrapped)
    }

    /// Not inlined: a handshake needs a stack that plain connections do not.
    #[inline(never)]
    pub(super) fn handshake(
        &self,
        uri: &Uri,
        transport: Box<dyn Transport>,
        clock: &Arc<Clock>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name =
            ServerName::try_from(host).map_err(|_| tls_error("the host is no name that a certificate could have"))?;
        let config = Arc::clone(self.config.get_or_init(|| self.setup.for_user()));
        let mut connection = ClientConnection::new(config, name).map_err(tls_error)?;
        let mut socket = TransportAdapter::new(transport, Arc::clone(clock));
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
    let ureq::Error::Io(error) = error else { return false };
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::AlertReceived(_)))
}

fn tls_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ureq::Error {
    ureq::Error::Other(error.into())
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
        // Bytes that nothing asked for answer nothing.
        let has_more = self.stream.conn.process_new_packets().is_ok_and(|state| state.plaintext_bytes_to_read() > 0);
        let below = self.stream.sock.get_mut();
        !has_more && below.buffers().input().is_empty() && below.is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Accepts any certificate, but no handshake that its key did not sign.
#[derive(Debug)]
struct TrustAnything(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustAnything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
