//! Agreement of the codec with ureq and with hyper: all are given the same bytes in the same pieces.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use ureq::Agent;
use ureq::config::Config;
use ureq::http::{Method, Request, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, LazyBuffers, NextTimeout};

use super::super::scripted::{Pieces, Read, Scripted, URL, by_codec, by_reader};

/// The bytes of an answer in two pieces.
fn cut(answer: &[u8], at: usize) -> Pieces {
    let (first, second) = answer.split_at(at);
    Pieces([first, second].into_iter().filter(|piece| !piece.is_empty()).map(<[u8]>::to_vec).collect())
}

#[derive(Debug)]
struct ScriptedConnector(Arc<Mutex<Pieces>>);

impl Connector for ScriptedConnector {
    type Out = Scripted<LazyBuffers>;

    fn connect(&self, _: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        let buffers = LazyBuffers::new(1 << 16, 1 << 16);
        Ok(Some(Scripted { pieces: self.0.lock().clone(), buffers }))
    }
}

#[derive(Debug)]
struct Nowhere;

impl Resolver for Nowhere {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

fn by_ureq(pieces: &Pieces, method: &Method) -> Read {
    let config = Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0);
    let config = config.max_redirects_will_error(false).build();
    let agent = Agent::with_parts(config, ScriptedConnector(Arc::new(Mutex::new(pieces.clone()))), Nowhere);
    let request = Request::builder().method(method).uri(URL).body(()).expect("a request");
    let mut answer = agent.run(request).ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.body_mut().read_to_vec().ok()?))
}

fn by_hyper(pieces: &Pieces, method: &Method) -> Read {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (pieces, method) = (pieces.clone(), method.clone());
    runtime.block_on(async move {
        let (client, mut service) = duplex(1 << 20);
        tokio::spawn(async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                service.read_buf(&mut request).await.expect("a request");
            }
            for piece in pieces.0 {
                // A client that refuses what has come goes away.
                let _ = service.write_all(&piece).await;
                tokio::task::yield_now().await;
            }
        });
        let (mut sender, connection) = http1::handshake(TokioIo::new(client)).await.expect("a handshake");
        tokio::spawn(connection);
        let request = Request::builder().method(method).uri("/").header("host", "h").body(Empty::<Bytes>::new());
        let answer = sender.send_request(request.expect("a request")).await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.ok()?;
        Some((status, body.to_bytes().to_vec()))
    })
}

/// Whether one of the others reads an answer as the codec does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    Same,
    /// It takes what the codec refuses, or refuses what the codec takes as curl does, for this reason.
    Not(&'static str),
}

use Other::{Not, Same};

/// Answer; the method it answers; what the codec makes of it; whether ureq and hyper make the same of it.
type Row = (&'static str, &'static str, Option<(u16, &'static str)>, Other, Other);

/// What the codec must know of framing (RFC 9112).
const ROWS: [Row; 30] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "GET", Some((200, "hello")), Same, Same),
    ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "GET", Some((200, "ok")), Same, Same),
    // Interim answers come before the answer; one that changes the protocol was not asked for.
    (
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
        "POST",
        Some((200, "a")),
        Same,
        Same,
    ),
    (
        "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
        "GET",
        Some((200, "a")),
        Same,
        Same,
    ),
    (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "GET",
        None,
        Not("the check is to know of it"),
        Not("the check is to know of it"),
    ),
    // Some answers have no body whatever their headers say.
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD", Some((200, "")), Same, Same),
    ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "GET", Some((204, "")), Same, Same),
    ("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", Some((304, "")), Same, Same),
    // Several equal lengths are one; others contradict each other, or are none.
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "GET", Some((200, "ok")), Same, Same),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", "GET", Some((200, "ok")), Same, Same),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "GET", None, Same, Same),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok", "GET", None, Same, Same),
    ("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", "GET", None, Same, Same),
    ("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "GET", None, Same, Same),
    // Chunks, with extensions and trailers.
    (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n02\r\nde\r\n0\r\nT: 1\r\n\r\n",
        "GET",
        Some((200, "abcde")),
        Same,
        Same,
    ),
    (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
        "GET",
        Some((200, "0123456789")),
        Same,
        Same,
    ),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n0\r\n\r\n", "GET", None, Same, Same),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "GET", None, Same, Same),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc", "GET", None, Same, Same),
    (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "GET",
        None,
        Not("its last coding alone counts"),
        Not("its last coding alone counts"),
    ),
    // With both, chunks win.
    (
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "GET",
        Some((200, "a")),
        Same,
        Same,
    ),
    // Without either, the end of the connection is that of the body.
    ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "GET", Some((200, "until the end")), Same, Same),
    ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", "GET", Some((200, "ok")), Same, Same),
    ("HTTP/1.0 200 OK\r\n\r\nold", "GET", Some((200, "old")), Same, Same),
    // Lenient as curl is.
    (
        "HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\nContent-Length: 2\r\n\r\nok",
        "GET",
        Some((200, "ok")),
        Not("folded lines are out of date"),
        Not("folded lines are out of date"),
    ),
    ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "GET", Some((200, "ok")), Same, Same),
    (
        "HTTP/1.1 200 OK\r\nX Space : 1\r\nContent-Length: 2\r\n\r\nok",
        "GET",
        Some((200, "ok")),
        Not("a name has no spaces"),
        Not("a name has no spaces"),
    ),
    ("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nok", "GET", None, Same, Same),
    // What comes beyond an answer is none of it.
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n", "GET", Some((200, "ok")), Same, Same),
    ("SSH-2.0-OpenSSH\r\n", "GET", None, Same, Same),
];

