//! Certificates that OpenSSL, and so curl, trusts while webpki does not.
//!
//! Let through are, beside what webpki accepts: a certificate that is itself among the trusted ones; one that says it
//! is an authority; one of version 1; and one that names its host in the common name alone. Dates, purposes, signatures
//! and names are looked at all the same, and what constrains names is not taken for a link of a chain.

use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};
use x509_parser::asn1_rs::{Any, FromDer as _};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::oid_registry::OID_X509_COMMON_NAME;

use super::signature::{self, Checked};
use super::verifier::Unverifiable;

/// Longer chains are nobody's.
const MAX_LINKS: usize = 8;
/// More are looked at only where somebody wants to keep a client busy.
const MAX_SIGNATURES: usize = 64;

/// What is trusted.
#[derive(Debug)]
pub(super) struct Roots {
    pub(super) store: RootCertStore,
    /// The same as they were given, those apart that came without their certificate.
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

type Certificate<'a> = (&'a [u8], X509Certificate<'a>);

impl Roots {
    /// Whether a service of this name may show this certificate, and those that lead from it to a root.
    pub(super) fn verify(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let certificate = read(shown).ok_or(CertificateError::BadEncoding)?;
        check_use(&certificate.1, now)?;
        if !self.certificates.contains(shown) {
            let others: Vec<_> = others.iter().filter_map(|other| read(other)).collect();
            Search { roots: self, others, now, signatures: 0 }.reaches_root(&certificate, 0)?;
        }
        check_name(shown, &certificate.1, name)
    }
}

fn read(der: &[u8]) -> Option<Certificate<'_>> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    rest.is_empty().then_some((der, certificate))
}

struct Search<'a> {
    roots: &'a Roots,
    others: Vec<Certificate<'a>>,
    now: UnixTime,
    signatures: usize,
}

impl Search<'_> {
    /// Whether a root signed this, or somebody whom a root lets sign.
    fn reaches_root(&mut self, (der, certificate): &Certificate<'_>, links: usize) -> Result<(), CertificateError> {
        let issuer = certificate.issuer().as_raw();
        let content = Any::from_der(issuer).map_err(|_| CertificateError::BadEncoding)?.1.data;
        let mut refusal = CertificateError::UnknownIssuer;
        for root in &self.roots.store.roots {
            if root.subject.as_ref() == content && root.name_constraints.is_none() {
                match self.is_signed(certificate, der, root.subject_public_key_info.as_ref()) {
                    Ok(()) => return Ok(()),
                    Err(error) => refusal = error,
                }
            }
        }
        let others = if links < MAX_LINKS { self.others.clone() } else { Vec::new() };
        for other in &others {
            if other.1.subject().as_raw() == issuer && other.0 != *der && may_sign(&other.1, links, self.now) {
                let key = Any::from_der(other.1.public_key().raw).map_err(|_| CertificateError::BadEncoding)?.1.data;
                match self.is_signed(certificate, der, key).and_then(|()| self.reaches_root(other, links + 1)) {
                    Ok(()) => return Ok(()),
                    Err(error) => refusal = error,
                }
            }
        }
        Err(refusal)
    }

    fn is_signed(&mut self, certificate: &X509Certificate<'_>, der: &[u8], key: &[u8]) -> Result<(), CertificateError> {
        self.signatures += 1;
        if self.signatures > MAX_SIGNATURES {
            return Err(CertificateError::UnknownIssuer);
        }
        match signature::of_certificate(certificate, der, key) {
            Checked::Valid => Ok(()),
            Checked::Invalid => Err(CertificateError::BadSignature),
            Checked::Unknown(kind) => Err(Unverifiable::new(format!("the certificate was issued with {kind}")).into()),
        }
    }
}

