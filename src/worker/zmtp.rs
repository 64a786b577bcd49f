//! Transport to a master: a DEALER of ZMTP 3.0 with the mechanism NULL (<https://rfc.zeromq.org/spec/23/>), as far as a
//! worker needs it: one connection, one identity, messages of one frame.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use socket2::SockRef;

/// Signature, version 3.0, mechanism, role and filler.
const GREETING_LENGTH: usize = 64;
/// Flags of a frame.
const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;
/// A longer frame is no master's.
const MAX_FRAME: u64 = 16 * 1024 * 1024;
/// Time for the greeting and the first command of both sides.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Time in which the kernel must take what is sent.
const SEND: Duration = Duration::from_secs(5);
/// Time in which the other side must take the end of a connection.
const LAST_READ: Duration = Duration::from_millis(300);

/// Connection to the ROUTER of a master.
#[derive(Debug)]
pub(super) struct Dealer {
    stream: TcpStream,
    /// Bytes that were read and make no whole frame yet.
    pending: Vec<u8>,
}

/// Frame that came in.
struct Frame {
    flags: u8,
    body: Vec<u8>,
}

impl Dealer {
    /// Connects, and introduces itself by its identity.
    ///
    /// # Errors
    /// When nobody listens there, or who listens does not speak ZMTP.
    pub(super) fn connect(address: (&str, u16), identity: &str) -> io::Result<Dealer> {
        let stream = connected(address)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(SEND))?;
        let mut dealer = Dealer { stream, pending: Vec::new() };
        dealer.stream.write_all(&greeting())?;
        dealer.stream.write_all(&frame(COMMAND, &ready(identity)))?;
        let deadline = Instant::now() + HANDSHAKE;
        let theirs = dealer.bytes(GREETING_LENGTH, deadline)?;
        let is_null = theirs[0] == 0xff && theirs[9] == 0x7f && theirs[10] >= 3 && theirs[12..17] == *b"NULL\0";
        if !is_null {
            return Err(broken("what listens there speaks no ZMTP 3 without encryption"));
        }
        match dealer.frame_by(deadline)? {
            Some(Frame { flags, body }) if flags & COMMAND != 0 && body.starts_with(b"\x05READY") => Ok(dealer),
            Some(_) => Err(broken("what listens there did not accept this worker")),
            None => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Sends a message: when this returns, the kernel has it.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(super) fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.stream.write_all(&frame(0, message))
    }

    /// The next message, or `None` if there is none by then.
    ///
    /// # Errors
    /// When the connection is lost, or the other side breaks the protocol.
    pub(super) fn receive(&mut self, deadline: Instant) -> io::Result<Option<Vec<u8>>> {
        loop {
            match self.frame_by(deadline)? {
                None => return Ok(None),
                Some(Frame { flags, .. }) if flags & COMMAND != 0 => {}
                Some(Frame { flags, .. }) if flags & MORE != 0 => {
                    return Err(broken("the master sent a message of several frames"));
                }
                Some(Frame { body, .. }) => return Ok(Some(body)),
            }
        }
    }

