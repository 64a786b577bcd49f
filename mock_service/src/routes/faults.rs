use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::any;

use super::line::Line;
use crate::filler::filled;
use crate::script::{Script, Step};

/// Time after its answer at which `/fault/idle-close` ends the connection.
const IDLE: Duration = Duration::from_millis(100);
/// Time `/early` leaves its client to read the answer before it closes for good.
const GRACE: Duration = Duration::from_millis(50);
const MIB: usize = 1024 * 1024;

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\ngood\n";
const LENGTH_1000: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\n";
const UNTIL_CLOSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n";
const TOO_LARGE: &[u8] = b"HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// An endpoint that breaks its connection, or bends it.
struct Fault {
    /// The line of `/__endpoints` about this fault, from the path on.
    line: Line,
    script: Script,
}

fn fault(path: &'static str, explanation: &'static str, steps: impl IntoIterator<Item = Step>) -> Fault {
    Fault { line: (path, explanation), script: Script::new(steps.into_iter().collect::<Vec<_>>()) }
}

fn send(bytes: &'static [u8]) -> Step {
    Step::Write(Bytes::from_static(bytes))
}

/// The faults that end the connection, or leave it hanging.
fn fatal() -> Vec<Fault> {
    use Step::{Close, Hang, Reset, Write};
    let part = || Write(filled(100));
    vec![
        fault("/fault/reset", "a reset (RST) before any answer", [Reset]),
        fault("/fault/reset-mid-body", "100 of 1000 bytes, then a reset", [send(LENGTH_1000), part(), Reset]),
        fault("/fault/close", "the connection ends (FIN) without an answer", [Close]),
        fault("/fault/truncated", "100 of 1000 bytes, then the end", [send(LENGTH_1000), part(), Close]),
        fault("/fault/garbage", "bytes that are not HTTP, then the end", [send(b"\x00\xffhello?\r\n\r\n"), Close]),
        fault("/fault/hang", "never answers", [Hang]),
        fault("/fault/half-head", "half a status line, then nothing more", [send(b"HTTP/1.1 20"), Hang]),
        fault(
            "/fault/close-delimited",
            "a good answer of no given length, complete at the end of the connection",
            [send(UNTIL_CLOSE), part(), Close],
        ),
        fault("/fault/close-delimited-reset", "the same, with a reset for the end", [send(UNTIL_CLOSE), part(), Reset]),
        fault(
            "/fault/chunked-truncated",
            "a chunked body that ends before its last chunk",
            [send(CHUNKED), send(b"5\r\nhello\r\n"), Close],
        ),
        fault(
            "/fault/bad-chunk",
            "a chunked body with a chunk size that is not a number",
            [send(CHUNKED), send(b"5\r\nhello\r\nxyz\r\nworld\r\n0\r\n\r\n"), Close],
        ),
        fault(
            "/fault/idle-close",
            "a good answer that keeps the connection alive, which then ends 100 ms later",
            [send(GOOD), Step::Pause(IDLE), Close],
        ),
    ]
}

/// The faults after which the service goes on to serve the connection.
fn survivable() -> Vec<Fault> {
    let stray = [GOOD, b"stray bytes\r\n"].concat();
    let huge = [b"HTTP/1.1 200 OK\r\nx-huge: ", &*filled(MIB), b"\r\ncontent-length: 5\r\n\r\nhuge\n"].concat();
    vec![
        fault(
            "/fault/extra-bytes",
            "a good answer, followed by bytes that belong to none",
            [Step::Write(stray.into())],
        ),
        fault(
            "/fault/continue",
            "a 100 and a 103 before the good answer",
            [
                send(b"HTTP/1.1 100 Continue\r\n\r\n"),
                send(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
                send(GOOD),
            ],
        ),
        fault("/fault/huge-header", "a good answer with a header of 1 MiB", [Step::Write(huge.into())]),
    ]
}

fn early() -> Fault {
    fault(
        "/early",
        "a 413 as soon as the request's head is in; its body is never read",
        [send(TOO_LARGE), Step::Finish, Step::Pause(GRACE), Step::Close],
    )
}

pub(super) fn lines() -> Vec<Line> {
    fatal().into_iter().chain(survivable()).chain([early()]).map(|fault| fault.line).collect()
}

pub(super) fn router() -> Router {
    let early = early();
    let router = Router::new().route(early.line.0, any(async move || early.script));
    fatal().into_iter().chain(survivable()).fold(router, |router, Fault { line, script }| {
        // Takes in the body, as bytes left unread would turn the end of the connection into a reset.
        router.route(line.0, any(async move |_body: Bytes| script))
    })
}
