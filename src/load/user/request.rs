//! Requests as a check writes them.

use std::borrow::{Borrow, Cow};
use std::time::Duration;

use serde::Serialize;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::authorization::basic_auth;
use super::multipart::Multipart;
use super::prepared::Prepared;
use super::response::Response;
use crate::load::user::User;
use crate::outcome::RequestError;

impl User {
    /// Begins a GET request. A URL that starts with `/` is relative to the plan's host.
    pub fn get(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("GET", url)
    }

    /// Begins a POST request; see [`get`](Self::get).
    pub fn post(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("POST", url)
    }

    /// Begins a PUT request; see [`get`](Self::get).
    pub fn put(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("PUT", url)
    }

    /// Begins a PATCH request; see [`get`](Self::get).
    pub fn patch(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("PATCH", url)
    }

    /// Begins a HEAD request, whose answer has no body; see [`get`](Self::get).
    pub fn head(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("HEAD", url)
    }

    /// Begins a DELETE request; see [`get`](Self::get).
    pub fn delete(&mut self, url: &str) -> RequestBuilder<'_> {
        self.request("DELETE", url)
    }

    /// Begins a request of any method; see [`get`](Self::get).
    pub fn request(&mut self, method: &str, url: &str) -> RequestBuilder<'_> {
        RequestBuilder::new(self, method, url)
    }
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
    timeout: Option<Duration>,
    /// Pairs to be added to the URL, encoded.
    query: String,
    /// Of the body; one given as a header is meant instead.
    content_type: Option<Cow<'static, str>>,
    /// Why it cannot be sent.
    broken: Option<String>,
}

impl<'u> RequestBuilder<'u> {
    fn new(user: &'u mut User, method: &str, url: &str) -> Self {
        RequestBuilder {
            user,
            method: method.to_owned(),
            url: url.to_owned(),
            name: None,
            headers: Vec::new(),
            body: None,
            follow: None,
            timeout: None,
            query: String::new(),
            content_type: None,
            broken: None,
        }
    }

    /// The name it is counted under. Default: the method and the path without its query, readable where the wire
    /// has it encoded: `GET /cart`, `GET /title/The godfather`. Give one when the path holds ids:
    /// `.name("GET /cart/{id}")`.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Adds `name=value` to the query of the URL, percent-encoded (a space is `%20`). Repeatable; the pairs come in
    /// the order they are given, after those the URL has.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        for (part, before) in [(name, if self.query.is_empty() { "" } else { "&" }), (value, "=")] {
            self.query.push_str(before);
            // Of a form's encoding, only the plus sign for a space is not understood everywhere.
            self.query.extend(byte_serialize(part.as_bytes()).map(|part| if part == "+" { "%20" } else { part }));
        }
        self
    }

    /// Adds a header. To a `Cookie` header the user's cookies are added, but for those it names itself.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends user name and password in an `Authorization` header.
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        let value = basic_auth(&format!("{user}:{password}"));
        self.header("Authorization", &value)
    }

    /// Sends a token in an `Authorization` header (RFC 6750).
    pub fn bearer_auth(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// Sends this body. Of several bodies the last one counts.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends this value as JSON, with the content type that says so unless a header gives another. A value that
    /// cannot be written as JSON makes the request an exception when it is sent.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body_of_type("application/json", body),
            Err(error) => {
                self.broken = Some(format!("the body cannot be written as JSON: {error}"));
                self
            }
        }
    }

    /// Sends these fields as an HTML form does (`application/x-www-form-urlencoded`), with the content type that says
    /// so unless a header gives another: `.form(&[("name", "Ann"), ("age", "36")])`.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item: Borrow<(N, V)>>) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body_of_type("application/x-www-form-urlencoded", body)
    }

    /// Sends these fields and files (`multipart/form-data`). What cannot be sent makes the request an exception when
    /// it is sent.
    pub fn multipart(mut self, parts: Multipart) -> Self {
        match parts.encode() {
            Ok((content_type, body)) => self.body_of_type(content_type, body),
            Err(message) => {
                self.broken = Some(message);
                self
            }
        }
    }

    fn body_of_type(mut self, content_type: impl Into<Cow<'static, str>>, body: impl Into<Vec<u8>>) -> Self {
        self.content_type = Some(content_type.into());
        self.body(body)
    }

    /// The longest time of this request, from the look-up of the name to the last byte of the answer; each hop of a
    /// redirect has it anew. Default: what the plan says, see [`HttpSettings::timeout`](crate::HttpSettings::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
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
    pub fn send(mut self) -> Result<Response, RequestError> {
        match self.prepare() {
            Ok(prepared) => {
                let hops = self.follow.unwrap_or_else(|| self.user.default_follow());
                self.user.send(prepared, hops)
            }
            Err(message) => {
                let written = || format!("{} {}", self.method, self.url.split(['?', '#']).next().unwrap_or_default());
                let name = self.name.unwrap_or_else(written);
                Err(self.user.unsendable(&name, message))
            }
        }
    }

    fn prepare(&mut self) -> Result<Prepared, String> {
        if let Some(message) = self.broken.take() {
            return Err(message);
        }
        if self.timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err("with a timeout of 0 no answer can ever arrive; give a span above zero".into());
        }
        let mut url = self.user.url(&self.url)?;
        if !self.query.is_empty() {
            add_query(&mut url, &self.query);
        }
        if let Some(content_type) = self.content_type.take()
            && !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            self.headers.push(("Content-Type".into(), content_type.into()));
        }
        let mut prepared = Prepared::new(&self.method, &url, &self.headers, self.body.take())?;
        prepared.timeout = self.timeout;
        prepared.is_named_by_url = self.name.is_none();
        if let Some(name) = self.name.take() {
            prepared.name = name;
        }
        Ok(prepared)
    }
}

fn add_query(url: &mut Url, pairs: &str) {
    match url.query().filter(|query| !query.is_empty()) {
        Some(query) => {
            let query = format!("{query}&{pairs}");
            url.set_query(Some(&query));
        }
        None => url.set_query(Some(pairs)),
    }
}
