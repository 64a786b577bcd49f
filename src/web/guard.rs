//! Guard of the page: who may see it, and from where something may be changed.
//!
//! On loopback no token is needed: whoever can connect there may start perfloop, too. What must be kept out is other pages
//! in the same browser. A page whose name was bound to this address (DNS rebinding) shows in `Host`, one that sends a form or
//! a script here shows in `Origin` and `Sec-Fetch-Site`; a script without a browser sends neither.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::reply::problem;

/// Name of the cookie that holds the token.
const TOKEN_COOKIE: &str = "perfloop_token";
/// Bytes of a token that is made up.
const TOKEN_BYTES: usize = 16;
/// The page fetches from its own server, and from nowhere else; nothing that stands in it is run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// Paths that change something although a GET may ask for them, as scripts for Locust's page do.
const CHANGED_BY_GET: [&str; 2] = ["/stop", "/stats/reset"];

/// Access to the page.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// Wanted of everybody; none on loopback.
    token: Option<Arc<str>>,
    /// Values of `Host` that are this server's.
    hosts: Vec<String>,
}

impl Access {
    /// Access to a server at this address, which people may know by other names, too. Beyond loopback a token is needed: it
    /// is made up where none is given.
    ///
    /// # Errors
    /// When the system has no random numbers for a token.
    pub(crate) fn new(
        address: SocketAddr,
        names: &[String],
        token: Option<String>,
    ) -> Result<Access, getrandom::Error> {
        let port = address.port();
        let mut named: Vec<String> = names.to_vec();
        if address.ip().is_loopback() {
            named.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        named.push(match address.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        let with_port = |name: String| {
            let is_whole = name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            if is_whole { vec![name] } else { vec![format!("{name}:{port}"), name] }
        };
        // Without a port it is that of http.
        let is_ours =
            |host: &String| host.rsplit_once(':').is_some_and(|(_, end)| end.parse::<u16>().is_ok()) || port == 80;
        let hosts =
            named.into_iter().flat_map(with_port).filter(is_ours).map(|host| host.to_ascii_lowercase()).collect();
        let token = match token {
            Some(token) => Some(token),
            None if address.ip().is_loopback() => None,
            None => Some(made_up()?),
        };
        Ok(Access { token: token.map(Into::into), hosts })
    }

    /// Token that is needed, if one is.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    fn is_own_host(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        hosts.next().is_none() && host.is_some_and(|host| self.hosts.contains(&host.to_ascii_lowercase()))
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut given =
            bearer.into_iter().chain(pairs.filter(|(name, _)| *name == TOKEN_COOKIE).map(|(_, value)| value));
        given.any(|given| are_equal(given, token))
    }

    /// Token in the address of the printed link.
    fn by_link(&self, uri: &Uri) -> Option<&Arc<str>> {
        let token = self.token.as_ref()?;
        let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.any(|(name, value)| name == "token" && are_equal(value, token)).then_some(token)
    }
}

/// Compares in a time that does not tell how much of it is right.
fn are_equal(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

fn made_up() -> Result<String, getrandom::Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// True for a change that another page asks for.
fn is_foreign(request: &Request) -> bool {
    let headers = request.headers();
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // A person who types an address comes from no page.
    if text(&FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none") {
        return true;
    }
    let host = text(&HOST).unwrap_or_default();
    text(&ORIGIN).is_some_and(|origin| !origin.eq_ignore_ascii_case(&format!("http://{host}")))
}

fn is_change(request: &Request) -> bool {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
    !is_safe || CHANGED_BY_GET.contains(&request.uri().path())
}

/// Lets a request through, or answers it.
pub(super) async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    let mut response = if !access.is_own_host(request.headers()) {
        problem(
            StatusCode::FORBIDDEN,
            "this name is not one of perfloop's page; use the address that it printed, or name this one when you start it",
        )
    } else if let Some(token) = access.by_link(request.uri()) {
        by_cookie(request.uri().path(), token)
    } else if !access.has_token(request.headers()) {
        problem(StatusCode::UNAUTHORIZED, "the token is missing or wrong; open the link that perfloop printed")
    } else if is_change(&request) && is_foreign(&request) {
        problem(StatusCode::FORBIDDEN, "another page cannot change anything here")
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Takes the token out of the address and into a cookie that no script sees and no other page sends.
fn by_cookie(path: &str, token: &str) -> Response {
    let cookie = format!("{TOKEN_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
    let headers = [(LOCATION, path.to_owned()), (SET_COOKIE, cookie)];
    (StatusCode::SEE_OTHER, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(address: &str, names: &[&str]) -> Access {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        Access::new(address.parse().expect("an address"), &names, None).expect("random numbers")
    }

    #[test]
    fn loopback_needs_no_token_and_any_other_address_does() {
        assert_eq!(access("127.0.0.1:8089", &[]).token(), None);
        let (one, other) = (access("10.0.0.5:8089", &[]), access("0.0.0.0:8089", &[]));
        assert_eq!(one.token().map(str::len), Some(2 * TOKEN_BYTES));
        assert_ne!(one.token(), other.token());
        let given = Access::new("10.0.0.5:1".parse().expect("an address"), &[], Some("mine".into())).expect("a token");
        assert_eq!(given.token(), Some("mine"));
    }

    #[test]
    fn a_host_is_ours_by_its_name_and_port() {
        let access = access("127.0.0.1:8089", &["perf.test", "other.test:80"]);
        let is_own = |hosts: &[&str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, host.parse().expect("a value"));
            }
            access.is_own_host(&headers)
        };
        for host in
            ["127.0.0.1:8089", "localhost:8089", "LOCALHOST:8089", "[::1]:8089", "perf.test:8089", "other.test:80"]
        {
            assert!(is_own(&[host]), "{host}");
        }
        for host in ["127.0.0.1", "localhost:80", "evil.test:8089", "evil.test", "", "other.test:8089"] {
            assert!(!is_own(&[host]), "{host}");
        }
        assert!(!is_own(&[]) && !is_own(&["localhost:8089", "localhost:8089"]));
    }
}
