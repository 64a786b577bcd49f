//! Exchanges as text, for people who debug a check.

use std::io::{self, BufWriter, Write};
use std::time::SystemTime;

use jiff::Timestamp;

pub(crate) use crate::exchange::is_secret;
use crate::exchange::{Exchange, MASK, MAX_KEPT_BODY, Message};
use crate::units::milliseconds;

/// What to do with headers that hold secrets: `Authorization`, `Proxy-Authorization`, `Cookie` and `Set-Cookie`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// Write `***` for their values.
    #[default]
    Mask,
    /// Write them as they are.
    Show,
}

/// Writes exchanges until there are no more. After an error the rest is taken and thrown away.
pub(crate) fn write_all(
    exchanges: impl Iterator<Item = Exchange>,
    writer: impl Write,
    secrets: Secrets,
) -> io::Result<()> {
    let mut writer = BufWriter::new(writer);
    let mut result = Ok(());
    for exchange in exchanges {
        if result.is_ok() {
            // Written out each time: a run that is killed leaves what it saw.
            result = write_one(&exchange, &mut writer, secrets).and_then(|()| writer.flush());
        }
    }
    result
}

fn write_one(exchange: &Exchange, writer: &mut impl Write, secrets: Secrets) -> io::Result<()> {
    let Exchange { user, iteration, started, method, url, sent, answer, time, times: _ } = exchange;
    let ms = milliseconds(*time);
    writeln!(writer, "=== {} user {user} iteration {iteration} {ms:.3} ms", timestamp(*started))?;
    writeln!(writer, "{method} {url}")?;
    write_message(sent, writer, secrets)?;
    match answer {
        Ok((status, message)) => {
            writeln!(writer, "--- {status}")?;
            write_message(message, writer, secrets)?;
        }
        Err(reason) => writeln!(writer, "--- no answer: {reason}")?,
    }
    writeln!(writer)
}

fn write_message(message: &Message, writer: &mut impl Write, secrets: Secrets) -> io::Result<()> {
    for (name, value) in &message.headers {
        let value = if is_secret(name) && secrets == Secrets::Mask { MASK } else { value };
        writeln!(writer, "{name}: {value}")?;
    }
    if message.body_length > 0 {
        writeln!(writer)?;
        match std::str::from_utf8(&message.body) {
            Ok(text) => writeln!(writer, "{text}")?,
            Err(_) => writeln!(writer, "{}", message.body.escape_ascii())?,
        }
        if message.body_length > message.body.len() as u64 {
            writeln!(writer, "(the first {MAX_KEPT_BODY} of {} bytes)", message.body_length)?;
        }
    }
    Ok(())
}

/// RFC 3339 with milliseconds.
pub(super) fn timestamp(time: SystemTime) -> String {
    Timestamp::try_from(time).map(|time| format!("{time:.3}")).unwrap_or_else(|_| "-".into())
}

/// The time that was written as its [`timestamp`].
pub(super) fn moment(timestamp: &str) -> Option<SystemTime> {
    timestamp.parse::<Timestamp>().ok().map(SystemTime::from)
}

/// RFC 3339 with whole seconds.
pub(super) fn timestamp_in_seconds(time: SystemTime) -> String {
    Timestamp::try_from(time).map(|time| format!("{time:.0}")).unwrap_or_else(|_| "-".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::RequestTimes;
    use std::time::{Duration, UNIX_EPOCH};

    fn exchange() -> Exchange {
        let headers = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        Exchange {
            user: 2,
            iteration: 7,
            started: UNIX_EPOCH + Duration::from_millis(1_500),
            method: "POST".into(),
            url: "http://a.test/x".into(),
            sent: Message {
                headers: headers(&[("Authorization", "Basic c2VjcmV0")]),
                body: b"hello".into(),
                body_length: 5,
            },
            answer: Ok((
                200,
                Message { headers: headers(&[("set-cookie", "id=secret")]), body: vec![0, 255], body_length: 2 },
            )),
            time: Duration::from_micros(1_250),
            times: RequestTimes::default(),
        }
    }

    fn written(secrets: Secrets) -> String {
        let mut bytes = Vec::new();
        write_all([exchange()].into_iter(), &mut bytes, secrets).expect("memory");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn an_exchange_is_written_whole_with_its_secrets_masked() {
        let wanted = "=== 1970-01-01T00:00:01.500Z user 2 iteration 7 1.250 ms\nPOST http://a.test/x\n\
                      Authorization: ***\n\nhello\n--- 200\nset-cookie: ***\n\n\\x00\\xff\n\n";
        assert_eq!(written(Secrets::Mask), wanted);
    }

    #[test]
    fn secrets_are_shown_only_on_demand() {
        let text = written(Secrets::Show);
        assert!(text.contains("Basic c2VjcmV0") && text.contains("id=secret"), "{text}");
    }

    #[test]
    fn a_full_disk_ends_the_log_but_not_the_reading() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut taken = 0;
        let exchanges = std::iter::repeat_with(exchange).take(3).inspect(|_| taken += 1);
        assert!(write_all(exchanges, Full, Secrets::Mask).is_err());
        assert_eq!(taken, 3);
    }
}
