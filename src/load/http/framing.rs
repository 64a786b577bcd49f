//! Where the body of an answer ends, and whether its connection can be used again (RFC 9112, 6 and 9).

use ureq::http::{Method, Version};

use super::head::Head;
use super::headers::{Headers, text_of};

/// A line of a chunk's size or of trailers that is longer is broken.
const MAX_LINE: usize = 16 * 1024;
/// Trailers that are longer in all are broken.
const MAX_TRAILERS: usize = 256 * 1024;

/// Where a body ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// After the last chunk and its trailers.
    Chunked(Chunks),
    /// When the service closes the connection.
    UntilClose,
}

/// Framing of an answer: how long its body is, and whether its connection can be used again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) framing: Framing,
    /// After the body the connection can carry another exchange.
    pub(super) keeps_alive: bool,
}

impl Ending {
    /// What follows the head of an answer to a request of this method.
    ///
    /// # Errors
    /// One line, when the head contradicts itself.
    pub(super) fn of(head: &Head, method: &Method) -> Result<Self, String> {
        let headers = &head.headers;
        let is_persistent = match head.version {
            Version::HTTP_10 => headers.has_word("connection", "keep-alive"),
            _ => true,
        };
        let is_persistent = is_persistent && !headers.has_word("connection", "close");
        if *method == Method::HEAD || matches!(head.status, 204 | 304) {
            return Ok(Ending { framing: Framing::Length(0), keeps_alive: is_persistent });
        }
        let is_chunked = is_chunked(headers)?;
        let length = length(head)?;
        let framing = match (is_chunked, length) {
            (true, _) => Framing::Chunked(Chunks::default()),
            (false, None) => Framing::UntilClose,
            (false, Some(length)) => Framing::Length(length),
        };
        let is_contradictory = is_chunked && (length.is_some() || head.version == Version::HTTP_10);
        let keeps_alive = is_persistent && framing != Framing::UntilClose && !is_contradictory;
        Ok(Ending { framing, keeps_alive })
    }
}

/// True when the body comes in chunks.
///
/// # Errors
/// One line, when it comes in a coding that was not asked for.
fn is_chunked(headers: &Headers) -> Result<bool, String> {
    let mut is_chunked = false;
    for value in headers.get_all("transfer-encoding") {
        for coding in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if coding.eq_ignore_ascii_case(b"chunked") {
                is_chunked = true;
            } else if !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity") {
                let coding = text_of(coding).to_ascii_lowercase();
                return Err(format!(
                    "the answer comes in the transfer coding '{}', which was not asked for",
                    coding.escape_debug()
                ));
            }
        }
    }
    Ok(is_chunked)
}

/// Length that all lines of `Content-Length` agree on.
fn length(head: &Head) -> Result<Option<u64>, String> {
    let mut agreed = None;
    for value in head.headers.get_all("content-length") {
        for part in value.split(|byte| *byte == b',') {
            let part = part.trim_ascii();
            let length = number(part).ok_or_else(|| {
                format!("the answer's Content-Length '{}' is no length", text_of(part).escape_debug())
            })?;
            if agreed.is_some_and(|agreed| agreed != length) {
                return Err(format!(
                    "the answer has Content-Lengths that differ: {} and {length}",
                    agreed.unwrap_or(0)
                ));
            }
            agreed = Some(length);
        }
    }
    Ok(agreed)
}

/// Digits as a number.
fn number(digits: &[u8]) -> Option<u64> {
    let add = |number: u64, digit: &u8| {
        digit.is_ascii_digit().then(|| number.checked_mul(10)?.checked_add(u64::from(digit & 0xf)))?
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add) }
}

/// Reader of a body in chunks (RFC 9112, 7.1), given the bytes as they come.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunks {
    state: State,
    /// Bytes of trailers so far.
    trailers: usize,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Size,
    Data(u64),
    EndOfData,
    Trailers,
    Done,
}

