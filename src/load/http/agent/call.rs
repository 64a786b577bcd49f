//! Call of an agent: one request and those that redirects lead to, all on the thread that makes the call.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use ureq::config::Config;
use ureq::http::{HeaderValue, Method, Request, Response, Uri, header};
use ureq::middleware::{Middleware, MiddlewareNext};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Body, Error, SendBody};

use super::super::shared::Shared;
use super::open_exchange::OpenExchange;
use super::{Asked, Observer};

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// Call that runs on this thread.
struct Call {
    /// Method of its next request.
    method: Method,
    /// Number of its requests that have begun.
    requests: u32,
    /// Request that has begun and has no connection yet.
    begun: Option<Arc<Mutex<OpenExchange>>>,
}

fn with_call<T>(change: impl FnOnce(&mut Call) -> Option<T>) -> Option<T> {
    CALL.with_borrow_mut(|call| call.as_mut().and_then(change))
}

/// Request of this thread's call that has begun and has no connection yet.
pub(super) fn begun() -> Option<Arc<Mutex<OpenExchange>>> {
    with_call(|call| call.begun.clone())
}

/// As [`begun`], for the connection that it is sent on.
pub(super) fn take_begun() -> Option<Arc<Mutex<OpenExchange>>> {
    with_call(|call| call.begun.take())
}

/// A request of this thread's call was answered with this status: a redirect may lead on (RFC 9110, 15.4).
pub(super) fn answered(status: u16) {
    with_call(|call| {
        if matches!(status, 301..=303) && call.method != Method::HEAD {
            call.method = Method::GET;
        }
        Some(())
    });
}

/// Beginning and end of calls; relative URLs become absolute.
pub(super) struct Calls(Arc<Shared>);

impl Calls {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Calls(Arc::clone(shared))
    }

    fn absolute(&self, uri: &Uri) -> Result<Option<Uri>, String> {
        if uri.scheme().is_some() {
            return Ok(None);
        }
        let settings = &self.0.settings;
        let Some(host) = &settings.host else {
            return Err(format!("'{uri}' is relative, and the plan has no host; {}", settings.host_remedy));
        };
        let url = host.join(&uri.to_string()).map_err(|error| format!("'{uri}' is no URL: {error}"))?;
        url.as_str().parse().map(Some).map_err(|error| format!("the URL {url} cannot be used: {error}"))
    }
}

impl Middleware for Calls {
    fn handle(&self, mut request: Request<SendBody<'_>>, next: MiddlewareNext<'_>) -> Result<Response<Body>, Error> {
        if let Some(uri) = self.absolute(request.uri()).map_err(refused)? {
            *request.uri_mut() = uri;
        }
        if !self.0.settings.keep_alive {
            request.headers_mut().entry(header::CONNECTION).or_insert(HeaderValue::from_static("close"));
        }
        let call = Call { method: request.method().clone(), requests: 0, begun: None };
        let _running = Running(CALL.replace(Some(call)));
        next.handle(request)
    }
}

/// Puts the call before back in its place, also when this one panics.
struct Running(Option<Call>);

impl Drop for Running {
    fn drop(&mut self) {
        let ended = CALL.replace(self.0.take());
        // ureq sends nothing of a request that it cannot write.
        if let Some(unsent) = ended.and_then(|call| call.begun) {
            unsent.lock().give_up();
        }
    }
}

/// An error that makes a check an exception, with this message.
pub(super) fn refused(message: String) -> Error {
    Error::Io(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Beginning of each request: of all that ureq asks of an agent's parts, addresses come first. They are looked up only
/// when a connection is made.
#[derive(Debug)]
pub(super) struct ExchangeResolver {
    shared: Arc<Shared>,
    observer: Arc<dyn Observer>,
}

impl ExchangeResolver {
    pub(super) fn new(shared: &Arc<Shared>, observer: &Arc<dyn Observer>) -> Self {
        ExchangeResolver { shared: Arc::clone(shared), observer: Arc::clone(observer) }
    }
}

impl Resolver for ExchangeResolver {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let begun = with_call(|call| {
            call.requests += 1;
            let (method, is_hop) = (call.method.clone(), call.requests > 1);
            let exchange = OpenExchange::new(&self.shared, &self.observer, method.clone(), uri.clone());
            let exchange = Arc::new(Mutex::new(exchange));
            let begun = self.observer.begins(&exchange, &Asked { method: &method, uri, is_hop });
            Some(begun.map(|begun| {
                exchange.lock().is_known_by(begun);
                call.begun = Some(exchange);
            }))
        });
        begun.unwrap_or(Ok(())).map_err(refused)?;
        Ok(self.empty())
    }
}
