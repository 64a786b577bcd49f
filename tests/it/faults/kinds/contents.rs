//! Bodies in codings, right, wrong, and far larger than they look.

use std::io::Write as _;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Right::{Lost, Pass, Rejected};
use super::{Kind, answer, body, each, each_broken};
use crate::faults::server::Request;

const GZIP: [&str; 1] = ["--compressed"];
/// A body that is not what its coding says.
const BROKEN: super::Right = Lost(&["protocol"], "gzip");
const MIB: usize = 1024 * 1024;

/// 24 MiB of nothing, in as many KiB.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| packed(&vec![0; 24 * MIB]));

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::new("gzip", Pass, |c| each(c, |request| gzip(&packed(body(request).as_bytes())))).flags(&GZIP),
        Kind::new("gzip in chunks to the byte", Pass, |c| {
            each(c, |request| {
                let chunk = |byte: &u8| [b"1\r\n", &[*byte][..], b"\r\n"].concat();
                let chunks: Vec<u8> = packed(body(request).as_bytes()).iter().flat_map(chunk).collect();
                let fields = "content-encoding: gzip\r\ntransfer-encoding: chunked\r\n";
                answer("200 OK", fields, [&chunks[..], b"0\r\n\r\n"].concat())
            })
        })
        .flags(&GZIP),
        Kind::new("gzip in capitals", Pass, |c| {
            each(c, |request| {
                let body = packed(body(request).as_bytes());
                answer("200 OK", &format!("Content-Encoding: GZip\r\ncontent-length: {}\r\n", body.len()), body)
            })
        })
        .flags(&GZIP),
        Kind::new("gzip that nobody asked for", Pass, |c| each(c, |request| gzip(&packed(body(request).as_bytes()))))
            .blind(),
        Kind::new("a bomb", Pass, |c| each(c, |_| gzip(&BOMB))).flags(&GZIP).blind().slow(),
        Kind::new("a bomb that is looked into", Rejected("bytes"), |c| each(c, |_| gzip(&BOMB))).flags(&GZIP).slow(),
        Kind::new("gzip that is none", BROKEN, |c| each_broken(c, |request| gzip(body(request).as_bytes())))
            .flags(&GZIP),
        Kind::new("gzip that is cut short", BROKEN, |c| each_broken(c, |request| cut_short(request, 12))).flags(&GZIP),
        Kind::new("gzip without its sum", BROKEN, |c| each_broken(c, |request| cut_short(request, 4))).flags(&GZIP),
        Kind::new("gzip with a wrong sum", BROKEN, |c| {
            each_broken(c, |request| {
                let mut bytes = packed(body(request).as_bytes());
                let sum = bytes.len() - 8;
                bytes[sum] ^= 1;
                gzip(&bytes)
            })
        })
        .flags(&GZIP),
        Kind::new("gzip closed on the way", Lost(&["closed"], "connection closed"), |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            let bytes = gzip(&packed(body(&request).as_bytes()));
            c.send(&bytes[..bytes.len() - 10])
        })
        .flags(&GZIP),
        Kind::new("gzip of nothing", Pass, |c| each(c, |_| gzip(b""))).flags(&GZIP).blind(),
        Kind::new("gzip in no chunks", Pass, |c| {
            each(c, |_| answer("200 OK", "content-encoding: gzip\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"))
        })
        .flags(&GZIP)
        .blind(),
        Kind::new("gzip on a 204", Pass, |c| each(c, |_| answer("204 No Content", "content-encoding: gzip\r\n", "")))
            .flags(&GZIP)
            .blind(),
        Kind::new("gzip on a 304", Pass, |c| each(c, |_| answer("304 Not Modified", "content-encoding: gzip\r\n", "")))
            .flags(&GZIP)
            .blind(),
        Kind::new("gzip on an answer to HEAD", Pass, |c| {
            each(c, |_| answer("200 OK", "content-encoding: gzip\r\ncontent-length: 100\r\n", ""))
        })
        .flags(&GZIP)
        .flags(&["-X", "HEAD"])
        .blind(),
    ]
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An answer that says its body is packed.
fn gzip(body: &[u8]) -> Vec<u8> {
    answer("200 OK", &format!("content-encoding: gzip\r\ncontent-length: {}\r\n", body.len()), body)
}

/// The whole of a body that was packed and then lost its last bytes.
fn cut_short(request: &Request, missing: usize) -> Vec<u8> {
    let bytes = packed(body(request).as_bytes());
    gzip(&bytes[..bytes.len() - missing])
}