/// A step of reading chunks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Number of bytes of the input that are framing and to be skipped.
    Skip(usize),
    /// Number of bytes of the input that are body.
    Data(usize),
    /// Nothing can be said before more has come.
    More,
    /// The body has ended.
    Done,
}

impl Chunks {
    /// Kind of the next bytes.
    ///
    /// # Errors
    /// One line on what is broken.
    pub(super) fn step(&mut self, input: &[u8]) -> Result<Step, String> {
        match self.state {
            State::Done => Ok(Step::Done),
            State::Data(left) => {
                let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                if bytes == 0 {
                    return Ok(Step::More);
                }
                let left = left - bytes as u64;
                self.state = if left == 0 { State::EndOfData } else { State::Data(left) };
                Ok(Step::Data(bytes))
            }
            State::EndOfData => {
                let skipped = match input {
                    [b'\r', b'\n', ..] => 2,
                    [b'\n', ..] => 1,
                    [] | [b'\r'] => return Ok(Step::More),
                    _ => return Err("a chunk of the answer's body is longer than its size".into()),
                };
                self.state = State::Size;
                Ok(Step::Skip(skipped))
            }
            State::Size => self.line(input, |chunks, line| {
                let size = size(line)?;
                chunks.state = if size == 0 { State::Trailers } else { State::Data(size) };
                Ok(())
            }),
            State::Trailers => self.line(input, |chunks, line| {
                chunks.trailers += line.len();
                if chunks.trailers > MAX_TRAILERS {
                    return Err(format!(
                        "the trailers of the answer's body are longer than {} KiB",
                        MAX_TRAILERS / 1024
                    ));
                }
                if line.is_empty() {
                    chunks.state = State::Done;
                }
                Ok(())
            }),
        }
    }

    /// Takes one line off the input.
    fn line(
        &mut self,
        input: &[u8],
        take: impl FnOnce(&mut Self, &[u8]) -> Result<(), String>,
    ) -> Result<Step, String> {
        let Some(end) = memchr::memchr(b'\n', &input[..input.len().min(MAX_LINE)]) else {
            let is_endless = input.len() >= MAX_LINE;
            return if is_endless {
                Err("a line between the chunks of the answer's body has no end".into())
            } else {
                Ok(Step::More)
            };
        };
        let line = &input[..end];
        take(self, line.strip_suffix(b"\r").unwrap_or(line))?;
        Ok(Step::Skip(end + 1))
    }
}

/// The size that the line before a chunk gives; extensions say nothing to a client.
fn size(line: &[u8]) -> Result<u64, String> {
    let digits = line.split(|byte| matches!(byte, b';' | b' ' | b'\t')).next().unwrap_or_default();
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let size = std::str::from_utf8(digits).ok().filter(|_| is_number);
    size.and_then(|digits| u64::from_str_radix(digits, 16).ok()).ok_or_else(|| {
        let shown: String = text_of(&line[..line.len().min(20)]).escape_debug().collect();
        format!("'{shown}' in the answer's body is no size of a chunk")
    })
}

#[cfg(test)]
mod tests {
    use super::super::head::HeadSearch;
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Head, String> {
        let mut search = HeadSearch::default();
        let length = search.length(bytes)?.ok_or("its end is missing")?;
        search.read(Headers::default(), &bytes[..length])
    }

    fn ending(method: Method, lines: &str) -> Result<Ending, String> {
        Ending::of(&parse(format!("HTTP/1.1 {lines}\r\n\r\n").as_bytes()).expect(lines), &method)
    }

    fn get(lines: &str) -> Ending {
        ending(Method::GET, lines).expect(lines)
    }

    #[test]
    fn some_answers_have_no_body_whatever_their_headers_say() {
        for (method, status) in [(Method::HEAD, 200), (Method::GET, 204), (Method::GET, 304)] {
            let lines = format!("{status} x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked");
            let seen = ending(method, &lines).expect("an ending");
            assert_eq!(seen, Ending { framing: Framing::Length(0), keeps_alive: true });
        }
    }

