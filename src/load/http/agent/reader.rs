//! Reader of an answer that somebody else reads too: given the bytes as they come, it knows where the answer ends.

use ureq::http::Method;

use super::super::body::{Body, BodyLimit};
use super::super::codec::{Broken, Incoming, count_interim, is_interim};
use super::super::framing::{Ending, Framing, Step};
use super::super::head::{Head, HeadSearch};
use super::super::headers::Headers;

/// Answer as far as it has come.
#[derive(Debug)]
pub(in crate::load::http) struct AnswerReader {
    state: State,
    limit: BodyLimit,
    /// Bytes that came and could not be read without more.
    unread: Vec<u8>,
    interim: usize,
}

#[derive(Debug)]
enum State {
    Head(HeadSearch),
    Body { head: Box<Head>, framing: Framing, body: Body },
    Ended,
}

impl AnswerReader {
    /// Keeps so much of the body.
    pub(in crate::load::http) fn new(limit: BodyLimit) -> Self {
        AnswerReader { state: State::Head(HeadSearch::default()), limit, unread: Vec::new(), interim: 0 }
    }

    /// Takes the next bytes of an answer to a request of this method. The answer, once it is whole.
    ///
    /// # Errors
    /// Why what has come is no answer.
    pub(in crate::load::http) fn take(&mut self, bytes: &[u8], method: &Method) -> Result<Option<Incoming>, Broken> {
        let mut bytes = bytes;
        while let State::Head(search) = &mut self.state {
            self.unread.extend_from_slice(bytes);
            bytes = &[];
            let Some(length) = search.length(&self.unread).map_err(Broken::Protocol)? else { return Ok(None) };
            let head = search.read(Headers::default(), &self.unread[..length]).map_err(Broken::Protocol)?;
            self.unread.drain(..length);
            if is_interim(&head) {
                count_interim(&mut self.interim, &head)?;
                self.state = State::Head(HeadSearch::default());
                continue;
            }
            let framing = Ending::of(&head, method).map_err(Broken::Protocol)?.framing;
            self.state = State::Body { head: Box::new(head), framing, body: Body::new(self.limit, 0) };
        }
        self.take_body(bytes)
    }

    fn take_body(&mut self, bytes: &[u8]) -> Result<Option<Incoming>, Broken> {
        let State::Body { framing, body, .. } = &mut self.state else { return Ok(None) };
        // The rest of what came with the head, or a line that was cut.
        let joined = (!self.unread.is_empty()).then(|| {
            self.unread.extend_from_slice(bytes);
            std::mem::take(&mut self.unread)
        });
        let mut input = joined.as_deref().unwrap_or(bytes);
        let is_whole = loop {
            match framing {
                Framing::Length(left) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    *left -= taken as u64;
                    body.take(&input[..taken]);
                    break *left == 0;
                }
                Framing::UntilClose => {
                    body.take(input);
                    break false;
                }
                Framing::Chunked(chunks) => match chunks.step(input).map_err(Broken::Protocol)? {
                    Step::Done => break true,
                    Step::More => {
                        self.unread = input.to_vec();
                        break false;
                    }
                    Step::Skip(taken) => input = &input[taken..],
                    Step::Data(taken) => {
                        body.take(&input[..taken]);
                        input = &input[taken..];
                    }
                },
            }
        };
        Ok(is_whole.then(|| self.as_it_is()).flatten())
    }

    /// The service has closed the connection.
    ///
    /// # Errors
    /// When the answer has not come whole.
    pub(in crate::load::http) fn close(&mut self) -> Result<Incoming, Broken> {
        let is_whole = matches!(&self.state, State::Body { framing: Framing::UntilClose, .. });
        if is_whole { self.as_it_is().ok_or(Broken::Closed) } else { Err(Broken::Closed) }
    }

    /// The answer as far as it has come, if its head has.
    pub(super) fn as_it_is(&mut self) -> Option<Incoming> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Body { head, body, .. } => Some(Incoming { head: *head, body, keeps_alive: false }),
            State::Head(_) | State::Ended => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answer to a request of a method; its status, its body, and whether it is whole before the connection closes.
    type Row<'a> = (&'a [u8], Method, u16, &'a [u8], bool);

    /// Status and body of what comes in pieces of this size, and whether it is whole before the connection closes.
    fn read(answer: &[u8], piece: usize, method: &Method) -> Option<(u16, Vec<u8>, bool)> {
        let mut reader = AnswerReader::new(BodyLimit(1 << 20));
        for bytes in answer.chunks(piece) {
            if let Some(whole) = reader.take(bytes, method).expect("an answer") {
                return Some((whole.head.status, whole.body.kept, true));
            }
        }
        reader.close().ok().map(|closed| (closed.head.status, closed.body.kept, false))
    }

    #[test]
    fn an_answer_ends_where_its_framing_says_however_it_is_cut() {
        let rows: [Row<'_>; 6] = [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 404", Method::GET, 200, b"hello", true),
            (b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 201 OK\r\nContent-Length: 0\r\n\r\n", Method::POST, 201, b"", true),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Method::HEAD, 200, b"", true),
            (b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", Method::GET, 204, b"", true),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n",
                Method::GET,
                200,
                b"abcde",
                true,
            ),
            (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", Method::GET, 200, b"until the end", false),
        ];
        for (answer, method, status, body, is_whole) in rows {
            for piece in 1..=answer.len() {
                let seen = read(answer, piece, &method);
                assert_eq!(seen, Some((status, body.to_vec(), is_whole)), "pieces of {piece}");
            }
        }
    }

    #[test]
    fn an_answer_that_is_cut_is_not_whole_and_can_be_had_as_it_is() {
        let mut reader = AnswerReader::new(BodyLimit(1 << 20));
        let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel";
        assert!(matches!(reader.take(cut, &Method::GET), Ok(None)));
        assert!(matches!(reader.close(), Err(Broken::Closed)));
        let seen = reader.as_it_is().expect("its head has come");
        assert_eq!((seen.head.status, &seen.body.kept[..]), (200, &b"hel"[..]));
        assert!(AnswerReader::new(BodyLimit(0)).as_it_is().is_none());
    }
}
