//! A service that can break HTTP at any byte, as it is told to, and counts by itself what it got and gave.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::libc::linger;
use nix::sys::socket::{setsockopt, sockopt};

/// How long a reset waits after the last bytes, so that the client has got them: a reset overtakes what is under way.
const SETTLE: Duration = Duration::from_millis(10);
/// A client that is silent for longer has been forgotten.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// A client that takes nothing for longer has gone: the kernel of one that was cut off in the middle of an endless
/// answer may keep its connection for minutes.
const GONE: Duration = Duration::from_secs(5);

/// What a server does on each of its connections. At the end of it the connection is closed.
pub(super) type Play = fn(Connection) -> io::Result<()>;

/// A server on a port of its own, with a thread for each connection.
pub(super) struct FaultServer {
    address: SocketAddr,
    counters: Arc<Tally>,
    acceptor: Option<JoinHandle<()>>,
}

/// What a server saw, by its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) connections: u64,
    /// Requests that came in whole, and those that were turned away without a look at them.
    pub(super) hits: u64,
    /// Answers that were given whole.
    pub(super) answers: u64,
}

#[derive(Default)]
struct Tally {
    connections: AtomicU64,
    hits: AtomicU64,
    answers: AtomicU64,
    /// The address of the server's own last connection, after which it accepts no more.
    last: Mutex<Option<SocketAddr>>,
}

impl FaultServer {
    pub(super) fn start(play: Play) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let counters = Arc::<Tally>::default();
        let shared = Arc::clone(&counters);
        let acceptor = Some(thread::spawn(move || accept(&listener, &shared, play)));
        FaultServer { address, counters, acceptor }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has seen so far.
    pub(super) fn seen(&self) -> Seen {
        let count = |of: &AtomicU64| of.load(Ordering::SeqCst);
        let Tally { connections, hits, answers, .. } = &*self.counters;
        Seen { connections: count(connections), hits: count(hits), answers: count(answers) }
    }

    /// What it has seen when its clients are gone: of connections that nobody has looked at yet, too.
    pub(super) fn finish(mut self) -> Seen {
        self.end();
        self.seen()
    }

    fn end(&mut self) {
        let Some(acceptor) = self.acceptor.take() else { return };
        // Connections are accepted in their order: after this one there is none that came before.
        let mut last = self.counters.last.lock().unwrap();
        let own = TcpStream::connect(self.address).unwrap();
        *last = Some(own.local_addr().unwrap());
        drop(last);
        acceptor.join().unwrap();
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.end();
        }
    }
}

/// Serves connections until the server's own comes, and then to their ends.
fn accept(listener: &TcpListener, counters: &Arc<Tally>, play: Play) {
    thread::scope(|scope| {
        loop {
            let (stream, client) = listener.accept().unwrap();
            if *counters.last.lock().unwrap() == Some(client) {
                return;
            }
            counters.connections.fetch_add(1, Ordering::SeqCst);
            stream.set_nodelay(true).unwrap();
            stream.set_read_timeout(Some(FORGOTTEN)).unwrap();
            stream.set_write_timeout(Some(GONE)).unwrap();
            let connection = Connection { stream, unread: Vec::new(), counters: Arc::clone(counters) };
            // It fails where the client goes away first, as some do.
            scope.spawn(move || drop(play(connection)));
        }
    });
}

/// A request, as it came.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    head: String,
    pub(super) body: Vec<u8>,
    /// How many the server had before it, on all its connections.
    pub(super) number: usize,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// What tells it from all others of a run.
    pub(super) fn turn(&self) -> &str {
        self.header("x-turn").unwrap_or("nobody's")
    }
}

/// A connection, in the hands of a [`Play`].
pub(super) struct Connection {
    stream: TcpStream,
    /// What came behind the last thing that was read.
    unread: Vec<u8>,
    counters: Arc<Tally>,
}

impl Connection {
    /// The next request, whole; `None` when the client has ended the connection before it. It counts.
    pub(super) fn request(&mut self) -> io::Result<Option<Request>> {
        let Some(mut request) = self.head()? else { return Ok(None) };
        self.body(&mut request)?;
        Ok(Some(request))
    }

    /// The head of the next request, which does not count yet.
    pub(super) fn head(&mut self) -> io::Result<Option<Request>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.byte()? {
                Some(byte) => head.push(byte),
                None if head.is_empty() => return Ok(None),
                None => return Err(ErrorKind::UnexpectedEof.into()),
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.split([' ', '\r']).map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Ok(Some(Request { method, target, head, body: Vec::new(), number: 0 }))
    }

    /// The body of a request whose head was read. Now it counts.
    pub(super) fn body(&mut self, request: &mut Request) -> io::Result<()> {
        if request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            loop {
                let line = self.line()?;
                let size = usize::from_str_radix(line.trim(), 16).map_err(|_| ErrorKind::InvalidData)?;
                let mut chunk = self.take(size + 2)?;
                chunk.truncate(size);
                request.body.extend(chunk);
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = request.header("content-length") {
            request.body = self.take(length.parse().map_err(|_| ErrorKind::InvalidData)?)?;
        }
        self.hit(request);
        Ok(())
    }

    /// Counts a request of which it has seen enough.
    pub(super) fn hit(&self, request: &mut Request) {
        request.number = self.counters.hits.fetch_add(1, Ordering::SeqCst) as usize;
    }

    /// Counts what is on its way as a request that will not be read.
    pub(super) fn turn_away(&self) -> usize {
        self.counters.hits.fetch_add(1, Ordering::SeqCst) as usize
    }

    /// The next so many bytes.
    pub(super) fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < length {
            if !self.fill()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.unread.drain(..length).collect())
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            line.push(self.byte()?.ok_or(ErrorKind::UnexpectedEof)?);
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        if self.unread.is_empty() && !self.fill()? {
            return Ok(None);
        }
        Ok(Some(self.unread.remove(0)))
    }

