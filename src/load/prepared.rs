//! A request as it is sent: again and again, and on where a redirect leads.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use url::Url;

use super::http::{Ask, HeaderMap, HeaderName, HeaderValue, HttpSettings, Manner, Method, Uri};
use super::request::{basic_auth, login};

/// A request ready to be sent as often as wanted.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    /// Instead of the plan's.
    pub(crate) timeout: Option<Duration>,
    pub(crate) manner: Manner,
    /// Instead of the plan's: it goes by a client of its own.
    pub(crate) settings: Option<Arc<HttpSettings>>,
}

impl Prepared {
    /// # Errors
    /// One line, when a client cannot send this method, URL or headers.
    pub(crate) fn new(
        method: &str,
        url: &Url,
        headers: &[(String, String)],
        body: Option<Vec<u8>>,
    ) -> Result<Self, String> {
        let uri = uri(url)?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| format!("'{method}' is no HTTP method"))?;
        let name = format!("{method} {}", readable(url.path()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let (name, value) = header(name, value)?;
            map.append(name, value);
        }
        if let Some(login) = authorization(url).filter(|_| !map.contains_key("authorization")) {
            map.append("authorization", login);
        }
        Ok(Prepared { name, method, uri, headers: map, body, timeout: None, manner: Manner::default(), settings: None })
    }

    /// One that still lacks its URL.
    pub(crate) fn empty(name: String, method: Method) -> Self {
        let (uri, headers, manner) = (Uri::default(), HeaderMap::new(), Manner::default());
        Prepared { name, method, uri, headers, body: None, timeout: None, manner, settings: None }
    }

    /// Names it after where it goes.
    pub(crate) fn name_by_path(&mut self, path: &str) {
        self.name = format!("{} {}", self.method, readable(path));
    }

    /// What a client is asked when it is sent with these headers.
    pub(crate) fn ask<'a>(&'a self, headers: &'a HeaderMap) -> Ask<'a> {
        let Prepared { method, uri, timeout, manner, .. } = self;
        Ask { method, uri, headers, body: self.body.as_deref(), timeout: *timeout, manner: *manner }
    }

    /// Asks the same service for something else.
    pub(crate) fn set_path_and_query(&mut self, text: &str) -> Result<(), String> {
        let unusable = |error: &dyn std::fmt::Display| format!("the URL's path {text} cannot be used: {error}");
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(text.parse().map_err(|error| unusable(&error))?);
        self.uri = Uri::from_parts(parts).map_err(|error| unusable(&error))?;
        Ok(())
    }

    /// Replaces all values of a header.
    pub(crate) fn set_header(&mut self, name: &str, values: impl Iterator<Item = String>) -> Result<(), String> {
        for (index, value) in values.enumerate() {
            let (name, value) = header(name, &value)?;
            if index == 0 {
                self.headers.insert(name, value);
            } else {
                self.headers.append(name, value);
            }
        }
        Ok(())
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("'{name}' is no header name"))?;
    // Letters beyond ASCII go as they are, as everywhere.
    let value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| format!("the value of header '{name}' has characters that cannot be sent"))?;
    Ok((key, value))
}

/// A request that all users send, each from a copy of its own: what many threads count references of, they fight for.
#[derive(Debug, Clone)]
pub(crate) struct SharedRequest {
    /// Its number among the shared requests of the process.
    pub(super) slot: usize,
    pub(crate) request: Prepared,
}

impl SharedRequest {
    pub(crate) fn slot(&self) -> usize {
        self.slot
    }

    pub(crate) fn name(&self) -> &str {
        &self.request.name
    }

    pub(crate) fn new(request: Prepared) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        SharedRequest { slot: MADE.fetch_add(1, Ordering::Relaxed), request }
    }
}

impl Prepared {
    /// A copy that shares no memory with the original.
    pub(crate) fn own(&self) -> Prepared {
        // What was parsed once parses again; a value that does not is kept shared, which is slower but right.
        let uri = self.uri.to_string().parse().unwrap_or_else(|_| self.uri.clone());
        let own = |value: &HeaderValue| HeaderValue::from_bytes(value.as_bytes()).unwrap_or_else(|_| value.clone());
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), own(value))).collect();
        Prepared { uri, headers, ..self.clone() }
    }
}

fn uri(url: &Url) -> Result<Uri, String> {
    let mut url = url.clone();
    url.set_fragment(None);
    // User and password go by a header. They can be taken out of every URL that has a host.
    let _ = (url.set_username(""), url.set_password(None));
    url.as_str().parse().map_err(|error| format!("the URL {url} cannot be used: {error}"))
}

/// What user and password in front of the host of a URL are in a header.
fn authorization(url: &Url) -> Option<HeaderValue> {
    basic_auth(&login(url)?).parse().ok()
}

/// A path as people write it: letters, spaces and braces that only the wire wants encoded are shown as they are.
fn readable(path: &str) -> Cow<'_, str> {
    const ENCODED_BY_THE_WAY: &[u8] = b" \"<>^`{}";
    if !path.contains('%') {
        return path.into();
    }
    let mut shown = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, others @ ..] = rest {
        let digits = others.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if !byte.is_ascii() || ENCODED_BY_THE_WAY.contains(&byte) => {
                shown.push(byte);
                rest = &others[2..];
            }
            _ => {
                shown.push(*first);
                rest = others;
            }
        }
    }
    match String::from_utf8(shown) {
        Ok(shown) if !shown.contains(char::is_control) => shown.into(),
        _ => path.into(),
    }
}

