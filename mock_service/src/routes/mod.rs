//! The endpoints: one module for each group that belongs together.

mod answer;
mod approvals;
mod basic_auth;
mod control;
mod cookies;
mod echo;
mod faults;
mod flaky;
mod hello;
mod kept;
mod line;
mod mirror;
mod movies;
mod parameters;
mod redirects;
mod signs;
mod sizes;
mod slots;
mod stall;
mod status;
mod testing_types;
mod timing;
mod users;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::SharedApp;
use line::Group;

/// The largest request body a handler takes in.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// All endpoints, in groups with a title.
fn catalogue() -> Vec<Group> {
    let generic = [
        status::LINES,
        timing::LINES,
        echo::LINES,
        mirror::LINES,
        sizes::LINES,
        redirects::LINES,
        cookies::LINES,
        basic_auth::LINES,
        flaky::LINES,
    ];
    let capacity = [slots::LINES, stall::LINES];
    vec![
        ("The service itself (not counted)", control::LINES.to_vec()),
        ("Hello, World!", hello::LINES.to_vec()),
        ("Log-in and push approval", approvals::LINES.to_vec()),
        ("Users on a database", users::LINES.to_vec()),
        ("Testing types", testing_types::LINES.to_vec()),
        ("Movies", movies::LINES.to_vec()),
        ("Any answer", generic.concat()),
        ("Signs of troubles", signs::LINES.to_vec()),
        ("Services of known capacity", capacity.concat()),
        ("Faults (any method)", faults::lines()),
    ]
}

/// The routes of all endpoints.
pub(crate) fn router(app: SharedApp) -> Router {
    let scenarios = Router::new()
        .merge(approvals::router())
        .merge(users::router(app.clone()))
        .merge(testing_types::router(app.clone()))
        .merge(movies::router())
        .route_layer(middleware::from_fn_with_state(app.clone(), spoil_some));
    Router::new()
        .merge(control::router(app.clone(), catalogue))
        .merge(hello::router(app.clone()))
        .merge(scenarios)
        .merge(status::router())
        .merge(signs::router(app.clone()))
        .merge(timing::router(app.clone()))
        .merge(echo::router())
        .merge(mirror::router())
        .merge(sizes::router())
        .merge(redirects::router())
        .merge(cookies::router())
        .merge(basic_auth::router())
        .merge(flaky::router())
        .merge(slots::router(app.clone()))
        .merge(stall::router(app))
        .merge(faults::router())
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Answers the error share of the requests with an error.
async fn spoil_some(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    if app.errors.draw() { answer::injected_error() } else { next.run(request).await }
}

async fn unknown(uri: Uri) -> impl IntoResponse {
    answer::json(StatusCode::NOT_FOUND, &json!({ "error": "no such endpoint", "path": uri.path() }))
}
