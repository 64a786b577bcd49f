//! Messages of other clients' errors: the only way to know them where their types are not known, or a
//! panic has left nothing of them but its message.

use std::iter;

/// The kinds of [`std::io::Error`], as `Debug` writes them.
const IO_KINDS: [&str; 40] = [
    "AddrInUse",
    "AddrNotAvailable",
    "AlreadyExists",
    "ArgumentListTooLong",
    "BrokenPipe",
    "ConnectionAborted",
    "ConnectionRefused",
    "ConnectionReset",
    "CrossesDevices",
    "Deadlock",
    "DirectoryNotEmpty",
    "ExecutableFileBusy",
    "FileTooLarge",
    "HostUnreachable",
    "InProgress",
    "Interrupted",
    "InvalidData",
    "InvalidFilename",
    "InvalidInput",
    "IsADirectory",
    "NetworkDown",
    "NetworkUnreachable",
    "NotADirectory",
    "NotConnected",
    "NotFound",
    "NotSeekable",
    "Other",
    "OutOfMemory",
    "PermissionDenied",
    "QuotaExceeded",
    "ReadOnlyFilesystem",
    "ResourceBusy",
    "StaleNetworkFileHandle",
    "StorageFull",
    "TimedOut",
    "TooManyLinks",
    "Uncategorized",
    "UnexpectedEof",
    "Unsupported",
    "WriteZero",
];

/// Words of errors that mean nothing but a connection, and words of clients (ureq, reqwest, hyper, tokio, sqlx) that do.
const WORDS: [&str; 26] = [
    "AddrInUse",
    "AddrNotAvailable",
    "BodyStalled",
    "BrokenPipe",
    "ConnectionAborted",
    "ConnectionFailed",
    "ConnectionRefused",
    "ConnectionReset",
    "HostNotFound",
    "HostUnreachable",
    "IncompleteMessage",
    "InvalidProxyUrl",
    "NetworkDown",
    "NetworkUnreachable",
    "NotConnected",
    "PoolTimedOut",
    "RedirectFailed",
    "TimedOut",
    "Timeout",
    "TlsRequired",
    "TooManyRedirects",
    "UnexpectedEof",
    "UnexpectedMessage",
    "WouldBlock",
    "hyper::Error",
    "hyper_util::client::legacy::Error",
];

/// Variants of theirs that hold what went wrong.
const HOLDERS: [&str; 11] = [
    "BadUri",
    "BodyExceedsLimit",
    "ConnectProxyFailed",
    "Decompress",
    "Elapsed",
    "LargeResponseHeader",
    "NativeTls",
    "Protocol",
    "RequireHttpsOnly",
    "Rustls",
    "Tls",
];

/// The kinds of reqwest's errors that come without an answer. Of its others, a status is one, and what could not be
/// decoded may be.
const REQWEST_KINDS: [&str; 5] = ["Body", "Builder", "Redirect", "Request", "Upgrade"];

/// How the same errors begin where they are written for people.
const PHRASES: [&str; 9] = [
    "(os error ",
    "error following redirect",
    "error sending request",
    "operation timed out",
    "request or response body error",
    "timeout: connect",
    "timeout: global",
    "timeout: per call",
    "timeout: re",
];

/// The `Debug` of an error tells of a transport that failed. What stands in quotes is foreign text.
pub(super) fn of_debug(debug: &str) -> bool {
    let text = without_quotes(debug);
    words(&text).any(|(word, rest)| {
        let name = word.rsplit("::").next().unwrap_or(word);
        // What follows is the first field or the only value.
        let value = |opening: &str| rest.strip_prefix(opening).map(first_word);
        let is_io = |kind: &str| IO_KINDS.contains(&kind);
        match name {
            "Os" => rest.starts_with(" { code: "),
            "Custom" => value(" { kind: ").is_some_and(is_io),
            "Kind" => value("(").is_some_and(is_io),
            _ if word == "reqwest::Error" => value(" { kind: ").is_some_and(|kind| REQWEST_KINDS.contains(&kind)),
            _ if HOLDERS.contains(&name) => rest.starts_with('('),
            // In a sentence it is a word like others.
            _ if rest.trim_start().starts_with(char::is_alphanumeric) => false,
            _ => WORDS.contains(&name) || WORDS.contains(&word),
        }
    })
}

/// A panic tells of a transport that failed, as `unwrap` and `expect` do of an error. An assertion says what was
/// expected, whatever it shows of it.
pub(crate) fn of_panic(message: &str) -> bool {
    let says = || PHRASES.iter().any(|phrase| without_quotes(message).contains(phrase));
    !message.starts_with("assertion ") && (of_debug(message) || says())
}

