//! Hashes of a body, made while it comes: of a long body only a part is kept.

use md5::{Digest as _, Md5};
use sha2::Sha256;

/// Hashes of the bytes so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hashes {
    sha256: Sha256,
    md5: Md5,
}

impl Hashes {
    /// The hashes of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut hashes = Hashes::default();
        hashes.take(bytes);
        hashes
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.md5.update(bytes);
    }

    /// The SHA-256 of all bytes.
    pub(crate) fn sha256(&self) -> Vec<u8> {
        self.sha256.clone().finalize().to_vec()
    }

    /// The MD5 of all bytes.
    pub(crate) fn md5(&self) -> Vec<u8> {
        self.md5.clone().finalize().to_vec()
    }
}
