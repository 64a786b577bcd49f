//! Heads of answers that are long, old-fashioned, or without end.

use super::Right::{Lost, Pass};
use super::{Kind, each, good_with};

const KIB: usize = 1024;

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::new("a field of 200 KiB", Pass, |c| {
            let field = format!("x-long: {}\r\n", "x".repeat(200 * KIB));
            each(c, |request| good_with(request, &field))
        }),
        Kind::new("300 fields", Pass, |c| {
            let fields: String = (0..300).map(|n| format!("x-{n}: {n}\r\n")).collect();
            each(c, |request| good_with(request, &fields))
        }),
        Kind::new("a cookie for each day of the year", Pass, |c| {
            let cookies: String = (0..100).map(|day| format!("set-cookie: d{day}={day}; Path=/\r\n")).collect();
            each(c, |request| good_with(request, &cookies))
        }),
        Kind::new("a field of 2 MiB", Lost(&["protocol"], "header"), |mut c| {
            let Some(request) = c.request()? else { return Ok(()) };
            c.send(good_with(&request, &format!("x-long: {}\r\n", "x".repeat(2 * KIB * KIB))))
        }),
        Kind::new("a field without end", Lost(&["protocol"], "header"), |mut c| {
            c.request()?;
            c.send("HTTP/1.1 200 OK\r\nx-long: ")?;
            loop {
                c.send([b'x'; 16 * KIB])?;
            }
        }),
        Kind::new("fields without end", Lost(&["protocol"], "header"), |mut c| {
            c.request()?;
            c.send("HTTP/1.1 200 OK\r\n")?;
            loop {
                c.send("x-more: of the same\r\n".repeat(100))?;
            }
        }),
        Kind::new("folded lines", Pass, |c| {
            each(c, |request| good_with(request, "x-folded: one,\r\n two,\r\n\tthree\r\n"))
        }),
        Kind::new("a blank before the colon", Pass, |c| each(c, |request| good_with(request, "X-Odd : v\r\n"))),
        Kind::new("fields without a value", Pass, |c| {
            each(c, |request| good_with(request, "x-empty:\r\nx-blank:  \r\n"))
        }),
        Kind::new("fields in UTF-8", Pass, |c| each(c, |request| good_with(request, "x-name: Zo\u{eb} \u{1f980}\r\n"))),
        Kind::new("fields in Latin-1", Pass, |c| {
            each(c, |request| {
                let bytes = good_with(request, "x-name: Zo?\r\n");
                bytes.into_iter().map(|byte| if byte == b'?' { 0xEB } else { byte }).collect()
            })
        }),
        Kind::new("fields with control characters", Pass, |c| {
            each(c, |request| good_with(request, "x-odd: a\x01b\x1b[1mc\x07\r\n"))
        }),
    ]
}
