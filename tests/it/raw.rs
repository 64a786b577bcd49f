//! A server of bytes: it reads requests whole, keeps them, and answers what a test says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A server on a port of its own, for as long as the tests run.
pub(crate) struct Raw {
    address: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Vec<u8>>>,
    connections: AtomicUsize,
}

/// A connection as a script of the server sees it.
pub(crate) struct Peer {
    reader: BufReader<TcpStream>,
    seen: Arc<Seen>,
}

impl Raw {
    /// Calls `script` for each connection, each on a thread of its own.
    pub(crate) fn start(script: impl Fn(&mut Peer) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (seen, script) = (Arc::new(Seen::default()), Arc::new(script));
        let theirs = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A test that is over leaves nothing waiting.
                stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                stream.set_nodelay(true).unwrap();
                theirs.connections.fetch_add(1, Ordering::SeqCst);
                let (script, seen) = (Arc::clone(&script), Arc::clone(&theirs));
                thread::spawn(move || script(&mut Peer { reader: BufReader::new(stream), seen }));
            }
        });
        Raw { address, seen }
    }

    /// Answers each request with this status and `ok`.
    pub(crate) fn with_status(status: &str) -> Self {
        Self::answering(format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok"))
    }

    /// Answers each request with these bytes, and keeps its connections.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |peer| {
            while peer.request().is_some() {
                peer.send(&answer);
            }
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The whole requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.seen.requests.lock().unwrap();
        requests.iter().map(|request| String::from_utf8_lossy(request).into_owned()).collect()
    }

    /// The requests since the last call, as their bytes came.
    pub(crate) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.seen.requests.lock().unwrap())
    }

    /// The only request since the last call, as text.
    pub(crate) fn only(&self) -> String {
        let requests = self.take();
        assert_eq!(requests.len(), 1, "{requests:?}");
        String::from_utf8_lossy(&requests[0]).into_owned()
    }

    pub(crate) fn hits(&self) -> u64 {
        self.seen.requests.lock().unwrap().len() as u64
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

impl Peer {
    /// The next request, whole; `None` at the end of the connection.
    pub(crate) fn request(&mut self) -> Option<String> {
        let head = self.head()?;
        let body = self.body(&head)?;
        self.note(&head, &body);
        Some([head, body].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat())
    }

    /// A request counts when it was read whole.
    pub(crate) fn note(&self, head: impl AsRef<[u8]>, body: impl AsRef<[u8]>) {
        self.seen.requests.lock().unwrap().push([head.as_ref(), body.as_ref()].concat());
    }

    /// The head of the next request, its empty line included.
    pub(crate) fn head(&mut self) -> Option<Vec<u8>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.reader.read_until(b'\n', &mut head).ok()? == 0 {
                return None;
            }
        }
        Some(head)
    }

    /// The body that a head announces, as it came.
    pub(crate) fn body(&mut self, head: &[u8]) -> Option<Vec<u8>> {
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let mut body = Vec::new();
        if head.contains("\r\ntransfer-encoding: chunked\r\n") {
            while !body.ends_with(b"0\r\n\r\n") {
                if self.reader.read_until(b'\n', &mut body).ok()? == 0 {
                    return None;
                }
            }
        } else if let Some((_, rest)) = head.split_once("\r\ncontent-length: ") {
            body.resize(rest.split("\r\n").next()?.parse().ok()?, 0);
            self.reader.read_exact(&mut body).ok()?;
        }
        Some(body)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // A client may have gone.
        let _ = self.reader.get_mut().write_all(bytes.as_ref());
    }

    /// Reads so many bytes.
    pub(crate) fn take(&mut self, bytes: usize) -> Option<Vec<u8>> {
        let mut taken = vec![0; bytes];
        self.reader.read_exact(&mut taken).ok()?;
        Some(taken)
    }
}

/// The length of a head, its empty line included.
pub(crate) fn head_length(request: &[u8]) -> usize {
    request.windows(4).position(|four| four == b"\r\n\r\n").map_or(request.len(), |at| at + 4)
}
