use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::any;
use serde_json::json;

use super::answer;
use super::line::Line;
use crate::app::SharedApp;
use crate::filler::filled;
use crate::script::{Script, Step};

/// Keys are kept as long as the service runs: more of them are taken for a mistake.
const MAX_KEYS: usize = 10_000;
/// Longer spans are taken for a mistake.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;
/// Larger bodies are not held back: they fill packets.
const MAX_HELD: usize = 1024 * 1024;

pub(super) const LINES: &[Line] = &[
    ("ANY /nagle/{n}", "n bytes, held back until the client acknowledges the head: two writes without TCP_NODELAY"),
    ("ANY /bursts/{every}/{for}/{slow}", "each so many ms, for so many ms, answers take so many ms; else none"),
    ("ANY /fails-after/{key}/{ms}", "a 503 once so many ms have passed since the first request of that key"),
    ("ANY /cold/{key}/{ms}/{slow}", "answers take so many ms until that time has passed since the key's first"),
    ("ANY /nth/{key}/{n}/{ms}", "each n-th answer of that key takes so many ms"),
];

/// By route and key: the first request, and the number of requests since.
type Keys = Arc<Mutex<HashMap<String, (Instant, u64)>>>;

#[derive(Clone)]
struct Signs {
    app: SharedApp,
    keys: Keys,
    began: Instant,
}

pub(super) fn router(app: SharedApp) -> Router {
    Router::new()
        .route("/nagle/{n}", any(nagle))
        .route("/bursts/{every}/{for}/{slow}", any(bursts))
        .route("/fails-after/{key}/{ms}", any(fails_after))
        .route("/cold/{key}/{ms}/{slow}", any(cold))
        .route("/nth/{key}/{n}/{ms}", any(nth))
        .with_state(Signs { app, keys: Keys::default(), began: Instant::now() })
}

async fn nagle(Path(n): Path<usize>, _: Bytes) -> Result<Script, Response> {
    if n > MAX_HELD {
        return Err(answer::refuse(StatusCode::BAD_REQUEST, "at most 1 MiB is held back"));
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {n}\r\n\r\n");
    Ok(Script::new([Step::Collect, Step::Write(head.into()), Step::Write(filled(n))]))
}

async fn bursts(State(signs): State<Signs>, Path((every, lasts, slow)): Path<(u64, u64, u64)>) -> Response {
    if every == 0 {
        return answer::refuse(StatusCode::BAD_REQUEST, "bursts have an interval");
    }
    let is_slow = signs.began.elapsed().as_millis() % u128::from(every) < u128::from(lasts);
    signs.answer_after(if is_slow { slow } else { 0 }).await
}

async fn fails_after(State(signs): State<Signs>, Path((key, ms)): Path<(String, u64)>, _: Bytes) -> Response {
    match signs.note(format!("fails-after {key}")) {
        None => too_many(),
        Some((age, _)) if age >= Duration::from_millis(ms) => {
            answer::refuse(StatusCode::SERVICE_UNAVAILABLE, "its time is over")
        }
        Some(_) => signs.answer_after(0).await,
    }
}

async fn cold(State(signs): State<Signs>, Path((key, ms, slow)): Path<(String, u64, u64)>, _: Bytes) -> Response {
    match signs.note(format!("cold {key}")) {
        None => too_many(),
        Some((age, _)) => signs.answer_after(if age < Duration::from_millis(ms) { slow } else { 0 }).await,
    }
}

async fn nth(State(signs): State<Signs>, Path((key, n, ms)): Path<(String, u64, u64)>, _: Bytes) -> Response {
    match signs.note(format!("nth {key}")) {
        None => too_many(),
        Some((_, number)) => signs.answer_after(if number.is_multiple_of(n.max(1)) { ms } else { 0 }).await,
    }
}

impl Signs {
    /// Counts a request of this key: how old the key is, and which request it was. `None` of one key too many.
    fn note(&self, key: String) -> Option<(Duration, u64)> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() == MAX_KEYS && !keys.contains_key(&key) {
            return None;
        }
        let (first, count) = keys.entry(key).or_insert_with(|| (Instant::now(), 0));
        *count += 1;
        Some((first.elapsed(), *count))
    }

    async fn answer_after(&self, ms: u64) -> Response {
        if ms > LONGEST_MS {
            return answer::refuse(StatusCode::BAD_REQUEST, "nobody waits longer than a day");
        }
        self.app.clock.sleep(Duration::from_millis(ms)).await;
        answer::json(StatusCode::OK, &json!({ "delay_ms": ms }))
    }
}

fn too_many() -> Response {
    answer::refuse(StatusCode::INSUFFICIENT_STORAGE, "too many keys")
}
