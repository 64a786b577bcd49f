//! A service that keeps every request as its bytes came, and answers with 200 and `ok`.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A service on a free port, for as long as the tests run.
pub(crate) struct Raw {
    port: u16,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Raw {
    pub(crate) fn start() -> Self {
        Self::answering("200 OK")
    }

    /// With this status.
    pub(crate) fn answering(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let sink = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = Arc::clone(&sink);
                // What a client breaks off is none of the test's requests.
                thread::spawn(move || answer(stream, status, &sink).ok());
            }
        });
        Raw { port, seen }
    }

    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority())
    }

    /// The requests since the last call.
    pub(crate) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// The only request since the last call, as text.
    pub(crate) fn only(&self) -> String {
        let requests = self.take();
        assert_eq!(requests.len(), 1, "{requests:?}");
        String::from_utf8_lossy(&requests[0]).into_owned()
    }
}

/// Takes one request and answers it.
fn answer(mut stream: TcpStream, status: &str, sink: &Mutex<Vec<Vec<u8>>>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes)? {
            0 => return Ok(()),
            length => request.extend(&bytes[..length]),
        }
    }
    sink.lock().unwrap().push(request);
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    stream.write_all(answer.as_bytes())
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let body = request.len() - head_length(request);
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    match (value("content-length:"), value("transfer-encoding:")) {
        (Some(length), _) => body >= length.parse().unwrap_or(0),
        (None, Some(_)) => request.ends_with(b"0\r\n\r\n"),
        (None, None) => true,
    }
}

/// Up to the empty line, which is a part of it.
pub(crate) fn head_length(request: &[u8]) -> usize {
    request.windows(4).position(|four| four == b"\r\n\r\n").map_or(request.len(), |at| at + 4)
}
