use std::io;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// The names and addresses under which the service can be reached by HTTPS.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// A client that connects and says nothing is let go after this time.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// The service's identity in TLS, vouched for by an authority made for it alone.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// The authority's certificate, which clients must trust.
    pub(crate) ca_pem: String,
    /// A certificate of the authority for clients, and its private key.
    pub(crate) client_pem: (String, String),
}

impl Identity {
    /// Makes an authority and has it issue the certificates. With `ask_clients`, clients must show one of them.
    pub(crate) fn issue(ask_clients: bool) -> io::Result<Self> {
        let authority = authority().map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = service().and_then(|params| params.signed_by(&key, &authority)).map_err(io::Error::other)?;
        let client_key = KeyPair::generate().map_err(io::Error::other)?;
        let client = client().and_then(|params| params.signed_by(&client_key, &authority)).map_err(io::Error::other)?;
        // The provider is named, as the process may have none or another one installed.
        let provider = Arc::new(ring::default_provider());
        let clients = if ask_clients {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).map_err(io::Error::other)?;
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(io::Error::other)?
        } else {
            WebPkiClientVerifier::no_client_auth()
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let client_pem = (client.pem(), client_key.serialize_pem());
        Ok(Self { acceptor: Arc::new(config).into(), ca_pem: authority.pem(), client_pem })
    }
}

/// Ends with the TLS stream, or with nothing if the client fails to set one up.
pub(crate) async fn shake_hands(handshake: Accept<TcpStream>) -> Option<TlsStream<TcpStream>> {
    tokio::time::timeout(HANDSHAKE_WITHIN, handshake).await.ok()?.ok()
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "mock service test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn service() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(NAMES.map(String::from))?;
    params.distinguished_name.push(DnType::CommonName, "mock service");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn client() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "mock service client");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
