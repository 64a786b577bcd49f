//! The quotes of a CSV file. Its reader forgives those that have no end, and takes the next lines for a value.

/// A quoted value that does not end where a value ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadQuote {
    /// The byte of its first quote.
    pub(crate) at: usize,
    /// Character behind the last quote; `None` if there is none.
    pub(crate) follower: Option<char>,
}

/// Where a byte stands.
#[derive(Clone, Copy)]
enum At {
    Start,
    Plain,
    /// In the quotes that begin at this byte.
    Quoted(usize),
    /// Behind a quote that ends them, or is the first half of a doubled one.
    Closed(usize),
}

/// The first of a file's quotes that is wrong.
pub(crate) fn bad_quote(text: &str) -> Option<BadQuote> {
    let mut at = At::Start;
    for (index, c) in text.char_indices() {
        at = match (at, c) {
            (At::Quoted(open), '"') => At::Closed(open),
            (At::Quoted(open), _) | (At::Closed(open), '"') => At::Quoted(open),
            (At::Start, '"') => At::Quoted(index),
            (_, ',' | '\r' | '\n') => At::Start,
            (At::Closed(at), _) => return Some(BadQuote { at, follower: Some(c) }),
            (At::Start | At::Plain, _) => At::Plain,
        };
    }
    if let At::Quoted(at) = at { Some(BadQuote { at, follower: None }) } else { None }
}

/// Separator that some programs write instead of a comma, if it stands in this text.
pub(crate) fn other_separator(text: &str) -> Option<char> {
    text.chars().find(|c| is_other_separator(*c))
}

pub(crate) fn is_other_separator(c: char) -> bool {
    matches!(c, ';' | '\t' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_end_where_their_value_ends() {
        for good in [
            "",
            "a,b\n1,2\n",
            "\"a\",\"b\"\r\n\"\",\"x \"\"y\"\"\"\r\n",
            "a\n\"two\nlines, \"\"one\"\" quote\"\n",
            "a,b\n5\" pipe,x\"y\"\n",
            "a,b\n\"1\",\"2\"",
            "\"\u{fc}\",b\r\"1\",2\r",
        ] {
            assert_eq!(bad_quote(good), None, "{good:?}");
        }
    }

    #[test]
    fn a_quote_without_an_end_is_found_where_it_begins() {
        let rows = [
            ("1,\"Ann\n2,Bob\n", 2, None),
            ("id,name\n1,\"Ann\n2,\"Bob\"\n", 10, Some('B')),
            ("a\n\"x\"\"\ny\n", 2, None),
            ("a\n\"x\" \n", 2, Some(' ')),
            ("\"id\";\"name\"\n", 0, Some(';')),
            ("a\n\"", 2, None),
        ];
        for (text, at, follower) in rows {
            assert_eq!(bad_quote(text), Some(BadQuote { at, follower }), "{text:?}");
        }
    }
}
