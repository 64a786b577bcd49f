//! The head of a request as it goes over the timing (RFC 9112, 3), and how its body is framed.

use std::borrow::Cow;
use std::io::Write as _;

use ureq::http::{Method, Version};

use super::proxy::HttpProxy;
use super::request_parts::RequestParts;
use super::settings::{Added, HttpSettings};

pub(super) const USER_AGENT: &str = concat!("perfloop/", env!("CARGO_PKG_VERSION"));

/// Header lines that a client adds to a request, each only where the request has none of its name.
pub(super) type AddedLines<'a> = [Option<(&'static str, Cow<'a, str>)>; 7];

/// A request and what of the settings shapes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outgoing<'a> {
    pub(super) ask: RequestParts<'a>,
    pub(super) settings: &'a HttpSettings,
    /// The proxy that is asked for the whole URL.
    pub(super) forward: Option<&'a HttpProxy>,
}

impl<'a> Outgoing<'a> {
    /// The lines that are added, in the order they are sent.
    pub(super) fn added(&self) -> AddedLines<'a> {
        let Outgoing { ask: RequestParts { method, uri, headers, body, .. }, settings, forward } = *self;
        let wanted = |name: &'static str, value: Cow<'a, str>| (!headers.has(name)).then_some((name, value));
        let kept = |header| !settings.omitted.contains(&header);
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let takes_body = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
        let length = body
            .map(<[u8]>::len)
            .or(takes_body.then_some(0))
            .filter(|_| !headers.has("transfer-encoding") && kept(Added::ContentLength));
        [
            kept(Added::Host).then(|| wanted("Host", host.into())).flatten(),
            kept(Added::UserAgent).then(|| wanted("User-Agent", USER_AGENT.into())).flatten(),
            kept(Added::Accept).then(|| wanted("Accept", "*/*".into())).flatten(),
            (self.unpacks() && kept(Added::AcceptEncoding)).then(|| wanted("Accept-Encoding", "gzip".into())).flatten(),
            (!settings.keep_alive).then(|| wanted("Connection", "close".into())).flatten(),
            forward.and_then(|proxy| wanted("Proxy-Authorization", proxy.login.as_deref()?.to_owned().into())),
            length.and_then(|length| wanted("Content-Length", length.to_string().into())),
        ]
    }

    /// Writes the head, its empty line included.
    pub(super) fn write_head(&self, output: &mut Vec<u8>) {
        let Outgoing { ask: RequestParts { method, uri, headers, options, .. }, forward, .. } = *self;
        output.extend_from_slice(method.as_str().as_bytes());
        output.push(b' ');
        if forward.is_some() {
            output.extend_from_slice(b"http://");
            output.extend_from_slice(uri.authority().map_or("", |authority| authority.as_str()).as_bytes());
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        if !target.starts_with('/') {
            output.push(b'/');
        }
        output.extend_from_slice(target.as_bytes());
        let version = if options.version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" };
        // Writing to a vector does not fail.
        let _ = write!(output, " {version}\r\n");
        let added = self.added();
        let added = added.iter().flatten().map(|(name, value)| (*name, value.as_bytes()));
        for (name, value) in added.chain(headers.iter()) {
            output.extend_from_slice(name.as_bytes());
            output.extend_from_slice(if value.is_empty() { b":" } else { b": " });
            output.extend_from_slice(value);
            output.extend_from_slice(b"\r\n");
        }
        output.extend_from_slice(b"\r\n");
    }

    /// The body is sent as one chunk, because a header of the request says that it comes in chunks.
    pub(super) fn is_chunked(&self) -> bool {
        self.ask.headers.has_word("transfer-encoding", "chunked")
    }

    /// The body goes only when the service says so, or says nothing for a while.
    pub(super) fn waits_for_continue(&self) -> bool {
        self.ask.body.is_some_and(|body| !body.is_empty()) && self.ask.headers.has_word("expect", "100-continue")
    }

    /// The answer's body is to be unpacked.
    pub(super) fn unpacks(&self) -> bool {
        self.settings.compressed && !self.ask.options.is_raw
    }

    /// After the answer the connection can carry another request.
    pub(super) fn keeps_alive(&self) -> bool {
        let is_closing = self.ask.headers.has_word("connection", "close");
        let is_old =
            self.ask.options.version == Version::HTTP_10 && !self.ask.headers.has_word("connection", "keep-alive");
        self.settings.keep_alive && !is_closing && !is_old
    }
}

#[cfg(test)]
mod tests {
    use super::super::headers::Headers;
    use super::*;
    use crate::load::http::request_parts::RequestOptions;

    /// The head of a request, and whether its body comes in chunks.
    fn head(method: &str, url: &str, headers: &Headers, body: Option<&[u8]>) -> String {
        let (method, uri) = (Method::from_bytes(method.as_bytes()).expect("a method"), url.parse().expect("a URL"));
        let ask = RequestParts {
            method: &method,
            uri: &uri,
            headers,
            body,
            head: None,
            timeout: None,
            options: RequestOptions::default(),
        };
        let mut head = Vec::new();
        Outgoing { ask, settings: &HttpSettings::default(), forward: None }.write_head(&mut head);
        String::from_utf8(head).expect("text")
    }

    fn length(method: &str, body: Option<&[u8]>) -> Option<String> {
        let head = head(method, "http://h/", &Headers::default(), body);
        assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "{head}");
        head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).map(str::to_owned)
    }

    #[test]
    fn a_head_has_what_was_written_in_its_order_and_its_letters() {
        let headers = Headers::from_pairs([("x-ID", "1"), ("X-Empty", ""), ("accept", "a/b")]);
        let agent = format!("User-Agent: {USER_AGENT}");
        let expected =
            format!("GET /a?b HTTP/1.1\r\nHost: h:81\r\n{agent}\r\nx-ID: 1\r\nX-Empty:\r\naccept: a/b\r\n\r\n");
        assert_eq!(head("GET", "http://h:81/a?b", &headers, None), expected);
        assert!(
            head("GET", "http://bob:secret@h", &Headers::default(), None).contains("GET / HTTP/1.1\r\nHost: h\r\n")
        );
    }

    #[test]
    fn every_request_says_how_long_its_body_is_where_one_could_be() {
        for method in ["POST", "PUT", "PATCH"] {
            assert_eq!(length(method, None).as_deref(), Some("0"), "{method}");
        }
        for method in ["GET", "HEAD", "DELETE", "OPTIONS", "CONNECT", "PURGE"] {
            assert_eq!(length(method, None), None, "{method}");
            assert_eq!(length(method, Some(b"abc")).as_deref(), Some("3"), "{method}");
        }
        assert_eq!(length("GET", Some(b"")).as_deref(), Some("0"));
    }

    #[test]
    fn a_length_or_a_coding_given_by_hand_is_sent_as_it_is() {
        let given = Headers::from_pairs([("content-length", "7")]);
        let sent = head("POST", "http://h/", &given, Some(b"abc"));
        assert_eq!(sent.to_ascii_lowercase().matches("content-length").count(), 1, "{sent}");
        assert!(sent.contains("content-length: 7"), "{sent}");
        let chunked = Headers::from_pairs([("Transfer-Encoding", "chunked")]);
        assert!(!head("POST", "http://h/", &chunked, Some(b"abc")).contains("Content-Length"));
    }
}
