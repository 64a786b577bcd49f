//! How requests are made: the same for every user of a run.

use std::net::SocketAddr;
use std::time::Duration;

/// Settings of the HTTP client. Each user has a client of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpSettings {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) keep_alive: bool,
    pub(crate) compressed: bool,
    pub(crate) max_body: usize,
    pub(crate) follow: u32,
    pub(crate) insecure: bool,
    pub(crate) ca_pem: Option<Vec<u8>>,
    pub(crate) identity_pem: Option<(Vec<u8>, Vec<u8>)>,
    pub(crate) key_password: Option<String>,
    pub(crate) tls_resume: TlsResume,
    pub(crate) resolve: Vec<(String, SocketAddr)>,
    pub(crate) proxy: Option<url::Url>,
    pub(crate) host: Option<url::Url>,
    /// Advice for a run whose checks need a host, and that has none.
    pub(crate) host_remedy: &'static str,
    pub(crate) routes: Vec<Route>,
    pub(crate) family: Option<Family>,
    pub(crate) tls_versions: TlsVersions,
    /// The headers that a client adds by itself, and is not to.
    pub(crate) omitted: Vec<Added>,
}

/// Connects elsewhere than a URL says: what is not given is any host or port, or stays the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Route {
    pub(crate) from: (Option<String>, Option<u16>),
    pub(crate) to: (Option<String>, Option<u16>),
}

/// Which of a host's addresses are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// The versions of TLS that may be spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TlsVersions {
    #[default]
    All,
    Only12,
    Only13,
}

/// A header that a client adds by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    Host,
    UserAgent,
    Accept,
    AcceptEncoding,
    ContentLength,
}

impl Added {
    /// The one of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            (Added::Host, "host"),
            (Added::UserAgent, "user-agent"),
            (Added::Accept, "accept"),
            (Added::AcceptEncoding, "accept-encoding"),
            (Added::ContentLength, "content-length"),
        ];
        all.into_iter().find_map(|(added, known)| known.eq_ignore_ascii_case(name).then_some(added))
    }
}

impl HttpSettings {
    /// See [`HttpSettings::timeout`].
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
    /// See [`HttpSettings::max_body`].
    pub const DEFAULT_MAX_BODY: usize = 16 * 1024 * 1024;

    /// A request that takes longer, from the look-up of the name to the last byte of the answer, is an exception. Default 30 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A connection that takes longer to make (name, TCP, TLS) is an exception. Default: only [`timeout`](Self::timeout) limits it.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Whether a user keeps its connections for its next requests. Default true.
    #[must_use]
    pub fn keep_alive(mut self, keep_alive: bool) -> Self {
        self.keep_alive = keep_alive;
        self
    }

    /// Whether to ask for compressed answers, and unpack them. Default false.
    #[must_use]
    pub fn compressed(mut self, compressed: bool) -> Self {
        self.compressed = compressed;
        self
    }

    /// How many bytes of an answer's body are kept, as it came and again unpacked. Default 16 MiB. Of a longer body the rest
    /// is read and counted; what looks at it (an expectation, a capture) is an exception, but for its length.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How many redirects to follow; each hop is a request of its own. Default 0: a redirect is an answer like any other.
    #[must_use]
    pub fn follow(mut self, hops: u32) -> Self {
        self.follow = hops;
        self
    }

