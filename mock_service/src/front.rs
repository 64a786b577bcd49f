use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use hyper::Request;
use hyper::body::Incoming;
use tower_service::Service as _;

use crate::app::SharedApp;
use crate::script::Script;

/// The service the HTTP layer hands each request to: it counts the request, then routes it.
#[derive(Clone)]
pub(crate) struct Front {
    app: SharedApp,
    router: Router,
}

impl Front {
    pub(crate) fn new(app: SharedApp, router: Router) -> Self {
        Self { app, router }
    }
}

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response;
    type Error = Handover;
    type Future = Answer;

    fn call(&self, request: Request<Incoming>) -> Answer {
        self.app.hits.count(request.uri().path());
        let keep_alive = keeps_alive(&request);
        Answer { routed: self.router.clone().call(request.map(Body::new)), keep_alive }
    }
}

/// A handler's response, or the script it chose to play instead.
pub(crate) struct Answer {
    routed: RouteFuture<Infallible>,
    keep_alive: bool,
}

impl Future for Answer {
    type Output = Result<Response, Handover>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Ok(mut response) = ready!(Pin::new(&mut self.routed).poll(cx));
        Poll::Ready(match response.extensions_mut().remove::<Script>() {
            Some(script) => Err(Handover { script, keep_alive: self.keep_alive }),
            None => Ok(response),
        })
    }
}

/// The error that makes the HTTP layer let go of a connection, for a script to play on it.
#[derive(Debug)]
pub(crate) struct Handover {
    pub(crate) script: Script,
    /// `true` if the client expects the connection to outlive the script.
    pub(crate) keep_alive: bool,
}

impl fmt::Display for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a script takes over the connection")
    }
}

impl std::error::Error for Handover {}

fn keeps_alive(request: &Request<Incoming>) -> bool {
    let close = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"close");
    request.version() == Version::HTTP_11 && !request.headers().get(header::CONNECTION).is_some_and(close)
}
