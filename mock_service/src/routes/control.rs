use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::answer;
use super::line::{Group, Line};
use crate::app::SharedApp;

pub(super) const LINES: &[Line] = &[
    ("GET /__hits", "requests so far per path, their total, and the TCP connections"),
    ("POST /__reset", "start to count requests from zero; 204"),
    ("GET /__endpoints", "this list"),
];

/// `catalogue` has all endpoints, in groups with a title.
pub(super) fn router(app: SharedApp, catalogue: fn() -> Vec<Group>) -> Router {
    Router::new()
        .route("/__hits", get(hits))
        .route("/__reset", post(reset))
        .route("/__endpoints", get(move || async move { endpoints(&catalogue()) }))
        .with_state(app)
}

async fn hits(State(app): State<SharedApp>) -> Response {
    let paths = app.hits.by_path();
    let total: u64 = paths.values().sum();
    let connections = app.connections.load(Ordering::Relaxed);
    answer::json(StatusCode::OK, &json!({ "total": total, "connections": connections, "paths": paths }))
}

async fn reset(State(app): State<SharedApp>) -> StatusCode {
    app.hits.reset();
    StatusCode::NO_CONTENT
}

fn endpoints(catalogue: &[Group]) -> String {
    let mut text = String::new();
    for (title, lines) in catalogue {
        let _ = writeln!(text, "# {title}");
        for (endpoint, explanation) in lines {
            let _ = writeln!(text, "{endpoint:<36} {explanation}");
        }
        text.push('\n');
    }
    text
}
