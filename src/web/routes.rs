//! Routes of the page's server.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, post, put};
use axum::{Json, Router};
use serde::Deserialize;

use super::desk::{Desk, Found};
use super::guard::{Access, guard};
use super::reply::{aside, done, json_of, not_found, problem};
use super::{compare, events, export, files, locust, metrics, start, steer};

/// Longest body of a request.
const LONGEST_BODY: usize = 256 * 1024;

/// Router of the page.
pub(crate) fn router(desk: Arc<Desk>, access: Access) -> Router {
    let api = Router::new()
        .route("/state", get(state))
        .route("/events", get(events::events))
        .route("/form", get(form))
        .route("/plan", post(start::plan))
        .route("/runs", get(runs).post(start::start))
        .route("/runs/current", patch(steer::change).get(current))
        .route("/runs/current/stop", post(steer::stop))
        .route("/runs/current/cut", post(steer::cut))
        .route("/runs/{run}", get(snapshot))
        .route("/runs/{run}/series", get(series))
        .route("/runs/{run}/rows", get(rows))
        .route("/runs/{run}/failures", get(failures))
        .route("/runs/{run}/failures/{group}", get(exchanges))
        .route("/runs/{run}/moment", get(moment))
        .route("/runs/{run}/distribution", get(distribution))
        .route("/runs/{run}/ratio", get(ratio))
        .route("/runs/{run}/log", get(log))
        .route("/runs/{run}/search", get(search))
        .route("/runs/{run}/report/{format}", get(report))
        .route("/baseline", put(baseline))
        .route("/compare", get(compared));
    Router::new()
        .route("/", get(files::index))
        .route("/page/{name}", get(files::file))
        .route(metrics::PATH, get(metrics_of_latest))
        .nest("/api/v1", api)
        .merge(locust::routes())
        .fallback(|| async { not_found("such page") })
        .with_state(desk)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(middleware::from_fn_with_state(access, guard))
}

/// Metrics of the latest run, as at the address that is for nothing else.
async fn metrics_of_latest(State(desk): State<Arc<Desk>>) -> Response {
    aside(move || match desk.metrics().lock().text() {
        Ok(text) => ([(CONTENT_TYPE, metrics::OPEN_METRICS)], text).into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    })
    .await
}

async fn state(State(desk): State<Arc<Desk>>) -> Response {
    json_of(&desk.state())
}

async fn form(State(desk): State<Arc<Desk>>) -> Response {
    json_of(&desk.form())
}

async fn runs(State(desk): State<Arc<Desk>>) -> Response {
    aside(move || json_of(&desk.past())).await
}

/// Tells of a run, on a thread that may take its time.
async fn of_run(desk: Arc<Desk>, run: String, tell: impl FnOnce(Found) -> Response + Send + 'static) -> Response {
    aside(move || desk.find(&run).map_or_else(|| not_found("such run"), tell)).await
}

async fn current(desk: State<Arc<Desk>>) -> Response {
    snapshot(desk, Path("current".to_owned())).await
}

async fn snapshot(State(desk): State<Arc<Desk>>, Path(run): Path<String>) -> Response {
    of_run(desk, run, |run| match run {
        Found::Process(run) => json_of(&run.seen()),
        Found::Folder(report) => json_of(&report.snapshot()),
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfRow {
    of: Option<String>,
    after: Option<usize>,
}

async fn series(State(desk): State<Arc<Desk>>, Path(run): Path<String>, Query(row): Query<OfRow>) -> Response {
    let (of, after) = (row.of.unwrap_or_else(|| "all".into()), row.after.unwrap_or(0));
    of_run(desk, run, move |run| match run {
        Found::Process(run) => run.points(&of, after).map_or_else(|| not_found("such row"), |points| json_of(&points)),
        Found::Folder(report) => {
            report.points(&of, after).map_or_else(|| not_found("such row"), |points| json_of(&points))
        }
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfPart {
    part: Option<String>,
}

async fn rows(State(desk): State<Arc<Desk>>, Path(run): Path<String>, Query(of): Query<OfPart>) -> Response {
    let part = of.part.unwrap_or_else(|| "whole".into());
    of_run(desk, run, move |run| {
        let rows = match run {
            Found::Process(run) => run.rows(&part),
            Found::Folder(report) => report.rows(&part),
        };
        rows.map_or_else(|| not_found("such part"), |rows| json_of(&rows))
    })
    .await
}

async fn failures(State(desk): State<Arc<Desk>>, Path(run): Path<String>) -> Response {
    of_run(desk, run, |run| match run {
        Found::Process(run) => json_of(&run.failures()),
        Found::Folder(report) => json_of(&report.failures()),
    })
    .await
}

async fn exchanges(State(desk): State<Arc<Desk>>, Path((run, group)): Path<(String, String)>) -> Response {
    let none = || not_found("such group of failures");
    of_run(desk, run, move |run| match run {
        Found::Process(run) => run.exchanges(&group).map_or_else(none, |found| json_of(&found)),
        Found::Folder(report) => report.exchanges(&group).map_or_else(none, |found| json_of(&found)),
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    from_s: f64,
    to_s: f64,
}

async fn moment(State(desk): State<Arc<Desk>>, Path(run): Path<String>, Query(span): Query<Span>) -> Response {
    let Span { from_s, to_s } = span;
    of_run(desk, run, move |run| match run {
        Found::Process(run) => json_of(&run.moment(from_s, to_s)),
        Found::Folder(report) => json_of(&report.moment(from_s, to_s)),
    })
    .await
}

async fn distribution(State(desk): State<Arc<Desk>>, Path(run): Path<String>) -> Response {
    of_run(desk, run, |run| match run {
        Found::Process(run) => json_of(&run.distribution()),
        Found::Folder(report) => json_of(&report.distribution()),
    })
    .await
}

async fn ratio(State(desk): State<Arc<Desk>>, Path(run): Path<String>) -> Response {
    of_run(desk, run, |run| match run {
        Found::Process(run) => json_of(&run.ratios()),
        Found::Folder(report) => json_of(&report.ratios()),
    })
    .await
}

async fn log(State(desk): State<Arc<Desk>>, Path(run): Path<String>) -> Response {
    of_run(desk, run, |run| match run {
        Found::Process(run) => json_of(&run.log()),
        Found::Folder(report) => json_of(&report.log()),
    })
    .await
}

async fn search(State(desk): State<Arc<Desk>>, Path(run): Path<String>) -> Response {
    of_run(desk, run, |run| {
        let search = match run {
            Found::Process(run) => run.search(),
            Found::Folder(report) => report.search(),
        };
        search.map_or_else(|| not_found("search in this run"), |search| json_of(&search))
    })
    .await
}

async fn report(State(desk): State<Arc<Desk>>, Path((run, format)): Path<(String, String)>) -> Response {
    of_run(desk, run, move |run| match run {
        Found::Process(run) => run.with_numbers(|summary, info| export::report(&format, summary, info)),
        Found::Folder(report) => report.export(&format),
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Baseline {
    /// Id of the run; null for none.
    run: Option<String>,
}

async fn baseline(State(desk): State<Arc<Desk>>, Json(baseline): Json<Baseline>) -> Response {
    if let Some(run) = &baseline.run
        && desk.find(run).is_none()
    {
        return not_found("such run");
    }
    desk.set_baseline(baseline.run);
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    base: String,
    new: String,
}

async fn compared(State(desk): State<Arc<Desk>>, Query(pair): Query<Pair>) -> Response {
    aside(move || compare::compare(&desk, &pair.base, &pair.new)).await
}
