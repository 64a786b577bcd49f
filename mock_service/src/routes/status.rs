use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::answer;
use super::line::Line;

pub(super) const LINES: &[Line] = &[("ANY /status/{code}", "an answer of that status, 200 to 999")];

pub(super) fn router() -> Router {
    Router::new().route("/status/{code}", any(status))
}

async fn status(Path(code): Path<u16>) -> Response {
    match StatusCode::from_u16(code) {
        Ok(status) if !status.is_informational() => status.into_response(),
        Ok(_) => answer::refuse(StatusCode::BAD_REQUEST, "a 1xx is never the final answer; see /fault/continue"),
        Err(_) => answer::refuse(StatusCode::BAD_REQUEST, "a status has three digits"),
    }
}
