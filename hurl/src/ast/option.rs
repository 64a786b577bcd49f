//! `[Options]`: how one entry is run.

use super::{Number, Placeholder, Template};
use crate::source::Span;

/// `retry: 5`
#[derive(Debug, Clone, PartialEq)]
pub struct EntryOption {
    /// Which option, with its value.
    pub kind: OptionKind,
    /// The whole line of the option.
    pub span: Span,
}

/// A value, or the variable that holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum OptionValue<T> {
    /// The value as written.
    Literal(T),
    /// `{{n}}`
    Place(Placeholder),
}

/// The unit of a span of time. Without one, an option has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum TimeUnit {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
}

/// The value of `variable: name=value`.
#[derive(Debug, Clone, PartialEq)]
pub enum VariableValue {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `42`
    Number(Number),
    /// `"text"` or text without quotes.
    Text(Template),
}

/// The options there are.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is an option of the format, named as in its documentation")]
pub enum OptionKind {
    AwsSigV4(Template),
    CaCert(Template),
    Cert(Template),
    Key(Template),
    Compressed(OptionValue<bool>),
    ConnectTo(Template),
    ConnectTimeout(OptionValue<(u64, Option<TimeUnit>)>),
    Delay(OptionValue<(u64, Option<TimeUnit>)>),
    Digest(OptionValue<bool>),
    FailWithBody(OptionValue<bool>),
    Location(OptionValue<bool>),
    LocationTrusted(OptionValue<bool>),
    Header(Template),
    Http10(OptionValue<bool>),
    Http11(OptionValue<bool>),
    Http2(OptionValue<bool>),
    Http2PriorKnowledge(OptionValue<bool>),
    Http3(OptionValue<bool>),
    Insecure(OptionValue<bool>),
    IpV4(OptionValue<bool>),
    IpV6(OptionValue<bool>),
    LimitRate(OptionValue<u64>),
    /// -1 is without limit.
    MaxRedirs(OptionValue<i64>),
    MaxTime(OptionValue<(u64, Option<TimeUnit>)>),
    Negotiate(OptionValue<bool>),
    NetRc(OptionValue<bool>),
    NetRcFile(Template),
    NetRcOptional(OptionValue<bool>),
    NoHeader(Template),
    NoJsonPathCoercion(OptionValue<bool>),
    Ntlm(OptionValue<bool>),
    Output(Template),
    PathAsIs(OptionValue<bool>),
    PinnedPublicKey(Template),
    Proxy(Template),
    /// -1 is without end.
    Repeat(OptionValue<i64>),
    Resolve(Template),
    /// -1 is without end.
    Retry(OptionValue<i64>),
    RetryInterval(OptionValue<(u64, Option<TimeUnit>)>),
    Skip(OptionValue<bool>),
    TlsMax(Template),
    TlsMin(Template),
    UnixSocket(Template),
    User(Template),
    Variable {
        name: String,
        value: VariableValue,
    },
    Verbose(OptionValue<bool>),
    /// `brief`, `verbose`, `debug`
    Verbosity(String),
    VeryVerbose(OptionValue<bool>),
}
