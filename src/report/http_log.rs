//! Exchanges as text, for people who debug a check.

use std::io::{self, BufWriter, Write};
use std::time::SystemTime;

use jiff::Timestamp;

use crate::exchange::{Exchange, MAX_KEPT_BODY, Message};
use crate::printable::foreign;
use crate::redact::Redactor;
use crate::units::milliseconds;

/// Treatment of values under names of secrets, such as `Authorization`, `Cookie` and `api_key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// Write `***` for their values.
    #[default]
    Mask,
    /// Write them as they are.
    Show,
}

/// Writes exchanges until there are no more, without what stands under names of secrets. After an error the rest is taken
/// and thrown away.
pub(crate) fn write_all(
    exchanges: impl Iterator<Item = Exchange>,
    writer: impl Write,
    redactor: Option<&Redactor>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(writer);
    let mut result = Ok(());
    for mut exchange in exchanges {
        if result.is_ok() {
            redactor.into_iter().for_each(|redactor| exchange.hide_named(redactor));
            // Written out each time: a run that is killed leaves what it saw.
            result = write_one(&exchange, &mut writer).and_then(|()| writer.flush());
        }
    }
    result
}

fn write_one(exchange: &Exchange, writer: &mut impl Write) -> io::Result<()> {
    let Exchange { user, iteration, started, method, url, sent, answer, time, times: _ } = exchange;
    let ms = milliseconds(*time);
    writeln!(writer, "=== {} user {user} iteration {iteration} {ms:.3} ms", timestamp(*started))?;
    write_lines(">", &format!("{method} {url}"), writer)?;
    write_message(">", sent, writer)?;
    match answer {
        Ok((status, message)) => {
            write_lines("<", &status.to_string(), writer)?;
            write_message("<", message, writer)?;
        }
        Err(reason) => write_lines("*", &format!("no answer: {reason}"), writer)?,
    }
    writeln!(writer)
}

fn write_message(sign: &str, message: &Message, writer: &mut impl Write) -> io::Result<()> {
    for (name, value) in &message.headers {
        write_lines(sign, &format!("{name}: {value}"), writer)?;
    }
    if message.body_length > 0 {
        writeln!(writer, "{sign}")?;
        match std::str::from_utf8(&message.body) {
            Ok(text) => write_lines(sign, text, writer)?,
            Err(_) => write_lines(sign, &message.body.escape_ascii().to_string(), writer)?,
        }
        if message.body_length > message.body.len() as u64 {
            writeln!(writer, "* the first {MAX_KEPT_BODY} of {} bytes", message.body_length)?;
        }
    }
    Ok(())
}

/// Mark before each line of foreign text, which can then look like nothing else in the log.
fn write_lines(sign: &str, text: &str, writer: &mut impl Write) -> io::Result<()> {
    foreign(text).split('\n').try_for_each(|line| writeln!(writer, "{sign} {line}"))
}

/// RFC 3339 with milliseconds.
pub(crate) fn timestamp(time: SystemTime) -> String {
    Timestamp::try_from(time).map(|time| format!("{time:.3}")).unwrap_or_else(|_| "-".into())
}

/// The time of an RFC 3339 timestamp.
pub(crate) fn moment(timestamp: &str) -> Option<SystemTime> {
    timestamp.parse::<Timestamp>().ok().map(SystemTime::from)
}

/// RFC 3339 with whole seconds.
pub(crate) fn timestamp_in_seconds(time: SystemTime) -> String {
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
                body: b"hello\n=== \x1b[31m".into(),
                body_length: 15,
            },
            answer: Ok((
                200,
                Message { headers: headers(&[("set-cookie", "id=secret")]), body: vec![0, 255], body_length: 2 },
            )),
            time: Duration::from_micros(1_250),
            times: RequestTimes::default(),
        }
    }

    fn written(redactor: Option<&Redactor>) -> String {
        let mut bytes = Vec::new();
        write_all([exchange()].into_iter(), &mut bytes, redactor).expect("memory");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn an_exchange_is_written_whole_with_its_secrets_masked_and_nothing_in_it_looks_like_another() {
        let wanted = "=== 1970-01-01T00:00:01.500Z user 2 iteration 7 1.250 ms\n> POST http://a.test/x\n\
                      > Authorization: ***\n>\n> hello\n> === \\x1b[31m\n< 200\n< set-cookie: ***\n<\n< \\x00\\xff\n\n";
        assert_eq!(written(Some(&Redactor::default())), wanted);
    }

    #[test]
    fn secrets_are_shown_only_on_demand() {
        let text = written(None);
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
        assert!(write_all(exchanges, Full, None).is_err());
        assert_eq!(taken, 3);
    }
}
