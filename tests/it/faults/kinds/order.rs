//! Answers that come too early, too late, twice, or not at all.

use std::io;
use std::thread;
use std::time::Duration;

use super::Right::{Fail, Lost, NoPass, Pass};
use super::{Kind, LONG, answer, each, good, good_with};
use crate::faults::server::Connection;

const STRAY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\nturn nobody's.";
const STRAY_408: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const MS: Duration = Duration::from_millis(1);
/// Time for something to come while a connection rests, and not enough to doubt the connection for its rest alone.
const REST: &str = "20ms";

pub(super) fn kinds() -> Vec<Kind> {
    let long: [&'static str; 4] = ["-X", "POST", "-d", &LONG];
    vec![
        Kind::new("an answer before any request", NoPass, |mut c| {
            c.send(STRAY)?;
            each(c, good)
        }),
        Kind::new("a second answer in the same segment", Pass, |c| each(c, |request| [&good(request), STRAY].concat())),
        Kind::new("a second answer while the connection rests", Pass, |mut c| {
            while let Some(request) = c.request()? {
                c.answer(good(&request))?;
                stray(&mut c, STRAY)?;
            }
            Ok(())
        })
        .wait(REST),
        Kind::new("a 408 while the connection rests, then its end", Pass, |mut c| {
            while let Some(request) = c.request()? {
                c.answer(good(&request))?;
                if stray(&mut c, STRAY_408)? {
                    break;
                }
            }
            Ok(())
        })
        .wait(REST),
        Kind::new("a 408 while a POST's connection rests, then its end", Pass, |mut c| {
            while let Some(request) = c.request()? {
                c.answer(good(&request))?;
                if stray(&mut c, STRAY_408)? {
                    break;
                }
            }
            Ok(())
        })
        .flags(&["-X", "POST", "-d", "x"])
        .wait("150ms"),
        Kind::new("an empty line behind each answer", Pass, |c| {
            each(c, |request| [&good(request)[..], b"\r\n"].concat())
        }),
        Kind::new("every answer is late", Pass, |c| {
            each(c, |request| {
                thread::sleep(40 * MS);
                good(request)
            })
        }),
        Kind::new("an answer before the request's body", Pass, |mut c| {
            while let Some(mut request) = c.head()? {
                c.answer(good(&request))?;
                c.body(&mut request)?;
            }
            Ok(())
        })
        .flags(&long),
        Kind::new("a refusal before the request's body, and the end", Fail("413"), |mut c| {
            let Some(mut request) = c.head()? else { return Ok(()) };
            c.hit(&mut request);
            c.answer(answer("413 Content Too Large", "connection: close\r\ncontent-length: 0\r\n", ""))?;
            c.end_answers()?;
            c.hang()
        })
        .flags(&long),
        Kind::new("silence", Lost(&["timeout"], "while waiting for the first byte"), |mut c| {
            c.request()?;
            c.hang()
        })
        .hangs(),
        Kind::new("half a head, then silence", Lost(&["timeout"], "while receiving"), |mut c| {
            c.request()?;
            c.send("HTTP/1.1 200 OK\r\ncontent-le")?;
            c.hang()
        })
        .hangs(),
        Kind::new("half a body, then silence", Lost(&["timeout"], "while receiving"), |mut c| {
            c.request()?;
            c.send(answer("200 OK", "content-length: 1000\r\n", "half"))?;
            c.hang()
        })
        .hangs(),
        Kind::new("no last chunk, then silence", Lost(&["timeout"], "while receiving"), |mut c| {
            c.request()?;
            c.send(answer("200 OK", "transfer-encoding: chunked\r\n", "4\r\nhalf\r\n"))?;
            c.hang()
        })
        .hangs(),
        Kind::new(
            "an answer to the end of the connection, which does not come",
            Lost(&["timeout"], "while"),
            |mut c| {
                let Some(request) = c.request()? else { return Ok(()) };
                c.send(answer("200 OK", "connection: close\r\n", super::body(&request)))?;
                c.hang()
            },
        )
        .hangs(),
        Kind::new("a head that drips", Pass, |mut c| {
            while let Some(request) = c.request()? {
                c.drip(good(&request), MS / 5)?;
                c.answered();
            }
            Ok(())
        }),
        Kind::new("a body that drips without end", Lost(&["timeout"], "while receiving"), |mut c| {
            c.request()?;
            c.send(answer("200 OK", "content-length: 1000000\r\n", ""))?;
            c.drip([b'x'; 1_000_000], 5 * MS)
        })
        .hangs(),
        Kind::new("a head that drips without end", Lost(&["timeout"], "while receiving"), |mut c| {
            c.request()?;
            c.send("HTTP/1.1 200 OK\r\nx-long: ")?;
            c.drip([b'x'; 1_000_000], 5 * MS)
        })
        .hangs(),
        Kind::new("interim answers without end", Lost(&["timeout", "protocol"], "while"), |mut c| {
            c.request()?;
            loop {
                c.send("HTTP/1.1 102 Processing\r\n\r\n")?;
                thread::sleep(MS);
            }
        })
        .slow(),
        Kind::new("no 100 to a body that waits for it", Pass, |mut c| {
            while let Some(mut request) = c.head()? {
                c.body(&mut request)?;
                c.answer(good(&request))?;
            }
            Ok(())
        })
        .flags(&long)
        .flags(&["-H", "Expect: 100-continue"])
        .slow(),
        Kind::new("a 100 to a body that waits for it", Pass, |mut c| {
            while let Some(mut request) = c.head()? {
                c.send("HTTP/1.1 100 Continue\r\n\r\n")?;
                c.body(&mut request)?;
                c.answer(good(&request))?;
            }
            Ok(())
        })
        .flags(&long)
        .flags(&["-H", "Expect: 100-continue"]),
        Kind { requests: None, ..a_417(&long) },
        Kind::new("the body of a POST without one by its length alone", Pass, |mut c| {
            // A service that knows no chunks takes theirs for the next request.
            while let Some(mut request) = c.head()? {
                let has_length = request.header("content-length") == Some("0");
                c.hit(&mut request);
                c.answer(if has_length {
                    good(&request)
                } else {
                    answer("411 Length Required", "content-length: 0\r\n", "")
                })?;
            }
            Ok(())
        })
        .flags(&["-X", "POST"]),
        Kind::new("an answer that speaks of the time", Pass, |c| {
            each(c, |request| good_with(request, "keep-alive: timeout=0, max=0\r\n"))
        }),
    ]
}

/// Sends what nobody asked for while the connection rests, unless the next request has come: this could be its answer.
fn stray(connection: &mut Connection, bytes: &[u8]) -> io::Result<bool> {
    thread::sleep(2 * MS);
    let is_quiet = connection.is_quiet()?;
    if is_quiet {
        connection.send(bytes)?;
    }
    Ok(is_quiet)
}

/// A service that takes no `Expect`.
fn a_417(long: &[&'static str]) -> Kind {
    Kind::new("a 417 to a body that waits for a 100", Pass, |mut c| {
        while let Some(mut request) = c.head()? {
            if request.header("expect").is_some() {
                c.hit(&mut request);
                c.answer(answer("417 Expectation Failed", "content-length: 0\r\nconnection: close\r\n", ""))?;
                c.end_answers()?;
                return c.hang();
            }
            c.body(&mut request)?;
            c.answer(good(&request))?;
        }
        Ok(())
    })
    .flags(long)
    .flags(&["-H", "Expect: 100-continue"])
}
