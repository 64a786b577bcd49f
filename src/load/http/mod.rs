//! HTTP for one user: the one home of ureq.

mod client;
mod resolver;
mod settings;
mod stamp;
mod transport;
mod wire;

pub(crate) use client::{Answered, Client, ClientFactory, Exchanged, Interrupt, MAX_BODY};
pub use settings::HttpSettings;
pub(crate) use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
