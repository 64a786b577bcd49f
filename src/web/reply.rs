//! Replies of the page's server.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::json;

use super::order::Refused;

/// JSON of a value.
pub(super) fn json_of(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => ([(CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// Nothing to tell.
pub(super) fn done() -> Response {
    Json(json!({})).into_response()
}

/// Refusal in a line.
pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    let errors = json!({ "errors": [{ "field": null, "message": message }] });
    (status, Json(errors)).into_response()
}

pub(super) fn not_found(what: &str) -> Response {
    problem(StatusCode::NOT_FOUND, &format!("there is no {what}"))
}

/// Refusal of an order, by its fields.
pub(super) fn refusal(refused: &Refused) -> Response {
    let status = if refused.is_untimely { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, Json(json!({ "errors": refused.errors }))).into_response()
}

/// Works on a thread that may take its time, so that nobody else waits.
pub(super) async fn aside(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.unwrap_or_else(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, "perfloop broke down here; please report it"))
}
