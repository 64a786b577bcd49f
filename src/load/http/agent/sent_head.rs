//! Head of a request as ureq writes it, and as it goes out.

use ureq::http::{Method, Uri};

use super::super::headers::Headers;
use super::super::proxy::HttpProxy;

/// End of a head.
const END: &[u8] = b"\r\n\r\n";

/// Head of a request that was written whole.
#[derive(Debug)]
pub(super) struct SentHead {
    /// First line, as it was written.
    line: Vec<u8>,
    pub(super) headers: Headers,
}

impl SentHead {
    /// Head at the beginning of these bytes, and its length; `None` if it is not written to its end.
    pub(super) fn of(bytes: &[u8]) -> Option<(Self, usize)> {
        let length = memchr::memmem::find(bytes, END)? + END.len();
        let head = &bytes[..length - END.len()];
        let mut at = memchr::memchr(b'\n', head).map_or(head.len(), |end| end + 1);
        let line = head[..at].trim_ascii_end().to_vec();
        let mut headers = Headers::default().inside(head, 8);
        while at < head.len() {
            let end = memchr::memchr(b'\n', &head[at..]).map_or(head.len(), |end| at + end);
            let header = &head[at..end];
            let colon = memchr::memchr(b':', header)?;
            let value = header[colon + 1..].trim_ascii_start();
            let from = at + header.len() - value.len();
            headers.found(at..at + colon, from..from + value.trim_ascii_end().len());
            at = end + 1;
        }
        Some((SentHead { line, headers }, length))
    }

    /// A body follows at once: the head can go with it.
    pub(super) fn leads_a_body(&self) -> bool {
        let has_length = self.headers.get("content-length").is_some_and(|length| length != b"0");
        (has_length || self.headers.has("transfer-encoding")) && !self.headers.has("expect")
    }

    /// The bytes of the head with these headers, for a proxy that is asked for the whole URL or for the service itself.
    pub(super) fn written(&self, headers: &Headers, uri: &Uri, forward: Option<&HttpProxy>) -> Vec<u8> {
        let mut bytes = Vec::new();
        match (forward, memchr::memchr(b' ', &self.line)) {
            (Some(_), Some(space)) => {
                let (method, rest) = self.line.split_at(space + 1);
                let authority = uri.authority().map_or("", |authority| authority.as_str());
                let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                bytes.extend_from_slice(method);
                bytes.extend_from_slice(b"http://");
                bytes.extend_from_slice(authority.as_bytes());
                bytes.extend_from_slice(rest);
            }
            _ => bytes.extend_from_slice(&self.line),
        }
        let login = forward.and_then(|proxy| proxy.login.as_deref()).map(|login| ("Proxy-Authorization", login));
        let login = login.into_iter().map(|(name, value)| (name, value.as_bytes()));
        for (name, value) in headers.iter().chain(login) {
            bytes.extend_from_slice(b"\r\n");
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
        }
        bytes.extend_from_slice(END);
        bytes
    }

    /// Method of the first line.
    pub(super) fn method(&self) -> Option<Method> {
        Method::from_bytes(self.line.split(|byte| *byte == b' ').next()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"GET /a?b HTTP/1.1\r\nHost: h\r\nX-A: 1:2\r\n\r\nbody";

    #[test]
    fn a_head_is_read_once_it_is_whole_and_goes_out_as_it_was_written() {
        for length in 0..TEXT.len() - 4 {
            assert!(SentHead::of(&TEXT[..length]).is_none(), "{length}");
        }
        let (head, length) = SentHead::of(TEXT).expect("a head");
        assert_eq!((length, head.headers.get("x-a")), (TEXT.len() - 4, Some(&b"1:2"[..])));
        let written = head.written(&head.headers, &"http://h/a?b".parse().expect("a URL"), None);
        assert_eq!(written, &TEXT[..length]);
        assert_eq!(head.method(), Some(Method::GET));
    }

    #[test]
    fn a_proxy_is_asked_for_the_whole_url() {
        let (head, _) = SentHead::of(TEXT).expect("a head");
        let uri = "http://127.0.0.1:3128/".parse().expect("a URL");
        let proxy = HttpProxy { uri, login: Some("Basic x".into()) };
        let written = head.written(&head.headers, &"http://bob@h:81/a?b".parse().expect("a URL"), Some(&proxy));
        let written = String::from_utf8(written).expect("text");
        assert!(written.starts_with("GET http://h:81/a?b HTTP/1.1\r\n"), "{written}");
        assert!(written.ends_with("\r\nProxy-Authorization: Basic x\r\n\r\n"), "{written}");
    }
}
