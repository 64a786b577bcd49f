//! Requests as a check writes them, and as they are sent.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use super::response::Response;
use super::user::User;
use crate::outcome::RequestError;

/// A request ready to be sent as often as wanted.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
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
        let name = format!("{method} {}", url.path());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let (name, value) = header(name, value)?;
            map.append(name, value);
        }
        Ok(Prepared { name, method, uri, headers: map, body })
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
    let value = HeaderValue::from_str(value)
        .map_err(|_| format!("the value of header '{name}' has characters that cannot be sent"))?;
    Ok((key, value))
}

/// A request that all users send, each from a copy of its own: what many threads count references of, they fight for.
#[derive(Debug, Clone)]
pub(crate) struct SharedRequest {
    /// Its number among the shared requests of the run.
    pub(crate) slot: usize,
    pub(crate) request: Prepared,
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
    url.as_str().parse().map_err(|error| format!("the URL {url} cannot be used: {error}"))
}

/// The value of a basic `Authorization` header (RFC 7617).
pub(crate) fn basic_auth(user_and_password: &str) -> String {
    format!("Basic {}", STANDARD.encode(user_and_password))
}

/// A request being written by a check; see [`User::get`].
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'u> {
    user: &'u mut User,
    method: String,
    url: String,
    name: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    follow: Option<u32>,
}

impl<'u> RequestBuilder<'u> {
    pub(crate) fn new(user: &'u mut User, method: &str, url: &str) -> Self {
        RequestBuilder {
            user,
            method: method.to_owned(),
            url: url.to_owned(),
            name: None,
            headers: Vec::new(),
            body: None,
            follow: None,
        }
    }

    /// The name it is counted under. Default: the method and the path, `GET /cart`. Give one when the
    /// path holds ids: `.name("GET /cart/{id}")`.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends user name and password in an `Authorization` header.
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        let value = basic_auth(&format!("{user}:{password}"));
        self.header("authorization", &value)
    }

    /// Sends this body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends this value as JSON, with the content type that says so.
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.header("content-type", "application/json").body(value.to_string())
    }

    /// Follows at most so many redirects; each hop is a request of its own. Default: what the plan says, 0 if it says nothing.
    pub fn follow(mut self, hops: u32) -> Self {
        self.follow = Some(hops);
        self
    }

    /// Sends it and reads the answer to its end. Any status is an answer.
    ///
    /// # Errors
    /// When there is no usable answer. Passed on with `?`, it makes the check an exception.
    pub fn send(self) -> Result<Response, RequestError> {
        let url = self.user.url(&self.url);
        let prepared = url.and_then(|url| Prepared::new(&self.method, &url, &self.headers, self.body));
        let prepared = prepared.map(|prepared| match self.name {
            Some(name) => Prepared { name, ..prepared },
            None => prepared,
        });
        match prepared {
            Ok(prepared) => {
                let hops = self.follow.unwrap_or_else(|| self.user.default_follow());
                self.user.send(&prepared, hops)
            }
            Err(message) => Err(self.user.unsendable(&format!("{} {}", self.method, self.url), message)),
        }
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
    next.name = format!("{} {}", next.method, url.path());
    Ok(next)
}

/// How long a user who was refused too often in a row rests, and how often that is.
pub(crate) const REFUSAL_PAUSE: Duration = Duration::from_millis(100);
/// See [`REFUSAL_PAUSE`].
pub(crate) const REFUSALS_BEFORE_PAUSE: u32 = 100;

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
    fn what_cannot_be_sent_is_refused_with_a_line() {
        let url: Url = "http://a.test/".parse().expect("url");
        assert!(Prepared::new("G T", &url, &[], None).is_err());
        assert!(Prepared::new("GET", &url, &[("a b".into(), "c".into())], None).is_err());
        assert!(Prepared::new("GET", &url, &[("a".into(), "c\nd".into())], None).is_err());
    }
}