    /// Reads more, unless it is at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let length = self.stream.read(&mut buffer)?;
        self.unread.extend(&buffer[..length]);
        Ok(length > 0)
    }

    /// Waits for bytes, and leaves them where they are; `false` when the client ends the connection instead.
    pub(super) fn feel(&self) -> io::Result<bool> {
        Ok(self.stream.peek(&mut [0])? > 0)
    }

    /// Whether nothing has come that was not read.
    pub(super) fn is_quiet(&self) -> io::Result<bool> {
        self.stream.set_nonblocking(true)?;
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        Ok(self.unread.is_empty() && peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock))
    }

    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Sends an answer whole. It counts.
    pub(super) fn answer(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.send(bytes)?;
        self.answered();
        Ok(())
    }

    /// Counts an answer that was sent in parts.
    pub(super) fn answered(&self) {
        self.counters.answers.fetch_add(1, Ordering::SeqCst);
    }

    /// Sends each byte by itself, so far apart.
    pub(super) fn drip(&mut self, bytes: impl AsRef<[u8]>, pause: Duration) -> io::Result<()> {
        for byte in bytes.as_ref() {
            self.send([*byte])?;
            thread::sleep(pause);
        }
        Ok(())
    }

    /// Says that no more will be sent (FIN).
    pub(super) fn end_answers(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Ends the connection with a reset (RST).
    pub(super) fn reset(self) -> io::Result<()> {
        thread::sleep(SETTLE);
        // A close with zero linger time is what makes the kernel send RST instead of FIN.
        setsockopt(&self.stream, sockopt::Linger, &linger { l_onoff: 1, l_linger: 0 })?;
        Ok(())
    }

    /// Does nothing until the client goes away.
    pub(super) fn hang(mut self) -> io::Result<()> {
        while self.fill()? {
            self.unread.clear();
        }
        Ok(())
    }
}

/// Sends a request by hand and reads what comes to the end.
fn ask(server: &FaultServer, request: &[u8]) -> (io::Result<()>, Vec<u8>) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request).unwrap();
    let mut bytes = Vec::new();
    (stream.read_to_end(&mut bytes).map(drop), bytes)
}

fn echo(mut connection: Connection) -> io::Result<()> {
    while let Some(request) = connection.request()? {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let Request { method, target, number, .. } = &request;
        connection.answer(format!("{number} {method} {target} {} {body};", request.turn()))?;
    }
    Ok(())
}

#[test]
fn the_server_counts_requests_that_came_in_whole_and_no_others() {
    let server = FaultServer::start(echo);
    let whole = b"GET /a HTTP/1.1\r\nX-Turn: 7\r\n\r\n\
        POST /b HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello\
        PUT /c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (part, cut) in [("the head", 3), ("the body by its length", 72), ("the last chunk", whole.len() - 1)] {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(&whole[..cut]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let before = ["the head", "the body by its length", "the last chunk"].iter().position(|name| *name == part);
        let mut answers = Vec::new();
        stream.read_to_end(&mut answers).unwrap();
        assert_eq!(answers.iter().filter(|byte| **byte == b';').count(), before.unwrap(), "{part}");
    }
    assert_eq!(server.seen(), Seen { connections: 3, hits: 3, answers: 3 });

    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(whole).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers, "3 GET /a 7 ;4 POST /b nobody's hello;5 PUT /c nobody's abcde;");
    assert_eq!(server.finish(), Seen { connections: 4, hits: 6, answers: 6 });
}

#[test]
fn the_server_has_seen_everything_at_its_end_and_does_not_count_itself() {
    for clients in [0, 1, 20] {
        let server = FaultServer::start(echo);
        for _ in 0..clients {
            // Gone before anybody may have looked at it.
            TcpStream::connect(server.address()).unwrap().write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        }
        let seen = server.finish();
        assert_eq!((seen.connections, seen.hits), (clients, clients));
    }
}

#[test]
fn the_server_drips_resets_closes_and_turns_away_as_it_is_told() {
    const GET: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
    let drips = FaultServer::start(|mut connection| {
        connection.request()?;
        connection.drip("slowly", Duration::from_millis(1))
    });
    assert_eq!(ask(&drips, GET).1, b"slowly");
    assert_eq!(drips.finish(), Seen { connections: 1, hits: 1, answers: 0 });

    let resets = FaultServer::start(|mut connection| {
        connection.request()?;
        connection.send("half")?;
        connection.reset()
    });
    let (end, bytes) = ask(&resets, GET);
    assert_eq!((end.unwrap_err().kind(), &bytes[..]), (ErrorKind::ConnectionReset, &b"half"[..]));

    let turns_away = FaultServer::start(|connection| {
        connection.turn_away();
        connection.feel().map(drop)
    });
    // The kernel resets a connection that is closed with something unread.
    assert_eq!(ask(&turns_away, GET).0.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(turns_away.finish(), Seen { connections: 1, hits: 1, answers: 0 });

    let feels = FaultServer::start(|mut connection| {
        let before = connection.is_quiet()?;
        connection.send("?")?;
        connection.feel()?;
        let after = connection.is_quiet()?;
        connection.request()?;
        connection.send(format!("{before} {after}"))
    });
    let mut stream = TcpStream::connect(feels.address()).unwrap();
    stream.read_exact(&mut [0]).unwrap();
    stream.write_all(GET).unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    assert_eq!(told, "true false");

    let hangs = FaultServer::start(Connection::hang);
    let stream = TcpStream::connect(hangs.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert_eq!((&stream).read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    drop(stream);
    assert_eq!(hangs.finish(), Seen { connections: 1, hits: 0, answers: 0 });
}
