//! The certificate that a client shows, and its private key, which may be under a password.

use std::sync::Arc;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use md5::{Digest as _, Md5};
use pkcs8::EncryptedPrivateKeyInfoRef;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use super::pem::{self, Section};
use crate::error::Error;

const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// A certificate with its chain, and the key that belongs to it.
///
/// # Errors
/// A line that names the flag and the remedy.
pub(super) fn identity(cert: &[u8], key: &[u8], password: Option<&str>) -> Result<CertifiedKey, Error> {
    let chain = pem::certificates("‹cert›", cert)?;
    let key = private_key(key, password).map_err(|what| Error::usage(format!("‹key›: {what}")))?;
    let key = any_supported_type(&key).map_err(|_| {
        Error::usage(
            "‹key›: the key is broken, or of a kind that perfloop cannot sign with; give one of RSA (2048 to 8192 \
             bits), of the curves P-256 or P-384, or Ed25519",
        )
    })?;
    let owned = chain.first().and_then(|certificate| {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        Some(key.public_key()?.as_ref() == certificate.public_key().raw)
    });
    match owned {
        Some(true) => Ok(CertifiedKey::new(chain, Arc::clone(&key))),
        Some(false) => Err(Error::usage("‹cert› and ‹key› do not belong together; give a matching pair")),
        None => Err(pem::broken("‹cert›", "the certificate cannot be read")),
    }
}

/// The first private key of a file, opened with the password if it is under one.
fn private_key(pem: &[u8], password: Option<&str>) -> Result<PrivateKeyDer<'static>, String> {
    let sections = pem::sections(pem)?;
    let key = sections.iter().find(|section| section.label.ends_with("PRIVATE KEY"));
    let Some(key) = key else { return Err("no private key in it; give a file with a PEM private key".into()) };
    let password = || password.ok_or("the key is under a password; give it as ‹cert› FILE:PASSWORD");
    let content = match key.header("DEK-Info") {
        _ if key.label == ENCRYPTED => opened(&key.content, password()?)?,
        Some(how) => opened_as_openssl_did(key, how, password()?)?,
        None => key.content.clone(),
    };
    match key.label.as_str() {
        "PRIVATE KEY" | ENCRYPTED => Ok(PrivateKeyDer::Pkcs8(content.into())),
        "RSA PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs1(content.into())),
        "EC PRIVATE KEY" => Ok(PrivateKeyDer::Sec1(content.into())),
        other => Err(format!("'{}' is no kind of key that perfloop reads; {REMEDY}", other.to_lowercase())),
    }
}

const REMEDY: &str = "make it one with: openssl pkcs8 -topk8 -v2 aes256 -in KEY -out NEW";
const WRONG: &str = "the password does not open the key; give the right one as ‹cert› FILE:PASSWORD";

/// A key of PKCS#8 (PBES2).
fn opened(content: &[u8], password: &str) -> Result<Vec<u8>, String> {
    match EncryptedPrivateKeyInfoRef::try_from(content) {
        Ok(how) if how.encryption_algorithm.pbes2().is_some() => {
            Ok(how.decrypt(password).map_err(|_| WRONG)?.as_bytes().to_vec())
        }
        _ => Err(format!("the key is encrypted in a way that perfloop cannot read; {REMEDY}")),
    }
}

/// A key of before PKCS#8: the cipher and its first block stand above it, and the password becomes its key by MD5.
fn opened_as_openssl_did(key: &Section, how: &str, password: &str) -> Result<Vec<u8>, String> {
    let (cipher, first) = how.split_once(',').unwrap_or((how, ""));
    let first = bytes_of_hex(first.trim()).filter(|first| first.len() >= SALT).ok_or("the key is broken")?;
    let open = |length: usize| (key_of(password, &first[..SALT], length), first.as_slice());
    let content = &key.content;
    macro_rules! open_with {
        ($cipher:ty, $length:expr) => {{
            let (secret, first) = open($length);
            let cipher = cbc::Decryptor::<$cipher>::new_from_slices(&secret, first).map_err(|_| "the key is broken")?;
            cipher.decrypt_padded_vec::<Pkcs7>(content).map_err(|_| WRONG)?
        }};
    }
    Ok(match cipher.trim() {
        "AES-128-CBC" => open_with!(aes::Aes128, 16),
        "AES-192-CBC" => open_with!(aes::Aes192, 24),
        "AES-256-CBC" => open_with!(aes::Aes256, 32),
        "DES-EDE3-CBC" => open_with!(des::TdesEde3, 24),
        other => return Err(format!("the key is encrypted with {other}, which perfloop does not read; {REMEDY}")),
    })
}

