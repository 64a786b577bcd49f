use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::answer;
use super::line::Line;

/// One push of so many is denied.
const DENY_EACH: u64 = 10;

pub(super) const LINES: &[Line] = &[
    ("GET /", "a small HTML page"),
    ("GET|POST /login", "an HTML form, and where it goes"),
    ("POST /enrollpush/approve", "\"allow\", or for each tenth push \"deny\" with a reason"),
];

/// The pushes answered so far.
type Pushes = Arc<AtomicU64>;

pub(super) fn router() -> Router {
    Router::new()
        .route("/", get(index))
        .route("/login", get(form).post(log_in))
        .route("/enrollpush/approve", post(approve))
        .with_state(Pushes::default())
}

async fn index() -> Html<&'static str> {
    Html("<!doctype html>\n<title>Mock service</title>\n<h1>Hello, World!</h1>\n<a href=\"/login\">Log in</a>\n")
}

async fn form() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<title>Log in</title>\n<form method=\"post\">\n\
         <input name=\"username\"><input name=\"password\" type=\"password\"><button>Log in</button>\n</form>\n",
    )
}

async fn log_in() -> Html<&'static str> {
    Html("<!doctype html>\n<title>Welcome</title>\n<p>You are logged in.</p>\n")
}

async fn approve(State(pushes): State<Pushes>) -> Response {
    let push = pushes.fetch_add(1, Ordering::Relaxed) + 1;
    let body = if push.is_multiple_of(DENY_EACH) {
        json!({ "result": "deny", "reason": "each tenth push is denied" })
    } else {
        json!({ "result": "allow" })
    };
    answer::json(StatusCode::OK, &body)
}
