//! HTTP for one user: the one home of ureq.

mod ask;
mod buffers;
mod client;
mod factories;
mod interrupt;
mod proxy;
mod resolver;
mod settings;
mod stamp;
mod tls;
mod transport;
mod wire;

pub(crate) use ask::{Ask, Manner};
pub(crate) use client::{Answered, Client, ClientFactory, Exchanged, MAX_BODY};
pub(crate) use factories::Factories;
pub(crate) use interrupt::Interrupt;
pub(crate) use settings::{Added, Family, Route, TlsVersions, certificate_file, origin_key};
pub use settings::{HttpSettings, TlsResume};
pub(crate) use ureq::http::header::{COOKIE, SET_COOKIE};
pub(crate) use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};
