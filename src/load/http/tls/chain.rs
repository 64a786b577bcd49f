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
use super::unverifiable::Unverifiable;

/// Certificates of the longest chain.
const MAX_LINKS: usize = 8;
/// Signatures that are looked at; only a service that wants to keep a client busy needs more.
const MAX_SIGNATURES: usize = 64;

/// Trusted authorities.
#[derive(Debug)]
pub(super) struct Roots {
    pub(super) store: RootCertStore,
    /// The authorities as they were given, those apart that came without their certificate.
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
    /// True when a root signed this, or a certificate that a root lets sign.
    fn reaches_root(&mut self, (der, certificate): &Certificate<'_>, links: usize) -> Result<(), CertificateError> {
        let issuer = certificate.issuer().as_raw();
        let content = Any::from_der(issuer).map_err(|_| CertificateError::BadEncoding)?.1.data;
        let mut refusal = CertificateError::UnknownIssuer;
        for root in &self.roots.store.roots {
            if root.subject.as_ref() == content && root.name_constraints.is_none() {
                match self.is_signed(certificate, der, root.subject_public_key_info.as_ref()) {
                    Ok(()) => return Ok(()),
                    // Another authority of the same name.
                    Err(CertificateError::BadSignature) => {}
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
        KeyUsagePurpose, NameConstraints, date_time_ymd,
    };

    use super::super::pem;
    use super::super::words::in_plain_words;
    use super::*;

    type Issuer = CertifiedIssuer<'static, KeyPair>;

    /// A certificate for these names, with a common name and whatever else is said.
    fn params(names: &[&str], common: &str, change: impl Fn(&mut CertificateParams)) -> CertificateParams {
        let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let params = params.as_mut().expect("names");
        params.distinguished_name.push(DnType::CommonName, common);
        change(params);
        params.clone()
    }

    fn key() -> KeyPair {
        KeyPair::generate().expect("a key")
    }

    fn authority(common: &str, change: impl Fn(&mut CertificateParams)) -> Issuer {
        let params = params(&[], common, |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            change(params);
        });
        Issuer::self_signed(params, key()).expect("an authority")
    }

    fn issued(params: &CertificateParams, by: &Issuer) -> CertificateDer<'static> {
        params.signed_by(&key(), by).expect("a certificate").der().clone()
    }

    fn self_signed(params: &CertificateParams) -> CertificateDer<'static> {
        params.self_signed(&key()).expect("a certificate").der().clone()
    }

