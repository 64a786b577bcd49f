use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::any;
use serde_json::json;

use super::answer;
use super::line::Line;

pub(super) const LINES: &[Line] =
    &[("ANY /echo", "the request as JSON: method, path, query, headers, and the body as text")];

pub(super) fn router() -> Router {
    Router::new().route("/echo", any(echo))
}

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let echo = json!({
        "method": method.as_str(),
        "path": uri.path(),
        "query": uri.query().unwrap_or_default(),
        "headers": as_received(&headers),
        "body": String::from_utf8_lossy(&body),
    });
    answer::json(StatusCode::OK, &echo)
}

/// Each header's value; those of a repeated header are joined, as HTTP has it.
fn as_received(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut received = BTreeMap::<_, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        received
            .entry(name.as_str())
            .and_modify(|values| {
                values.push_str(", ");
                values.push_str(&value);
            })
            .or_insert_with(|| value.to_string());
    }
    received
}
