//! Secrets: values that are hidden in every form in which they may be written, and names that tell of a secret.
//!
//! Hidden are, in all that leaves perfloop but the requests themselves:
//! - values that are known to be secret, as they are and as they stand in a URL, a form, JSON, HTML, or base64;
//! - what stands under a name that [tells of a secret](is_secret_name): a header, a parameter of a URL or a form, a text
//!   or a number of JSON; and the password before the host of a URL.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

mod forms;

pub(crate) use forms::forms;

/// Text that stands for a secret.
pub(crate) const MASK: &str = "***";
/// Mark where a text was cut.
const CUT: char = '\u{2026}';
/// A shorter value is hidden only where it is known to stand: elsewhere it would hide what is none.
const SHORTEST: usize = 4;
/// Number of found values that are remembered with their forms.
const RECENT: usize = 8;
/// Names of secrets, without `-` and `_`.
const NAMES: [&str; 7] = ["authorization", "proxyauthorization", "cookie", "setcookie", "sig", "pwd", "pass"];
/// How other names of secrets end.
const ENDS: [&str; 7] = ["token", "secret", "password", "passwd", "apikey", "signature", "privatekey"];

/// A header, a parameter or a member of this name holds a secret: `Authorization`, `Proxy-Authorization`, `Cookie`,
/// `Set-Cookie`, `sig`, `pwd`, `pass`, and what ends in `token`, `secret`, `password`, `passwd`, `api_key`, `signature` or
/// `private_key`. Case, `-` and `_` do not matter.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let plain = plain(name);
    NAMES.contains(&plain.as_str()) || ENDS.iter().any(|end| plain.ends_with(end))
}

fn is_secret(own_names: &[String], name: &str) -> bool {
    is_secret_name(name) || own_names.contains(&plain(name))
}

/// Secret parts of the value of a header: the whole, what stands behind a scheme, and of `Basic` both sides.
fn parts(value: &str) -> Vec<Cow<'_, str>> {
    let mut parts = vec![Cow::Borrowed(value)];
    // Of cookies the first has no scheme before it.
    if let Some((scheme, rest)) = value.split_once(' ').filter(|(scheme, _)| !scheme.contains('=')) {
        parts.push(rest.into());
        let is_basic = scheme.eq_ignore_ascii_case("basic");
        let pair = is_basic.then(|| String::from_utf8(BASE64_STANDARD.decode(rest).ok()?).ok()).flatten();
        if let Some(pair) = pair {
            parts.extend(pair.split_once(':').map(|(_, password)| password.to_owned().into()));
            parts.push(pair.into());
        }
    }
    parts
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

/// Redactor of one run: everything that is hidden in it. A clone is cheap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redactor {
    /// Names beside those of everybody.
    names: Arc<[String]>,
    /// Forms of the values that are told to be secret before the run.
    known: Arc<[String]>,
    /// Forms of values that stand under names of secrets in what is known before the run.
    by_name: Arc<[String]>,
    /// Forms of the values of the running check.
    of_check: Option<Arc<[String]>>,
    /// Values that came to be known in the running check.
    found: Vec<String>,
    /// Values that its requests were sent with under names of secrets.
    sent: Vec<String>,
    /// The last values that were found, and their forms.
    recent: Vec<(Box<str>, Arc<[String]>)>,
    log_is_open: bool,
}

impl Redactor {
    /// Hides this value too.
    #[must_use]
    pub(crate) fn value(self, value: &str) -> Self {
        Redactor { known: joined(&self.known, forms(value)), ..self }
    }

    /// Hides this value too, which stands somewhere under the name of a secret.
    #[must_use]
    pub(crate) fn value_by_name(self, value: &str) -> Self {
        Redactor { by_name: joined(&self.by_name, forms(value)), ..self }
    }

    /// Hides what stands under this name too.
    #[must_use]
    pub(crate) fn name(self, name: &str) -> Self {
        Redactor { names: joined(&self.names, [plain(name)]), ..self }
    }

    /// The log shows what is hidden only because of the name it stands under.
    #[must_use]
    pub(crate) fn with_open_log(self, is_open: bool) -> Self {
        Redactor { log_is_open: is_open, ..self }
    }

