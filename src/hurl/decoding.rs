//! What a `Content-Encoding` says: bodies as they were before they were packed.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::load::HeaderMap;

/// What is asked for where compressed answers are wanted.
pub(super) const ACCEPTED: &str = "gzip, deflate, br";
/// More of an unpacked body is not taken: a few packed bytes may be gigabytes.
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// The body unpacked; `None` when it came as it is.
///
/// # Errors
/// One line, when it is packed in an unknown way, or broken.
pub(super) fn unpacked(headers: &HeaderMap, body: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut unpacked = None;
    if body.is_empty() {
        // As that of the answer to HEAD: it stands for nothing.
        return Ok(None);
    }
    for value in headers.get_all("content-encoding") {
        for coding in value.to_str().unwrap_or_default().split(',').map(str::trim) {
            if let Some(done) = unpack(coding, unpacked.as_deref().unwrap_or(body))? {
                unpacked = Some(done);
            }
        }
    }
    Ok(unpacked)
}

fn unpack(coding: &str, body: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let read = match coding {
        "" | "identity" => return Ok(None),
        "gzip" | "x-gzip" => whole(MultiGzDecoder::new(body)),
        "deflate" => whole(ZlibDecoder::new(body)),
        "br" => whole(Decompressor::new(body, 4096)),
        other => return Err(format!("the body is packed as {other}, which is none of gzip, deflate and br")),
    };
    read.map(Some).map_err(|error| format!("the body cannot be unpacked as {coding}: {error}"))
}

fn whole(body: impl Read) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    body.take(MAX_BODY).read_to_end(&mut whole)?;
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn headers(codings: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("content-encoding", codings.parse().expect("a value"));
        headers
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(body).expect("packed");
        encoder.finish().expect("packed")
    }

    fn zlib(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(body).expect("packed");
        encoder.finish().expect("packed")
    }

    #[test]
    fn what_was_packed_is_unpacked_one_after_the_other() {
        assert_eq!(unpacked(&HeaderMap::new(), b"hello"), Ok(None));
        assert_eq!(unpacked(&headers("gzip"), &gzip(b"hello")), Ok(Some(b"hello".to_vec())));
        assert_eq!(unpacked(&headers("gzip, deflate"), &gzip(&zlib(b"hello"))), Ok(Some(b"hello".to_vec())));
        // The smallest stream of brotli with something in it: "hello" stored.
        let br = [0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        assert_eq!(unpacked(&headers("br"), &br), Ok(Some(b"hello".to_vec())));
    }

    #[test]
    fn unknown_ways_and_broken_bodies_are_told() {
        assert!(unpacked(&headers("compress"), b"x").expect_err("unknown").contains("compress"));
        assert!(unpacked(&headers("gzip"), b"x").expect_err("broken").contains("gzip"));
    }
}
