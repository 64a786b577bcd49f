//! A client that shows the bytes as they come.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use mock_service::{MockService, Settings};
use serde_json::Value;

/// No test waits longer than this for a byte.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn start() -> MockService {
    MockService::start(Settings::default()).unwrap()
}

pub(crate) fn connect(service: &MockService) -> TcpStream {
    let stream = TcpStream::connect(service.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// What a connection brought, and how it ended.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    /// `None` for an orderly end.
    pub(crate) error: Option<ErrorKind>,
}

impl Received {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

pub(crate) fn read_to_end(mut stream: impl Read) -> Received {
    let mut bytes = Vec::new();
    let error = stream.read_to_end(&mut bytes).err().map(|e| e.kind());
    Received { bytes, error }
}

/// An answer read until the end of its connection.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a complete head");
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Sends a request and reads until the end of the connection.
pub(crate) fn request(service: &MockService, method: &str, path: &str, headers: &str, body: &str) -> Reply {
    let reply = exchange(connect(service), method, path, headers, body);
    assert_eq!(reply.error, None, "{method} {path}");
    Reply::parse(&reply.bytes)
}

/// Sends a request on `stream` and reads all that comes.
pub(crate) fn exchange(mut stream: impl Read + Write, method: &str, path: &str, headers: &str, body: &str) -> Received {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    read_to_end(stream)
}

pub(crate) fn get(service: &MockService, path: &str) -> Reply {
    request(service, "GET", path, "", "")
}

pub(crate) fn post(service: &MockService, path: &str, body: &str) -> Reply {
    request(service, "POST", path, "content-type: application/json\r\n", body)
}

/// Sends a GET that keeps the connection alive.
pub(crate) fn send_get(stream: &mut TcpStream, path: &str) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n").as_bytes()).unwrap();
}

/// Reads one answer that has a content-length, and no byte more.
pub(crate) fn read_reply(stream: &mut impl Read) -> io::Result<Reply> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    let mut reply = Reply::parse(&bytes);
    let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
    reply.body = vec![0; length];
    stream.read_exact(&mut reply.body)?;
    Ok(reply)
}
