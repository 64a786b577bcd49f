use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::any;
use serde_json::json;

use super::answer;
use super::line::Line;

/// Keys are kept as long as the service runs: more of them are taken for a mistake.
const MAX_KEYS: usize = 10_000;

pub(super) const LINES: &[Line] = &[("ANY /flaky/{key}/{n}", "a 503 to the first n requests of that key, then a 200")];

/// The requests so far of each key.
type Attempts = Arc<Mutex<HashMap<String, u64>>>;

pub(super) fn router() -> Router {
    Router::new().route("/flaky/{key}/{n}", any(flaky)).with_state(Attempts::default())
}

async fn flaky(State(attempts): State<Attempts>, Path((key, n)): Path<(String, u64)>, _: Bytes) -> Response {
    let mut attempts = attempts.lock().unwrap_or_else(PoisonError::into_inner);
    if attempts.len() == MAX_KEYS && !attempts.contains_key(&key) {
        return answer::refuse(StatusCode::INSUFFICIENT_STORAGE, "too many keys");
    }
    let attempt = attempts.entry(key).or_default();
    *attempt += 1;
    let status = if *attempt > n { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer::json(status, &json!({ "attempt": *attempt }))
}
