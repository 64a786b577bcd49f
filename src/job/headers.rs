//! `header`, as curl takes it.

use crate::error::Error;
use crate::load::Added;

/// Header of a specification.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Sent(String, String),
    /// `Accept:` keeps back what would be sent by itself.
    Omitted(String),
}

impl Header {
    /// # Errors
    /// When it has no name.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        // That is how curl writes one without a value.
        if let Some(name) = text.trim_end().strip_suffix(';').filter(|name| !name.contains(':') && !name.is_empty()) {
            return Ok(Header::Sent(name.trim().to_owned(), String::new()));
        }
        let (name, value) = name_and_text("‹header›", text)?;
        Ok(if value.is_empty() { Header::Omitted(name) } else { Header::Sent(name, value) })
    }
}

/// Headers that are kept back.
pub(crate) fn omitted(headers: &[String]) -> impl Iterator<Item = Added> + use<'_> {
    headers.iter().filter_map(|text| match Header::read(text) {
        Ok(Header::Omitted(name)) => Added::named(&name),
        _ => None,
    })
}

/// Both sides of `NAME: TEXT`.
pub(crate) fn name_and_text(flag: &str, text: &str) -> Result<(String, String), Error> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        // What stands behind the first word may be a secret.
        _ => {
            let word = text.split_whitespace().next().unwrap_or_default().trim_end_matches(':');
            Err(Error::usage(format!("{flag} '{word} …': has no name and colon; write it like 'Accept: text/html'")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_value_or_none_or_is_kept_back() {
        let sent = |name: &str, value: &str| Ok(Header::Sent(name.into(), value.into()));
        let omitted = |name: &str| Ok(Header::Omitted(name.into()));
        for (text, wanted) in [
            ("A: b", sent("A", "b")),
            ("A:b;", sent("A", "b;")),
            ("A: b: c", sent("A", "b: c")),
            ("A;", sent("A", "")),
            ("A:", omitted("A")),
            ("A:   ", omitted("A")),
        ] {
            assert_eq!(Header::read(text).map_err(|error| error.to_string()), wanted, "{text}");
        }
        for wrong in ["", "A", ": b", ";"] {
            assert!(Header::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_kept_back_is_known_in_any_case() {
        let headers = ["accept:", "USER-AGENT: ", "X-None:", "Accept-Encoding: x"].map(str::to_owned);
        assert_eq!(omitted(&headers).collect::<Vec<_>>(), [Added::Accept, Added::UserAgent]);
    }
}
