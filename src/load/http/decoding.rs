//! What a `Content-Encoding` says: bodies as they were before they were packed.

use std::io::{self, Read};

#[cfg(feature = "hurl")]
use brotli_decompressor::Decompressor;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::body::Body;
use super::headers::{Headers, text_of};

/// A body that is longer unpacked is not unpacked to its end: a few packed bytes may be gigabytes.
const MAX_UNPACKED: u64 = 1024 * 1024 * 1024;

/// No service packs a body more often, but one that means harm.
const MAX_CODINGS: usize = 5;

/// The body unpacked, and kept up to a limit; `None` when it came as it is.
///
/// # Errors
/// One line, when it is packed in an unknown way, is broken, or was cut before it was unpacked.
pub(crate) fn unpacked(headers: &Headers, body: &Body) -> Result<Option<Body>, String> {
    // As that of the answer to HEAD, an empty body stands for nothing.
    if body.length == 0 || !headers.has("content-encoding") {
        return Ok(None);
    }
    let mut unpacked: Option<Body> = None;
    let values: Vec<String> =
        headers.get_all("content-encoding").map(|value| text_of(value).to_ascii_lowercase()).collect();
    let codings = values.iter().flat_map(|value| value.split(',')).count();
    if codings > MAX_CODINGS {
        return Err(format!("the body is packed {codings} times over; perfloop unpacks at most {MAX_CODINGS}"));
    }
    // The coding that was applied last is undone first.
    for coding in values.iter().flat_map(|value| value.split(',')).map(str::trim).rev() {
        let packed = unpacked.as_ref().unwrap_or(body);
        if let Some(done) = unpack(coding, packed)? {
            unpacked = Some(done);
        }
    }
    Ok(unpacked)
}

fn unpack(coding: &str, packed: &Body) -> Result<Option<Body>, String> {
    let bytes = &packed.kept[..];
    if matches!(coding, "" | "identity" | "none") {
        return Ok(None);
    }
    if packed.is_cut() {
        return Err(packed.cut_words(&format!("unpack the body from {coding}")));
    }
    let empty = || Body::empty_like(packed);
    let unpacked = match coding {
        "gzip" | "x-gzip" => {
            let mut decoder = GzDecoder::new(bytes);
            if decoder.header().is_none() && decoder.read(&mut [0]).is_err() {
                return Err(format!("the body is no {coding}, though its Content-Encoding says so"));
            }
            let mut decoder = GzDecoder::new(bytes);
            whole(&mut decoder, empty()).map(|body| (body, decoder.into_inner().len()))
        }
        "deflate" => {
            let mut decoder = ZlibDecoder::new(bytes);
            match whole(&mut decoder, empty()) {
                Ok(body) => Ok((body, decoder.into_inner().len())),
                // Some services send the stream without its zlib wrapping.
                Err(_) => {
                    let mut decoder = DeflateDecoder::new(bytes);
                    whole(&mut decoder, empty()).map(|body| (body, decoder.into_inner().len()))
                }
            }
        }
        #[cfg(feature = "hurl")]
        "br" => whole(&mut Decompressor::new(bytes, 4096), empty()).map(|body| (body, 0)),
        other => return Err(format!("the body is packed as {other}, which perfloop cannot unpack")),
    };
    match unpacked {
        Ok((body, 0)) => Ok(Some(body)),
        Ok((_, left)) => Err(format!("{left} bytes follow the end of the body's {coding} stream")),
        Err(error) => Err(format!("the body cannot be unpacked as {coding}: {error}")),
    }
}

fn whole(from: &mut impl Read, mut body: Body) -> io::Result<Body> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(body),
            bytes => body.take(&buffer[..bytes]),
        }
        if body.length > MAX_UNPACKED {
            return Err(io::Error::other(format!("it is longer than {MAX_UNPACKED} bytes unpacked")));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::super::body::BodyLimit;
    use super::*;

    const LIMIT: BodyLimit = BodyLimit(1000);

    fn body(bytes: &[u8]) -> Body {
        let mut body = Body::new(LIMIT, 0);
        body.take(bytes);
        body
    }

    fn unpack(codings: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
        let headers = Headers::from_pairs([("Content-Encoding", codings)]);
        unpacked(&headers, &body(bytes)).map(|body| body.map(|body| body.kept))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("packed");
        encoder.finish().expect("packed")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("packed");
        encoder.finish().expect("packed")
    }

    fn raw(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("packed");
        encoder.finish().expect("packed")
    }

    #[test]
    fn what_was_packed_is_unpacked_last_coding_first() {
        let hello = Ok(Some(b"hello".to_vec()));
        assert!(unpacked(&Headers::default(), &body(b"hello")).is_ok_and(|unpacked| unpacked.is_none()));
        assert_eq!(unpack("identity", b"hello"), Ok(None));
        assert_eq!(unpack("GZip", &gzip(b"hello")), hello);
        assert_eq!(unpack("x-gzip", &gzip(b"hello")), hello);
        assert_eq!(unpack("deflate", &zlib(b"hello")), hello);
        assert_eq!(unpack("deflate", &raw(b"hello")), hello);
        assert_eq!(unpack("deflate, gzip", &gzip(&zlib(b"hello"))), hello);
    }

    #[cfg(feature = "hurl")]
    #[test]
    fn brotli_is_unpacked() {
        // The smallest stream of brotli with something in it: "hello" stored.
        let br = [0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        assert_eq!(unpack("br", &br), Ok(Some(b"hello".to_vec())));
    }

    #[test]
    fn an_empty_body_is_packed_in_nothing() {
        for coding in ["gzip", "br", "unheard-of"] {
            assert_eq!(unpack(coding, b""), Ok(None), "{coding}");
        }
    }

    #[test]
    fn what_cannot_be_unpacked_is_told_by_what_it_is() {
        let packed = gzip(b"hello");
        let rows: [(&str, Vec<u8>, &str); 6] = [
            ("zstd", b"x".to_vec(), "packed as zstd, which"),
            ("gzip", b"hello".to_vec(), "the body is no gzip, though its Content-Encoding says so"),
            ("gzip", packed[..packed.len() - 6].to_vec(), "cannot be unpacked as gzip"),
            ("gzip", [packed.clone(), packed.clone()].concat(), "bytes follow the end of the body's gzip stream"),
            ("gzip", [&packed[..], b"rest"].concat(), "4 bytes follow"),
            ("deflate", b"hello".to_vec(), "cannot be unpacked as deflate"),
        ];
        for (coding, bytes, what) in rows {
            let error = unpack(coding, &bytes).expect_err(what);
            assert!(error.contains(what), "{error}");
        }
    }

    #[test]
    fn a_long_body_is_counted_whole_and_kept_to_the_limit() {
        let headers = Headers::from_pairs([("Content-Encoding", "gzip")]);
        let long = unpacked(&headers, &body(&gzip(&[b'x'; 5000]))).expect("unpacked").expect("a body");
        assert_eq!((long.kept.len(), long.length, long.is_cut()), (1000, 5000, true));
        let cut = body(&[b'x'; 1001]);
        assert!(unpacked(&headers, &cut).is_err_and(|error| error.contains("max-body")));
    }
}
