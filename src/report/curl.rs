//! A recorded request as a line for a shell, to repeat it.

use crate::exchange::{Exchange, Message};

/// Headers that curl sends by itself, or works out again.
const OF_CURL: [&str; 3] = ["host", "content-length", "accept-encoding"];

/// The command that sends the same request. Text goes into any shell; a body with control characters or bytes that are
/// no text is written as `$'…'`, which bash, zsh and ksh read, and one with a NUL, which no argument can hold, is piped
/// from `printf`. Masked headers hold `***`, to be filled in; of a body that was not kept whole, a file has to be given.
pub fn curl_line(exchange: &Exchange) -> String {
    let Exchange { method, url, sent, .. } = exchange;
    let mut line = String::from("curl");
    let has_body = sent.body_length > 0 || header(sent, "content-length").is_some();
    match method.as_str() {
        "GET" if !has_body => {}
        "POST" if has_body => {}
        "HEAD" if !has_body => line += " --head",
        method => line += &format!(" -X {}", shell_word(method)),
    }
    if url.starts_with("https:") {
        line += " --http1.1";
    }
    if url.contains(['[', ']', '{', '}']) {
        line += " --globoff";
    }
    line += " ";
    line += &word(url.as_bytes());
    for (name, value) in &sent.headers {
        let is_own_host = name.eq_ignore_ascii_case("host") && !has_authority(url, value);
        let is_default = name.eq_ignore_ascii_case("accept") && value == "*/*";
        if (OF_CURL.iter().any(|own| name.eq_ignore_ascii_case(own)) && !is_own_host) || is_default {
            continue;
        }
        // curl takes `name:` for one that is not to be sent.
        let text = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        line += &format!(" -H {}", word(text.as_bytes()));
    }
    if header(sent, "accept-encoding").is_some() {
        line += " --compressed";
    }
    if !has_body {
        return line;
    }
    if header(sent, "content-type").is_none() {
        line += " -H 'Content-Type:'";
    }
    if sent.body_length > sent.body.len() as u64 {
        line += &format!(" --data-binary @FILE # with the body of {} bytes in FILE", sent.body_length);
    } else if sent.body.contains(&0) {
        line = format!("printf '{}' | {line} --data-binary @-", for_printf(&sent.body));
    } else if sent.body.starts_with(b"@") {
        line += &format!(" --data-raw {}", word(&sent.body));
    } else {
        line += &format!(" --data-binary {}", word(&sent.body));
    }
    line
}

fn header<'a>(message: &'a Message, wanted: &str) -> Option<&'a str> {
    message.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
}

/// The URL leads to this host and port.
fn has_authority(url: &str, authority: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|known| known.eq_ignore_ascii_case(authority))
}

/// A text as one word of a shell, in quotes only where it needs them.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { word(text.as_bytes()) }
}

/// One word of a shell, whatever it holds but NUL.
fn word(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let escaped: String = bytes.iter().map(|byte| escape(*byte)).collect();
            format!("$'{escaped}'")
        }
    }
}

fn escape(byte: u8) -> String {
    match byte {
        b'\n' => r"\n".into(),
        b'\r' => r"\r".into(),
        b'\t' => r"\t".into(),
        b'\'' => r"\'".into(),
        b'\\' => r"\\".into(),
        b' '..=b'~' => char::from(byte).into(),
        _ => format!(r"\{byte:03o}"),
    }
}

/// The format of a `printf` that writes these bytes.
fn for_printf(bytes: &[u8]) -> String {
    let escaped = bytes.iter().map(|byte| match byte {
        b'%' => "%%".to_owned(),
        b'\'' => r"\047".to_owned(),
        byte => escape(*byte),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::RequestTimes;
    use std::time::{Duration, SystemTime};

    fn exchange(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Exchange {
        let length = body.len().to_string();
        let mut headers: Vec<(&str, &str)> = [&[("host", "a.test")], headers].concat();
        if !body.is_empty() {
            headers.push(("content-length", &length));
        }
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Exchange {
            user: 1,
            iteration: 1,
            started: SystemTime::UNIX_EPOCH,
            method: method.into(),
            url: url.into(),
            sent: Message { headers, body: body.into(), body_length: body.len() as u64 },
            answer: Err("lost".into()),
            time: Duration::ZERO,
            times: RequestTimes::default(),
        }
    }

    #[test]
    fn a_request_becomes_a_line_that_says_no_more_than_it_must() {
        let rows: [(Exchange, &str); 8] = [
            (exchange("GET", "http://a.test/x?a=1&b", &[("accept", "*/*")], b""), "curl 'http://a.test/x?a=1&b'"),
            (exchange("HEAD", "https://a.test/[1]", &[], b""), "curl --head --http1.1 --globoff 'https://a.test/[1]'"),
            (
                exchange("GET", "http://b.test/", &[("accept-encoding", "gzip")], b""),
                "curl 'http://b.test/' -H 'host: a.test' --compressed",
            ),
            (
                exchange("POST", "http://a.test/", &[("Content-Type", "text/plain")], b"it's"),
                r"curl 'http://a.test/' -H 'Content-Type: text/plain' --data-binary 'it'\''s'",
            ),
            (
                exchange("PUT", "http://a.test/", &[("x", "")], b"a\n'\\\xff1"),
                r"curl -X PUT 'http://a.test/' -H 'x;' -H 'Content-Type:' --data-binary $'a\n\'\\\3771'",
            ),
            (
                exchange("POST", "http://a.test/", &[], b"@a"),
                "curl 'http://a.test/' -H 'Content-Type:' --data-raw '@a'",
            ),
            (
                exchange("POST", "http://a.test/", &[], b"%\0'7"),
                r"printf '%%\000\0477' | curl 'http://a.test/' -H 'Content-Type:' --data-binary @-",
            ),
            (exchange("DELETE", "http://a.test/", &[], b""), "curl -X DELETE 'http://a.test/'"),
        ];
        for (exchange, line) in rows {
            assert_eq!(curl_line(&exchange), line);
        }
    }

    #[test]
    fn a_body_that_was_not_kept_whole_is_left_to_a_file() {
        let mut cut = exchange("POST", "http://a.test/", &[], b"abc");
        cut.sent.body_length = 5000;
        assert!(curl_line(&cut).ends_with("--data-binary @FILE # with the body of 5000 bytes in FILE"));
    }
}