/// Each word, and what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    iter::from_fn(move || {
        rest = rest.trim_start_matches(|c| !is_of_word(c));
        let (word, after) = rest.split_at(first_word(rest).len());
        rest = after;
        (!word.is_empty()).then_some((word.trim_end_matches(':'), after))
    })
}

fn first_word(text: &str) -> &str {
    &text[..text.find(|c| !is_of_word(c)).unwrap_or(text.len())]
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':')
}

fn without_quotes(text: &str) -> String {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let keep = |c: &char| {
        let was_quoted = is_quoted;
        match c {
            '"' if !is_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        is_escaped = was_quoted && *c == '\\' && !is_escaped;
        !was_quoted && !is_quoted
    };
    text.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn errors_of_transports_are_known_by_their_debug() {
        for text in [
            r#"Io(Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })"#,
            r#"Http(Io(Custom { kind: InvalidData, error: InvalidCertificate(UnknownIssuer) }))"#,
            "Io(ConnectionRefused)",
            "Io(Kind(UnexpectedEof))",
            "Timeout(Global)",
            "Timeout",
            "HostNotFound",
            "Protocol(HttpParseFail)",
            "std::io::ErrorKind::TimedOut",
            "Elapsed(())",
            r#"reqwest::Error { kind: Request, url: "http://127.0.0.1:1/", source: TimedOut }"#,
            r#"reqwest::Error { kind: Redirect, url: "http://127.0.0.1:1/", source: TooManyRedirects }"#,
            r#"reqwest::Error { kind: Decode, source: hyper::Error(Body, Error { kind: UnexpectedEof }) }"#,
            r#"hyper_util::client::legacy::Error(Connect, ConnectError("tcp connect error", 1.2.3.4:1))"#,
            "hyper::Error(IncompleteMessage)",
        ] {
            assert!(of_debug(text), "{text}");
        }
    }

    #[test]
    fn what_a_service_answered_is_no_failed_transport() {
        for text in [
            "StatusCode(404)",
            r#"reqwest::Error { kind: Status(503, None), url: "http://127.0.0.1:1/TimedOut" }"#,
            r#"reqwest::Error { kind: Decode, source: Error("EOF while parsing a value", line: 1, column: 0) }"#,
            r#"Json(Error("expected value", line: 1, column: 1))"#,
            r#"SqliteFailure(Error { code: ConstraintViolation, extended_code: 1555 }, Some("TimedOut"))"#,
            r#"Error { kind: Db, cause: Some(DbError { severity: "ERROR", message: "Io(ConnectionRefused)" }) }"#,
            "ParseIntError { kind: InvalidDigit }",
            r#"Said("Io(Os { code: 111, kind: ConnectionRefused, message: \"Connection refused\" })")"#,
            "DriverTimeoutIsNoWord",
            "Kind(Sort)",
            "",
        ] {
            assert!(!of_debug(text), "{text}");
        }
    }

    #[test]
    fn every_kind_of_input_and_output_is_known() {
        for kind in [io::ErrorKind::NotFound, io::ErrorKind::TimedOut, io::ErrorKind::Other] {
            let errors = [io::Error::from(kind), io::Error::new(kind, "why")];
            assert!(errors.iter().all(|error| of_debug(&format!("{error:?}"))), "{errors:?}");
        }
        assert!(of_debug(&format!("{:?}", io::Error::from_raw_os_error(2))));
    }

    #[test]
    fn a_panic_is_known_by_the_error_it_shows_unless_it_asserts() {
        let unwrap = |error: &str| format!("called `Result::unwrap()` on an `Err` value: {error} (src/a.rs:7)");
        assert!(of_panic(&unwrap(r#"Io(Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })"#)));
        assert!(of_panic("the cart: io: Connection refused (os error 111) (src/a.rs:7)"));
        assert!(of_panic("cannot get it: timeout: recv response (src/a.rs:7)"));
        assert!(!of_panic(&unwrap("StatusCode(500)")));
        assert!(!of_panic(&unwrap(r#"Body("upstream: Connection refused (os error 111)")"#)));
        assert!(!of_panic("Timeout of the order, which was not paid (src/a.rs:7)"));
        assert!(!of_panic("assertion `left == right` failed, left: TimedOut, right: Paid (src/a.rs:7)"));
        assert!(!of_panic("index out of bounds: the len is 0 but the index is 0 (src/a.rs:7)"));
    }
}
