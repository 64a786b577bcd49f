//! Connections that end in every place, in order and by a reset.

use std::io;

use super::Right::{Lost, Pass, PassOrEaten, Unaccepted};
use super::{Kind, answer, body, chunked, each, good, start};
use crate::faults::server::Connection;

const POST: [&str; 4] = ["-X", "POST", "-d", "x"];
/// So that the end of a connection meets the next request on its way.
const NO_REST: &str = "0";

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::nowhere("nobody listens", Unaccepted(&["refused"], "connection refused by")),
        Kind::new("closed before any request", Lost(&["closed", "reset"], "connection"), |c| {
            c.turn_away();
            Ok(())
        }),
        Kind::new("closed upon the request", Lost(&["closed", "reset"], "connection"), |c| {
            c.turn_away();
            c.feel().map(drop)
        }),
        Kind::new("reset upon the request", Lost(&["reset"], "connection reset"), |mut c| {
            c.request()?;
            c.reset()
        }),
        Kind::new("closed at every place", Lost(&["closed"], "connection closed"), |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            let bytes = good(&request);
            c.send(&bytes[..start(&bytes, &request)])
        })
        .loops(40),
        Kind::new("chunks closed at every place", Lost(&["closed"], "connection closed"), |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            let bytes = chunked(&request);
            c.send(&bytes[..start(&bytes, &request)])
        })
        .loops(40),
        Kind::new("trailers closed at every place", Lost(&["closed"], "connection closed"), |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            let body = body(&request);
            c.send(answer("200 OK", "transfer-encoding: chunked\r\n", format!("{:x}\r\n{body}\r\n", body.len())))?;
            let end = b"0\r\nx-sum: 1\r\n\r\n";
            c.send(&end[..start(end, &request)])
        }),
        Kind::new("interim answers closed at every place", Lost(&["closed"], "connection closed"), |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            let bytes = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
            c.send(&bytes[..=start(bytes, &request)])
        })
        .loops(20),
        Kind::new("reset at every place", Lost(&["reset"], "connection reset"), |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            let bytes = good(&request);
            c.send(&bytes[..start(&bytes, &request)])?;
            c.reset()
        })
        .loops(30),
        Kind::new(
            "a body to the end of the connection, which is a reset",
            Lost(&["reset"], "connection reset"),
            |mut c| {
                let Some(request) = c.request()? else { return Ok(()) };
                c.send(answer("200 OK", "", body(&request)))?;
                c.reset()
            },
        ),
        Kind::new("closed with each answer, without a word", Pass, |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            c.answer(good(&request))
        })
        .wait("10ms"),
        Kind::new("reset after each answer", Pass, |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            c.answer(good(&request))?;
            c.reset()
        }),
        Kind::new("closed after three answers, without a word", Pass, |c| three_answers(c).map(drop)).wait(NO_REST),
        Kind::new("closed after three answers to a POST, without a word", PassOrEaten, |c| three_answers(c).map(drop))
            .flags(&POST)
            .loops(30)
            .wait(NO_REST),
        Kind::new("every fourth request is met by the end", Pass, |c| {
            let c = three_answers(c)?;
            c.feel()?;
            c.end_answers()
        }),
        Kind::new("every fourth request is met by a reset", Pass, |c| {
            let c = three_answers(c)?;
            c.feel().map(drop)
        }),
        Kind::new("every fourth POST is met by the end", PassOrEaten, |c| {
            let c = three_answers(c)?;
            c.feel()?;
            c.end_answers()
        })
        .flags(&POST),
        Kind::new("every fourth POST is met by a reset", PassOrEaten, |c| {
            let c = three_answers(c)?;
            c.feel().map(drop)
        })
        .flags(&POST),
        Kind::new("says that it closes, and does", Pass, |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            c.answer(super::good_with(&request, "connection: close\r\n"))
        })
        .flags(&POST)
        .wait(NO_REST),
        Kind::new("closes one direction and serves on", Pass, |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            c.answer(good(&request))?;
            c.end_answers()?;
            c.hang()
        })
        .wait("10ms"),
        Kind::new("all is well", Pass, |c| each(c, good)).wait(NO_REST),
    ]
}

fn three_answers(mut connection: Connection) -> io::Result<Connection> {
    for _ in 0..3 {
        let request = connection.request()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        connection.answer(good(&request))?;
    }
    Ok(connection)
}
