//! The head of an answer, read as leniently as curl reads it (RFC 9112, 2 to 5).

use ureq::http::Version;

use super::headers::Headers;
use super::line_ends::find_line_ends;

/// A head that is longer is refused.
pub(super) const MAX_HEAD: usize = 256 * 1024;
/// Room for the lines of most heads.
const MANY_LINES: usize = 64;
/// First bytes of every head.
const START: &[u8] = b"HTTP/1.";

/// Head of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) version: Version,
    pub(super) headers: Headers,
}

/// Search for the end of a head that arrives in pieces; what was searched is not searched again.
#[derive(Debug, Default)]
pub(super) struct HeadSearch {
    searched: usize,
    /// Where the lines end that were found.
    ends: Vec<usize>,
}

impl HeadSearch {
    /// Begins with another head.
    pub(super) fn begin(&mut self) {
        self.searched = 0;
        self.ends.clear();
        self.ends.shrink_to(MANY_LINES);
    }

    /// The length of the head at the beginning of these bytes, its empty line included; `None` if that has not come yet.
    ///
    /// # Errors
    /// One line, when the bytes are no head, or too long for one.
    pub(super) fn length(&mut self, bytes: &[u8]) -> Result<Option<usize>, String> {
        let seen = &bytes[..bytes.len().min(START.len())];
        if seen != &START[..seen.len()] {
            return Err(format!("the answer begins with '{}', which is not HTTP/1", beginning(bytes)));
        }
        let (from, mut searched, mut length) = (self.searched, bytes.len(), None);
        find_line_ends(&bytes[from..], |at| {
            let at = from + at;
            let rest = &bytes[at + 1..];
            if rest.first().is_some_and(|next| *next > b'\r') {
                self.ends.push(at);
                return at <= MAX_HEAD;
            }
            length = match *rest {
                [b'\n', ..] => Some(at + 2),
                [b'\r', b'\n', ..] => Some(at + 3),
                // The next byte tells whether the line that ended was the last.
                [] | [b'\r'] => {
                    searched = at;
                    return false;
                }
                _ => None,
            };
            self.ends.push(at);
            length.is_none() && at <= MAX_HEAD
        });
        if let Some(length) = length.filter(|length| *length <= MAX_HEAD) {
            return Ok(Some(length));
        }
        self.searched = searched;
        if bytes.len() > MAX_HEAD {
            let lines = self.ends.iter().filter(|end| **end < MAX_HEAD).count() + 1;
            return Err(format!(
                "the headers of the answer are longer than the {} KiB that are read of them, which end in line {lines}",
                MAX_HEAD / 1024
            ));
        }
        Ok(None)
    }

    /// Reads the head whose [length](Self::length) is known, in memory that held other headers.
    ///
    /// # Errors
    /// One line that names the broken line.
    pub(super) fn read(&self, spare: Headers, bytes: &[u8]) -> Result<Head, String> {
        let mut lines = self.lines(bytes);
        let first = lines.next().map_or(&[][..], |(_, line)| line);
        let (version, status) = status_line(first)
            .ok_or_else(|| format!("line 1 of the answer, '{}', is no status line", beginning(first)))?;
        let mut headers = spare.inside(bytes, 16);
        // Hardly any head has one, and so all of it is looked through at once.
        let has_nul = memchr::memchr(0, bytes).is_some();
        for (number, (at, line)) in (2..).zip(lines) {
            let broken = |what| format!("line {number} of the answer's head, '{}', {what}", beginning(line));
            if has_nul && line.contains(&0) {
                return Err(broken("has a NUL in it"));
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if number == 2 {
                    return Err(broken("continues a header, and there is none before it"));
                }
                headers.extend_last(b' ', line.trim_ascii());
                continue;
            }
            // Names are short: nothing faster would come to its speed.
            let mut bits = 0;
            let colon = line.iter().position(|byte| {
                bits |= byte;
                *byte == b':'
            });
            let colon = colon.ok_or_else(|| broken("is no header: it has no colon"))?;
            let (name, value) = (line[..colon].trim_ascii_end(), line[colon + 1..].trim_ascii_start());
            if bits.is_ascii() {
                let from = at + line.len() - value.len();
                headers.found(at..at + name.len(), from..from + value.trim_ascii_end().len());
            } else {
                headers.add(&super::headers::text_of(name), value.trim_ascii_end());
            }
        }
        Ok(Head { status, version, headers })
    }

    /// Lines without their ends, and where each begins.
    fn lines<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = (usize, &'a [u8])> {
        self.ends.iter().scan(0, |next, end| {
            let at = std::mem::replace(next, end + 1);
            match bytes.get(at..*end)? {
                [line @ .., b'\r'] => Some((at, line)),
                line => Some((at, line)),
            }
        })
    }
}

fn status_line(line: &[u8]) -> Option<(Version, u16)> {
    let rest = line.strip_prefix(START)?;
    let (minor, rest) = rest.split_first()?;
    let version = match minor {
        b'0' => Version::HTTP_10,
        b'1'..=b'9' => Version::HTTP_11,
        _ => return None,
    };
    let code = rest.trim_ascii_start();
    let (digits, reason) = code.split_at_checked(3)?;
    let is_separate = code.len() < rest.len() && reason.first().is_none_or(|byte| byte.is_ascii_whitespace());
    let is_number = digits.iter().all(u8::is_ascii_digit);
    let status = digits.iter().fold(0, |status, digit| status * 10 + u16::from(digit & 0xf));
    (is_separate && is_number && status >= 100).then_some((version, status))
}