    fn roots(certificates: &[&CertificateDer<'static>]) -> Roots {
        let mut store = RootCertStore::empty();
        for certificate in certificates {
            store.add((*certificate).clone()).expect("a root");
        }
        Roots { store, certificates: certificates.iter().map(|one| (*one).clone()).collect() }
    }

    fn verified_at(roots: &Roots, chain: &[&CertificateDer<'static>], name: &str, seconds: u64) -> Result<(), String> {
        let (shown, others) = chain.split_first().expect("a certificate");
        let others: Vec<CertificateDer<'_>> = others.iter().map(|other| (*other).clone()).collect();
        let name = ServerName::try_from(name).expect("a name");
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        roots.verify(shown, &others, &name, now).map_err(|error| in_plain_words(&error))
    }

    /// In the year 2030.
    fn verified(roots: &Roots, chain: &[&CertificateDer<'static>], name: &str) -> Result<(), String> {
        verified_at(roots, chain, name, 1_900_000_000)
    }

    fn is_refused(result: Result<(), String>, wanted: &str) {
        let said = result.expect_err(wanted);
        assert!(said.contains(wanted), "{said}");
    }

    fn makes_authority(params: &mut CertificateParams) {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }

    #[test]
    fn what_openssl_makes_by_itself_is_trusted_for_its_names_only() {
        let own = self_signed(&params(&["a.test", "127.0.0.1"], "x", makes_authority));
        let trusting = roots(&[&own]);
        assert_eq!(verified(&trusting, &[&own], "a.test"), Ok(()));
        assert_eq!(verified(&trusting, &[&own], "127.0.0.1"), Ok(()));
        is_refused(verified(&trusting, &[&own], "b.test"), "for a.test, 127.0.0.1, not for b.test");
        is_refused(verified(&trusting, &[&own], "x"), "not for x");
        let other = self_signed(&params(&["a.test"], "x", makes_authority));
        is_refused(verified(&trusting, &[&other], "a.test"), "nobody who is trusted issued");
        let stranger = self_signed(&params(&["a.test"], "y", makes_authority));
        is_refused(verified(&trusting, &[&stranger], "a.test"), "nobody who is trusted issued");
    }

    #[test]
    fn an_authority_may_issue_to_what_calls_itself_one() {
        let root = authority("root", |_| {});
        let leaf = issued(&params(&["a.test"], "leaf", makes_authority), &root);
        assert_eq!(verified(&roots(&[root.der()]), &[&leaf], "a.test"), Ok(()));
        let pinned = issued(&params(&["a.test"], "leaf", |_| {}), &root);
        assert_eq!(verified(&roots(&[&pinned]), &[&pinned], "a.test"), Ok(()), "it is trusted itself");
        is_refused(verified(&roots(&[&pinned]), &[&leaf], "a.test"), "nobody who is trusted issued");
    }

    #[test]
    fn links_of_a_chain_must_be_authorities_and_be_shown() {
        let root = authority("root", |_| {});
        let link = |change: fn(&mut CertificateParams)| {
            let params = params(&[], "link", |params| {
                makes_authority(params);
                change(params);
            });
            Issuer::signed_by(params, key(), &root).expect("a link")
        };
        let trusting = roots(&[root.der()]);
        let leaf = |by: &Issuer| issued(&params(&[], "a.test", makes_authority), by);
        let good = link(|_| {});
        assert_eq!(verified(&trusting, &[&leaf(&good), good.der()], "a.test"), Ok(()));
        assert_eq!(verified(&trusting, &[&leaf(&good), root.der(), good.der()], "a.test"), Ok(()), "in any order");
        is_refused(verified(&trusting, &[&leaf(&good)], "a.test"), "nobody who is trusted issued");
        is_refused(verified(&trusting, &[&leaf(&good), link(|_| {}).der()], "a.test"), "a signature is wrong");
        let bad: [fn(&mut CertificateParams); 5] = [
            |params| params.is_ca = IsCa::ExplicitNoCa,
            |params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature],
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            |params| params.not_after = date_time_ymd(2020, 1, 1),
            |params| {
                params.name_constraints =
                    Some(NameConstraints { permitted_subtrees: vec![], excluded_subtrees: vec![] });
                let all = rcgen::GeneralSubtree::DnsName("test".into());
                params.name_constraints.as_mut().expect("constraints").permitted_subtrees.push(all);
            },
        ];
        for change in bad {
            let link = link(change);
            is_refused(verified(&trusting, &[&leaf(&link), link.der()], "a.test"), "nobody who is trusted issued");
        }
        let short = link(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
        assert_eq!(verified(&trusting, &[&leaf(&short), short.der()], "a.test"), Ok(()));
        let below = Issuer::signed_by(params(&[], "below", makes_authority), key(), &short).expect("a link");
        let chain = [&leaf(&below), below.der(), short.der()];
        is_refused(verified(&trusting, &chain, "a.test"), "nobody who is trusted issued");
    }

    #[test]
    fn the_common_name_counts_where_there_is_no_other() {
        let root = authority("root", |_| {});
        let trusting = roots(&[root.der()]);
        let named = |common: &str| issued(&params(&[], common, |_| {}), &root);
        for (common, host, is) in [
            ("a.test", "a.test", true),
            ("A.Test", "a.test", true),
            ("a.test", "a.test.", true),
            ("*.b.test", "a.b.test", true),
            ("*.b.test", "b.test", false),
            ("*.b.test", "x.a.b.test", false),
            ("*.test", "a.test", false),
            ("a*.b.test", "aa.b.test", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("*.0.0.1", "127.0.0.1", false),
            ("b.test", "a.test", false),
            ("", "a.test", false),
        ] {
            assert_eq!(verified(&trusting, &[&named(common)], host).is_ok(), is, "{common} for {host}");
        }
        let both = issued(&params(&["b.test"], "a.test", |_| {}), &root);
        is_refused(verified(&trusting, &[&both], "a.test"), "for b.test, not for a.test");
    }

    #[test]
    fn dates_and_purposes_hold_for_whatever_is_trusted() {
        let refused = |change: fn(&mut CertificateParams), wanted: &str| {
            let own = self_signed(&params(&["a.test"], "x", |params| {
                makes_authority(params);
                change(params);
            }));
            is_refused(verified(&roots(&[&own]), &[&own], "a.test"), wanted);
        };
        refused(|params| params.not_after = date_time_ymd(2020, 1, 1), "expired on 2020-01-01");
        refused(|params| params.not_before = date_time_ymd(2040, 1, 1), "valid from 2040-01-01");
        refused(|params| params.key_usages = vec![KeyUsagePurpose::KeyCertSign], "not for servers");
        refused(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth], "not for servers");
        refused(
            |params| {
                let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                extension.set_criticality(true);
                params.custom_extensions.push(extension);
            },
            "critical extension",
        );
    }

    #[test]
    fn a_certificate_of_version_1_by_a_key_on_p521_is_trusted() {
        let read = |pem: &[u8]| pem::certificates("cacert", pem).expect("a certificate").remove(0);
        let root = read(include_bytes!("samples/p521-authority.pem"));
        let leaf = read(include_bytes!("samples/v1-by-p521.pem"));
        assert_eq!(verified(&roots(&[&root]), &[&leaf], "a.test"), Ok(()));
        is_refused(verified(&roots(&[&root]), &[&leaf], "b.test"), "for a.test, not for b.test");
        is_refused(verified_at(&roots(&[&root]), &[&leaf], "a.test", 1_000_000_000), "valid from 2026-");
        let mut forged = leaf.to_vec();
        let at = forged.len() - 200;
        forged[at] ^= 1;
        assert!(verified(&roots(&[&root]), &[&forged.into()], "a.test").is_err());
    }
}
