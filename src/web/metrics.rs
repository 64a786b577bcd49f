//! `metrics-addr`: the numbers of a run while it goes on, in OpenMetrics text.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONNECTION, CONTENT_TYPE};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use parking_lot::Mutex;

use super::server::Server;
use crate::error::Error;
use crate::load_test::Live;
use crate::report::write_open_metrics;

/// The only place there is.
pub(super) const PATH: &str = "/metrics";
const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The numbers are read at most so often, however many ask for them.
const FRESH: Duration = Duration::from_secs(1);

/// Metrics of the run that goes on, at an address of their own.
pub(crate) struct Metrics {
    address: SocketAddr,
    page: Arc<Mutex<Page>>,
}

/// The numbers as they were last read.
#[derive(Default)]
pub(super) struct Page {
    live: Option<Live>,
    read: Option<(Instant, Bytes)>,
}

impl Metrics {
    /// Listens, and answers until the process ends.
    ///
    /// # Errors
    /// When the address is taken, or not one of this machine.
    pub(crate) fn listen(address: SocketAddr) -> Result<Arc<Metrics>, Error> {
        let server = Server::listen("‹metrics-addr›", &address.to_string())?;
        let metrics = Metrics { address: server.address(), page: Arc::default() };
        let router = Router::new().fallback(answer).with_state(Arc::clone(&metrics.page));
        match server.serve("metrics", router) {
            Ok(()) => Ok(Arc::new(metrics)),
            Err(error) => {
                Err(Error::run(format!("‹metrics-addr›: there is no thread for it ({error}); raise ulimit -u")))
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Tells of this run from now on.
    pub(crate) fn show(&self, live: Live) {
        *self.page.lock() = Page::of(live);
    }
}

impl Page {
    /// Page of this run.
    pub(super) fn of(live: Live) -> Page {
        Page { live: Some(live), read: None }
    }

    /// Numbers of its run, which are read once a second at most.
    pub(super) fn text(&mut self) -> io::Result<Bytes> {
        if let Some((_, text)) = self.read.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(text.clone());
        }
        let mut text = Vec::new();
        match &self.live {
            Some(live) => write_open_metrics(&live.numbers(), &mut text)?,
            None => text.extend_from_slice(b"# EOF\n"),
        }
        let text = Bytes::from(text);
        self.read = Some((Instant::now(), text.clone()));
        Ok(text)
    }
}

async fn answer(State(page): State<Arc<Mutex<Page>>>, method: Method, uri: Uri) -> Response {
    let is_read = matches!(method, Method::GET | Method::HEAD);
    let (status, kind, body) = match (is_read, uri.path()) {
        (true, PATH) => match page.lock().text() {
            Ok(text) => (StatusCode::OK, OPEN_METRICS, text),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, TEXT, Bytes::new()),
        },
        (true, _) => (StatusCode::NOT_FOUND, TEXT, Bytes::from_static(b"see /metrics\n")),
        (false, _) => (StatusCode::METHOD_NOT_ALLOWED, TEXT, Bytes::from_static(b"GET /metrics\n")),
    };
    (status, [(CONTENT_TYPE, kind), (CONNECTION, "close")], body).into_response()
}
