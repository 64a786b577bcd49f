//! Proxies and TLS that do not let a request through, or do.

use std::io;
use std::time::Duration;

use super::Right::{Lost, Pass, Unaccepted};
use super::Route::{HttpProxy, Socks, Tls, Tunnel};
use super::{Kind, Right, answer, each, good};
use crate::faults::server::Connection;

const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";
const REFUSES: Right = Unaccepted(&["connect", "proxy"], "proxy");
const IS_SILENT: Right = Unaccepted(&["timeout"], "proxy");
const ENDS: Right = Unaccepted(&["connect", "proxy", "closed", "reset"], "proxy");
const NO_TLS: Right = Unaccepted(&["tls", "closed", "reset"], "TLS");

pub(super) fn kinds() -> Vec<Kind> {
    [by_connect(), by_proxy(), by_socks(), by_tls()].into_iter().flatten().collect()
}

fn by_connect() -> Vec<Kind> {
    let kinds = [
        Kind::new("a tunnel to silence", Unaccepted(&["timeout"], "TLS"), |c| connected(c, ESTABLISHED)?.hang())
            .hangs(),
        Kind::new("a tunnel that ends", NO_TLS, |c| {
            let mut c = connected(c, ESTABLISHED)?;
            hello(&mut c)
        }),
        Kind::new("a tunnel to plain HTTP", NO_TLS, |c| {
            let mut c = connected(c, ESTABLISHED)?;
            hello(&mut c)?;
            c.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        }),
        Kind::new("a proxy that knows no CONNECT", REFUSES, |c| {
            connected(c, "HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\n\r\n").map(drop)
        }),
        Kind::new("a proxy that wants a password", REFUSES, |c| {
            let fields = "proxy-authenticate: Basic realm=\"x\"\r\ncontent-length: 9\r\n";
            connected(c, &format!("HTTP/1.1 407 Proxy Authentication Required\r\n{fields}\r\nwho, you?")).map(drop)
        }),
        Kind::new("a proxy that cannot reach the service", REFUSES, |c| {
            connected(c, "HTTP/1.1 502 Bad Gateway\r\ntransfer-encoding: chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n")
                .map(drop)
        }),
        Kind::new("a silent proxy", IS_SILENT, |c| connected(c, "")?.hang()).hangs(),
        Kind::new("half a word from a proxy, then silence", IS_SILENT, |c| connected(c, "HTTP/1.1 20")?.hang()).hangs(),
        Kind::new("a proxy that drips", IS_SILENT, |c| {
            connected(c, "HTTP/1.1 200 OK\r\nx-long: ")?.drip([b'x'; 100_000], Duration::from_millis(5))
        })
        .hangs(),
        Kind::new("a proxy that closes", ENDS, |c| connected(c, "").map(drop)),
        Kind::new("a proxy that resets", ENDS, |c| connected(c, "")?.reset()),
        Kind::new("a proxy that speaks no HTTP", ENDS, |c| {
            connected(c, "220 mail.example.com ESMTP\r\n\r\n").map(drop)
        }),
    ];
    kinds.into_iter().map(|kind| kind.by(Tunnel)).collect()
}

/// Proxies that are asked for whole URLs.
fn by_proxy() -> Vec<Kind> {
    let kinds = [
        Kind::new("a proxy that answers for the service", Pass, |c| each(c, good)),
        Kind::new("a proxy that has no answer from the service", Right::Fail("got status 502"), |c| {
            each(c, |_| answer("502 Bad Gateway", "content-length: 0\r\n", ""))
        })
        .blind(),
        Kind::new("a proxy that closes without an answer", Lost(&["closed"], "connection closed"), |mut c| {
            c.request().map(drop)
        }),
    ];
    kinds.into_iter().map(|kind| kind.by(HttpProxy)).collect()
}

/// Answers the wish for a tunnel with these bytes.
fn connected(mut connection: Connection, bytes: &str) -> io::Result<Connection> {
    let request = connection.head()?.ok_or(io::ErrorKind::UnexpectedEof)?;
    if request.method != "CONNECT" {
        connection.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")?;
        return Err(io::ErrorKind::InvalidData.into());
    }
    connection.send(bytes)?;
    Ok(connection)
}

/// The end of a SOCKS handshake that went well.
const GRANTED: [u8; 10] = [5, 0, 0, 1, 127, 0, 0, 1, 0, 80];

