//! Fields of a run: their names, their kinds, and which of them go together.

use crate::error::Error;
use crate::nearest::nearest;

/// Field of a [`RunSpec`](super::spec::RunSpec), by the name it has in files and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// Kind of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Switch,
    /// One number or text.
    One,
    /// One text that is a span of time.
    Span,
    /// Any number of texts.
    List,
    /// Any number of words, several of which may stand in one text with commas between them.
    Words,
    /// Rows by name, each with values of its own.
    Rows,
}

/// Names that other tools and earlier versions have for a field.
const ALIASES: [(&str, &str); 2] = [("run-time", "time"), ("max-time", "timeout")];

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// All fields, in the order in which they are shown.
pub(crate) const FIELDS: &[Field] = &[
    field("targets", Kind::List),
    field("checks", Kind::Rows),
    field("classes", Kind::Rows),
    field("users", Kind::One),
    field("time", Kind::Span),
    field("loops", Kind::One),
    field("requests", Kind::One),
    field("ramp-up", Kind::Span),
    field("spawn-rate", Kind::One),
    field("wait", Kind::One),
    field("pace", Kind::Span),
    field("stages", Kind::One),
    field("rate", Kind::One),
    field("shape", Kind::One),
    field("poisson", Kind::Switch),
    field("max-users", Kind::One),
    field("warmup", Kind::Span),
    field("stop-timeout", Kind::Span),
    field("seed", Kind::One),
    field("part", Kind::One),
    field("start-at", Kind::One),
    field("tags", Kind::Words),
    field("exclude-tags", Kind::Words),
    field("stack-size", Kind::One),
    field("method", Kind::One),
    field("header", Kind::List),
    field("data", Kind::One),
    field("json-data", Kind::One),
    field("body", Kind::One),
    field("body-base64", Kind::One),
    field("braces-are-text", Kind::Switch),
    field("basic-auth", Kind::One),
    field("host", Kind::One),
    field("location", Kind::Switch),
    field("compressed", Kind::Switch),
    field("max-body", Kind::One),
    field("timeout", Kind::Span),
    field("connect-timeout", Kind::Span),
    field("no-keepalive", Kind::Switch),
    field("insecure", Kind::Switch),
    field("cacert", Kind::One),
    field("cert", Kind::One),
    field("key", Kind::One),
    field("tls-resume", Kind::One),
    field("proxy", Kind::One),
    field("resolve", Kind::List),
    field("base-variable", Kind::List),
    field("base-secret", Kind::List),
    field("variable", Kind::List),
    field("variables-file", Kind::List),
    field("secret", Kind::List),
    field("secrets-file", Kind::List),
    field("file-root", Kind::One),
    field("retry", Kind::One),
    field("retry-interval", Kind::One),
    field("setup", Kind::One),
    field("teardown", Kind::One),
    field("keep-session", Kind::Switch),
    field("expect-status", Kind::One),
    field("expect-json", Kind::List),
    field("expect-contains", Kind::List),
    field("expect-header", Kind::List),
    field("fail-if", Kind::List),
    field("threshold", Kind::List),
    field("until", Kind::List),
    field("within", Kind::List),
    field("start", Kind::One),
    field("tolerance", Kind::One),
    field("level-time", Kind::Span),
    field("search-time", Kind::Span),
    field("by", Kind::One),
    field("at-least", Kind::One),
    field("feed", Kind::One),
    field("feed-order", Kind::One),
    field("feed-end", Kind::One),
    field("quiet", Kind::Switch),
    field("github", Kind::Switch),
    field("name", Kind::List),
    field("no-grouping", Kind::Switch),
    field("verbose", Kind::Switch),
    field("stats-interval", Kind::Span),
    field("html", Kind::One),
    field("json", Kind::One),
    field("csv", Kind::One),
    field("junit", Kind::One),
    field("markdown", Kind::One),
    field("hlog", Kind::One),
    field("samples", Kind::One),
    field("metrics-addr", Kind::One),
    field("otel", Kind::One),
    field("log-http", Kind::One),
    field("secret-name", Kind::List),
    field("show-secrets", Kind::Switch),
];

