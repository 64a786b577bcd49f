//! A request as it is sent, again and again.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::authorization::authorization;
use crate::load::http::{Headers, HttpSettings, Method, RequestOptions, RequestParts, Uri};

/// Stands behind the name of a request, for all it was led on to.
const HOP: &str = " (redirect)";

/// A request ready to be sent as often as wanted.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) name: String,
    /// True when the name comes of a URL that was not known before the run.
    pub(crate) is_named_by_url: bool,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: Headers,
    pub(crate) body: Option<Vec<u8>>,
    /// Instead of the plan's.
    pub(crate) timeout: Option<Duration>,
    pub(crate) options: RequestOptions,
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
        let name = name_by_path(&method, url.path());
        let mut checked = Headers::default();
        for (name, value) in headers {
            checked.add_checked(name, value.as_bytes())?;
        }
        if let Some(login) = authorization(url).filter(|_| !checked.has("authorization")) {
            checked.add_checked("Authorization", login.as_bytes())?;
        }
        Ok(Prepared {
            name,
            is_named_by_url: false,
            method,
            uri,
            headers: checked,
            body,
            timeout: None,
            options: RequestOptions::default(),
            settings: None,
        })
    }

    /// One that still lacks its URL.
    pub(crate) fn empty(name: String, method: Method) -> Self {
        let (uri, headers, options) = (Uri::default(), Headers::default(), RequestOptions::default());
        Prepared {
            name,
            is_named_by_url: false,
            method,
            uri,
            headers,
            body: None,
            timeout: None,
            options,
            settings: None,
        }
    }

    /// Names a hop that a request of this name led to.
    pub(crate) fn name_hop(&mut self, led_by: &str, path: &str) {
        match name_of_hop(led_by) {
            Some(name) => self.name = name,
            None => (self.name, self.is_named_by_url) = (name_by_path(&self.method, path), true),
        }
    }

    /// Parts of the request for a client, with these headers.
    pub(crate) fn ask<'a>(&'a self, headers: &'a Headers) -> RequestParts<'a> {
        let Prepared { method, uri, timeout, options, .. } = self;
        let (timeout, options) = (*timeout, *options);
        RequestParts { method, uri, headers, body: self.body.as_deref(), head: None, timeout, options }
    }
}

impl Prepared {
    /// A copy that shares no memory with the original.
    pub(crate) fn own(&self) -> Prepared {
        // What was parsed once parses again; a value that does not is kept shared, which is slower but right.
        let uri = self.uri.to_string().parse().unwrap_or_else(|_| self.uri.clone());
        Prepared { uri, ..self.clone() }
    }
}

/// Name of a request after where it goes.
pub(super) fn name_by_path(method: &Method, path: &str) -> String {
    format!("{method} {}", readable(path))
}

/// Name of a hop after the request that led to it, where that is a template: then there is no end of places. `None`: it is
/// named after where it goes.
pub(super) fn name_of_hop(led_by: &str) -> Option<String> {
    if led_by.ends_with(HOP) { Some(led_by.to_owned()) } else { led_by.contains('{').then(|| format!("{led_by}{HOP}")) }
}

pub(super) fn uri(url: &Url) -> Result<Uri, String> {
    let mut url = url.clone();
    url.set_fragment(None);
    // User and password go by a header. They can be taken out of every URL that has a host.
    let _ = (url.set_username(""), url.set_password(None));
    url.as_str().parse().map_err(|error| format!("the URL {url} cannot be used: {error}"))
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
    fn a_login_in_a_url_goes_by_a_header_unless_one_is_given() {
        let prepared = |headers: &[(String, String)]| {
            let url: Url = "http://b%40b:p%3Ax@a.test/y".parse().expect("url");
            Prepared::new("GET", &url, headers, None).expect("prepared")
        };
        let request = prepared(&[]);
        assert_eq!(
            (request.uri.to_string().as_str(), request.headers.get("authorization")),
            ("http://a.test/y", Some(&b"Basic YkBiOnA6eA=="[..]))
        );
        let own = prepared(&[("Authorization".into(), "own".into())]);
        assert_eq!(own.headers.get_all("authorization").collect::<Vec<_>>(), [b"own"]);
    }

    #[test]
    fn what_cannot_be_sent_is_refused_with_a_line() {
        let url: Url = "http://a.test/".parse().expect("url");
        assert!(Prepared::new("G T", &url, &[], None).is_err());
        assert!(Prepared::new("GET", &url, &[("a b".into(), "c".into())], None).is_err());
        assert!(Prepared::new("GET", &url, &[("a".into(), "c\nd".into())], None).is_err());
    }
}