    #[test]
    fn lengths_must_agree_and_be_numbers() {
        let rows = [("5", 5), ("5, 5", 5), ("5\r\ncontent-length: 5", 5), ("0", 0), ("007", 7)];
        for (value, length) in rows {
            assert_eq!(get(&format!("200 OK\r\nContent-Length: {value}")).framing, Framing::Length(length), "{value}");
        }
        for value in ["5, 6", "5\r\nContent-Length: 6", "-1", "+5", "0x5", "", "5,", "99999999999999999999", "5 6"] {
            assert!(ending(Method::GET, &format!("200 OK\r\nContent-Length: {value}")).is_err(), "{value}");
        }
    }

    #[test]
    fn chunks_win_over_a_length_but_the_connection_is_not_used_again() {
        let both = get("200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: Chunked");
        assert_eq!(both, Ending { framing: Framing::Chunked(Chunks::default()), keeps_alive: false });
        for codings in ["gzip, chunked", "gzip", "chunked, gzip", "x"] {
            let told = ending(Method::GET, &format!("200 OK\r\nTransfer-Encoding: {codings}"));
            assert!(told.is_err_and(|error| error.contains("transfer coding")), "{codings}");
        }
        assert_eq!(get("200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 5").framing, Framing::Length(5));
    }

    #[test]
    fn a_connection_is_kept_as_its_version_and_its_headers_say() {
        assert!(get("200 OK\r\nContent-Length: 0").keeps_alive);
        assert!(!get("200 OK\r\nContent-Length: 0\r\nConnection: Close").keeps_alive);
        assert!(!get("200 OK").keeps_alive, "its end is the close");
        let old = |lines: &str| {
            let head =
                parse(format!("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n{lines}\r\n").as_bytes()).expect("a head");
            Ending::of(&head, &Method::GET).expect("an ending").keeps_alive
        };
        assert!(!old("") && old("Connection: keep-alive\r\n"));
    }

    /// Feeds a body in pieces of this size; what is body, and how many bytes were taken.
    fn read(input: &[u8], piece: usize) -> Result<Option<(Vec<u8>, usize)>, String> {
        let (mut chunks, mut body, mut at, mut known) = (Chunks::default(), Vec::new(), 0, 0);
        loop {
            match chunks.step(&input[at..known])? {
                Step::Skip(bytes) => at += bytes,
                Step::Data(bytes) => {
                    body.extend_from_slice(&input[at..at + bytes]);
                    at += bytes;
                }
                Step::Done => return Ok(Some((body, at))),
                Step::More if known == input.len() => return Ok(None),
                Step::More => known = (known + piece).min(input.len()),
            }
        }
    }

    #[test]
    fn chunks_are_joined_however_they_arrive() {
        let input = b"5;name=\"v\"\r\nhello\r\n1 \r\n,\r\n0006\n world\n0\r\nTrailer: x\r\n\r\nHTTP/1.1";
        for piece in 1..input.len() {
            let whole = (b"hello, world".to_vec(), input.len() - 8);
            assert_eq!(read(input, piece), Ok(Some(whole)), "pieces of {piece}");
        }
        assert_eq!(read(b"0\r\n\r\n", 1), Ok(Some((Vec::new(), 5))));
    }

    #[test]
    fn a_body_that_ends_early_is_not_whole() {
        let input = b"5\r\nhello\r\n0\r\n\r\n";
        for length in 0..input.len() {
            assert_eq!(read(&input[..length], 3), Ok(None), "{length} bytes");
        }
    }

    #[test]
    fn broken_chunks_are_told() {
        for input in ["x\r\n", "-1\r\n", "+5\r\n", "0x5\r\n", "\r\n", "5\r\nhello!\r\n", "fffffffffffffffff\r\n"] {
            assert!(read(input.as_bytes(), 1).is_err(), "{input:?}");
        }
        assert!(read("5".repeat(MAX_LINE).as_bytes(), MAX_LINE).is_err());
        let endless = format!("0\r\n{}", "a: b\r\n".repeat(MAX_TRAILERS));
        assert!(read(endless.as_bytes(), 1000).is_err());
    }
}
