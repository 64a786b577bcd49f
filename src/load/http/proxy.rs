//! Connections through a proxy: HTTP CONNECT by ureq, SOCKS5 (RFC 1928, RFC 1929) here, so that they too are stamped; and
//! requests that an HTTP proxy is asked to make itself.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use ureq::http::{HeaderValue, Uri};
use url::Url;

use crate::error::Error;
use crate::load::basic_auth;

/// What `--proxy` says.
#[derive(Debug, Clone)]
pub(super) enum Proxy {
    /// A tunnel, or a plain request where that is asked for and the proxy itself wants no TLS.
    Connect(ureq::Proxy, Option<ForwardProxy>),
    Socks(SocksProxy),
}

/// A proxy that makes requests itself.
#[derive(Debug, Clone)]
pub(super) struct ForwardProxy {
    pub(super) uri: Uri,
    /// The `Proxy-Authorization`, if it wants one.
    pub(super) login: Option<HeaderValue>,
}

/// A SOCKS5 proxy.
#[derive(Debug, Clone)]
pub(super) struct SocksProxy {
    /// Where it is, as the resolver wants it.
    pub(super) uri: Uri,
    /// The proxy looks the target's name up (`socks5h`); else perfloop does.
    resolves: bool,
    credentials: Option<(String, String)>,
}

impl Proxy {
    /// # Errors
    /// A line that names the flag and the remedy.
    pub(super) fn new(url: &Url) -> Result<Proxy, Error> {
        let refuse = |why: &str| {
            Err(Error::usage(format!(
                "--proxy {url}: {why}; give a URL like http://127.0.0.1:3128 or socks5://127.0.0.1:1080"
            )))
        };
        match (url.scheme(), url.host_str()) {
            (_, None | Some("")) => refuse("has no host"),
            ("http" | "https", _) => match ureq::Proxy::new(url.as_str()) {
                Ok(proxy) => {
                    let forward = ForwardProxy::new(url, &proxy);
                    Ok(Proxy::Connect(proxy, forward))
                }
                Err(error) => refuse(&error.to_string()),
            },
            (scheme @ ("socks5" | "socks5h"), Some(host)) => {
                let port = url.port().unwrap_or(1080);
                let Ok(uri) = format!("http://{host}:{port}/").parse() else { return refuse("has no usable host") };
                let credentials = (!url.username().is_empty())
                    .then(|| (url.username().to_owned(), url.password().unwrap_or_default().to_owned()));
                Ok(Proxy::Socks(SocksProxy { uri, resolves: scheme == "socks5h", credentials }))
            }
            _ => refuse("is none that perfloop speaks"),
        }
    }
}

impl ForwardProxy {
    fn new(url: &Url, proxy: &ureq::Proxy) -> Option<Self> {
        let host = url.host_str().filter(|_| url.scheme() == "http")?;
        let uri = format!("http://{host}:{}/", url.port().unwrap_or(80)).parse().ok()?;
        let login = |user| basic_auth(&format!("{user}:{}", proxy.password().unwrap_or_default()));
        Some(ForwardProxy { uri, login: proxy.username().and_then(|user| login(user).parse().ok()) })
    }
}

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const PASSWORD: u8 = 2;

impl SocksProxy {
    /// Whether the target's addresses must be known before.
    pub(super) fn needs_addresses(&self) -> bool {
        !self.resolves
    }

    /// Asks the proxy at the other end for a connection to the target.
    pub(super) fn open(&self, mut stream: &TcpStream, target: &Uri, address: Option<SocketAddr>) -> io::Result<()> {
        let method = if self.credentials.is_some() { PASSWORD } else { NO_AUTHENTICATION };
        stream.write_all(&[VERSION, 1, method])?;
        let [_, chosen] = read(stream)?;
        if chosen != method {
            return Err(refused("the SOCKS proxy wants another way to log in"));
        }
        if let Some((user, password)) = &self.credentials {
            let mut login = vec![1];
            push_short(&mut login, user)?;
            push_short(&mut login, password)?;
            stream.write_all(&login)?;
            let [_, status] = read(stream)?;
            if status != 0 {
                return Err(refused("the SOCKS proxy refuses the user or the password"));
            }
        }
        stream.write_all(&request(target, address)?)?;
        let [_, status, _, kind] = read(stream)?;
        if status != 0 {
            return Err(refused(reason(status)));
        }
        // The address it connects from, which nobody needs.
        match kind {
            1 => read::<6>(stream).map(drop),
            4 => read::<18>(stream).map(drop),
            _ => Err(refused("the SOCKS proxy's answer is broken")),
        }
    }
}

fn request(target: &Uri, address: Option<SocketAddr>) -> io::Result<Vec<u8>> {
    let default = if target.scheme_str() == Some("https") { 443 } else { 80 };
    let mut request = vec![VERSION, 1, 0];
    match address {
        Some(SocketAddr::V4(address)) => {
            request.push(1);
            request.extend(address.ip().octets());
        }
        Some(SocketAddr::V6(address)) => {
            request.push(4);
            request.extend(address.ip().octets());
        }
        None => {
            request.push(3);
            push_short(&mut request, target.host().unwrap_or_default())?;
        }
    }
    request.extend(target.port_u16().unwrap_or(default).to_be_bytes());
    Ok(request)
}

fn push_short(bytes: &mut Vec<u8>, text: &str) -> io::Result<()> {
    let length = u8::try_from(text.len()).map_err(|_| refused("a name is longer than SOCKS can say"))?;
    bytes.push(length);
    bytes.extend(text.as_bytes());
    Ok(())
}

fn read<const N: usize>(mut stream: &TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn refused(why: &str) -> io::Error {
    io::Error::other(why.to_owned())
}

fn reason(status: u8) -> &'static str {
    match status {
        2 => "the SOCKS proxy does not allow this target",
        3 | 4 => "the SOCKS proxy cannot reach the target",
        5 => "the SOCKS proxy's connection to the target was refused",
        _ => "the SOCKS proxy failed",
    }
}
