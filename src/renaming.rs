//! Request names that fit a pattern, told as one: what people without code have for ids in paths.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use glob::{MatchOptions, Pattern};

use crate::printable;

/// `*` is within one segment of a path, `**` is any number of them.
const BY_SEGMENT: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// `/orders/*=/orders/{id}`: a pattern of names, and what they are told as.
///
/// A pattern that begins with `/` is one of paths, whatever the method is, which stays: `GET /orders/7` is told as
/// `GET /orders/{id}`. Any other is one of whole names, and so is what they are told as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renaming {
    pattern: Pattern,
    name: String,
}

impl FromStr for Renaming {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (pattern, name) = text
            .split_once('=')
            .ok_or_else(|| format!("'{text}' has no =; write PATTERN=NAME, like '/orders/*=/orders/{{id}}'"))?;
        Renaming::new(pattern, name)
    }
}

impl Renaming {
    /// Requests whose names fit the pattern, told by this name.
    ///
    /// # Errors
    /// One line: the pattern is none, or there is no name.
    pub(crate) fn new(pattern: &str, name: &str) -> Result<Self, String> {
        let (pattern, name) = (pattern.trim(), name.trim());
        if pattern.is_empty() || name.is_empty() {
            let what = if name.is_empty() { "name" } else { "pattern" };
            return Err(format!("there is no {what}; write PATTERN=NAME, like '/orders/*=/orders/{{id}}'"));
        }
        let of_name = Pattern::new(pattern).map_err(|error| {
            format!(
                "'{pattern}' is no pattern ({} at character {}); * stands for a part of a segment, /**/ for segments",
                error.msg,
                error.pos + 1
            )
        })?;
        Ok(Renaming { pattern: of_name, name: printable::name(name).into_owned() })
    }

    /// Name that a request of this name is told as, if the pattern fits it.
    fn of(&self, name: &str) -> Option<String> {
        if !self.pattern.as_str().starts_with('/') {
            return self.pattern.matches_with(name, BY_SEGMENT).then(|| self.name.clone());
        }
        let (method, path) = name.split_once(' ').filter(|(_, path)| path.starts_with('/'))?;
        self.pattern.matches_with(path, BY_SEGMENT).then(|| format!("{method} {}", self.name))
    }
}

/// All renamings of a run.
#[derive(Debug, Default)]
pub(crate) struct Renamings(Vec<(Renaming, AtomicBool)>);

impl Renamings {
    pub(crate) fn new(all: &[Renaming]) -> Self {
        Renamings(all.iter().map(|one| (one.clone(), AtomicBool::new(false))).collect())
    }

    /// Name that a request of this name is told as, by the first pattern that fits it.
    pub(crate) fn of(&self, name: &str) -> Option<String> {
        self.0.iter().find_map(|(one, has_fitted)| {
            let renamed = one.of(name)?;
            has_fitted.store(true, Ordering::Relaxed);
            Some(renamed)
        })
    }

    /// The patterns that no name has fitted.
    pub(crate) fn idle(&self) -> Vec<String> {
        let idle = self.0.iter().filter(|(_, has_fitted)| !has_fitted.load(Ordering::Relaxed));
        idle.map(|(one, _)| printable::name(one.pattern.as_str()).into_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_paths_keeps_the_method_and_another_is_of_the_whole_name() {
        for (text, name, wanted) in [
            ("/orders/*=/orders/{id}", "GET /orders/7", Some("GET /orders/{id}")),
            ("/orders/*=/orders/{id}", "POST /orders/a-b", Some("POST /orders/{id}")),
            ("/orders/*=/orders/{id}", "GET /orders/7/lines", None),
            ("/orders/**=orders", "GET /orders/7/lines", Some("GET orders")),
            ("/u/*/cart=a cart = b", "GET /u/x/cart", Some("GET a cart = b")),
            ("GET /orders/* = an order", "GET /orders/7", Some("an order")),
            ("GET /orders/*=an order", "POST /orders/7", None),
            ("* /ORDERS=x", "GET /orders", None),
            ("/orders=x", "orders", None),
        ] {
            let one: Renaming = text.parse().expect("a renaming");
            assert_eq!(one.of(name).as_deref(), wanted, "{text}: {name}");
        }
    }

    #[test]
    fn what_is_none_is_refused_with_what_to_write() {
        for (text, said) in [
            ("/orders/*", "'/orders/*' has no =; write PATTERN=NAME, like '/orders/*=/orders/{id}'"),
            ("/orders/*=", "there is no name; write PATTERN=NAME"),
            ("=x", "there is no pattern; write PATTERN=NAME"),
            ("/a**b=x", "'/a**b' is no pattern ("),
        ] {
            let error = text.parse::<Renaming>().expect_err("it is none");
            assert!(error.starts_with(said), "{error}");
        }
    }

    #[test]
    fn the_first_that_fits_counts_and_those_that_never_did_are_known() {
        let all = ["/a/*=first", "/a/b=second", "/c=third"].map(|text| text.parse().expect("a renaming"));
        let all = Renamings::new(&all);
        assert_eq!(all.of("GET /a/b").as_deref(), Some("GET first"));
        assert_eq!(all.of("GET /d"), None);
        assert_eq!(all.idle(), ["/a/b", "/c"]);
    }
}
