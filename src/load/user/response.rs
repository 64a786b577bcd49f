//! An answer, and what a check expects of it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::panic::Location;
use std::str::FromStr;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::capture::{self, Captured, Sent};
use super::origin::Origin;
use crate::ids::RequestId;
use crate::load::http::Answered;
use crate::mismatch::{self, beginning, cut, shown};
use crate::outcome::{Failure, Reason};
use crate::sample::RequestTimes;

/// An answer, its body read to the end.
#[derive(Debug)]
pub struct Response {
    pub(crate) request: RequestId,
    /// Boxed: an answer goes through several hands.
    pub(super) captured: Box<Captured>,
}

/// A dropped answer may be wanted when its check has not passed.
impl Drop for Response {
    fn drop(&mut self) {
        capture::keep(&mut self.captured);
    }
}

/// A set of status codes: `200`, `200..=299`, or parsed from `200,204`, `2xx`, `200-299`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses(Vec<RangeInclusive<u16>>);

impl Response {
    /// Not inlined: an answer's way into its box takes much of the stack, and the exchange before it needs that more.
    #[inline(never)]
    pub(crate) fn new(request: RequestId, answered: Answered, times: RequestTimes, sent: Sent) -> Self {
        let Answered { status, headers, body, version, peer, certificate } = answered;
        let origin = Origin { version, peer, certificate };
        let captured = Captured { sent, status, headers, body, times, origin, json: OnceCell::new() };
        Response { request, captured: Box::new(captured) }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.captured.status
    }

