use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer;
use super::kept::Kept;
use super::line::Line;
use super::parameters::{self, Parameters, Refusal};
use crate::app::SharedApp;
use crate::chance::{Exponential, Share};
use crate::places::{Places, Stay};

const MAX_PLACES: usize = 10_000;
/// The most requests that may wait for a place of one service.
const MAX_WAITING: usize = 100_000;
/// Parameters of a query, as a refusal names them.
const KNOWN: &str = "service=, law=, fail= or key=";

pub(super) const LINES: &[Line] = &[(
    "GET|POST /slots/{n}?service=10ms",
    "n places, each taken for that time, others wait in order; &law=exponential, &fail=5%, &key=",
)];

/// Services, and the clock they keep.
#[derive(Clone)]
struct Slots {
    app: SharedApp,
    services: Arc<Kept<Kind, Service>>,
}

/// What a service is asked to be. Requests that ask for the same share it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Kind {
    places: usize,
    service: Duration,
    law: Law,
    /// Share of the answers that fail, as its bits.
    fail: u64,
    key: String,
}

/// Law of the times that requests stay in their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Law {
    Fixed,
    Exponential,
}

/// Service of known capacity.
#[derive(Debug)]
struct Service {
    places: Mutex<Places>,
    exponential: Exponential,
    failures: Share,
}

impl Kind {
    fn read(places: &str, query: Vec<(String, String)>) -> Result<Self, Refusal> {
        let places = places.parse().ok().filter(|places| (1..=MAX_PLACES).contains(places)).ok_or_else(no_places)?;
        let mut parameters = Parameters::new(query);
        let service = parameters.service()?;
        let law = match parameters.take("law")?.as_deref() {
            None | Some("fixed") => Law::Fixed,
            Some("exponential") => Law::Exponential,
            Some(_) => return Err(Refusal::bad_request("write law=fixed or law=exponential")),
        };
        let fail = parameters.take("fail")?.map_or(Some(0.0), |text| parameters::share(&text));
        let fail = fail.ok_or_else(|| Refusal::bad_request("write fail=5% or fail=0.05, from 0 to 1"))?.to_bits();
        let key = parameters.key()?;
        parameters.end(KNOWN)?;
        Ok(Self { places, service, law, fail, key })
    }
}

impl Service {
    fn new(kind: &Kind) -> Self {
        Self {
            places: Mutex::new(Places::new(kind.places, MAX_WAITING)),
            exponential: Exponential::default(),
            failures: Share::new(f64::from_bits(kind.fail)),
        }
    }

    /// Stay of a request that arrives now, whose time is of this law and mean; `None` if too many wait.
    fn take(&self, law: Law, mean: Duration) -> Option<(Instant, Stay)> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that no request arrives before the one that was let in before it.
        let now = Instant::now();
        let stay = places.take(now, || match law {
            Law::Fixed => mean,
            Law::Exponential => self.exponential.around(mean),
        })?;
        Some((now, stay))
    }
}

fn no_places() -> Refusal {
    Refusal::bad_request("write /slots/N?service=10ms, with N from 1 to 10000")
}

pub(super) fn router(app: SharedApp) -> Router {
    let unnumbered = get(refuse_unnumbered).post(refuse_unnumbered);
    Router::new()
        .route("/slots", unnumbered.clone())
        .route("/slots/", unnumbered)
        .route("/slots/{n}", get(serve).post(serve))
        .with_state(Slots { app, services: Arc::default() })
}

async fn refuse_unnumbered(_: Bytes) -> Refusal {
    no_places()
}

async fn serve(
    State(slots): State<Slots>,
    Path(places): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    _: Bytes,
) -> Result<Response, Refusal> {
    let kind = Kind::read(&places, query)?;
    let (law, mean) = (kind.law, kind.service);
    let service = slots.services.get(kind, Service::new)?;
    let Some((arrived, stay)) = service.take(law, mean) else {
        let reason = format!("{MAX_WAITING} requests wait for a place");
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason));
    };
    let status = if service.failures.draw() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    slots.app.clock.sleep_until(stay.due).await;
    let (waited, served) = (stay.begins - arrived, stay.due - stay.begins);
    let body = json!({ "waited_ms": answer::millis(waited), "service_ms": answer::millis(served) });
    Ok(answer::json(status, &body))
}
