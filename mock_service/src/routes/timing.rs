use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::json;

use super::answer;
use super::line::Line;
use crate::app::SharedApp;
use crate::filler::Drip;
use crate::script::{Script, Step};

/// Longer delays are taken for a mistake.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) const LINES: &[Line] = &[
    ("ANY /delay/{ms}", "an answer after so many milliseconds"),
    ("ANY /headers/slow/{ms}", "the status line at once, the rest after so many milliseconds"),
    ("ANY /drip/{n}/{ms}", "a body of n bytes, with its length, one byte each so many milliseconds"),
];

pub(super) fn router(app: SharedApp) -> Router {
    Router::new()
        .route("/delay/{ms}", any(delay))
        .route("/headers/slow/{ms}", any(slow_headers))
        .route("/drip/{n}/{ms}", any(drip))
        .with_state(app)
}

async fn delay(State(app): State<SharedApp>, Path(ms): Path<u64>) -> Result<Response, TooLong> {
    app.clock.sleep(bearable(ms)?).await;
    Ok(answer::json(StatusCode::OK, &json!({ "delay_ms": ms })))
}

async fn slow_headers(Path(ms): Path<u64>, _body: Bytes) -> Result<Script, TooLong> {
    Ok(Script::new([
        Step::Write(Bytes::from_static(b"HTTP/1.1 200 OK\r\n")),
        Step::Pause(bearable(ms)?),
        Step::Write(Bytes::from_static(b"content-type: text/plain\r\ncontent-length: 4\r\n\r\nslow")),
    ]))
}

async fn drip(Path((n, ms)): Path<(u64, u64)>) -> Result<Body, TooLong> {
    // A timer cannot tick each 0 ms.
    let every = bearable(ms)?.max(Duration::from_micros(1));
    Ok(Body::new(Drip::new(n, every)))
}

/// A duration of `ms` milliseconds, unless nobody would wait for it.
fn bearable(ms: u64) -> Result<Duration, TooLong> {
    let duration = Duration::from_millis(ms);
    if duration > LONGEST { Err(TooLong) } else { Ok(duration) }
}

struct TooLong;

impl IntoResponse for TooLong {
    fn into_response(self) -> Response {
        answer::refuse(StatusCode::BAD_REQUEST, "nobody waits longer than a day")
    }
}
