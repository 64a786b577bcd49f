//! The body of an answer: counted to its end, kept up to a limit.

#[cfg(feature = "hurl")]
use super::hashes::Hashes;
use crate::mismatch;

/// No more memory is taken on an answer's word that it is long.
const TRUSTED_LENGTH: usize = 64 * 1024;

/// Bytes of a body that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyLimit(pub(crate) usize);

/// A body, or its beginning.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    /// The bytes that are kept.
    pub(crate) kept: Vec<u8>,
    /// The length of the whole body.
    pub(crate) length: u64,
    limit: usize,
    #[cfg(feature = "hurl")]
    hashes: Option<Box<Hashes>>,
}

impl Body {
    /// A body of which nothing has come, and that is expected to have so many bytes.
    pub(super) fn new(limit: BodyLimit, expected: u64) -> Self {
        Body::within(Vec::new(), limit, expected)
    }

    /// The same in memory that held another one.
    pub(super) fn within(mut spare: Vec<u8>, limit: BodyLimit, expected: u64) -> Self {
        spare.clear();
        spare.reserve_exact(usize::try_from(expected).unwrap_or(usize::MAX).min(TRUSTED_LENGTH).min(limit.0));
        Body { kept: spare, limit: limit.0, ..Body::default() }
    }

    /// Reader that hashes the body while it comes.
    #[cfg(feature = "hurl")]
    pub(super) fn hashed(mut self, is_wanted: bool) -> Self {
        self.hashes = is_wanted.then(Box::default);
        self
    }

    /// The hashes of the whole body, if they are wanted.
    #[cfg(feature = "hurl")]
    pub(crate) fn hashes(&self) -> Option<&Hashes> {
        self.hashes.as_deref()
    }

    /// Takes the next bytes in.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let room = self.limit - self.kept.len();
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
        #[cfg(feature = "hurl")]
        if let Some(hashes) = &mut self.hashes {
            hashes.take(bytes);
        }
    }

    /// A body that is kept whole.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn whole(kept: Vec<u8>) -> Self {
        Body { length: kept.len() as u64, limit: kept.len(), kept, ..Body::default() }
    }

    /// A body of which nothing has come, kept and hashed as another.
    pub(super) fn empty_like(other: &Body) -> Self {
        let body = Body::new(BodyLimit(other.limit), 0);
        #[cfg(feature = "hurl")]
        let body = body.hashed(other.hashes.is_some());
        body
    }

    /// Only its beginning is kept.
    pub(crate) fn is_cut(&self) -> bool {
        self.length > self.kept.len() as u64
    }

    /// Why something cannot be done with a cut body.
    pub(crate) fn cut_words(&self, what: &str) -> String {
        mismatch::unseen(what, self.kept.len(), self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_counted_whole_and_kept_to_its_limit() {
        let mut body = Body::new(BodyLimit(5), 1 << 40);
        body.take(b"abc");
        assert!(!body.is_cut());
        body.take(b"defgh");
        body.take(b"i");
        assert_eq!((&body.kept[..], body.length, body.is_cut()), (&b"abcde"[..], 9, true));
        assert!(body.cut_words("look").contains("first 5 of its 9 bytes"));
    }
}