    /// The first header of this name (in any case) that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.captured.headers.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// All headers of this name that are text.
    pub fn headers<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let values = self.captured.headers.get_all(name).filter_map(|value| std::str::from_utf8(value).ok());
        values.collect::<Vec<_>>().into_iter()
    }

    /// The body, decoded. Of a body longer than [`max_body`](crate::HttpSettings::max_body), its beginning.
    pub fn body(&self) -> &[u8] {
        &self.captured.body.kept
    }

    /// The length of the whole decoded body in bytes.
    pub fn body_length(&self) -> u64 {
        self.captured.body.length
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.captured.body.kept)
    }

    /// From just before the first byte of the request was handed to the kernel to the last byte of the answer.
    pub fn response_time(&self) -> Duration {
        self.captured.times.response_time()
    }

    /// Where the time went.
    pub fn times(&self) -> RequestTimes {
        self.captured.times
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// A fail when it is not JSON.
    pub fn json(&self) -> Result<&Value, Failure> {
        self.whole_body("JSON")?;
        let parsed = self
            .captured
            .json
            .get_or_init(|| serde_json::from_slice(&self.captured.body.kept).map_err(|error| error.to_string()));
        parsed.as_ref().map_err(|error| self.fail(mismatch::unreadable("JSON", error)))
    }

    /// The body as a value of a type of one's own: `answer.json_as::<Movie>()?`.
    ///
    /// # Errors
    /// A fail when it is not JSON, or not of this type, that says what is missing or wrong and where.
    pub fn json_as<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        self.whole_body("JSON")?;
        serde_json::from_slice(&self.captured.body.kept).map_err(|error| {
            let wanted = if error.is_data() { std::any::type_name::<T>() } else { "JSON" };
            self.fail(mismatch::unreadable(wanted, &misfit(&error)))
        })
    }

    /// Expects the status to be in a set: `200`, `200..=299`.
    ///
    /// # Errors
    /// A fail that says wanted, got, and how the body begins.
    pub fn expect_status(&self, wanted: impl Into<Statuses>) -> Result<&Self, Failure> {
        self.expect_one_of(&wanted.into())
    }

    /// Expects the status to be in a set that is kept.
    pub(crate) fn expect_one_of(&self, wanted: &Statuses) -> Result<&Self, Failure> {
        if wanted.contains(self.captured.status) {
            Ok(self)
        } else {
            Err(self.fail(mismatch::status(wanted, self.captured.status, self.captured.sent.refused_type.as_deref())))
        }
    }

    /// Expects a value in a JSON body: `expect_json("items[0].id", 7)`. The path is that of
    /// [`json_at`](Self::json_at).
    ///
    /// # Errors
    /// A fail that says wanted, got, and how the body begins.
    pub fn expect_json(&self, path: &str, wanted: impl Into<Value>) -> Result<&Self, Failure> {
        let wanted = wanted.into();
        match self.json_at(path)? {
            Some(got) if is_same(got, &wanted) => Ok(self),
            got => Err(self.fail(mismatch::json(path, &wanted, got.map(|got| got as &dyn Display)))),
        }
    }

    /// Expects the value at a path in a JSON body to be as a condition wants it:
    /// `expect_json_with("items", |items| items.as_array().is_some_and(|items| items.len() > 2))`.
    ///
    /// # Errors
    /// A fail that names the line of this call, got, and how the body begins.
    #[track_caller]
    pub fn expect_json_with(&self, path: &str, holds: impl FnOnce(&Value) -> bool) -> Result<&Self, Failure> {
        let condition = Location::caller();
        match self.json_at(path)? {
            Some(got) if holds(got) => Ok(self),
            Some(got) => Err(self.fail(format!("wanted {path} as {condition} has it, got {}", shown(got)))),
            None => Err(self.fail(format!("wanted {path} as {condition} has it, got a body without {path}"))),
        }
    }

    /// Expects a JSON body to have a value at this path, whatever it is.
    ///
    /// # Errors
    /// A fail that says wanted, and how the body begins.
    pub fn expect_json_at(&self, path: &str) -> Result<&Self, Failure> {
        match self.json_at(path)? {
            Some(_) => Ok(self),
            None => Err(self.fail(mismatch::no_json_at(path))),
        }
    }

    /// The value at a path in a JSON body: names and `[indices]` joined by dots, `items[0].id`, or a JSON pointer, `/items/0/id`.
    ///
    /// # Errors
    /// A fail when the body is not JSON.
    pub fn json_at(&self, path: &str) -> Result<Option<&Value>, Failure> {
        let body = self.json()?;
        if path.is_empty() || path.starts_with('/') {
            return Ok(body.pointer(path));
        }
        let steps = path.trim_start_matches("$.").split(['.', '[']).map(|step| step.trim_end_matches(']'));
        let at = steps.filter(|step| !step.is_empty()).try_fold(body, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            other => other.get(step),
        });
        Ok(at)
    }

    /// Expects the whole body to be these bytes or this text.
    ///
    /// # Errors
    /// A fail that says wanted, from which byte on the body differs, and how it begins.
    pub fn expect_body(&self, wanted: impl AsRef<[u8]>) -> Result<&Self, Failure> {
        let wanted = wanted.as_ref();
        let same = wanted.iter().zip(&self.captured.body.kept).take_while(|(a, b)| a == b).count();
        let (length, is_same_length) = (wanted.len(), wanted.len() as u64 == self.captured.body.length);
        if is_same_length && same == length {
            return Ok(self);
        }
        if is_same_length && same == self.captured.body.kept.len() {
            self.whole_body("what is wanted")?;
        }
        let (wanted, got) = (beginning(wanted), self.captured.body.length);
        Err(self.fail(format!(
            "wanted the body '{wanted}' of {length} bytes, got one of {got} bytes that differs from byte {} on",
            same + 1
        )))
    }

    /// Expects the body to contain this text.
    ///
    /// # Errors
    /// A fail that says wanted and how the body begins.
    pub fn expect_contains(&self, wanted: &str) -> Result<&Self, Failure> {
        if wanted.is_empty() {
            return Ok(self);
        }
        self.whole_body(&cut(wanted))?;
        if self.captured.body.kept.windows(wanted.len()).any(|window| window == wanted.as_bytes()) {
            return Ok(self);
        }
        Err(self.fail(mismatch::contains(wanted)))
    }

    /// Expects a header of this name whose value contains this text.
    ///
    /// # Errors
    /// A fail that says wanted, got, and how the body begins.
    pub fn expect_header(&self, name: &str, wanted: &str) -> Result<&Self, Failure> {
        if self.headers(name).any(|value| value.contains(wanted)) {
            return Ok(self);
        }
        Err(self.fail(mismatch::header(name, wanted, self.headers(name))))
    }

    /// Refuses a cut body: a check that cannot be told from it is an exception, not a fail.
    fn whole_body(&self, wanted: &str) -> Result<(), Failure> {
        if !self.captured.body.is_cut() {
            return Ok(());
        }
        capture::is_at_fault(&self.captured.sent);
        let message = self.captured.body.cut_words(&mismatch::tell_whether(wanted));
        Err(Failure::Exception(Reason { message, detail: None, request: Some(self.request) }))
    }

    #[cold]
    fn fail(&self, message: String) -> Failure {
        capture::is_at_fault(&self.captured.sent);
        Failure::Fail(Reason {
            message,
            detail: mismatch::detail(&self.captured.body.kept),
            request: Some(self.request),
        })
    }
}