    /// Redactor for the log.
    pub(crate) fn of_log(&self) -> Cow<'_, Redactor> {
        if self.log_is_open {
            Cow::Owned(Redactor { by_name: Arc::new([]), sent: Vec::new(), ..self.clone() })
        } else {
            Cow::Borrowed(self)
        }
    }

    /// Begins a check: none of the values of another one is hidden any more.
    pub(crate) fn begin(&mut self) {
        self.of_check = None;
        self.found.clear();
        self.sent.clear();
    }

    /// Gives the check these forms of values of its own, and those that were found before it.
    pub(crate) fn of_check(&mut self, known: &Arc<[String]>, found: &[String]) {
        self.of_check = (!known.is_empty()).then(|| Arc::clone(known));
        self.found.extend_from_slice(found);
    }

    /// Hides one more value from now on.
    pub(crate) fn find(&mut self, value: &str) {
        let forms = self.forms_of(value);
        add(&mut self.found, &forms);
    }

    /// Forms of a value. Those that a user finds again in each of its checks are made once.
    fn forms_of(&mut self, value: &str) -> Arc<[String]> {
        if let Some((_, forms)) = self.recent.iter().find(|(known, _)| **known == *value) {
            return Arc::clone(forms);
        }
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        let forms: Arc<[String]> = forms(value).into();
        self.recent.push((value.into(), Arc::clone(&forms)));
        forms
    }

    /// Hides what a request was authorized by: values of headers of [such names](is_secret_name), a token without its
    /// scheme, a pair of user and password in base64, and the password of it.
    pub(crate) fn find_sent<'a>(&mut self, headers: impl Iterator<Item = (&'a str, &'a [u8])>) {
        let names = Arc::clone(&self.names);
        for (_, value) in headers.filter(|(name, _)| is_secret(&names, name)) {
            for secret in std::str::from_utf8(value).map(parts).into_iter().flatten() {
                let forms = self.forms_of(&secret);
                add(&mut self.sent, &forms);
            }
        }
    }

    /// Forms of the values that were found in the check.
    pub(crate) fn found(&self) -> &[String] {
        &self.found
    }

    /// There is no value to be hidden.
    pub(crate) fn has_no_value(&self) -> bool {
        self.values().next().is_none()
    }

    pub(crate) fn is_secret(&self, name: &str) -> bool {
        is_secret(&self.names, name)
    }

    fn values(&self) -> impl Iterator<Item = &String> {
        let of_check = self.of_check.iter().flat_map(|values| values.iter());
        self.known.iter().chain(self.by_name.iter()).chain(of_check).chain(&self.found).chain(&self.sent)
    }

    /// Puts a mask in the place of each value.
    pub(crate) fn hide_values(&self, text: &mut String) {
        for value in self.values() {
            if text.contains(value.as_str()) {
                *text = text.replace(value.as_str(), MASK);
            }
        }
        if text.contains(CUT) {
            self.values().for_each(|value| hide_beginnings(text, value));
        }
    }

    /// Puts a mask in the place of each value in bytes, and of its beginning where they were cut in the middle of it.
    pub(crate) fn hide_values_in(&self, bytes: &mut Vec<u8>) {
        self.values().for_each(|value| replace(bytes, value.as_bytes()));
    }

    /// Puts a mask in the place of what stands under names of secrets.
    pub(crate) fn hide_named(&self, text: &mut String) {
        for place in self.named(text).into_iter().rev() {
            text.replace_range(place, MASK);
        }
    }

    /// The text without any secret.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let may_be_named = text.contains(['=', ':', '@']);
        if !may_be_named && self.has_no_value() {
            return text.into();
        }
        let mut hidden = text.to_owned();
        self.hide_values(&mut hidden);
        self.hide_named(&mut hidden);
        if hidden == text { text.into() } else { hidden.into() }
    }

    /// The values that stand under names of secrets in a text.
    pub(crate) fn secrets_of<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
        self.named(text).into_iter().map(|place| &text[place])
    }

    /// Where they stand, in order.
    fn named(&self, text: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(['=', ':']) {
            let sign = at + found;
            let place = match text.as_bytes()[sign] {
                b'=' => self.parameter(text, sign),
                _ if text[sign..].starts_with("://") => password(text, sign + 3),
                _ => self.member(text, sign).or_else(|| self.header(text, sign)),
            };
            at = place.as_ref().map_or(sign + 1, |place| place.end.max(sign + 1));
            places.extend(place.filter(|place| !place.is_empty() && &text[place.clone()] != MASK));
        }
        places
    }

    /// `name=value`, up to what ends a parameter.
    fn parameter(&self, text: &str, sign: usize) -> Option<Range<usize>> {
        let name = name_before(text, sign);
        let end = text[sign + 1..].find(|c: char| c.is_whitespace() || matches!(c, '&' | ';' | '#' | '"' | '\'' | '<'));
        let value = sign + 1..end.map_or(text.len(), |end| sign + 1 + end);
        // A place that is filled in is no secret.
        (self.is_secret(name) && !text[value.clone()].starts_with('{')).then_some(value)
    }

    /// `"name": "value"`, the quotes escaped or not, or `"name": 7`.
    fn member(&self, text: &str, sign: usize) -> Option<Range<usize>> {
        let name = text[..sign].trim_end().strip_suffix('"')?;
        let quote = if name.ends_with('\\') { "\\\"" } else { "\"" };
        let name = name.trim_end_matches('\\');
        let name = &name[name.rfind('"')? + 1..];
        let rest = text[sign + 1..].trim_start();
        if rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let start = text.len() - rest.len();
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '+' | '.'));
            return self.is_secret(name).then_some(start..start + end.unwrap_or(rest.len()));
        }
        let value = rest.strip_prefix(quote)?;
        let start = text.len() - value.len();
        let mut end = 0;
        while !value[end..].starts_with(quote) {
            // What is escaped ends nothing.
            let skipped = if quote.len() == 1 && value[end..].starts_with('\\') { 1 } else { 0 };
            end += skipped + value[end + skipped..].chars().next()?.len_utf8();
        }
        (self.is_secret(name) && !value.starts_with('{')).then_some(start..start + end)
    }

    /// `Name: value` at the beginning of a line.
    fn header(&self, text: &str, sign: usize) -> Option<Range<usize>> {
        let line = text[..sign].rfind(['\n', '\'', '"']).map_or(0, |end| end + 1);
        let name = &text[line..sign];
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let rest = &text[sign + 1..];
        let value = rest.trim_start_matches([' ', '\t']);
        let start = text.len() - value.len();
        let end = value.find(['\n', '\'', '"']).unwrap_or(value.len());
        let is_shown = value.starts_with('{') || value.is_empty();
        (is_name && !is_shown && self.is_secret(name)).then_some(start..start + end)
    }
}