/// How bytes begin, as text on one line.
fn beginning(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let shown = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]).escape_debug().to_string();
    if line.len() > SHOWN { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Head, String> {
        let mut search = HeadSearch::default();
        let length = search.length(bytes)?.ok_or("its end is missing")?;
        search.read(Headers::default(), &bytes[..length])
    }

    fn head(text: &str) -> Head {
        parse(text.as_bytes()).expect(text)
    }

    fn value(text: &str, name: &str) -> String {
        let text = format!("HTTP/1.1 200 OK\r\n{text}\r\n\r\n");
        String::from_utf8_lossy(head(&text).headers.get(name).expect("a header")).into_owned()
    }

    #[test]
    fn status_lines_of_every_shape_are_read() {
        let rows = [
            ("HTTP/1.1 200 OK\r\n\r\n", (Version::HTTP_11, 200)),
            ("HTTP/1.0 404\r\n\r\n", (Version::HTTP_10, 404)),
            ("HTTP/1.1  299 \r\n\r\n", (Version::HTTP_11, 299)),
            ("HTTP/1.1 500 caf\u{e9} \u{1b}[2J\n\n", (Version::HTTP_11, 500)),
            ("HTTP/1.1 999 x\n\n", (Version::HTTP_11, 999)),
        ];
        for (text, (version, status)) in rows {
            let head = head(text);
            assert_eq!((head.version, head.status), (version, status), "{text:?}");
        }
        for text in
            ["HTTP/1.1 20 OK\n\n", "HTTP/1.1 2000 OK\n\n", "HTTP/1.1200 OK\n\n", "HTTP/1.1 +20 OK\n\n", "HTTP/1.1\n\n"]
        {
            let error = parse(text.as_bytes()).expect_err(text);
            assert!(error.contains("line 1") && error.contains("no status line"), "{error}");
        }
    }

    #[test]
    fn header_lines_are_read_as_curl_reads_them() {
        assert_eq!(value("X-Odd : v", "x-odd"), "v");
        assert_eq!(value("X-Folded: one\r\n two\r\n\t three", "x-folded"), "one two three");
        assert_eq!(value("X-Empty:\r\n folded", "x-empty"), "folded");
        assert_eq!(value("X-Control: a\u{1}b\u{1b}c", "x-control"), "a\u{1}b\u{1b}c");
        assert_eq!(value("Stra\u{df}e: caf\u{e9}", "stra\u{df}e"), "caf\u{e9}");
        assert_eq!(value("a b: c:d", "a b"), "c:d");
        assert_eq!(value("X-Tab:\tv\t", "x-tab"), "v");
    }

    #[test]
    fn a_refusal_names_the_line() {
        for (text, what) in [
            ("HTTP/1.1 200 OK\r\na: b\r\nno colon\r\n\r\n", "line 3 of the answer's head, 'no colon', is no header"),
            ("HTTP/1.1 200 OK\r\n folded\r\n\r\n", "line 2 of the answer's head, ' folded', continues"),
            ("HTTP/1.1 200 OK\r\na: \0\r\n\r\n", "line 2 of the answer's head, 'a: \\0', has a NUL"),
        ] {
            let error = parse(text.as_bytes()).expect_err(text);
            assert!(error.starts_with(what), "{error}");
        }
    }

    #[test]
    fn the_end_of_a_head_is_found_however_it_is_cut() {
        for text in [
            "HTTP/1.1 200 OK\r\na: b\r\n\r\nrest",
            "HTTP/1.1 200 OK\na: b\n\nrest",
            "HTTP/1.1 200 OK\r\na: b\n\r\nrest",
        ] {
            let mut search = HeadSearch::default();
            let end = (0..=text.len())
                .find_map(|to| search.length(&text.as_bytes()[..to]).expect("a head").map(|end| (to, end)));
            assert_eq!(end, Some((text.len() - 4, text.len() - 4)), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_http_is_told_by_its_first_byte() {
        for text in ["SSH-2.0-x\r\n", "\r\nHTTP/1.1 200", "HTTP/2 200\r\n", "<", "HTTQ"] {
            assert!(HeadSearch::default().length(text.as_bytes()).is_err(), "{text:?}");
        }
        assert_eq!(HeadSearch::default().length(b"HTT"), Ok(None));
    }

    #[test]
    fn hundreds_of_headers_are_read_and_a_head_beyond_the_limit_is_refused_by_its_size() {
        let lines: String = (0..5000).map(|n| format!("X-H{n}: v\r\n")).collect();
        let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
        assert_eq!(HeadSearch::default().length(text.as_bytes()), Ok(Some(text.len())));
        assert_eq!(head(&text).headers.iter().count(), 5000);
        let text = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "v".repeat(MAX_HEAD));
        let mut search = HeadSearch::default();
        assert_eq!(search.length(&text.as_bytes()[..MAX_HEAD]), Ok(None));
        assert!(
            search
                .length(text.as_bytes())
                .is_err_and(|error| error.contains("256 KiB") && error.ends_with("in line 2"))
        );
    }
}
