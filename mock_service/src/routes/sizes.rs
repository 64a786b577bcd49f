use std::io::Read as _;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::read::GzEncoder;
use serde_json::{Value, json};

use super::answer::{self, JSON};
use super::line::Line;
use crate::filler::{Chunks, Stream};

/// A chunk is held in memory as a whole.
const MAX_CHUNK: usize = 16 * 1024 * 1024;

/// A JSON document, and the same compressed once: what is measured is the client, not a compressor.
static DOCUMENT: LazyLock<(String, Vec<u8>)> = LazyLock::new(|| {
    let line = |n: u32| json!({ "n": n, "text": "The quick brown fox jumps over the lazy dog.", "square": n * n });
    let lines: Vec<Value> = (0..100).map(line).collect();
    let document = json!({ "gzipped": "if you accept it", "lines": lines }).to_string();
    let mut packed = Vec::new();
    // Infallible: the compressor writes to memory.
    let _ = GzEncoder::new(document.as_bytes(), Compression::default()).read_to_end(&mut packed);
    (document, packed)
});

pub(super) const LINES: &[Line] = &[
    ("GET /bytes/{n}", "a body of n bytes, with its length"),
    ("GET /chunked/{chunks}/{size}", "a chunked body: so many chunks of that size"),
    ("GET /gzip", "a JSON document, compressed if the client accepts gzip"),
];

pub(super) fn router() -> Router {
    Router::new()
        .route("/bytes/{n}", get(bytes))
        .route("/chunked/{chunks}/{size}", get(chunked))
        .route("/gzip", get(gzip))
}

async fn bytes(Path(n): Path<u64>) -> Response {
    ([(header::CONTENT_TYPE, "application/octet-stream")], Body::new(Stream::new(n))).into_response()
}

async fn chunked(Path((chunks, size)): Path<(u64, usize)>) -> Response {
    if size == 0 || size > MAX_CHUNK {
        return answer::refuse(StatusCode::BAD_REQUEST, "a chunk has 1 byte to 16 MiB");
    }
    ([(header::CONTENT_TYPE, "application/octet-stream")], Body::new(Chunks::new(chunks, size))).into_response()
}

async fn gzip(headers: HeaderMap) -> Response {
    let vary = [(header::VARY, "accept-encoding")];
    if accepts_gzip(&headers) {
        (JSON, vary, [(header::CONTENT_ENCODING, "gzip")], DOCUMENT.1.as_slice()).into_response()
    } else {
        (JSON, vary, DOCUMENT.0.as_str()).into_response()
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
            matches!(name.trim(), "gzip" | "x-gzip" | "*") && !refused
        })
}