/// The password of a URL, whose part behind `//` begins there.
fn password(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let end =
        rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<')).unwrap_or(rest.len());
    let user = &rest[..rest[..end].rfind('@')?];
    let colon = user.find(':')?;
    Some(start + colon + 1..start + user.len())
}

/// Text right before a sign that may be a name.
fn name_before(text: &str, sign: usize) -> &str {
    let before = &text[..sign];
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
    start.map_or(before, |start| &before[start + before[start..].chars().next().map_or(1, char::len_utf8)..])
}

/// Adds those that are missing, the longest first: what is part of another one would leave the rest of it to be seen.
fn add(all: &mut Vec<String>, forms: &[String]) {
    let before = all.len();
    for form in forms {
        if !all.contains(form) {
            all.push(form.clone());
        }
    }
    if all.len() > before {
        all.sort_by_key(|one| std::cmp::Reverse(one.len()));
    }
}

fn joined(all: &[String], more: impl IntoIterator<Item = String>) -> Arc<[String]> {
    let mut all = all.to_vec();
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    // What is part of another one would leave the rest of it to be seen.
    all.sort_by_key(|one| std::cmp::Reverse(one.len()));
    all.into()
}

/// Puts a mask in the place of the beginning of a value, where a text was cut in the middle of it.
fn hide_beginnings(text: &mut String, value: &str) {
    let cuts: Vec<usize> = text.match_indices(CUT).map(|(at, _)| at).collect();
    // From the last to the first, so that those before stay where they are.
    for end in cuts.into_iter().rev() {
        let mut starts = end.saturating_sub(value.len())..(end + 1).saturating_sub(SHORTEST);
        if let Some(start) = starts.find(|at| text.get(*at..end).is_some_and(|part| value.starts_with(part))) {
            text.replace_range(start..end, MASK);
        }
    }
}

