//! Verifiers of the other side's certificate.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use super::chain::Roots;
use super::signature::{self, Checked};
use super::unverifiable::Unverifiable;

/// Trusts those whom webpki trusts, and those whom OpenSSL does beside them: see [`Roots::verify`].
#[derive(Debug)]
pub(super) struct TrustRoots(pub(super) Roots);

impl TrustRoots {
    fn verify_by_webpki(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let certificate = ParsedCertificate::try_from(shown)?;
        verify_server_cert_signed_by_trust_anchor(&certificate, &self.0.store, others, now, signature::all())?;
        verify_server_name(&certificate, name)
    }
}

impl ServerCertVerifier for TrustRoots {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Err(refusal) = self.verify_by_webpki(shown, others, name, now) else {
            return Ok(ServerCertVerified::assertion());
        };
        match self.0.verify(shown, others, name, now) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            // Where webpki gave up early, the second look saw more.
            Err(error) if is_beside_the_point(&refusal) => Err(error),
            Err(_) => Err(refusal),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        known(verify(message, certificate, signed, false))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        known(verify(message, certificate, signed, true))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        signature::schemes()
    }
}

/// Webpki would not even look at it.
fn is_beside_the_point(refusal: &Error) -> bool {
    use CertificateError as Why;
    matches!(
        refusal,
        Error::InvalidCertificate(
            Why::Other(_)
                | Why::BadEncoding
                | Why::BadSignature
                | Why::NotValidForName
                | Why::NotValidForNameContext { .. }
        )
    )
}

/// Verifier of `insecure`: accepts any certificate, of any version, date and name.
///
/// That the key of the certificate signed the handshake is looked at where it can be. Where it cannot (RSA keys shorter
/// than 2048 bits or longer than 8192, RSA-PSS keys, Ed448), that is let through too: who may show any certificate may show
/// one of its own, so nothing rests on it.
#[derive(Debug)]
pub(super) struct TrustAnything;

/// Schemes that curl offers beside those that can be verified.
const UNVERIFIED: [SignatureScheme; 6] = [
    SignatureScheme::ED448,
    SignatureScheme::Unknown(0x0809),
    SignatureScheme::Unknown(0x080a),
    SignatureScheme::Unknown(0x080b),
    SignatureScheme::ECDSA_SHA1_Legacy,
    SignatureScheme::RSA_PKCS1_SHA1,
];

impl ServerCertVerifier for TrustAnything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        not_wrong(verify(message, certificate, signed, false))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        not_wrong(verify(message, certificate, signed, true))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        signature::schemes().into_iter().chain(UNVERIFIED).collect()
    }
}

fn verify(message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct, is_tls13: bool) -> Checked {
    match X509Certificate::from_der(certificate) {
        Ok((_, certificate)) => signature::of_handshake(message, &certificate, signed, is_tls13),
        Err(_) => Checked::Unknown("a certificate that cannot be read".into()),
    }
}

fn known(checked: Checked) -> Result<HandshakeSignatureValid, Error> {
    match checked {
        Checked::Unknown(key) => {
            let why = Unverifiable::new(format!("the certificate has {key}"));
            Err(CertificateError::from(why).into())
        }
        other => not_wrong(other),
    }
}

fn not_wrong(checked: Checked) -> Result<HandshakeSignatureValid, Error> {
    match checked {
        Checked::Invalid => Err(CertificateError::BadSignature.into()),
        Checked::Valid | Checked::Unknown(_) => Ok(HandshakeSignatureValid::assertion()),
    }
}