/// Message on the part that does not fit, and its place.
fn misfit(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        // It may quote a value of any length.
        Some((what, place)) => format!("{} at line {place}", cut(what)),
        None => cut(&text),
    }
}

/// JSON does not tell 1 from 1.0.
fn is_same(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}

impl Statuses {
    pub(crate) fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

impl From<u16> for Statuses {
    fn from(status: u16) -> Self {
        Statuses(vec![status..=status])
    }
}

impl From<RangeInclusive<u16>> for Statuses {
    fn from(range: RangeInclusive<u16>) -> Self {
        Statuses(vec![range])
    }
}

impl FromStr for Statuses {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted =
            || format!("'{text}' is no status code from 100 to 599; write it like 200, 2xx, 200-299 or 200,204");
        let reversed = |part: &str| {
            let (first, last) = part.split_once('-')?;
            let (first, last) = (first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?);
            (first > last).then(|| format!("'{part}' begins above its end; write it like {last}-{first}"))
        };
        if let Some(complaint) = text.split(',').find_map(reversed) {
            return Err(complaint);
        }
        let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| (100..600).contains(code));
        let range = |part: &str| match part.trim().strip_suffix("xx") {
            Some(class) => code(&format!("{class}00")).map(|first| first..=first + 99),
            None => match part.split_once('-') {
                Some((first, last)) => Some(code(first)?..=code(last)?).filter(|range| !range.is_empty()),
                None => code(part).map(|code| code..=code),
            },
        };
        text.split(',').map(range).collect::<Option<Vec<_>>>().map(Statuses).ok_or_else(wanted)
    }
}