/// Puts a mask in the place of these bytes, and of their beginning where the body was cut in the middle of them.
fn replace(body: &mut Vec<u8>, value: &[u8]) {
    let mut at = 0;
    while at < body.len() {
        let rest = &body[at..];
        let is_here =
            rest.starts_with(value) || (rest.len() > 3 && rest.len() < value.len() && value.starts_with(rest));
        if is_here {
            let end = body.len().min(at + value.len());
            body.splice(at..end, MASK.bytes());
            at += MASK.len();
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_hidden_in_every_form_in_which_it_is_written() {
        let redactor = Redactor::default().value("p@ss w/+\"<é>'x");
        for form in [
            "p@ss w/+\"<é>'x",
            "p%40ss+w%2F%2B%22%3C%C3%A9%3E%27x",
            "p%40ss%20w%2f%2b%22%3c%c3%a9%3e%27x",
            "p@ss w/+\\\"<é>'x",
            "p@ss w\\/+\\\"<é>'x",
            "p@ss w/+\\\"<\\u00e9>'x",
            "p@ss w/+&quot;&lt;é&gt;&#x27;x",
            "p@ss w/+&quot;&lt;é&gt;&#39;x",
            &BASE64_STANDARD.encode("p@ss w/+\"<é>'x"),
        ] {
            assert_eq!(redactor.text(&format!("a {form} b")), "a *** b", "{form}");
        }
        let mut redactor = Redactor::default();
        redactor.find("later");
        assert_eq!(redactor.text("later than now"), "*** than now");
        redactor.begin();
        assert_eq!(redactor.text("later"), "later");
    }

    #[test]
    fn what_is_short_hides_nothing_by_value() {
        assert!(Redactor::default().value("abc").has_no_value());
        assert_eq!(Redactor::default().value("abcd").text("abcdef"), "***ef");
    }

    #[test]
    fn what_stands_under_a_name_of_a_secret_is_hidden() {
        let redactor = Redactor::default().name("Session-Id");
        for (text, shown) in [
            ("http://a.test/?q=1&api_key=abc&x=2#token=f", "http://a.test/?q=1&api_key=***&x=2#token=***"),
            ("http://bob:secret@a.test/x bob:x@y", "http://bob:***@a.test/x bob:x@y"),
            ("http://bob:se@cret@a.test", "http://bob:***@a.test"),
            ("http://bob@a.test:80/", "http://bob@a.test:80/"),
            (
                "{\"password\" : \"a\\\"b\", \"n\": \"x\", \"id_token\":\"\"}",
                "{\"password\" : \"***\", \"n\": \"x\", \"id_token\":\"\"}",
            ),
            (
                "{\"token\": -12.5e+3, \"max_tokens\": 7, \"pwd\":42}",
                "{\"token\": ***, \"max_tokens\": 7, \"pwd\":***}",
            ),
            ("{\\\"password\\\":\\\"abc\\\"}", "{\\\"password\\\":\\\"***\\\"}"),
            ("X-Api-Key: abc\nAccept: x", "X-Api-Key: ***\nAccept: x"),
            (
                "curl -H 'authorization: Bearer x' -d 'a=b&client_secret=c'",
                "curl -H 'authorization: ***' -d 'a=b&client_secret=***'",
            ),
            ("sessionid=7; session_id=8; Session-Id: 9", "sessionid=***; session_id=***; Session-Id: 9"),
            ("token=***&token={token}", "token=***&token={token}"),
            ("max_tokens=5 tokens: 7 a token: x", "max_tokens=5 tokens: 7 a token: x"),
        ] {
            assert_eq!(redactor.text(text), shown);
        }
        let found: Vec<_> = redactor.secrets_of("http://b:cd@a.test/?token=ef").collect();
        assert_eq!(found, ["cd", "ef"]);
    }

    #[test]
    fn a_value_is_hidden_in_a_body_also_where_that_was_cut() {
        let mut body = b"x=secret&y=secret&z=secr".to_vec();
        Redactor::default().value("secret").hide_values_in(&mut body);
        assert_eq!(body, b"x=***&y=***&z=***");
        assert_eq!(Redactor::default().value("secret").text("a secr\u{2026} se\u{2026}"), "a ***\u{2026} se\u{2026}");
        let mut body = b"se".to_vec();
        Redactor::default().value("secret").hide_values_in(&mut body);
        assert_eq!(body, b"se");
    }
}