/// Whether this one may sign others, with so many links between it and the one that was shown.
fn may_sign(certificate: &X509Certificate<'_>, links: usize, now: UnixTime) -> bool {
    let is_authority = certificate.basic_constraints().ok().flatten().is_some_and(|constraints| {
        constraints.value.ca && constraints.value.path_len_constraint.is_none_or(|most| links <= most as usize)
    });
    let usage = certificate.key_usage().ok().flatten();
    let constrains_names = certificate.name_constraints().ok().flatten().is_some();
    is_authority
        && usage.is_none_or(|usage| usage.value.key_cert_sign())
        && !constrains_names
        && check_dates(certificate, now).is_ok()
        && check_extensions(certificate).is_ok()
}

fn check_dates(certificate: &X509Certificate<'_>, time: UnixTime) -> Result<(), CertificateError> {
    let validity = certificate.validity();
    let unix = |seconds: i64| u64::try_from(seconds).unwrap_or(0);
    let at = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let (from, until) = (unix(validity.not_before.timestamp()), unix(validity.not_after.timestamp()));
    if time.as_secs() < from {
        Err(CertificateError::NotValidYetContext { time, not_before: at(from) })
    } else if time.as_secs() > until {
        Err(CertificateError::ExpiredContext { time, not_after: at(until) })
    } else {
        Ok(())
    }
}

/// Extensions that must be understood are, and who is said what to use the key for may use it for a server.
fn check_extensions(certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::ExtendedKeyUsage(usage) if !usage.server_auth => {
                return Err(CertificateError::InvalidPurpose);
            }
            ParsedExtension::BasicConstraints(_)
            | ParsedExtension::KeyUsage(_)
            | ParsedExtension::ExtendedKeyUsage(_)
            | ParsedExtension::SubjectAlternativeName(_)
            | ParsedExtension::CertificatePolicies(_) => {}
            ParsedExtension::ParseError { .. } if extension.critical => return Err(CertificateError::BadEncoding),
            _ if extension.critical => return Err(CertificateError::UnhandledCriticalExtension),
            _ => {}
        }
    }
    Ok(())
}

fn check_use(certificate: &X509Certificate<'_>, now: UnixTime) -> Result<(), CertificateError> {
    check_dates(certificate, now)?;
    check_extensions(certificate)?;
    let usage = certificate.key_usage().map_err(|_| CertificateError::BadEncoding)?;
    let is_for_servers = usage.is_none_or(|usage| {
        usage.value.digital_signature() || usage.value.key_encipherment() || usage.value.key_agreement()
    });
    if is_for_servers { Ok(()) } else { Err(CertificateError::InvalidPurpose) }
}

/// The alternative names decide; the common name does only where there are none.
fn check_name(
    der: &CertificateDer<'_>,
    certificate: &X509Certificate<'_>,
    name: &ServerName<'_>,
) -> Result<(), rustls::Error> {
    let names = certificate.subject_alternative_name().map_err(|_| CertificateError::BadEncoding)?;
    let is_name = |name: &GeneralName<'_>| matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_));
    if names.is_some_and(|names| names.value.general_names.iter().any(is_name)) {
        return verify_server_name(&ParsedCertificate::try_from(der)?, name);
    }
    let common: Vec<&str> =
        certificate.subject().iter_by_oid(&OID_X509_COMMON_NAME).filter_map(|name| name.as_str().ok()).collect();
    // Of several, the last is the one that is meant.
    match common.last() {
        Some(common) if is_meant(common, name) => Ok(()),
        common => Err(CertificateError::NotValidForNameContext {
            expected: name.to_owned(),
            presented: common.iter().map(|name| (**name).to_owned()).collect(),
        }
        .into()),
    }
}

/// Whether a pattern like `*.example.com` means a host; an address is only ever meant by itself.
fn is_meant(pattern: &str, name: &ServerName<'_>) -> bool {
    let host = name.to_str();
    let host = host.trim_end_matches('.');
    let pattern = pattern.trim_end_matches('.');
    match (pattern.strip_prefix("*."), name) {
        (Some(parent), ServerName::DnsName(_)) if parent.contains('.') => {
            host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(parent))
        }
        _ => pattern.eq_ignore_ascii_case(host),
    }
}
