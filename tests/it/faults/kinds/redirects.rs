//! Redirects of every shape, followed.

use std::io;

use super::Right::{Lost, Pass, Rejected, Unaccepted};
use super::{Kind, answer, body, each, good};
use crate::faults::server::Connection;

const FOLLOW: [&str; 1] = ["-L"];

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::new("a redirect that ends the connection", Pass, |mut c| {
            while let Some(request) = c.request()? {
                if request.target != "/" {
                    c.answer(good(&request))?;
                    continue;
                }
                return c.answer(answer(
                    "302 Found",
                    "location: /end\r\ncontent-length: 0\r\nconnection: close\r\n",
                    "",
                ));
            }
            Ok(())
        })
        .flags(&FOLLOW)
        .requests(2),
        Kind::new("a redirect with a body in chunks", Pass, |c| {
            each(c, |request| match &*request.target {
                "/" => answer("302 Found", "location: /end\r\ntransfer-encoding: chunked\r\n", "3\r\nout\r\n0\r\n\r\n"),
                _ => good(request),
            })
        })
        .flags(&FOLLOW)
        .requests(2),
        Kind::new("a redirect whose body is packed", Pass, |c| {
            each(c, |request| match &*request.target {
                "/" => answer("302 Found", "location: /end\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n", ""),
                _ => good(request),
            })
        })
        .flags(&FOLLOW)
        .flags(&["--compressed"])
        .requests(2),
        Kind::new("a redirect whose body is cut short", Lost(&["closed"], "connection closed"), |mut c| {
            c.request()?;
            c.send(answer("302 Found", "location: /end\r\ncontent-length: 100\r\n", "half"))
        })
        .flags(&FOLLOW),
        shape("a redirect to UTF-8", |c| to(c, "/café".as_bytes(), "/caf%C3%A9")),
        shape("a redirect to Latin-1", |c| to(c, b"/caf\xe9", "/caf%E9")),
        shape("a redirect with blanks in it", |c| to(c, b"/a b", "/a%20b")),
        shape("a redirect to a query", |c| to(c, b"?page=2", "/?page=2")),
        shape("a redirect with a fragment", |c| to(c, b"/end#part", "/end")),
        shape("a redirect by dots", |c| to(c, b"../a/./b/../c", "/a/c")),
        shape("a redirect to a host without a scheme", |c| to(c, b"//HOST/end", "/end")),
        shape("a redirect with a scheme in capitals", |c| to(c, b"HTTP://HOST/end", "/end")),
        shape("a redirect by two fields that say the same", |c| to(c, b"/end\r\nLocation: /end", "/end")),
        Kind::new("a 300 that leads on", Pass, |c| {
            each(c, |request| match &*request.target {
                "/" => answer("300 Multiple Choices", "location: /end\r\ncontent-length: 0\r\n", ""),
                _ => good(request),
            })
        })
        .flags(&FOLLOW)
        .requests(2),
        Kind::new("a 300 without an address", Pass, |c| stays(c, "300 Multiple Choices", "")).flags(&FOLLOW),
        Kind::new("a redirect without an address", Pass, |c| stays(c, "302 Found", "")).flags(&FOLLOW),
        Kind::new("a redirect to nothing", Pass, |c| stays(c, "302 Found", "location:\r\n")).flags(&FOLLOW),
        Kind::new("a 304 that leads on", Pass, |c| each(c, |_| answer("304 Not Modified", "location: /end\r\n", "")))
            .flags(&FOLLOW)
            .blind(),
        Kind::new("around and around", Rejected("more than 10 redirects"), |c| to(c, b"/", "nowhere"))
            .flags(&FOLLOW)
            .requests(11),
        Kind::new("a redirect to what is no URL", Rejected(""), |c| to(c, b"http://[", "nowhere")).flags(&FOLLOW),
        Kind::new("a redirect to another protocol", Rejected(""), |c| to(c, b"ftp://HOST/", "nowhere")).flags(&FOLLOW),
        Kind::new("a redirect to where nobody listens", Unaccepted(&["refused"], "connection refused by"), |c| {
            to(c, b"http://127.0.0.1:1/", "nowhere")
        })
        .flags(&FOLLOW)
        .requests(2),
    ]
}

fn shape(name: &'static str, play: fn(Connection) -> io::Result<()>) -> Kind {
    Kind::new(name, Pass, play).flags(&FOLLOW).requests(2)
}

/// Sends everybody to this address, where `HOST` is its own, unless the right target is asked for.
fn to(connection: Connection, location: &[u8], right: &str) -> io::Result<()> {
    each(connection, |request| {
        if request.target == right {
            return good(request);
        }
        let host = request.header("host").unwrap_or_default();
        // Each byte a character, so that those that are no text stand too.
        let location: String = location.iter().map(|byte| char::from(*byte)).collect();
        let location = location.replace("HOST", host).chars().map(|c| c as u8).collect::<Vec<_>>();
        let is_start = request.target == "/";
        let status = if is_start { "302 Found" } else { "404 Not Found" };
        [format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nlocation: ").as_bytes(), &location, b"\r\n\r\n"].concat()
    })
}

/// Answers with a redirect that leads nowhere, and is therefore the answer.
fn stays(connection: Connection, status: &str, fields: &str) -> io::Result<()> {
    each(connection, |request| {
        let body = body(request);
        answer(status, &format!("content-length: {}\r\n{fields}", body.len()), body)
    })
}