/// Where a redirect leads.
///
/// 301, 302 and 303 are followed with GET (HEAD stays HEAD) and no body, 307 and 308 with the same
/// method and body, as browsers do. What authorizes is not sent to another host.
pub(crate) fn redirected(from: &Prepared, status: u16, location: &str) -> Result<Prepared, String> {
    let base: Url = from.uri.to_string().parse().map_err(|error| format!("redirect from {}: {error}", from.uri))?;
    let url = base.join(location).map_err(|error| format!("redirect to '{location}': {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("redirect to '{location}': perfloop speaks http and https only"));
    }
    let mut next = from.clone();
    next.uri = uri(&url)?;
    if !matches!(status, 307 | 308) && next.method != Method::HEAD {
        next.method = Method::GET;
        next.body = None;
        for name in ["content-type", "content-length", "content-encoding"] {
            next.headers.remove(name);
        }
    }
    if url.origin() != base.origin() {
        for name in ["authorization", "cookie", "host"] {
            next.headers.remove(name);
        }
    }
    if let Some(login) = authorization(&url) {
        next.headers.insert("authorization", login);
    }
    next.name_by_path(url.path());
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> Prepared {
        let url: Url = "http://a.test/x/y?q=1".parse().expect("url");
        let headers =
            [("Authorization".to_owned(), "secret".to_owned()), ("Content-Type".to_owned(), "text/plain".to_owned())];
        Prepared::new("POST", &url, &headers, Some(b"body".to_vec())).expect("prepared")
    }

    #[test]
    fn a_request_is_named_by_its_method_and_path() {
        assert_eq!(post().name, "POST /x/y");
    }

    #[test]
    fn a_name_shows_the_path_as_people_write_it() {
        let named = |path: &str| {
            let url: Url = format!("http://a.test{path}").parse().expect("url");
            Prepared::new("GET", &url, &[], None).expect("prepared").name
        };
        let rows = [
            ("/title/The godfather/1972?x=%20", "GET /title/The godfather/1972"),
            ("/title/The%20godfather", "GET /title/The godfather"),
            ("/stra\u{df}e/\u{65e5}\u{672c}", "GET /stra\u{df}e/\u{65e5}\u{672c}"),
            ("/users/{id}", "GET /users/{id}"),
            // A slash that is none of the path's own, a line break, what is no UTF-8, and no encoding at all.
            ("/a%2Fb%3Fc%25", "GET /a%2Fb%3Fc%25"),
            ("/a%0Ab%C2%85", "GET /a%0Ab%C2%85"),
            ("/a%FFb%20", "GET /a%FFb%20"),
            ("/100%/%zz/%+1/%2", "GET /100%/%zz/%+1/%2"),
        ];
        for (path, name) in rows {
            assert_eq!(named(path), name);
        }
    }

    #[test]
    fn a_303_becomes_a_get_and_a_307_keeps_method_and_body() {
        let seen = redirected(&post(), 303, "z").expect("next");
        assert_eq!(
            (seen.method.as_str(), seen.uri.to_string().as_str(), seen.body),
            ("GET", "http://a.test/x/z", None)
        );
        let kept = redirected(&post(), 307, "/z").expect("next");
        assert_eq!((kept.method.as_str(), kept.body.as_deref()), ("POST", Some(&b"body"[..])));
        assert!(kept.headers.contains_key("authorization"));
    }

    #[test]
    fn what_authorizes_is_not_sent_to_another_host() {
        let next = redirected(&post(), 307, "http://b.test/").expect("next");
        assert!(!next.headers.contains_key("authorization"));
    }

    #[test]
    fn a_redirect_out_of_http_is_an_error() {
        assert!(redirected(&post(), 302, "ftp://a.test/").is_err());
    }

    #[test]
    fn a_login_in_a_url_goes_by_a_header_unless_one_is_given() {
        let prepared = |headers: &[(String, String)]| {
            let url: Url = "http://b%40b:p%3Ax@a.test/y".parse().expect("url");
            Prepared::new("GET", &url, headers, None).expect("prepared")
        };
        let request = prepared(&[]);
        assert_eq!(
            (request.uri.to_string().as_str(), request.headers["authorization"].as_bytes()),
            ("http://a.test/y", &b"Basic YkBiOnA6eA=="[..])
        );
        let own = prepared(&[("Authorization".into(), "own".into())]);
        assert_eq!(own.headers.get_all("authorization").iter().collect::<Vec<_>>(), ["own"]);
        let next = redirected(&own, 302, "http://bob:@b.test/").expect("next");
        assert_eq!(
            (next.uri.to_string().as_str(), &next.headers["authorization"]),
            ("http://b.test/", &"Basic Ym9iOg==".parse().expect("a value"))
        );
    }

    #[test]
    fn what_cannot_be_sent_is_refused_with_a_line() {
        let url: Url = "http://a.test/".parse().expect("url");
        assert!(Prepared::new("G T", &url, &[], None).is_err());
        assert!(Prepared::new("GET", &url, &[("a b".into(), "c".into())], None).is_err());
        assert!(Prepared::new("GET", &url, &[("a".into(), "c\nd".into())], None).is_err());
    }
}
