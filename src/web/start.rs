//! Start of a run from the page, and a look at what it would be.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::sync::oneshot;

use super::desk::Desk;
use super::order::{Answer, Order, Refused, Wish};
use super::reply::{json_of, refusal};

/// Longest time that an order may take: reading all files of a target anew.
const PATIENCE: Duration = Duration::from_secs(30);

type Given = Result<Json<Wish>, JsonRejection>;

pub(super) async fn plan(State(desk): State<Arc<Desk>>, wish: Given) -> Response {
    match ordered(&desk, wish, Order::Look).await {
        Ok(shown) => json_of(&shown),
        Err(refused) => refusal(&refused),
    }
}

pub(super) async fn start(State(desk): State<Arc<Desk>>, wish: Given) -> Response {
    match ordered(&desk, wish, Order::Start).await {
        Ok(run) => (StatusCode::CREATED, Json(json!({ "run": run }))).into_response(),
        Err(refused) => refusal(&refused),
    }
}

/// Hands an order on, and waits for its answer.
pub(super) async fn ordered<T>(desk: &Desk, wish: Given, order: fn(Wish, Answer<T>) -> Order) -> Result<T, Refused> {
    if desk.is_of_master() {
        return Err(Refused::of_master());
    }
    let Json(wish) = wish.map_err(|error| Refused::of(None, error.body_text()))?;
    let (answer, answered) = oneshot::channel();
    let gone = || Refused::untimely("perfloop is about to end");
    if !desk.order(order(wish, answer)) {
        return Err(gone());
    }
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(answer) => answer.unwrap_or_else(|_| Err(gone())),
        Err(_) => Err(Refused::untimely("perfloop is busy; try again")),
    }
}