    /// Whether to accept any certificate. Default false.
    #[must_use]
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.insecure = insecure;
        self
    }

    /// Trust these PEM certificates, and only these. Default: the system's roots, and those browsers trust.
    #[must_use]
    pub fn ca_pem(mut self, pem: Vec<u8>) -> Self {
        self.ca_pem = Some(pem);
        self
    }

    /// Show this PEM certificate (and its chain), with this PEM private key, to services that ask for one. Default: none.
    #[must_use]
    pub fn identity_pem(mut self, certificate: Vec<u8>, key: Vec<u8>) -> Self {
        self.identity_pem = Some((certificate, key));
        self
    }

    /// Password of the private key of [`identity_pem`](Self::identity_pem), where that is encrypted. Default: none.
    #[must_use]
    pub fn key_password(mut self, password: &str) -> Self {
        self.key_password = Some(password.to_owned());
        self
    }

    /// Whether a user's new connections resume its own earlier TLS sessions. Default: they do.
    #[must_use]
    pub fn tls_resume(mut self, resume: TlsResume) -> Self {
        self.tls_resume = resume;
        self
    }

    /// Connect to this address for URLs of this host and port, whatever the name system says. Given more than once
    /// for a host, users spread over the addresses.
    #[must_use]
    pub fn resolve(mut self, host: &str, port: u16, address: SocketAddr) -> Self {
        self.resolve.push((origin_key(host, port), address));
        self
    }

    /// Connect through this proxy: `http://` or `https://` (asked for `http://` URLs itself, and for a tunnel by CONNECT to
    /// `https://` ones), `socks5://` or `socks5h://` (the proxy looks names up). Default: none; the environment's proxy settings are not used.
    #[must_use]
    pub fn proxy(mut self, proxy: url::Url) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Host that relative URLs in checks are relative to. Default: none, and a relative URL is an exception.
    #[must_use]
    pub fn host(mut self, host: url::Url) -> Self {
        self.host = Some(host);
        self
    }
}

/// The file and the password of `FILE[:PASSWORD]`, as curl reads it: a backslash before a colon or another backslash
/// makes it a part of the name.
pub(crate) fn certificate_file(text: &str) -> (String, Option<String>) {
    let mut file = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('\\', Some(escaped @ (':' | '\\'))) => {
                file.push(escaped);
                rest.next();
            }
            (':', _) => return (file, Some(rest.as_str().to_owned()).filter(|password| !password.is_empty())),
            _ => file.push(c),
        }
    }
    (file, None)
}

/// A host and a port, however the host is written: `Bücher.example.` is `xn--bcher-kva.example`.
pub(crate) fn origin_key(host: &str, port: u16) -> String {
    format!("{}:{port}", same_host(host))
}

/// A host as URLs have it, without the dot of the root.
pub(crate) fn same_host(host: &str) -> String {
    let host = match url::Host::parse(host) {
        Ok(host) => host.to_string(),
        Err(_) => host.to_lowercase(),
    };
    host.strip_suffix('.').unwrap_or(&host).to_owned()
}

/// Whether new connections resume earlier TLS sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsResume {
    /// Every connection shakes hands in full, as that of a new client does.
    Off,
    /// A user resumes its own sessions, never another's.
    #[default]
    User,
}

impl Default for HttpSettings {
    fn default() -> Self {
        HttpSettings {
            timeout: Self::DEFAULT_TIMEOUT,
            connect_timeout: None,
            keep_alive: true,
            compressed: false,
            max_body: Self::DEFAULT_MAX_BODY,
            follow: 0,
            insecure: false,
            ca_pem: None,
            identity_pem: None,
            key_password: None,
            tls_resume: TlsResume::User,
            resolve: Vec::new(),
            proxy: None,
            host: None,
            host_remedy: "give the plan a host",
            routes: Vec::new(),
            family: None,
            tls_versions: TlsVersions::All,
            omitted: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificates_file_may_be_followed_by_a_password() {
        for (text, file, password) in [
            ("a.pem", "a.pem", None),
            ("a.pem:secret", "a.pem", Some("secret")),
            ("a.pem:se:cr\\et", "a.pem", Some("se:cr\\et")),
            ("a.pem:", "a.pem", None),
            ("a\\:b.pem:secret", "a:b.pem", Some("secret")),
            ("a\\\\b.pem:secret", "a\\b.pem", Some("secret")),
            ("a\\b.pem\\", "a\\b.pem\\", None),
        ] {
            assert_eq!(certificate_file(text), (file.to_owned(), password.map(str::to_owned)), "{text}");
        }
    }
}
