//! Queries, filters and predicates: what is looked for, how it is changed, what it has to be.

use super::{Multiline, Number, OptionValue, Placeholder, Spanned, Template};
use crate::source::Span;

/// A part of an answer to look for.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which query, with its arguments.
    pub kind: QueryKind,
    /// From its name to its last argument.
    pub span: Span,
}

/// The queries there are.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is a query of the format, named as in its documentation")]
pub enum QueryKind {
    Status,
    Version,
    Url,
    Header(Template),
    /// `cookie "LSID[Max-Age]"`
    Cookie {
        name: Template,
        attribute: Option<CookieAttribute>,
    },
    Body,
    XPath(Template),
    JsonPath(Template),
    Regex(RegexSource),
    Variable(Template),
    Duration,
    Bytes,
    RawBytes,
    Sha256,
    Md5,
    Certificate(CertificateField),
    Ip,
    Redirects,
}

/// A part of a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the format")]
pub enum CookieAttribute {
    Value,
    Expires,
    MaxAge,
    Domain,
    Path,
    Secure,
    HttpOnly,
    SameSite,
}

/// A part of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the format")]
pub enum CertificateField {
    Subject,
    Issuer,
    StartDate,
    ExpireDate,
    SerialNumber,
    SubjectAltName,
    Value,
}

/// A regular expression as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum RegexSource {
    /// `/^[a-z]+$/`, without the slashes; a slash in it is no longer escaped. It compiles.
    Literal(Spanned<String>),
    /// `"^[a-z]+$"`, which may have placeholders.
    Text(Template),
}

/// A step that changes a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Which filter, with its arguments.
    pub kind: FilterKind,
    /// From its name to its last argument.
    pub span: Span,
}

/// The filters there are.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is a filter of the format, named as in its documentation")]
pub enum FilterKind {
    Base64Decode,
    Base64Encode,
    Base64UrlSafeDecode,
    Base64UrlSafeEncode,
    CharsetDecode(Template),
    Count,
    DateFormat(Template),
    DaysAfterNow,
    DaysBeforeNow,
    /// An older name of `charsetDecode`.
    Decode(Template),
    First,
    /// An older name of `dateFormat`.
    Format(Template),
    HtmlEscape,
    HtmlUnescape,
    JsonPath(Template),
    Last,
    Location,
    /// May be negative, counted from the end.
    Nth(OptionValue<i64>),
    Regex(RegexSource),
    Replace {
        old: Template,
        new: Template,
    },
    ReplaceRegex {
        pattern: RegexSource,
        new: Template,
    },
    Split(Template),
    ToDate(Template),
    ToFloat,
    ToHex,
    ToInt,
    ToText,
    UrlDecode,
    UrlEncode,
    UrlQueryParam(Template),
    Utf8Decode,
    Utf8Encode,
    XPath(Template),
}

/// A condition on a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    /// `not` stands before it.
    pub is_negated: bool,
    /// Which predicate, with what it compares to.
    pub kind: PredicateKind,
    /// From its name (not the `not`) to its last argument.
    pub span: Span,
}

/// The predicates there are.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is a predicate of the format, named as in its documentation")]
pub enum PredicateKind {
    /// All that compare with something.
    Compare(Operator, Spanned<Compared>),
    Exists,
    IsBoolean,
    IsCollection,
    IsDate,
    IsEmpty,
    IsFloat,
    IsInteger,
    IsIpv4,
    IsIpv6,
    IsIsoDate,
    IsList,
    IsNumber,
    IsObject,
    IsString,
    IsUuid,
}

/// A way to compare two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the format")]
pub enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    StartsWith,
    EndsWith,
    Contains,
    Includes,
    Matches,
}

/// The value on the right of a predicate.
#[derive(Debug, Clone, PartialEq)]
pub enum Compared {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `42`, `1.5`
    Number(Number),
    /// `"text"`
    Text(Template),
    /// `{{id}}`
    Place(Placeholder),
    /// `/^a+$/`, as in [`RegexSource::Literal`].
    Regex(String),
    /// A text between three backticks.
    Multiline(Multiline),
    /// `base64,...;`
    Base64(Vec<u8>),
    /// `hex,...;`
    Hex(Vec<u8>),
    /// `file,...;`
    File(Template),
}
