//! Proxies: what their URLs say.

use std::io;

use percent_encoding::percent_decode_str;
use ureq::http::Uri;
use url::Url;

use crate::error::Error;
use crate::load::basic_auth;

/// Where a SOCKS proxy listens, if its URL does not say.
const SOCKS_PORT: u16 = 1080;

/// Proxy of the settings.
#[derive(Debug, Clone)]
pub(super) enum Proxy {
    Http(HttpProxy),
    Socks(SocksProxy),
}

/// A proxy that speaks HTTP: it opens tunnels, or makes plain requests itself.
#[derive(Debug, Clone)]
pub(super) struct HttpProxy {
    /// Where it is; `https` if it wants TLS for itself.
    pub(super) uri: Uri,
    /// The `Proxy-Authorization`, if it wants one.
    pub(super) login: Option<String>,
}

/// A SOCKS5 proxy.
#[derive(Debug, Clone)]
pub(super) struct SocksProxy {
    /// Where it is, as the resolver wants it.
    pub(super) uri: Uri,
    /// The proxy looks the target's name up (`socks5h`); else perfloop does.
    pub(super) resolves: bool,
    pub(super) credentials: Option<(String, String)>,
}

impl Proxy {
    /// # Errors
    /// A line that names the flag and the remedy.
    pub(super) fn new(url: &Url) -> Result<Proxy, Error> {
        let refuse = |why: &str| {
            Err(Error::usage(format!(
                "‹proxy› {}: {why}; give a URL like http://127.0.0.1:3128 or socks5://127.0.0.1:1080",
                url.scheme()
            )))
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return refuse("has no host") };
        let scheme = match url.scheme() {
            "http" | "socks5" | "socks5h" => "http",
            "https" => "https",
            _ => return refuse("is none that perfloop speaks"),
        };
        let port = url.port_or_known_default().unwrap_or(SOCKS_PORT);
        let Ok(uri) = format!("{scheme}://{host}:{port}/").parse() else { return refuse("has no usable host") };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let credentials = (!url.username().is_empty() || url.password().is_some())
            .then(|| (decoded(url.username()), decoded(url.password().unwrap_or_default())));
        Ok(match url.scheme() {
            "http" | "https" => {
                let login = credentials.map(|(user, password)| basic_auth(&format!("{user}:{password}")));
                Proxy::Http(HttpProxy { uri, login })
            }
            scheme => Proxy::Socks(SocksProxy { uri, resolves: scheme == "socks5h", credentials }),
        })
    }

    /// Where the proxy is.
    pub(super) fn uri(&self) -> &Uri {
        match self {
            Proxy::Http(proxy) => &proxy.uri,
            Proxy::Socks(proxy) => &proxy.uri,
        }
    }

    /// The proxy as one that makes plain requests itself.
    pub(super) fn forward(&self) -> Option<&HttpProxy> {
        match self {
            Proxy::Http(proxy) => Some(proxy),
            Proxy::Socks(_) => None,
        }
    }
}

/// Port of the target: its own, or that of its scheme.
pub(super) fn port_of(target: &Uri) -> u16 {
    target.port_u16().unwrap_or(if target.scheme_str() == Some("https") { 443 } else { 80 })
}

/// Error of a proxy that opens no connection.
pub(super) fn refused(why: &str) -> io::Error {
    io::Error::other(why.to_owned())
}
