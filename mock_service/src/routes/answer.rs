use std::time::Duration;

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The header of JSON answers.
pub(super) const JSON: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    (status, JSON, body.to_string()).into_response()
}

/// A duration in milliseconds, as answers have it: to the microsecond.
pub(super) fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// Says in a line what is wrong with the request.
pub(super) fn refuse(status: StatusCode, reason: &str) -> Response {
    json(status, &json!({ "error": reason }))
}

/// The answer to a request that the error rate has picked.
pub(super) fn injected_error() -> Response {
    let body = json!({ "code": 0, "message": "an error, as asked for by the error rate" });
    json(StatusCode::INTERNAL_SERVER_ERROR, &body)
}
