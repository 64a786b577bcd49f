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
use super::observer::{Asked, Open as _};
use super::open_exchange::{AgentParts, OpenExchange};

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// Call that runs on this thread.
struct Call {
    /// Method of its next request.
    method: Method,
    /// Name of its last request, if it has made one.
    led_by: Option<Arc<str>>,
    /// That request.
    last: Option<Arc<Mutex<OpenExchange>>>,
    /// Request that has begun and has no connection yet.
    begun: Option<Arc<Mutex<OpenExchange>>>,
}

impl Call {
    /// The next request follows the last one's redirect, if there was one (RFC 9110, 15.4).
    fn lead_on(&mut self) {
        let status = self.last.as_ref().and_then(|last| last.lock().status);
        if matches!(status, Some(301..=303)) && self.method != Method::HEAD {
            self.method = Method::GET;
        }
    }
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
        let call = Call { method: request.method().clone(), led_by: None, last: None, begun: None };
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
            unsent.give_up();
        }
    }
}

/// An error that makes a check an exception, with this message.
fn refused(message: String) -> Error {
    Error::Io(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Beginning of each request: of all that ureq asks of an agent's parts, addresses come first. They are looked up only
/// when a connection is made.
#[derive(Debug)]
pub(super) struct ExchangeResolver(pub(super) Arc<AgentParts>);

impl Resolver for ExchangeResolver {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let begun = with_call(|call| {
            call.lead_on();
            let exchange = OpenExchange::new(&self.0, call.method.clone(), uri.clone());
            let exchange = Arc::new(Mutex::new(exchange));
            // Who gives it up from now on waits until it is known.
            let mut open = exchange.lock();
            let asked = Asked { method: &call.method, uri, led_by: call.led_by.as_deref() };
            let begun = self.0.observer.begins(Arc::clone(&exchange) as _, &asked);
            Some(begun.map(|begun| {
                call.led_by = Some(Arc::clone(&begun.name));
                open.is_known_by(begun);
                call.last = Some(Arc::clone(&exchange));
                call.begun = Some(Arc::clone(&exchange));
            }))
        });
        begun.unwrap_or(Ok(())).map_err(refused)?;
        Ok(self.empty())
    }
}