fn by_socks() -> Vec<Kind> {
    let by_name = Socks("socks5h");
    vec![
        Kind::new("a SOCKS proxy asked for a name", Pass, |c| {
            let (mut c, kind) = greeted(c)?;
            // An address here would mean that the name was looked up on this side.
            c.send(if kind == 3 { GRANTED } else { [5, 8, 0, 1, 0, 0, 0, 0, 0, 0] })?;
            each(c, good)
        })
        .by(by_name),
        Kind::new("a SOCKS proxy asked for an address", Pass, |c| {
            let (mut c, kind) = greeted(c)?;
            c.send(if kind == 1 { GRANTED } else { [5, 8, 0, 1, 0, 0, 0, 0, 0, 0] })?;
            each(c, good)
        })
        .by(Socks("socks5")),
        Kind::new("a SOCKS proxy in single bytes", Pass, |c| {
            let (mut c, _) = greeted(c)?;
            c.drip(GRANTED, Duration::from_millis(1))?;
            each(c, good)
        })
        .by(by_name),
        Kind::new("a SOCKS proxy that tells its name", Pass, |c| {
            let (mut c, _) = greeted(c)?;
            c.send(b"\x05\x00\x00\x03\x05proxy\x00\x50")?;
            each(c, good)
        })
        .by(by_name),
        Kind::new("a SOCKS proxy to silence", Lost(&["timeout"], "while waiting for the first byte"), |c| {
            let (mut c, _) = greeted(c)?;
            c.send(GRANTED)?;
            c.request()?;
            c.hang()
        })
        .by(by_name)
        .hangs(),
        Kind::new("a SOCKS proxy and an answer before any request", REFUSES, |c| {
            let (mut c, _) = greeted(c)?;
            c.send([&GRANTED[..], b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\nturn nobody's."].concat())?;
            each(c, good)
        })
        .by(by_name),
        Kind::new("a SOCKS proxy that takes no way to log in", REFUSES, |mut c| {
            c.take(3)?;
            c.send([5, 255])?;
            c.hang()
        })
        .by(by_name),
        Kind::new("a SOCKS proxy that refuses", REFUSES, |c| {
            let (mut c, _) = greeted(c)?;
            c.send([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])?;
            c.hang()
        })
        .by(by_name),
        Kind::new("a silent SOCKS proxy", IS_SILENT, Connection::hang).by(by_name).hangs(),
        Kind::new("a SOCKS proxy that falls silent", IS_SILENT, |c| greeted(c)?.0.hang()).by(by_name).hangs(),
        Kind::new("a SOCKS proxy that drips", IS_SILENT, |c| {
            let (mut c, _) = greeted(c)?;
            c.drip(GRANTED, Duration::from_millis(100))
        })
        .by(by_name)
        .hangs(),
        Kind::new("a SOCKS proxy that closes", ENDS, |c| greeted(c).map(drop)).by(by_name),
        Kind::new("a SOCKS proxy that resets", ENDS, |c| greeted(c)?.0.reset()).by(by_name),
        Kind::new("a SOCKS proxy that speaks HTTP", ENDS, |mut c| {
            c.take(3)?;
            c.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        })
        .by(by_name),
        Kind::new("a service behind a SOCKS proxy that closes", Lost(&["closed"], "connection closed"), |c| {
            let (mut c, _) = greeted(c)?;
            c.send(GRANTED)?;
            c.request().map(drop)
        })
        .by(by_name),
    ]
}

/// Lets a client log in to a SOCKS proxy, and tells the kind of address it asks for.
fn greeted(mut connection: Connection) -> io::Result<(Connection, u8)> {
    let greeting = connection.take(2)?;
    connection.take(greeting[1].into())?;
    connection.send([5, 0])?;
    let kind = connection.take(4)?[3];
    let length = if kind == 3 { connection.take(1)?[0].into() } else { 4 };
    connection.take(length + 2)?;
    Ok((connection, kind))
}

fn by_tls() -> Vec<Kind> {
    let kinds = [
        Kind::new("silence in the TLS handshake", Unaccepted(&["timeout"], "TLS"), Connection::hang).hangs(),
        Kind::new("the end in the TLS handshake", NO_TLS, |c| {
            let mut c = c;
            hello(&mut c)
        }),
        Kind::new("a reset in the TLS handshake", NO_TLS, |mut c| {
            hello(&mut c)?;
            c.reset()
        }),
        Kind::new("plain HTTP in the TLS handshake", NO_TLS, |mut c| {
            hello(&mut c)?;
            c.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        }),
        Kind::new("an alert in the TLS handshake", NO_TLS, |mut c| {
            hello(&mut c)?;
            c.send([21, 3, 3, 0, 2, 2, 40])
        }),
    ];
    kinds.into_iter().map(|kind| kind.by(Tls)).collect()
}

/// Reads the first record of a handshake.
fn hello(connection: &mut Connection) -> io::Result<()> {
    let head = connection.take(5)?;
    connection.take(u16::from_be_bytes([head[3], head[4]]).into()).map(drop)
}