#[test]
fn every_row_is_read_as_it_is_to_be_read_however_it_is_cut_and_differences_to_others_are_known() {
    let mut surprises = Vec::new();
    for (answer, method, wanted, ureq, hyper) in ROWS {
        let (bytes, method) = (answer.as_bytes(), Method::from_bytes(method.as_bytes()).expect("a method"));
        let wanted: Read = wanted.map(|(status, body)| (status, body.as_bytes().to_vec()));
        let sizes = [1, 2, 3, 7].map(|size| Pieces::of_size(bytes, size));
        for pieces in (0..=bytes.len()).map(|at| cut(bytes, at)).chain(sizes) {
            let read = [by_codec(&pieces, &method), by_reader(&pieces, &method)];
            if read != [wanted.clone(), wanted.clone()] {
                surprises.push(format!("{answer:?} in {pieces:?}: codec and reader {read:?}"));
                break;
            }
        }
        let whole = cut(bytes, bytes.len());
        for (name, read, other) in
            [("ureq", by_ureq(&whole, &method), ureq), ("hyper", by_hyper(&whole, &method), hyper)]
        {
            if (read == wanted) != (other == Same) {
                surprises.push(format!("{answer:?}: {name} {read:?}, expected {other:?}"));
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn an_answer_that_ends_early_is_whole_for_nobody() {
    let rows = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ];
    for answer in rows.map(str::as_bytes) {
        for length in 0..answer.len() {
            let pieces = cut(&answer[..length], length / 2);
            let read = [by_codec(&pieces, &Method::GET), by_reader(&pieces, &Method::GET)];
            assert_eq!(read, [None, None], "{length} bytes of {answer:?}");
            // ureq takes the last chunk for the end, whatever comes of its line; hyper wants it whole.
            let is_last_chunk = answer[..length].ends_with(b"0\r\n") || answer[..length].ends_with(b"0\r\n\r");
            assert!(is_last_chunk || by_ureq(&pieces, &Method::GET).is_none(), "{length} bytes of {answer:?}");
            assert_eq!(by_hyper(&pieces, &Method::GET), None, "{length} bytes of {answer:?}");
        }
    }
}

#[test]
fn more_headers_than_others_take_are_read_up_to_a_limit_of_their_bytes() {
    let answer = |lines: usize| {
        let lines = "X-Header: value\r\n".repeat(lines);
        format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: 2\r\n\r\nok").into_bytes()
    };
    for lines in [90, 5000] {
        let pieces = Pieces::of_size(&answer(lines), 1000);
        let wanted = Some((200, b"ok".to_vec()));
        assert_eq!([by_codec(&pieces, &Method::GET), by_reader(&pieces, &Method::GET)], [wanted.clone(), wanted]);
    }
    let pieces = Pieces::of_size(&answer(20_000), 1000);
    assert_eq!([by_codec(&pieces, &Method::GET), by_reader(&pieces, &Method::GET)], [None, None]);
}

/// Body of an answer, and how it is framed.
#[derive(Debug, Clone)]
enum Framed {
    Length(Vec<u8>),
    Chunks(Vec<Vec<u8>>, bool),
    UntilClose(Vec<u8>),
}

/// An answer that is right by every reading of the standard.
#[derive(Debug, Clone)]
struct Answer {
    method: Method,
    interim: usize,
    status: u16,
    headers: Vec<(String, String)>,
    framed: Framed,
}

impl Answer {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(self.interim);
        bytes.extend_from_slice(format!("HTTP/1.1 {} Some reason\r\n", self.status).as_bytes());
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("X-{name}: {value}\r\n").as_bytes());
        }
        match &self.framed {
            Framed::Length(body) => {
                bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
                bytes.extend_from_slice(if self.has_body() { body } else { &[] });
            }
            Framed::Chunks(chunks, has_extras) => {
                bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                if self.has_body() {
                    for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
                        let extension = if *has_extras { ";a=b" } else { "" };
                        bytes.extend_from_slice(format!("{:x}{extension}\r\n", chunk.len()).as_bytes());
                        bytes.extend_from_slice(chunk);
                        bytes.extend_from_slice(b"\r\n");
                    }
                    bytes.extend_from_slice(if *has_extras { b"0\r\nX-T: 1\r\n\r\n" } else { b"0\r\n\r\n" });
                }
            }
            Framed::UntilClose(body) => {
                bytes.extend_from_slice(b"Connection: close\r\n\r\n");
                bytes.extend_from_slice(if self.has_body() { body } else { &[] });
            }
        }
        bytes
    }

    fn has_body(&self) -> bool {
        self.method != Method::HEAD && !matches!(self.status, 204 | 304)
    }

    fn wanted(&self) -> Read {
        let body = match &self.framed {
            _ if !self.has_body() => Vec::new(),
            Framed::Length(body) | Framed::UntilClose(body) => body.clone(),
            Framed::Chunks(chunks, _) => chunks.concat(),
        };
        Some((self.status, body))
    }
}

