//! Where an answer begins and ends, said in every right and wrong way.

use std::thread;
use std::time::Duration;

use super::Right::{Lost, NoPass, Pass};
use super::{Kind, answer, body, chunked, each, each_broken, good, start};

const BROKEN: super::Right = Lost(&["protocol"], "");

pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = good_ones();
    kinds.extend(broken_ones());
    kinds
}

fn good_ones() -> Vec<Kind> {
    vec![
        Kind::new("every byte a segment of its own", Pass, |mut c| {
            while let Some(request) = c.request()? {
                c.drip(good(&request), Duration::ZERO)?;
                c.answered();
            }
            Ok(())
        }),
        Kind::new("an answer in two at every place", Pass, |mut c| {
            while let Some(request) = c.request()? {
                let bytes = good(&request);
                let (first, second) = bytes.split_at(start(&bytes, &request));
                c.send(first)?;
                thread::sleep(Duration::from_micros(200));
                c.answer(second)?;
            }
            Ok(())
        })
        .loops(40),
        Kind::new("chunks in two at every place", Pass, |mut c| {
            while let Some(request) = c.request()? {
                let bytes = chunked(&request);
                let (first, second) = bytes.split_at(start(&bytes, &request));
                c.send(first)?;
                thread::sleep(Duration::from_micros(200));
                c.answer(second)?;
            }
            Ok(())
        })
        .loops(40),
        Kind::new("trailers", Pass, |c| {
            each(c, |request| {
                let body = body(request);
                let chunks = format!("{:x}\r\n{body}\r\n0\r\nx-sum: 1\r\nx-more: a, b\r\n\r\n", body.len());
                answer("200 OK", "transfer-encoding: chunked\r\ntrailer: x-sum\r\n", chunks)
            })
        }),
        Kind::new("chunks with extensions, zeros and capitals", Pass, |c| {
            each(c, |request| {
                let body = format!("{}{}", body(request), " ".repeat(0xAB));
                let chunks = format!("000{:X};name=\"value\";x\r\n{body}\r\n000;last\r\n\r\n", body.len());
                answer("200 OK", "Transfer-Encoding: Chunked\r\n", chunks)
            })
        }),
        Kind::new("a storm of interim answers", Pass, |c| {
            each(c, |request| {
                let storm = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n\
                    HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\nlink: </app.js>\r\n\r\n";
                [storm.repeat(20).as_bytes(), &good(request)].concat()
            })
        }),
        Kind::new("early hints in two at every place", Pass, |mut c| {
            while let Some(request) = c.request()? {
                let bytes = [b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", &good(&request)[..]].concat();
                let (first, second) = bytes.split_at(start(&bytes, &request));
                c.send(first)?;
                thread::sleep(Duration::from_micros(200));
                c.answer(second)?;
            }
            Ok(())
        })
        .loops(40),
        Kind::new("the same length twice", Pass, |c| {
            each(c, |request| {
                let length = format!("content-length: {}\r\n", body(request).len());
                super::good_with(request, &length)
            })
        }),
        Kind::new("chunks and a length", Pass, |c| {
            each(c, |request| {
                let body = body(request);
                let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
                answer("200 OK", "content-length: 3\r\ntransfer-encoding: chunked\r\nconnection: close\r\n", chunks)
            })
        }),
        Kind::new("a body to the end of the connection", Pass, |mut c| {
            if let Some(request) = c.request()? {
                c.answer(answer("200 OK", "content-type: text/plain\r\n", body(&request)))?;
            }
            Ok(())
        }),
        Kind::new("a 204 with a body", Pass, |c| {
            each(c, |_| answer("204 No Content", "content-length: 5\r\n", "stray"))
        })
        .blind(),
        Kind::new("a 204 with a length and no body", Pass, |c| {
            each(c, |_| answer("204 No Content", "content-length: 5\r\n", ""))
        })
        .blind(),
        Kind::new("a 304 with a length", Pass, |c| {
            each(c, |_| answer("304 Not Modified", "content-length: 500\r\n", ""))
        })
        .blind(),
        Kind::new("a 304 that speaks of chunks", Pass, |c| {
            each(c, |_| answer("304 Not Modified", "transfer-encoding: chunked\r\n", ""))
        })
        .blind(),
        Kind::new("an answer to HEAD with a length", Pass, |c| {
            each(c, |_| answer("200 OK", "content-length: 1000\r\n", ""))
        })
        .flags(&["-X", "HEAD"])
        .blind(),
        Kind::new("an answer to HEAD that speaks of chunks", Pass, |c| {
            each(c, |_| answer("200 OK", "transfer-encoding: chunked\r\n", ""))
        })
        .flags(&["-X", "HEAD"])
        .blind(),
        Kind::new("an answer of HTTP/1.0", Pass, |mut c| {
            if let Some(request) = c.request()? {
                c.answer(format!("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\n{}", body(&request)))?;
            }
            Ok(())
        }),
        Kind::new("says that it closes, and stays", Pass, |mut c| {
            if let Some(request) = c.request()? {
                c.answer(super::good_with(&request, "Connection: Close\r\n"))?;
            }
            c.hang()
        }),
        Kind::new("a status without a reason", Pass, |c| {
            each(c, |request| {
                let body = body(request);
                format!("HTTP/1.1 200\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
            })
        }),
        Kind::new("lines that end with LF alone", Pass, |c| {
            each(c, |request| {
                let body = body(request);
                format!("HTTP/1.1 200 OK\ncontent-length: {}\n\n{body}", body.len()).into_bytes()
            })
        }),
    ]
}

fn broken_ones() -> Vec<Kind> {
    vec![
        Kind::new("a 101 that nobody asked for", NoPass, |mut c| {
            c.request()?;
            c.answer(answer("101 Switching Protocols", "connection: upgrade\r\nupgrade: other\r\n", ""))
        }),
        Kind::new("two lengths", BROKEN, |c| {
            each_broken(c, |request| super::good_with(request, "content-length: 3\r\n"))
        }),
        Kind::new("a length that is no number", BROKEN, |c| {
            each_broken(c, |request| answer("200 OK", "content-length: five\r\n", body(request)))
        }),
        Kind::new("a length below zero", BROKEN, |c| {
            each_broken(c, |request| answer("200 OK", "content-length: -5\r\n", body(request)))
        }),
        Kind::new("a length beyond all numbers", BROKEN, |c| {
            each_broken(c, |request| answer("200 OK", "content-length: 99999999999999999999\r\n", body(request)))
        }),
        Kind::new("a chunk size that is no number", BROKEN, |c| {
            each_broken(c, |_| answer("200 OK", "transfer-encoding: chunked\r\n", "xyz\r\nhello\r\n0\r\n\r\n"))
        }),
        Kind::new("a chunk size beyond all numbers", BROKEN, |c| {
            let chunks = "fffffffffffffffff\r\nhello\r\n0\r\n\r\n";
            each_broken(c, |_| answer("200 OK", "transfer-encoding: chunked\r\n", chunks))
        }),
        Kind::new("a chunk longer than its size", BROKEN, |c| {
            each_broken(c, |_| answer("200 OK", "transfer-encoding: chunked\r\n", "3\r\nhello\r\n0\r\n\r\n"))
        }),
        Kind::new("no HTTP at all", BROKEN, |mut c| {
            c.request()?;
            c.send(b"\x00\xffhello?\r\n\r\n")
        }),
        Kind::new("frames of HTTP/2", BROKEN, |mut c| {
            c.request()?;
            c.send(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\r\n\r\n")
        }),
        Kind::new("a banner of another protocol", Lost(&["protocol", "closed", "reset"], ""), |mut c| {
            c.send("SSH-2.0-OpenSSH_9.2p1\r\n")?;
            c.request().map(drop)
        }),
        Kind::new("a status of two digits", BROKEN, |c| {
            each_broken(c, |_| answer("20 OK", "content-length: 0\r\n", ""))
        }),
        Kind::new("a status of four digits", BROKEN, |c| {
            each_broken(c, |_| answer("2000 OK", "content-length: 0\r\n", ""))
        }),
        Kind::new("a status that is no number", BROKEN, |c| {
            each_broken(c, |_| answer("OK 200", "content-length: 0\r\n", ""))
        }),
    ]
}
