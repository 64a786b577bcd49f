//! `metrics-addr`: the numbers of a run while it goes on, over HTTP.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::Error;
use crate::load_test::Live;
use crate::report::write_open_metrics;

/// The only place there is.
const PATH: &str = "/metrics";
const TEXT: &str = "text/plain; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The numbers are read at most so often, however many ask for them.
const FRESH: Duration = Duration::from_secs(1);
/// Longest time that a client may take; a slower one gets no answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Clients that are answered at a time, so that one that says nothing keeps no other waiting; more are turned away.
const MAX_CLIENTS: usize = 64;
/// No request for a page is longer.
const MAX_REQUEST: usize = 8 * 1024;

/// Listens, and can answer once there is a run.
pub(crate) struct Metrics {
    listener: TcpListener,
    address: SocketAddr,
}

/// Answer to a request for the metrics.
struct Answer {
    status: &'static str,
    content_type: &'static str,
    body: Arc<[u8]>,
}

impl Metrics {
    /// # Errors
    /// When the address is taken, or not one of this machine.
    pub(crate) fn listen(address: SocketAddr) -> Result<Metrics, Error> {
        let listening = TcpListener::bind(address).and_then(|listener| Ok((listener.local_addr()?, listener)));
        match listening {
            Ok((address, listener)) => Ok(Metrics { listener, address }),
            Err(error) => Err(Error::usage(format!(
                "‹metrics-addr› {address}: cannot be listened on ({error}); give another port, or 0 for a free one"
            ))),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Answers each client on a thread of its own, until the process ends.
    pub(crate) fn serve(self, live: Live) -> io::Result<()> {
        let serve = move || {
            let page = Arc::new(Mutex::new(Page { live, read: None }));
            let places = Arc::new(AtomicUsize::new(0));
            for stream in self.listener.incoming() {
                match stream {
                    Ok(stream) => {
                        let Some(place) = Place::take(&places) else { continue };
                        let page = Arc::clone(&page);
                        let answer = move || {
                            let _place = place;
                            // A reader that hangs up gets no answer, and the others theirs.
                            drop(answer(stream, &page));
                        };
                        // Without a thread there is no answer, as without a place.
                        let _ = thread::Builder::new().name("metrics".into()).spawn(answer);
                    }
                    // Such as too many open files: it may pass.
                    Err(_) => thread::sleep(FRESH),
                }
            }
        };
        thread::Builder::new().name("metrics".into()).spawn(serve).map(drop)
    }
}

/// Place of a client, free again when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(places: &Arc<AtomicUsize>) -> Option<Place> {
        let place = Place(Arc::clone(places));
        (places.fetch_add(1, Ordering::Relaxed) < MAX_CLIENTS).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The numbers as they were last read.
struct Page {
    live: Live,
    read: Option<(Instant, Arc<[u8]>)>,
}

impl Page {
    fn text(&mut self) -> io::Result<Arc<[u8]>> {
        if let Some((_, text)) = self.read.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(Arc::clone(text));
        }
        let mut text = Vec::new();
        write_open_metrics(&self.live.numbers(), &mut text)?;
        let text: Arc<[u8]> = text.into();
        self.read = Some((Instant::now(), Arc::clone(&text)));
        Ok(text)
    }
}

fn answer(mut stream: TcpStream, page: &Mutex<Page>) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = read_head(&mut stream)?;
    let mut words = head.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let Answer { status, content_type, body } = match (method, path) {
        ("GET" | "HEAD", PATH) => Answer { status: "200 OK", content_type: OPEN_METRICS, body: page.lock().text()? },
        ("GET" | "HEAD", _) => {
            Answer { status: "404 Not Found", content_type: TEXT, body: b"see /metrics\n".as_slice().into() }
        }
        _ => Answer { status: "405 Method Not Allowed", content_type: TEXT, body: b"GET /metrics\n".as_slice().into() },
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    Ok(())
}

/// Reads up to the empty line, for as long as there is patience.
fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let since = Instant::now();
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let left = PATIENCE.saturating_sub(since.elapsed());
        if left.is_zero() || head.len() > MAX_REQUEST {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => head.extend_from_slice(&chunk[..length]),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
