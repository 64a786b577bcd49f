use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::answer::{self, JSON};
use super::line::Line;
use crate::app::SharedApp;

pub(super) const LINES: &[Line] = &[
    ("GET|POST /json", "says hello after the delay the service was started with"),
    ("GET /fast", "a tiny answer at once, for throughput; never an injected error"),
];

pub(super) fn router(app: SharedApp) -> Router {
    Router::new().route("/json", get(hello).post(hello)).route("/fast", get(fast)).with_state(app)
}

async fn hello(State(app): State<SharedApp>) -> Response {
    app.delay().await;
    if app.errors.draw() {
        return answer::injected_error();
    }
    (JSON, r#"{"code": 1, "message": "Hello, World!"}"#).into_response()
}

async fn fast() -> impl IntoResponse {
    (JSON, r#"{"code": 1}"#)
}