impl std::fmt::Display for Statuses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, range) in self.0.iter().enumerate() {
            let separator = if n == 0 { "" } else { "," };
            match (range.start(), range.end()) {
                (first, last) if first == last => write!(f, "{separator}{first}")?,
                (first, last) => write!(f, "{separator}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::http::{Body, Headers};

    fn response(status: u16, body: &str) -> Response {
        let headers = Headers::from_pairs([("content-type", "application/json; charset=utf-8")]);
        let version = crate::load::http::Version::HTTP_11;
        let body = Body::whole(body.into());
        let answered = Answered { status, headers, body, version, peer: None, certificate: None };
        Response::new(RequestId(0), answered, RequestTimes::default(), Sent::default())
    }

    fn message<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
        result.expect_err("an expectation that does not hold").to_string()
    }

    #[test]
    fn statuses_are_read_as_people_write_them() {
        let set: Statuses = "204,3xx,400-404".parse().expect("statuses");
        let held: Vec<u16> = [200, 204, 301, 399, 400, 404, 405].into_iter().filter(|s| set.contains(*s)).collect();
        assert_eq!(held, [204, 301, 399, 400, 404]);
        for text in ["", "x", "20", "9xx", "300-200", "200,", "99999"] {
            assert!(text.parse::<Statuses>().is_err(), "{text}");
        }
    }

    #[test]
    fn expectations_hold_on_what_they_ask_for() {
        let answer = response(200, r#"{"code": 1, "items": [{"id": 7.0}], "a b": null}"#);
        answer.expect_status(200).expect("status").expect_status(200..=299).expect("class");
        answer.expect_json("code", 1).expect("code").expect_json("items[0].id", 7).expect("path");
        answer.expect_json("/items/0/id", 7).expect("pointer").expect_json("$.a b", Value::Null).expect("null");
        answer.expect_contains("\"code\"").expect("text").expect_header("Content-Type", "json").expect("header");
    }

    #[test]
    fn what_does_not_hold_says_wanted_and_got_and_shows_the_body() {
        let answer = response(500, "{\"code\": 0}");
        assert_eq!(message(answer.expect_status(200)), "wanted status 200, got status 500");
        assert_eq!(message(answer.expect_json("code", 1)), "wanted code = 1, got 0");
        assert_eq!(message(answer.expect_json("x.y", 1)), "wanted x.y = 1, got a body without x.y");
        assert!(message(answer.expect_contains("hello")).contains("'hello'"));
        assert!(message(answer.expect_header("x-id", "")).contains("none of that name"));
        let failure = answer.expect_status(200).expect_err("fail");
        assert_eq!(failure.reason().detail.as_deref(), Some("body: {\"code\": 0}"));
    }

    #[test]
    fn a_condition_on_a_value_names_its_line() {
        let answer = response(200, r#"{"items": [1, 2]}"#);
        let has = |count: usize| move |items: &Value| items.as_array().is_some_and(|items| items.len() == count);
        answer.expect_json_with("items", has(2)).expect("two items");
        let line = line!() + 1;
        let failed = message(answer.expect_json_with("items", has(3)));
        assert!(failed.contains(&format!("response.rs:{line}:")) && failed.ends_with("has it, got [1,2]"), "{failed}");
        assert!(message(answer.expect_json_with("item", has(3))).ends_with("has it, got a body without item"));
    }

    #[test]
    fn a_whole_body_is_compared_byte_by_byte() {
        let answer = response(200, "hello");
        answer.expect_body("hello").expect("text").expect_body(b"hello").expect("bytes");
        for (wanted, from) in [("", 1), ("help!", 4), ("hello!", 6), ("hell", 5)] {
            let length = wanted.len();
            let expected = format!(
                "wanted the body '{wanted}' of {length} bytes, got one of 5 bytes that differs from byte {from} on"
            );
            assert_eq!(message(answer.expect_body(wanted)), expected);
        }
        let mut cut = response(200, "hello");
        cut.captured.body.length = 6;
        assert!(matches!(cut.expect_body("hello!"), Err(Failure::Exception(_))), "the last byte is not known");
        assert!(matches!(cut.expect_body("hellx!"), Err(Failure::Fail(_))));
        assert!(matches!(cut.expect_body("hello"), Err(Failure::Fail(_))), "it is longer, whatever it is");
    }

    #[test]
    fn a_body_becomes_a_value_of_ones_own_type_or_a_fail_that_names_what_is_wrong() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Movie {
            year: u16,
        }
        let movie = |body: &str| response(200, body).json_as::<Movie>();
        assert_eq!(movie(r#"{"year": 1972}"#).expect("a movie"), Movie { year: 1972 });
        let missing = message(movie(r#"{"name": "x"}"#));
        assert!(missing.contains("Movie, got a body that is not: missing field `year`"), "{missing}");
        assert!(message(movie("<html>")).starts_with("wanted JSON, got a body that is not: "));
        let mut cut = response(200, "{}");
        cut.captured.body.length = 3;
        assert!(matches!(cut.json_as::<Value>(), Err(Failure::Exception(_))));
    }

    #[test]
    fn a_failure_is_short_and_on_one_line_however_long_the_body_is() {
        let long = format!("\r\n\"{}{}\"", "\u{e9}".repeat(150), "x".repeat(5000));
        let answer = response(200, &long);
        let failures = [
            answer.expect_status(404).map(drop),
            answer.expect_contains(&"a\n".repeat(500)).map(drop),
            answer.expect_header("content-type", &"a\n".repeat(500)).map(drop),
            answer.expect_header("x-none", "a").map(drop),
            answer.expect_body("a\n".repeat(500)).map(drop),
            answer.expect_json("a", "x".repeat(500)).map(drop),
            answer.expect_json_at("a").map(drop),
            answer.expect_json_with("a", |_| true).map(drop),
            answer.json_as::<u8>().map(drop),
        ];
        for failure in failures.map(|result| result.expect_err("an expectation that does not hold")) {
            let Reason { message, detail, .. } = failure.reason();
            let detail = detail.as_deref().expect("a cut of the body");
            assert!(detail.starts_with("body:   \"\u{e9}\u{e9}") && detail.ends_with('\u{2026}'), "{detail}");
            for text in [message, detail] {
                assert!(text.chars().count() < 500 && !text.contains(char::is_control), "{text}");
            }
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_told_as_text() {
        let failure = response(200, "a\x1b[31m\r\nb").expect_contains("x").expect_err("it does not");
        let detail = failure.reason().detail.clone().expect("a cut of the body");
        assert!(detail.contains("a\\x1b[31m  b"), "{detail}");
    }

    #[test]
    fn a_body_that_is_not_json_is_a_fail_and_a_cut_one_an_exception() {
        assert!(matches!(response(200, "<html>").expect_json("a", 1), Err(Failure::Fail(_))));
        let mut cut = response(200, "{}");
        cut.captured.body.length = 3;
        assert!(matches!(cut.expect_json("a", 1), Err(Failure::Exception(_))));
        assert!(matches!(cut.expect_contains("x"), Err(Failure::Exception(_))));
        assert!(matches!(cut.expect_contains("{"), Err(Failure::Exception(_))), "whatever its beginning holds");
    }
}
