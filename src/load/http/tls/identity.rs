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
    let chain = pem::certificates("--cert", cert)?;
    let key = private_key(key, password).map_err(|what| Error::usage(format!("--key: {what}")))?;
    let key = any_supported_type(&key).map_err(|_| {
        Error::usage(
            "--key: the key is broken, or of a kind that perfloop cannot sign with; give one of RSA (2048 to 8192 \
             bits), of the curves P-256 or P-384, or Ed25519",
        )
    })?;
    let owned = chain.first().and_then(|certificate| {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        Some(key.public_key()?.as_ref() == certificate.public_key().raw)
    });
    match owned {
        Some(true) => Ok(CertifiedKey::new(chain, Arc::clone(&key))),
        Some(false) => Err(Error::usage("--cert and --key do not belong together; give a matching pair")),
        None => Err(pem::broken("--cert", "the certificate cannot be read")),
    }
}

/// The first private key of a file, opened with the password if it is under one.
fn private_key(pem: &[u8], password: Option<&str>) -> Result<PrivateKeyDer<'static>, String> {
    let sections = pem::sections(pem)?;
    let key = sections.iter().find(|section| section.label.ends_with("PRIVATE KEY"));
    let Some(key) = key else { return Err("no private key in it; give a file with a PEM private key".into()) };
    let password = || password.ok_or("the key is under a password; give it as --cert FILE:PASSWORD");
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
const WRONG: &str = "the password does not open the key; give the right one as --cert FILE:PASSWORD";

/// A key of PKCS#8 (PBES2).
fn opened(content: &[u8], password: &str) -> Result<Vec<u8>, String> {
    let how = EncryptedPrivateKeyInfoRef::try_from(content)
        .map_err(|_| format!("the key is encrypted in a way that perfloop cannot read; {REMEDY}"))?;
    match how.decrypt(password) {
        Ok(key) => Ok(key.as_bytes().to_vec()),
        Err(pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. })) => {
            Err(format!("the key is encrypted in a way that perfloop cannot read; {REMEDY}"))
        }
        Err(_) => Err(WRONG.into()),
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
