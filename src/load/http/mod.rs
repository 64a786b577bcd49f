//! HTTP for one user: the one home of ureq.
pub(crate) mod agent;
pub(crate) mod client_cache;
pub(crate) mod connection_pool;
pub(crate) mod exchange_timing;
mod exchanged;
pub(crate) mod request_parts;

mod body;
mod buffers;
mod client;
mod codec;
mod conclude;
mod connector;
mod decoding;
mod explain;
mod framing;
#[cfg(feature = "hurl")]
mod hashes;
mod head;
mod headers;
mod interrupt;
mod line_ends;
mod outgoing;
#[cfg(feature = "otel")]
mod post;
mod proxy;
mod proxy_connector;
mod resolver;
#[cfg(any(test, fuzzing))]
pub(crate) mod scripted;
mod settings;
mod shared;
mod socks;
mod stamp;
mod tls;
mod transport;

pub(crate) use body::Body;
pub(crate) use client::{Client, ClientFactory};
pub(crate) use client_cache::ClientCache;
#[cfg(feature = "hurl")]
pub(crate) use decoding::unpacked;
pub(crate) use exchanged::{Answered, Exchanged, Lost};
#[cfg(feature = "hurl")]
pub(crate) use hashes::Hashes;
pub(crate) use headers::{Headers, check as check_header, text_of};
pub(crate) use interrupt::Interrupt;
#[cfg(feature = "otel")]
pub(crate) use post::Poster;
pub(crate) use request_parts::{RequestOptions, RequestParts};
pub(crate) use settings::{Added, Family, Route, TlsVersions, certificate_file, origin_key};
pub use settings::{HttpSettings, TlsResume};
pub(crate) use ureq::Agent;
pub(crate) use ureq::http::{Method, Uri, Version};
