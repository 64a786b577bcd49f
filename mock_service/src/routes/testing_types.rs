use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::answer;
use super::line::Line;
use crate::app::SharedApp;

/// Number of entries kept: a list that grew with each request would make every answer slower than the one before.
const KEPT: usize = 100;
const MAX_BODY: usize = 16 * 1024;

pub(super) const LINES: &[Line] = &[
    ("GET /tests", "a list of testing types"),
    ("POST /tests", "add any JSON to the list, which keeps the newest 100; 204"),
];

type Types = Arc<Mutex<VecDeque<Value>>>;

pub(super) fn router(app: SharedApp) -> Router {
    let first = ["functional", "load", "stress", "spike", "endurance"];
    let types = first.iter().map(|name| json!({ "title": name })).collect();
    Router::new()
        .route("/tests", get(list).post(add))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Types::new(Mutex::new(types)))
        .route_layer(middleware::from_fn_with_state(app, in_turn))
}

/// Answers when it is the request's turn.
async fn in_turn(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    app.turn_of_tests().await;
    next.run(request).await
}

async fn list(State(types): State<Types>) -> Response {
    let types = types.lock().unwrap_or_else(PoisonError::into_inner).clone();
    answer::json(StatusCode::OK, &types.into_iter().collect())
}

async fn add(State(types): State<Types>, body: Bytes) -> Response {
    let Ok(added) = serde_json::from_slice(&body) else {
        return answer::refuse(StatusCode::UNPROCESSABLE_ENTITY, "the body is not JSON");
    };
    let mut types = types.lock().unwrap_or_else(PoisonError::into_inner);
    if types.len() == KEPT {
        types.pop_front();
    }
    types.push_back(added);
    StatusCode::NO_CONTENT.into_response()
}
