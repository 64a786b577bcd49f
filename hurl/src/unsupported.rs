//! Parts of the format that perfloop does not run. They are told before anything is sent, and never left out silently.

use crate::ast::{EntryOption, HurlFile, OptionKind, OptionValue, Response, Version};
use crate::error::ParseError;

const ONE_VERSION: &str = "perfloop speaks HTTP/1.1 only";
const NO_LOGIN: &str = "use 'user' for a basic login, or a header with a token";

/// All parts of a file that perfloop cannot run, in order, each with a remedy. An option that is set to `false` asks
/// for nothing.
pub fn unsupported(file: &HurlFile) -> Vec<ParseError> {
    let mut errors = Vec::new();
    for entry in &file.entries {
        errors.extend(entry.request.options.iter().filter_map(option));
        errors.extend(entry.response.as_ref().and_then(version));
    }
    errors
}

fn option(option: &EntryOption) -> Option<ParseError> {
    let (name, remedy) = reason(&option.kind)?;
    let message = format!("'{name}' is not supported: {remedy}");
    Some(ParseError { reading: "option", message, span: option.span })
}

/// The name of an option that cannot be had, and what to do without it.
fn reason(kind: &OptionKind) -> Option<(&'static str, &'static str)> {
    use OptionKind as Kind;
    let flag =
        |value: &OptionValue<bool>, name, remedy| (*value != OptionValue::Literal(false)).then_some((name, remedy));
    match kind {
        Kind::AwsSigV4(_) => Some(("aws-sigv4", "sign requests elsewhere, or test without signatures")),
        Kind::Digest(value) => flag(value, "digest", NO_LOGIN),
        Kind::Http2(value) => flag(value, "http2", ONE_VERSION),
        Kind::Http2PriorKnowledge(value) => flag(value, "http2-prior-knowledge", ONE_VERSION),
        Kind::Http3(value) => flag(value, "http3", ONE_VERSION),
        Kind::LimitRate(_) => Some(("limit-rate", "take it out; --rate and --pace limit how often users send")),
        Kind::Negotiate(value) => flag(value, "negotiate", NO_LOGIN),
        Kind::NetRc(value) => flag(value, "netrc", NO_LOGIN),
        Kind::NetRcFile(_) => Some(("netrc-file", NO_LOGIN)),
        Kind::NetRcOptional(value) => flag(value, "netrc-optional", NO_LOGIN),
        Kind::Ntlm(value) => flag(value, "ntlm", NO_LOGIN),
        Kind::PinnedPublicKey(_) => Some(("pinnedpubkey", "use 'cacert' to trust one authority only")),
        Kind::UnixSocket(_) => Some(("unix-socket", "let the service listen on a port")),
        _ => None,
    }
}

fn version(response: &Response) -> Option<ParseError> {
    let name = match response.version.value {
        Version::Http2 => "HTTP/2",
        Version::Http3 => "HTTP/3",
        Version::Any | Version::Http10 | Version::Http11 => return None,
    };
    let message = format!("{name} cannot be expected: {ONE_VERSION}; write HTTP for any version");
    Some(ParseError { reading: "version", message, span: response.version.span })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn messages(options: &str, version: &str) -> Vec<String> {
        let text = format!("GET http://h\n[Options]\n{options}\n{version} 200\n");
        let file = parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let shown = |error: ParseError| format!("{}: {}", &text[error.span.range()], error.message);
        unsupported(&file).into_iter().map(shown).collect()
    }

    #[test]
    fn what_is_not_run_is_named_with_a_remedy() {
        assert_eq!(
            messages("http2: true\nretry: 3\nunix-socket: /run/a.sock", "HTTP/3"),
            [
                "http2: true: 'http2' is not supported: perfloop speaks HTTP/1.1 only",
                "unix-socket: /run/a.sock: 'unix-socket' is not supported: let the service listen on a port",
                "HTTP/3: HTTP/3 cannot be expected: perfloop speaks HTTP/1.1 only; write HTTP for any version",
            ]
        );
    }

    #[test]
    fn every_option_that_is_not_run_is_refused() {
        for option in [
            "aws-sigv4: aws:amz:eu:s3",
            "digest: true",
            "http2: {{x}}",
            "http2-prior-knowledge: true",
            "http3: true",
            "limit-rate: 1000",
            "negotiate: true",
            "netrc: true",
            "netrc-file: a",
            "netrc-optional: true",
            "ntlm: true",
            "pinnedpubkey: sha256//a",
            "unix-socket: a",
        ] {
            assert_eq!(messages(option, "HTTP").len(), 1, "{option}");
        }
    }

    #[test]
    fn an_option_that_is_switched_off_asks_for_nothing() {
        let options = "http2: false\nhttp3: false\nhttp2-prior-knowledge: false\nnetrc: false\nntlm: false\ndigest: false\n\
                       negotiate: false\nnetrc-optional: false";
        assert_eq!(messages(options, "HTTP/1.1"), Vec::<String>::new());
    }
}