const SALT: usize = 8;

fn key_of(password: &str, salt: &[u8], length: usize) -> Vec<u8> {
    let mut key = Vec::new();
    let mut last = Vec::new();
    while key.len() < length {
        last = Md5::new().chain_update(&last).chain_update(password).chain_update(salt).finalize().to_vec();
        key.extend_from_slice(&last);
    }
    key.truncate(length);
    key
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &[u8] = include_bytes!("samples/client.pem");
    const PLAIN: &[u8] = include_bytes!("samples/plain.key");
    const CAMELLIA: &[u8] = include_bytes!("samples/traditional-camellia.key");
    const PBES1: &[u8] = include_bytes!("samples/pbes1.key");

    /// Keys that openssl made under the password `secret`.
    const ENCRYPTED: [(&str, &[u8]); 10] = [
        ("aes128", include_bytes!("samples/pkcs8-aes128.key")),
        ("aes192", include_bytes!("samples/pkcs8-aes192.key")),
        ("aes256", include_bytes!("samples/pkcs8-aes256.key")),
        ("3des", include_bytes!("samples/pkcs8-3des.key")),
        ("sha1", include_bytes!("samples/pkcs8-sha1.key")),
        ("scrypt", include_bytes!("samples/pkcs8-scrypt.key")),
        ("traditional aes128", include_bytes!("samples/traditional-aes128.key")),
        ("traditional aes192", include_bytes!("samples/traditional-aes192.key")),
        ("traditional aes256", include_bytes!("samples/traditional-aes256.key")),
        ("traditional 3des", include_bytes!("samples/traditional-des3.key")),
    ];

    fn refusal(cert: &[u8], key: &[u8], password: Option<&str>) -> String {
        identity(cert, key, password).expect_err("refused").to_string()
    }

    #[test]
    fn a_key_is_opened_by_its_password_and_by_no_other() {
        for (kind, key) in ENCRYPTED {
            if let Err(error) = identity(CLIENT, key, Some("secret")) {
                panic!("{kind}: {error}");
            }
            let wrong = refusal(CLIENT, key, Some("Secret"));
            assert!(wrong.starts_with("key: the ") && !wrong.contains("kind"), "{kind}: {wrong}");
            let none = refusal(CLIENT, key, None);
            assert!(none.contains("cert FILE:PASSWORD"), "{kind}: {none}");
        }
    }

    #[test]
    fn a_key_without_a_password_needs_none() {
        for key in [PLAIN, include_bytes!("samples/sec1.key")] {
            assert!(identity(CLIENT, key, None).is_ok());
            assert!(identity(CLIENT, key, Some("unused")).is_ok());
            let both = [key, b"\n", CLIENT].concat();
            assert!(identity(&both, &both, None).is_ok(), "one file holds both");
        }
        let both = [ENCRYPTED[8].1, CLIENT].concat();
        assert!(identity(&both, &both, Some("secret")).is_ok());
    }

    #[test]
    fn what_cannot_be_used_is_told_with_the_remedy() {
        for (cert, key, wanted) in [
            (CLIENT, &b"none"[..], "key: no private key in it"),
            (CLIENT, CAMELLIA, "CAMELLIA-128-CBC, which perfloop does not read; make it one with: openssl pkcs8"),
            (CLIENT, PBES1, "encrypted in a way that perfloop cannot read; make it one with: openssl pkcs8"),
            (
                CLIENT,
                b"-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----",
                "'dsa private key' is no kind",
            ),
            (
                CLIENT,
                b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "of a kind that perfloop cannot sign",
            ),
            (CLIENT, b"-----BEGIN PRIVATE KEY-----\nAAAA", "the private key has no end"),
            (include_bytes!("samples/p521-authority.pem"), PLAIN, "do not belong together"),
            (b"", PLAIN, "cert: no certificate in it"),
        ] {
            let said = refusal(cert, key, Some("secret"));
            assert!(said.contains(wanted) && !said.contains('{'), "{said}");
        }
    }
}
