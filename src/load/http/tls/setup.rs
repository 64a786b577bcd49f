//! What makes a TLS connection of this run: whom to trust, whom to be, and which versions to speak.

use std::sync::{Arc, LazyLock};

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore};

use super::chain::Roots;
use super::identity::identity;
use super::pem;
use super::signature;
use super::verifier::{TrustAnything, TrustRoots};
use super::words::in_plain_words;
use crate::error::Error;
use crate::load::http::settings::{HttpSettings, TlsResume, TlsVersions};

/// Setup that all users of a run share.
#[derive(Debug)]
pub(in crate::load::http) struct TlsSetup {
    resume: TlsResume,
    config: LazyLock<Arc<ClientConfig>, Box<dyn FnOnce() -> Arc<ClientConfig> + Send>>,
}

/// Sessions a user keeps, one for each host it speaks to.
const SESSIONS: usize = 8;

impl TlsSetup {
    /// # Errors
    /// When certificates or the key cannot be read.
    pub(in crate::load::http) fn new(settings: &HttpSettings) -> Result<TlsSetup, Error> {
        let given = settings.ca_pem.as_deref().map(given_roots).transpose()?;
        let password = settings.key_password.as_deref();
        let shown = settings.identity_pem.as_ref().map(|(cert, key)| identity(cert, key, password)).transpose()?;
        let (insecure, versions) = (settings.insecure, settings.tls_versions);
        let make = move || {
            let trust: Arc<dyn ServerCertVerifier> = match insecure {
                true => Arc::new(TrustAnything),
                false => Arc::new(TrustRoots(given.unwrap_or_else(default_roots))),
            };
            let builder = builder(trust, versions);
            Arc::new(match shown {
                Some(shown) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown))),
                None => builder.with_no_client_auth(),
            })
        };
        // Only a run that meets TLS pays for the roots.
        Ok(TlsSetup { resume: settings.tls_resume, config: LazyLock::new(Box::new(make)) })
    }

    /// A configuration with this user's own sessions; the rest is shared.
    pub(super) fn for_user(&self) -> Arc<ClientConfig> {
        let mut config = ClientConfig::clone(&self.config);
        config.resumption = match self.resume {
            TlsResume::Off => Resumption::disabled(),
            TlsResume::User => Resumption::in_memory_sessions(SESSIONS),
        };
        Arc::new(config)
    }
}

type Builder = rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>;

fn builder(trust: Arc<dyn ServerCertVerifier>, versions: TlsVersions) -> Builder {
    let versions = match versions {
        TlsVersions::All => rustls::ALL_VERSIONS,
        TlsVersions::Only12 => &[&rustls::version::TLS12],
        TlsVersions::Only13 => &[&rustls::version::TLS13],
    };
    match ClientConfig::builder_with_provider(Arc::new(signature::provider())).with_protocol_versions(versions) {
        Ok(builder) => builder.dangerous().with_custom_certificate_verifier(trust),
        // The provider has suites of both versions, so these are never refused.
        Err(_) => unreachable!("ring has suites for every version"),
    }
}

/// The system's roots, and those browsers trust.
fn default_roots() -> Roots {
    let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // A system without roots, or with a broken one, still has the bundled ones.
    let certificates = rustls_native_certs::load_native_certs().certs;
    store.add_parsable_certificates(certificates.iter().cloned());
    Roots { store, certificates }
}

fn given_roots(pem: &[u8]) -> Result<Roots, Error> {
    let (mut store, certificates) = (RootCertStore::empty(), pem::certificates("‹cacert›", pem)?);
    for certificate in &certificates {
        let added = store.add(certificate.clone());
        added.map_err(|error| pem::broken("‹cacert›", &in_plain_words(&error)))?;
    }
    Ok(Roots { store, certificates })
}
