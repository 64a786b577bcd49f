//! Values of `Authorization` headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

/// The value of a basic `Authorization` header (RFC 7617).
pub(crate) fn basic_auth(user_and_password: &str) -> String {
    format!("Basic {}", STANDARD.encode(user_and_password))
}

/// The value of a header for user and password in front of the host of a URL.
pub(super) fn authorization(url: &Url) -> Option<String> {
    Some(basic_auth(&login(url)?))
}

/// User and password in front of the host of a URL: `user:password`.
pub(crate) fn login(url: &Url) -> Option<String> {
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let has_login = !url.username().is_empty() || url.password().is_some();
    has_login.then(|| format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default())))
}
