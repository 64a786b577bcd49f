use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::answer;
use super::line::Line;

pub(super) const LINES: &[Line] = &[
    ("ANY /redirect/{n}", "n redirects (302), then a 200"),
    ("ANY /redirect-to?url=&status=", "a redirect to that URL, of that status (302)"),
];

pub(super) fn router() -> Router {
    Router::new().route("/redirect/{n}", any(chain)).route("/redirect-to", any(to))
}

async fn chain(Path(n): Path<u64>, _: Bytes) -> Response {
    match n.checked_sub(1) {
        Some(next) => (StatusCode::FOUND, [(header::LOCATION, format!("/redirect/{next}"))]).into_response(),
        None => "the end of the redirects\n".into_response(),
    }
}

/// Reads the body first: who answers before that has to close the connection afterwards.
async fn to(Query(query): Query<HashMap<String, String>>, _: Bytes) -> Response {
    let Some(url) = query.get("url").and_then(|url| HeaderValue::from_str(url).ok()) else {
        return answer::refuse(StatusCode::BAD_REQUEST, "give the URL to redirect to as ?url=");
    };
    let status = query.get("status").map_or(Some(StatusCode::FOUND), |status| status.parse().ok());
    match status.filter(StatusCode::is_redirection) {
        Some(status) => (status, [(header::LOCATION, url)]).into_response(),
        None => answer::refuse(StatusCode::BAD_REQUEST, "the status of a redirect is a 3xx"),
    }
}
