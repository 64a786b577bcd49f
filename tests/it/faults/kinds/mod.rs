//! The kinds of service there are in the matrix, each with what is right for it.

mod contents;
mod ends;
mod framing;
mod heads;
mod order;
mod proxies;
mod redirects;

use std::io;
use std::sync::LazyLock;

use super::server::{Connection, Play, Request};

/// Expectations of them all: the answer is that to this very request.
const OWN_ANSWER: [&str; 2] = ["--expect-contains", "turn {user}-{iteration}."];

/// A service with something odd about it, and what a run against it must come to.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// `None` where nothing listens.
    pub(super) play: Option<Play>,
    pub(super) route: Route,
    pub(super) right: Right,
    flags: Vec<&'static str>,
    looks: bool,
    /// How many requests each check makes; `None` if that is not for the matrix to say.
    pub(super) requests: Option<u64>,
    /// Rest between two iterations.
    pub(super) wait: &'static str,
    pub(super) loops: u64,
    /// Requests last until their timeout.
    pub(super) hangs: bool,
    /// A request may take longer than a run under the matrix waits for it.
    pub(super) is_slow: bool,
}

/// How a run gets to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Direct,
    /// The service is an HTTP proxy and what is behind it.
    HttpProxy,
    /// The same, asked for a way to a service that speaks TLS.
    Tunnel,
    /// The service is a SOCKS proxy and what is behind it; asked for a name, or for an address.
    Socks(&'static str),
    Tls,
}

/// What every check of a run must come to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Right {
    Pass,
    /// An expectation does not hold, and the failure says so in these words.
    Fail(&'static str),
    /// An exception, as its last request was lost, for one of these reasons and with these words.
    Lost(&'static [&'static str], &'static str),
    /// The same of a request that the service cannot have got.
    Unaccepted(&'static [&'static str], &'static str),
    /// An exception, with these words, though all its requests were answered.
    Rejected(&'static str),
    /// It passes, unless its request was lost on a kept connection.
    PassOrEaten,
    /// A fail or an exception.
    NoPass,
}

impl Kind {
    fn new(name: &'static str, right: Right, play: Play) -> Self {
        Kind {
            name,
            play: Some(play),
            route: Route::Direct,
            right,
            flags: Vec::new(),
            looks: true,
            requests: Some(1),
            wait: "2ms",
            loops: 6,
            hangs: false,
            is_slow: false,
        }
    }

    fn nowhere(name: &'static str, right: Right) -> Self {
        Kind { play: None, ..Kind::new(name, right, |_| Ok(())) }
    }

    fn by(self, route: Route) -> Self {
        Kind { route, ..self }
    }

    fn flags(mut self, flags: &[&'static str]) -> Self {
        self.flags.extend(flags);
        self
    }

    /// The answers have nothing to be looked at.
    fn blind(self) -> Self {
        Kind { looks: false, ..self }
    }

    fn requests(self, requests: u64) -> Self {
        Kind { requests: Some(requests), ..self }
    }

    fn wait(self, wait: &'static str) -> Self {
        Kind { wait, ..self }
    }

    fn loops(self, loops: u64) -> Self {
        Kind { loops, ..self }
    }

    fn hangs(self) -> Self {
        Kind { hangs: true, is_slow: true, loops: 2, ..self }
    }

    fn slow(self) -> Self {
        Kind { is_slow: true, loops: 1, ..self }
    }

    /// What a run against it needs beside the address and its end.
    pub(super) fn flags_of_run(&self) -> Vec<&'static str> {
        let looks: &[_] = if self.looks { &OWN_ANSWER } else { &[] };
        [looks, &self.flags].concat()
    }
}

pub(super) fn all() -> Vec<Kind> {
    let groups =
        [order::kinds(), framing::kinds(), ends::kinds(), contents::kinds(), heads::kinds(), redirects::kinds()];
    groups.into_iter().flatten().chain(proxies::kinds()).collect()
}

/// What a long body is made of.
static LONG: LazyLock<String> = LazyLock::new(|| "x".repeat(100_000));

/// An answer with this head, after the status line, and this body.
fn answer(status: &str, fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [format!("HTTP/1.1 {status}\r\n{fields}\r\n").as_bytes(), body.as_ref()].concat()
}

/// The body that every check wants to see.
fn body(request: &Request) -> String {
    format!("turn {}.\n", request.turn())
}

/// The answer to a request, with more fields.
fn good_with(request: &Request, fields: &str) -> Vec<u8> {
    let body = body(request);
    answer("200 OK", &format!("content-type: text/plain\r\ncontent-length: {}\r\n{fields}", body.len()), body)
}

fn good(request: &Request) -> Vec<u8> {
    good_with(request, "")
}

/// The answer in chunks.
fn chunked(request: &Request) -> Vec<u8> {
    let body = body(request);
    let (start, end) = body.split_at(5);
    let chunks = format!("5\r\n{start}\r\n{:x}\r\n{end}\r\n0\r\n\r\n", end.len());
    answer("200 OK", "content-type: text/plain\r\ntransfer-encoding: chunked\r\n", chunks)
}

/// Answers every request of a connection.
fn each(mut connection: Connection, answer: impl Fn(&Request) -> Vec<u8>) -> io::Result<()> {
    while let Some(request) = connection.request()? {
        connection.answer(answer(&request))?;
    }
    Ok(())
}

/// Sends this to every request of a connection, which does not count as an answer.
fn each_broken(mut connection: Connection, bytes: impl Fn(&Request) -> Vec<u8>) -> io::Result<()> {
    while let Some(request) = connection.request()? {
        connection.send(bytes(&request))?;
    }
    Ok(())
}

/// What to send of an answer, so that each place in it has its turn as the first byte that is left out.
fn start(bytes: &[u8], request: &Request) -> usize {
    request.number % bytes.len()
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<_> = all().iter().map(|kind| kind.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 30, "{count}");
}
