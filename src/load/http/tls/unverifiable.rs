//! Refusal of a certificate that cannot be verified, and so is not trusted.

use std::fmt;
use std::sync::Arc;

use rustls::{CertificateError, OtherError};

/// Reason why a certificate cannot be verified.
#[derive(Debug)]
pub(super) struct Unverifiable(String);

impl Unverifiable {
    pub(super) fn new(what: String) -> Self {
        Unverifiable(what)
    }
}

impl From<Unverifiable> for CertificateError {
    fn from(what: Unverifiable) -> Self {
        CertificateError::Other(OtherError(Arc::new(what)))
    }
}

impl fmt::Display for Unverifiable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, which perfloop does not trust; insecure accepts it", self.0)
    }
}

impl std::error::Error for Unverifiable {}