fn answers() -> impl Strategy<Value = Answer> {
    let body = || proptest::collection::vec(any::<u8>(), 0..600);
    let framed = prop_oneof![
        body().prop_map(Framed::Length),
        (proptest::collection::vec(body(), 0..5), any::<bool>())
            .prop_map(|(chunks, extras)| Framed::Chunks(chunks, extras)),
        body().prop_map(Framed::UntilClose),
    ];
    let method = prop_oneof![Just(Method::GET), Just(Method::HEAD), Just(Method::POST), Just(Method::DELETE)];
    let status = prop_oneof![Just(200u16), Just(201), Just(204), Just(304), Just(404), Just(500)];
    let headers = proptest::collection::vec(("[a-zA-Z0-9]{1,12}", "[ -~&&[^ ]]{0,20}"), 0..8);
    (method, 0..3usize, status, headers, framed).prop_map(|(method, interim, status, headers, framed)| Answer {
        method,
        interim,
        status,
        headers,
        framed,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn right_answers_are_read_alike_by_all_in_whatever_pieces_they_come(answer in answers(), size in 1..200usize) {
        let (bytes, wanted) = (answer.bytes(), answer.wanted());
        let pieces = Pieces::of_size(&bytes, size);
        for (name, read) in [
            ("codec", by_codec(&pieces, &answer.method)),
            ("reader", by_reader(&pieces, &answer.method)),
            ("ureq", by_ureq(&pieces, &answer.method)),
            ("hyper", by_hyper(&pieces, &answer.method)),
        ] {
            prop_assert_eq!(&read, &wanted, "{}", name);
        }
    }

    #[test]
    fn cut_and_mangled_answers_are_read_alike_in_one_piece_and_in_many(
        answer in answers(),
        length in 0.0..1.0f64,
        mangled in proptest::option::of((0.0..1.0f64, any::<u8>())),
        size in 1..50usize,
    ) {
        let mut bytes = answer.bytes();
        bytes.truncate((bytes.len() as f64 * length) as usize);
        if let Some((place, byte)) = mangled && !bytes.is_empty() {
            let at = (bytes.len() as f64 * place) as usize;
            bytes[at] = byte;
        }
        let (whole, pieces) = (cut(&bytes, bytes.len()), Pieces::of_size(&bytes, size));
        let wanted = by_codec(&whole, &answer.method);
        for read in [by_codec(&pieces, &answer.method), by_reader(&whole, &answer.method), by_reader(&pieces, &answer.method)] {
            prop_assert_eq!(&read, &wanted);
        }
    }
}
