use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer;
use super::kept::Kept;
use super::line::Line;
use super::parameters::{Parameters, Refusal};
use crate::app::SharedApp;
use crate::stalls::Stalls;

/// Parameters of a query, as a refusal names them.
const KNOWN: &str = "service=, every=, for= or key=";

pub(super) const LINES: &[Line] = &[(
    "GET|POST /stall?service=&every=&for=",
    "an answer after the time of service; none in stalls, such as each 30s for=1s; &key=",
)];

/// Services, and the clock they keep.
#[derive(Clone)]
struct Stalling {
    app: SharedApp,
    services: Arc<Kept<Kind, Stalls>>,
}

/// What a service is asked to be. Requests that ask for the same share it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Kind {
    service: Duration,
    every: Duration,
    length: Duration,
    key: String,
}

impl Kind {
    fn read(query: Vec<(String, String)>) -> Result<Self, Refusal> {
        let mut parameters = Parameters::new(query);
        let service = parameters.service()?;
        let every = parameters.duration("every", "every=30s, above 0", |every| !every.is_zero())?;
        let length = parameters.duration("for", "for=1s, shorter than every=", |length| length < every)?;
        let key = parameters.key()?;
        parameters.end(KNOWN)?;
        Ok(Self { service, every, length, key })
    }
}

pub(super) fn router(app: SharedApp) -> Router {
    let stalling = Stalling { app, services: Arc::default() };
    Router::new().route("/stall", get(serve).post(serve)).with_state(stalling)
}

async fn serve(
    State(stalling): State<Stalling>,
    Query(query): Query<Vec<(String, String)>>,
    _: Bytes,
) -> Result<Response, Refusal> {
    let kind = Kind::read(query)?;
    let service = kind.service;
    let stalls = stalling.services.get(kind, |kind| Stalls::new(Instant::now(), kind.every, kind.length))?;
    let arrived = Instant::now();
    let due = stalls.due(arrived, service);
    stalling.app.clock.sleep_until(due).await;
    let stalled = (due - arrived).saturating_sub(service);
    let body = json!({ "stalled_ms": answer::millis(stalled), "service_ms": answer::millis(service) });
    Ok(answer::json(StatusCode::OK, &body))
}
