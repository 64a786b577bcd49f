//! Routes of Locust's page, so that scripts made for it work: its paths, its field names, its messages. Errors of `/swarm`
//! come with status 200, as there.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Form, Json, Router};
use serde_json::{Value, json};

use super::desk::Desk;
use super::export;
use super::order::{FieldValue, Order, Refused, Wish};
use super::reply::{aside, json_of, problem};
use super::run::Run;
use super::start::ordered;
use super::steer::{end_run, going_on, look_soon, set_users};
use crate::report::locust;
use crate::stats::Rows;

const NO_USERS: &str = "Missing or invalid user_count or spawn_rate from /swarm request";
const NO_TIME: &str = "Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.";

pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/swarm", axum::routing::post(swarm))
        .route("/stop", get(stop).post(stop))
        .route("/stats/reset", get(reset).post(reset))
        .route("/stats/requests", get(requests))
        .route("/stats/requests/csv", get(|desk| csv(desk, "stats.csv")))
        .route("/stats/requests_full_history/csv", get(|desk| csv(desk, "history.csv")))
        .route("/stats/failures/csv", get(|desk| csv(desk, "failures.csv")))
        .route("/exceptions", get(exceptions))
        .route("/exceptions/csv", get(|desk| csv(desk, "exceptions.csv")))
        .route("/stats/report", get(|desk| csv(desk, "html")))
        .route("/tasks", get(tasks))
        .route("/logs", get(logs))
        .route("/worker-count", get(|| async { Json(json!({ "worker_count": 0 })) }))
}

async fn swarm(State(desk): State<Arc<Desk>>, Form(fields): Form<BTreeMap<String, String>>) -> Response {
    let host = fields.get("host").cloned().unwrap_or_else(|| desk.state().target());
    let told = |message: String, success: bool| {
        Json(json!({ "success": success, "message": message, "host": host })).into_response()
    };
    let (users, wish) = match wish(&fields) {
        Ok(wish) => wish,
        Err(message) => return told(message, false),
    };
    if let Ok(run) = going_on(&desk) {
        let changed = set_users(&run, users);
        return changed.map_or_else(|refused| told(line(&refused), false), |()| told("Swarming started".into(), true));
    }
    match ordered(&desk, Ok(Json(wish)), Order::Start).await {
        Ok(_) => told("Swarming started".into(), true),
        Err(refused) => told(line(&refused), false),
    }
}

/// Users, and all that is wished for.
fn wish(fields: &BTreeMap<String, String>) -> Result<(u32, Wish), String> {
    let text = |name: &str| fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let count = text("user_count").ok_or(NO_USERS)?;
    let users: i64 = count.parse().map_err(|_| format!("Invalid user_count value: '{count}' (must be an integer)"))?;
    let users = u32::try_from(users).ok().filter(|users| *users > 0).ok_or(NO_USERS)?;
    let rate = text("spawn_rate").ok_or(NO_USERS)?;
    rate.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0).ok_or(NO_USERS)?;
    let mut wish = Wish::default();
    let mut set = |name: &str, text: &str| wish.fields.insert(name.to_owned(), FieldValue::Text(text.to_owned()));
    set("users", count);
    set("spawn-rate", rate);
    // What else says how many users there are gives way.
    for name in ["ramp-up", "stages", "rate"] {
        set(name, "");
    }
    if let Some(time) = text("run_time") {
        crate::units::parse_duration(time).map_err(|_| NO_TIME)?;
        set("time", time);
    }
    if let Some(host) = text("host") {
        set("host", host);
    }
    Ok((users, wish))
}

/// Refusal in a line.
fn line(refused: &Refused) -> String {
    let lines = refused.errors.iter().map(|error| match &error.field {
        Some(field) => format!("{field}: {}", error.message),
        None => error.message.clone(),
    });
    lines.collect::<Vec<_>>().join("; ")
}

async fn stop(State(desk): State<Arc<Desk>>) -> Response {
    if desk.is_of_master() {
        return Json(json!({ "success": false, "message": line(&Refused::of_master()) })).into_response();
    }
    if let Some(run) = desk.current().filter(|run| !run.is_over()) {
        end_run(&run, false);
        look_soon(&desk);
    }
    Json(json!({ "success": true, "message": "Test stopped" })).into_response()
}

async fn reset(State(desk): State<Arc<Desk>>) -> Response {
    if going_on(&desk).is_ok() {
        let message = "perfloop counts a run whole; give the run a warm-up, or start another one";
        return problem(axum::http::StatusCode::CONFLICT, message);
    }
    "ok".into_response()
}

/// Tells of the latest run by what Locust's page shows.
async fn told(desk: Arc<Desk>, none: Value, tell: fn(&Run) -> Value) -> Response {
    aside(move || json_of(&desk.current().map_or(none, |run| tell(&run)))).await
}

async fn requests(State(desk): State<Arc<Desk>>) -> Response {
    let none = json!({
        "stats": [],
        "errors": [],
        "current_rps": 0.0,
        "current_fail_per_sec": 0.0,
        "total_rps": 0.0,
        "total_fail_per_sec": 0.0,
        "fail_ratio": 0.0,
        "current_response_time_percentiles": {
            "response_time_percentile_0.5": null,
            "response_time_percentile_0.95": null,
        },
        "state": "ready",
        "user_count": 0,
    });
    told(desk, none, |run| run.as_locust(|page| page.stats_requests())).await
}

async fn exceptions(State(desk): State<Arc<Desk>>) -> Response {
    told(desk, json!({ "exceptions": [] }), |run| run.as_locust(|page| page.exceptions())).await
}

async fn tasks(State(desk): State<Arc<Desk>>) -> Response {
    told(desk, json!({ "per_class": {}, "total": {} }), |run| locust::tasks(&run.about.planned)).await
}

async fn logs(State(desk): State<Arc<Desk>>) -> Response {
    let texts = |run: &Run| json!({ "master": run.log().texts().collect::<Vec<_>>(), "workers": {} });
    told(desk, json!({ "master": [], "workers": {} }), texts).await
}

async fn csv(State(desk): State<Arc<Desk>>, format: &'static str) -> Response {
    let Some(run) = desk.current() else {
        return ([(CONTENT_TYPE, "text/plain; charset=utf-8")], "nothing has run yet\n").into_response();
    };
    aside(move || run.with_numbers(|summary, info| export::report(format, summary, info))).await
}

impl Run {
    /// The latest numbers as Locust's page has them.
    fn as_locust(&self, tell: fn(locust::Page<'_>) -> Value) -> Value {
        let state = format!("{:?}", self.state()).to_lowercase();
        match self.ended() {
            Some(ended) => {
                let (summary, recent) = (&ended.summary, &Rows::default());
                tell(locust::Page { summary, failures: &summary.failures, recent, state: &state })
            }
            None => {
                let (summary, failures, recent) = (self.live().numbers(), self.live().failures(), self.recent_rows());
                tell(locust::Page { summary: &summary, failures: &failures, recent: &recent, state: &state })
            }
        }
    }
}
