//! Signatures that can be verified: those that ring knows, and those of keys on the curve P-521.

use std::sync::LazyLock;

use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::{InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use rustls::{DigitallySignedStruct, SignatureScheme};
use x509_parser::asn1_rs::{Any, FromDer as _, Oid, Tag};
use x509_parser::certificate::X509Certificate;
use x509_parser::objects::{oid_registry, oid2sn};

use super::p521::{EcdhP521, EcdsaP521};

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// Verdict on a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checked {
    Valid,
    Invalid,
    /// The key, or what was made with it, is of this kind, which cannot be verified here.
    Unknown(String),
}

/// Lengths of RSA keys that can be verified, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

static ALGORITHMS: LazyLock<WebPkiSupportedAlgorithms> = LazyLock::new(|| {
    let known = ring::default_provider().signature_verification_algorithms;
    let of_p521: [Algorithm; 3] = [&EcdsaP521::Sha256, &EcdsaP521::Sha384, &EcdsaP521::Sha512];
    let all = known.all.iter().copied().chain(of_p521).collect::<Vec<_>>();
    // Before TLS 1.3 a scheme says how to hash, and leaves the curve to the key.
    let with_p521 = |(scheme, algorithms): &(SignatureScheme, &'static [Algorithm])| {
        let also: Option<Algorithm> = match *scheme {
            SignatureScheme::ECDSA_NISTP256_SHA256 => Some(&EcdsaP521::Sha256),
            SignatureScheme::ECDSA_NISTP384_SHA384 => Some(&EcdsaP521::Sha384),
            _ => None,
        };
        let algorithms: &'static [Algorithm] = algorithms.iter().copied().chain(also).collect::<Vec<_>>().leak();
        (*scheme, algorithms)
    };
    let p521: &'static [Algorithm] = &[&EcdsaP521::Sha512];
    let mapping = known.mapping.iter().map(with_p521).chain([(SignatureScheme::ECDSA_NISTP521_SHA512, p521)]);
    // Made once in a process, for as long as it lives.
    WebPkiSupportedAlgorithms { all: all.leak(), mapping: mapping.collect::<Vec<_>>().leak() }
});

/// Ring, with what it lacks.
pub(super) fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider.signature_verification_algorithms = *ALGORITHMS;
    // Last, so that only who knows no other takes it.
    provider.kx_groups.push(&EcdhP521);
    provider
}

/// The algorithms that certificates may be signed with.
pub(super) fn all() -> &'static [Algorithm] {
    ALGORITHMS.all
}

/// Schemes that handshakes may be signed with, the best first.
pub(super) fn schemes() -> Vec<SignatureScheme> {
    ALGORITHMS.supported_schemes()
}

/// Whether the key of a certificate signed a handshake. In TLS 1.3 a scheme means one algorithm; before, it may be one
/// of several.
pub(super) fn of_handshake(
    message: &[u8],
    certificate: &X509Certificate<'_>,
    signed: &DigitallySignedStruct,
    is_tls13: bool,
) -> Checked {
    let mapping = ALGORITHMS.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme);
    let algorithms = mapping.map_or(&[][..], |(_, algorithms)| algorithms);
    let algorithms = if is_tls13 { algorithms.get(..1).unwrap_or_default() } else { algorithms };
    match Any::from_der(certificate.public_key().raw) {
        Ok((_, key)) => verify(algorithms, key.data, message, signed.signature()),
        Err(_) => Checked::Unknown(BROKEN.into()),
    }
}

const BROKEN: &str = "a key that cannot be read";

/// Whether a certificate was signed by a key, given as the content of its description.
pub(super) fn of_certificate(certificate: &X509Certificate<'_>, raw: &[u8], issuer_key: &[u8]) -> Checked {
    let name = || {
        let (_, outer) = Any::from_der(raw).ok()?;
        let (rest, _signed) = Any::from_der(outer.data).ok()?;
        Some(Any::from_der(rest).ok()?.1.data)
    };
    let Some(name) = name() else { return Checked::Unknown("a signature that cannot be read".into()) };
    let is_meant = |algorithm: &&Algorithm| algorithm.signature_alg_id().as_ref() == name;
    let algorithms: Vec<Algorithm> = ALGORITHMS.all.iter().filter(is_meant).copied().collect();
    if algorithms.is_empty() {
        return Checked::Unknown(format!("a signature by {}", oid_words(name)));
    }
    verify(&algorithms, issuer_key, certificate.tbs_certificate.as_ref(), &certificate.signature_value.data)
}

/// By the first of the algorithms that is for this key, given as the content of its description.
fn verify(algorithms: &[Algorithm], key: &[u8], message: &[u8], signature: &[u8]) -> Checked {
    let parts = || {
        let (rest, kind) = Any::from_der(key).ok()?;
        // The first byte counts unused bits, of which there are none.
        let (_, bits) = Any::from_der(rest).ok()?;
        Some((kind.data, bits.data.strip_prefix(&[0])?))
    };
    let Some((kind, bits)) = parts() else { return Checked::Unknown(BROKEN.into()) };
    if kind == alg_id::RSA_ENCRYPTION.as_ref() {
        match rsa_bits(bits) {
            Some(bits) if RSA_BITS.contains(&bits) => {}
            Some(bits) => return Checked::Unknown(format!("an RSA key of {bits} bits")),
            None => return Checked::Unknown(BROKEN.into()),
        }
    }
    let is_for_it = |algorithm: &&Algorithm| algorithm.public_key_alg_id().as_ref() == kind;
    match algorithms.iter().find(is_for_it) {
        // A key of another kind did not make it.
        None if ALGORITHMS.all.iter().any(|algorithm| is_for_it(&algorithm)) => Checked::Invalid,
        None => Checked::Unknown(format!("a key of the kind {}", oid_words(kind))),
        Some(algorithm) => match algorithm.verify_signature(bits, message, signature) {
            Ok(()) => Checked::Valid,
            Err(InvalidSignature) => Checked::Invalid,
        },
    }
}

/// How long the modulus of an RSA key is.
fn rsa_bits(key: &[u8]) -> Option<usize> {
    let (_, key) = Any::from_der(key).ok()?;
    let (_, modulus) = Any::from_der(key.data).ok()?;
    let modulus = &modulus.data[modulus.data.iter().position(|byte| *byte != 0)?..];
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}

/// The last name in the description of an algorithm, which is the curve of an elliptic key: `secp521r1`.
pub(super) fn oid_words(description: &[u8]) -> String {
    let (mut rest, mut last) = (description, None);
    while let Ok((after, part)) = Any::from_der(rest) {
        rest = after;
        last = (part.tag() == Tag::Oid).then(|| Oid::try_from(part).ok()).flatten().or(last);
    }
    match last {
        Some(oid) => oid2sn(&oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned),
        None => "an unknown algorithm".into(),
    }
}