/// Fields that exclude one another: the first, and those that cannot stand beside it.
const CONTRADICTIONS: &[(&str, &[&str])] = &[
    ("ramp-up", &["spawn-rate"]),
    ("wait", &["pace"]),
    ("stages", &["users", "ramp-up", "spawn-rate", "rate"]),
    ("rate", &["users", "ramp-up", "spawn-rate", "loops", "wait", "pace"]),
    ("shape", &["users", "ramp-up", "spawn-rate", "stages", "rate"]),
    (
        "within",
        &[
            "users",
            "ramp-up",
            "stages",
            "rate",
            "shape",
            "loops",
            "requests",
            "time",
            "fail-if",
            "threshold",
            "until",
            "part",
            "start-at",
        ],
    ),
    ("json-data", &["data"]),
    ("body-base64", &["body"]),
];

/// Fields that mean nothing without another one.
const NEEDS: &[(&str, &str)] = &[
    ("poisson", "rate"),
    ("max-users", "rate"),
    ("key", "cert"),
    ("feed-order", "feed"),
    ("feed-end", "feed"),
    ("start", "within"),
    ("tolerance", "within"),
    ("level-time", "within"),
    ("search-time", "within"),
    ("by", "within"),
    ("at-least", "within"),
];
/// Field of a search, which has arrivals and most users of its own.
const OF_SEARCHES: (&str, [&str; 2]) = ("within", ["poisson", "max-users"]);

/// Fields that say where a run writes to. They belong to one run, and not to another like it.
pub(crate) const OUTPUTS: [&str; 10] =
    ["html", "json", "csv", "junit", "markdown", "hlog", "samples", "metrics-addr", "otel", "log-http"];

/// Fields whose values are paths.
const PATHS: [&str; 17] = [
    "cacert",
    "cert",
    "key",
    "variables-file",
    "secrets-file",
    "file-root",
    "setup",
    "teardown",
    "feed",
    "html",
    "json",
    "csv",
    "junit",
    "markdown",
    "hlog",
    "samples",
    "log-http",
];

impl Field {
    /// Field of this name, or of an alias.
    pub(crate) fn named(name: &str) -> Option<Field> {
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
        FIELDS.iter().find(|field| field.name == name).copied()
    }

    /// True when the value is the path of a file or folder, which may be no UTF-8.
    pub(crate) fn is_path(self) -> bool {
        PATHS.contains(&self.name)
    }

    pub(crate) fn is_switch(self) -> bool {
        self.kind == Kind::Switch
    }

    pub(crate) fn is_list(self) -> bool {
        matches!(self.kind, Kind::List | Kind::Words)
    }
}

/// Name of a field that is nearly this.
pub(crate) fn nearest_to(name: &str) -> Option<String> {
    nearest(name, FIELDS.iter().map(|field| field.name.to_owned()))
}

/// True when two fields cannot be given together.
pub(crate) fn contradict(one: &str, other: &str) -> bool {
    let excludes =
        |one: &str, other: &str| CONTRADICTIONS.iter().any(|(first, others)| *first == one && others.contains(&other));
    excludes(one, other) || excludes(other, one)
}

/// Refuses fields that contradict one another, or that mean nothing without one that is not given.
///
/// # Errors
/// One line that names the fields.
pub(crate) fn check_together(is_given: impl Fn(&str) -> bool) -> Result<(), Error> {
    for (first, others) in CONTRADICTIONS.iter().filter(|(first, _)| is_given(first)) {
        let given: Vec<String> =
            others.iter().filter(|other| is_given(other)).map(|other| format!("‹{other}›")).collect();
        if !given.is_empty() {
            return Err(Error::usage(format!("‹{first}› cannot be used with {}; leave one out", given.join(" and "))));
        }
    }
    let (search, its) = OF_SEARCHES;
    let is_of_search = |field: &str| its.contains(&field) && is_given(search);
    let is_idle = |(one, needed): &&(&str, &str)| is_given(one) && !is_given(needed) && !is_of_search(one);
    match NEEDS.iter().find(is_idle) {
        Some((one, needed)) => Err(Error::usage(format!("‹{needed}› is missing, which ‹{one}› is about; give it too"))),
        None => Ok(()),
    }
}
