//! The curve P-521, which ring does not know: signatures by its keys, and the exchange of keys on it, without which
//! services of TLS 1.2 do not show a certificate of the curve.

use p521::ecdsa::signature::hazmat::PrehashVerifier as _;
use p521::ecdsa::{DerSignature, VerifyingKey};
use p521::elliptic_curve::sec1::ToSec1Point as _;
use p521::{PublicKey, SecretKey};
use rustls::crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup, ring};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use rustls::{Error, NamedGroup, PeerMisbehaved};
use sha2::Digest as _;

/// Signatures over a message that is hashed so.
#[derive(Debug, Clone, Copy)]
pub(super) enum EcdsaP521 {
    Sha256,
    Sha384,
    Sha512,
}

impl SignatureVerificationAlgorithm for EcdsaP521 {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        match self {
            EcdsaP521::Sha256 => alg_id::ECDSA_SHA256,
            EcdsaP521::Sha384 => alg_id::ECDSA_SHA384,
            EcdsaP521::Sha512 => alg_id::ECDSA_SHA512,
        }
    }

    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(key).map_err(|_| InvalidSignature)?;
        let signature = DerSignature::from_bytes(signature).map_err(|_| InvalidSignature)?;
        let hash = match self {
            EcdsaP521::Sha256 => sha2::Sha256::digest(message).to_vec(),
            EcdsaP521::Sha384 => sha2::Sha384::digest(message).to_vec(),
            EcdsaP521::Sha512 => sha2::Sha512::digest(message).to_vec(),
        };
        key.verify_prehash(&hash, &signature).map_err(|_| InvalidSignature)
    }
}

/// The exchange of keys.
#[derive(Debug)]
pub(super) struct EcdhP521;

impl SupportedKxGroup for EcdhP521 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let mut bytes = [0; 66];
        loop {
            ring::default_provider().secure_random.fill(&mut bytes)?;
            // The curve has 521 bits. A number of as many is good unless it is 0 or beyond the curve's order.
            bytes[0] &= 1;
            if let Ok(secret) = SecretKey::from_slice(&bytes) {
                let shown = secret.public_key().to_sec1_point(false).as_bytes().into();
                return Ok(Box::new(Exchange { secret, shown }));
            }
        }
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

struct Exchange {
    secret: SecretKey,
    shown: Box<[u8]>,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, other: &[u8]) -> Result<SharedSecret, Error> {
        const UNCOMPRESSED: u8 = 4;
        let other = Some(other).filter(|other| other.first() == Some(&UNCOMPRESSED));
        match other.and_then(|other| PublicKey::from_sec1_bytes(other).ok()) {
            Some(other) => Ok(self.secret.diffie_hellman(&other).raw_secret_bytes().as_slice().into()),
            None => Err(PeerMisbehaved::InvalidKeyShare.into()),
        }
    }

    fn pub_key(&self) -> &[u8] {
        &self.shown
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_an_exchange_share_a_secret() {
        let (one, other) = (EcdhP521.start().expect("a key"), EcdhP521.start().expect("a key"));
        assert_eq!((one.pub_key().len(), one.group()), (133, NamedGroup::secp521r1));
        let (of_one, of_other) = (one.pub_key().to_vec(), other.pub_key().to_vec());
        let one = one.complete(&of_other).expect("a secret").secret_bytes().to_vec();
        assert_eq!(other.complete(&of_one).expect("a secret").secret_bytes(), one);
        assert_eq!(one.len(), 66);
        let mut wrong = of_one;
        wrong[5] ^= 1;
        for key in [&wrong[..], &[], &[4; 133], &[0]] {
            assert!(EcdhP521.start().expect("a key").complete(key).is_err(), "no point of the curve");
        }
    }
}
