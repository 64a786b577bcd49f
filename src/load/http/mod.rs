//! HTTP for one user: the one home of ureq.

mod buffers;
mod client;
mod proxy;
mod resolver;
mod settings;
mod stamp;
mod tls;
mod transport;
mod wire;

pub(crate) use client::{Answered, Client, ClientFactory, Exchanged, Interrupt, MAX_BODY};
pub use settings::{HttpSettings, TlsResume};
pub(crate) use ureq::http::header::{COOKIE, SET_COOKIE};
pub(crate) use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
