//! Origin of an answer: the other end of its connection.

use std::net::IpAddr;

use crate::load::http::Version;

/// Origin of an answer, and the version of HTTP it came by.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    pub(crate) version: Version,
    /// The other end of the connection.
    pub(crate) peer: Option<IpAddr>,
    /// Its certificate (DER), if it was wanted.
    pub(crate) certificate: Option<Vec<u8>>,
}
