//! HTTP for one user: the one home of ureq.

mod ask;
mod body;
mod buffers;
mod client;
mod codec;
mod connector;
mod decoding;
mod explain;
mod factories;
mod framing;
#[cfg(feature = "hurl")]
mod hashes;
mod head;
mod headers;
mod interrupt;
mod outgoing;
mod pool;
mod proxy;
mod resolver;
mod settings;
mod stamp;
mod tls;
mod transport;
mod wire;

pub(crate) use ask::{Ask, Manner};
pub(crate) use body::Body;
pub(crate) use client::{Answered, Client, ClientFactory, Exchanged};
#[cfg(feature = "hurl")]
pub(crate) use decoding::unpacked;
pub(crate) use factories::Factories;
#[cfg(feature = "hurl")]
pub(crate) use hashes::Hashes;
pub(crate) use headers::{Headers, check as check_header, text_of};
pub(crate) use interrupt::Interrupt;
pub(crate) use settings::{Added, Family, Route, TlsVersions, certificate_file, origin_key};
pub use settings::{HttpSettings, TlsResume};
pub(crate) use ureq::http::{Method, Uri, Version};