    /// Closes the connection, after the other side has had time to read all that was sent.
    pub(super) fn close(mut self) {
        let deadline = Instant::now() + LAST_READ;
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            while self.read_more(deadline).unwrap_or(false) {
                self.pending.clear();
            }
        }
    }

    /// Gives the connection up: what the other side has not taken yet is thrown away, as it is told again on the next one.
    pub(super) fn abandon(self) {
        // Else the kernel would go on sending it, and a master that can be reached again would count it twice.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    fn frame_by(&mut self, deadline: Instant) -> io::Result<Option<Frame>> {
        loop {
            if let Some((frame, length)) = parsed(&self.pending)? {
                self.pending.drain(..length);
                return Ok(Some(frame));
            }
            if !self.read_more(deadline)? {
                return Ok(None);
            }
        }
    }

    fn bytes(&mut self, count: usize, deadline: Instant) -> io::Result<Vec<u8>> {
        while self.pending.len() < count {
            if !self.read_more(deadline)? {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        Ok(self.pending.drain(..count).collect())
    }

    /// False when nothing came by the deadline.
    fn read_more(&mut self, deadline: Instant) -> io::Result<bool> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        self.stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.pending.extend(&bytes[..count]);
                Ok(true)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn connected((host, port): (&str, u16)) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, HANDSHAKE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn greeting() -> [u8; GREETING_LENGTH] {
    let mut greeting = [0; GREETING_LENGTH];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting[12..16].copy_from_slice(b"NULL");
    greeting
}

/// The command by which a DEALER introduces itself.
fn ready(identity: &str) -> Vec<u8> {
    let mut command = b"\x05READY".to_vec();
    for (name, value) in [("Socket-Type", "DEALER"), ("Identity", identity)] {
        command.push(name.len() as u8);
        command.extend(name.as_bytes());
        command.extend((value.len() as u32).to_be_bytes());
        command.extend(value.as_bytes());
    }
    command
}

fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(body.len() + 9);
    match u8::try_from(body.len()) {
        Ok(length) => frame.extend([flags, length]),
        Err(_) => {
            frame.push(flags | LONG);
            frame.extend((body.len() as u64).to_be_bytes());
        }
    }
    frame.extend(body);
    frame
}

/// The frame that the bytes begin with, and its length; `None` if it is not whole.
fn parsed(bytes: &[u8]) -> io::Result<Option<(Frame, usize)>> {
    let Some(flags) = bytes.first().copied() else { return Ok(None) };
    let (head, length) = if flags & LONG == 0 {
        let Some(length) = bytes.get(1) else { return Ok(None) };
        (2, u64::from(*length))
    } else {
        let Some(length) = bytes.get(1..9).and_then(|bytes| bytes.try_into().ok()) else { return Ok(None) };
        (9, u64::from_be_bytes(length))
    };
    if length > MAX_FRAME {
        return Err(broken("the master sent a message of more than 16 MiB"));
    }
    let end = head + length as usize;
    Ok(bytes.get(head..end).map(|body| (Frame { flags, body: body.to_vec() }, end)))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn the_introduction_is_byte_for_byte_what_a_master_accepts() {
        let identity = "h_11111111111111111111111111111111";
        let bytes = frame(COMMAND, &ready(identity));
        assert_eq!(&bytes[..2], [0x04, 0x4b]);
        assert_eq!(
            &bytes[2..],
            [&b"\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x22"[..], identity.as_bytes()].concat()
        );
        assert_eq!(greeting()[..12], [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
        assert_eq!(&greeting()[12..32], b"NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    }

    #[test]
    fn frames_are_short_or_long_and_whole_or_not_there() {
        for length in [0, 1, 255, 256, 70_000] {
            let body = vec![7; length];
            let bytes = frame(0, &body);
            assert_eq!(bytes.len(), length + if length > 255 { 9 } else { 2 });
            let (read, end) = parsed(&bytes).expect("a frame").expect("whole");
            assert_eq!((read.body, end), (body, bytes.len()));
            assert!(parsed(&bytes[..bytes.len() - 1]).expect("a part").is_none());
        }
        assert!(parsed(&[LONG, 0xff, 0, 0, 0, 0, 0, 0, 0]).is_err(), "it is too long");
    }

    #[test]
    fn messages_come_in_pieces_and_commands_between_them_are_no_messages() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let master = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a worker");
            let mut introduction = [0; GREETING_LENGTH + 2 + 43];
            stream.read_exact(&mut introduction).expect("its introduction");
            stream.write_all(&greeting()).expect("sent");
            stream.write_all(&frame(COMMAND, b"\x05READY")).expect("sent");
            let bytes = [frame(COMMAND, b"\x04PING\0\0"), frame(0, &[9; 300])].concat();
            for piece in bytes.chunks(100) {
                stream.write_all(piece).expect("sent");
                thread::sleep(Duration::from_millis(5));
            }
            stream
        });
        let mut dealer = Dealer::connect(("127.0.0.1", port), "ab").expect("a master");
        let soon = || Instant::now() + Duration::from_secs(5);
        assert_eq!(dealer.receive(soon()).expect("a message"), Some(vec![9; 300]));
        assert_eq!(dealer.receive(Instant::now() + Duration::from_millis(20)).expect("no loss"), None);
        drop(master.join().expect("a master"));
        assert_eq!(dealer.receive(soon()).expect_err("it has gone").kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn what_speaks_another_language_is_no_master() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let other = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a worker");
            stream.write_all(&[b'x'; GREETING_LENGTH]).expect("sent");
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let error = Dealer::connect(("127.0.0.1", port), "ab").expect_err("no master");
        assert!(error.to_string().contains("speaks no ZMTP"), "{error}");
        other.join().expect("it ends");
    }
}
