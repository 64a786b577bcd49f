//! Text with variables in it, and how Hurl writes it at its different places.

use std::fmt::Write as _;

/// Text with variables in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Plain(String),
    /// Name of a variable, or a function of Hurl.
    Variable(String),
}

/// Place in a Hurl file, by what has to be escaped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Key,
    Value,
    Quoted,
    Backticks,
}

impl Text {
    pub(super) fn plain(text: impl Into<String>) -> Text {
        let text = text.into();
        Text(if text.is_empty() { Vec::new() } else { vec![Piece::Plain(text)] })
    }

    pub(super) fn variable(name: impl Into<String>) -> Text {
        Text(vec![Piece::Variable(name.into())])
    }

    /// A text in which variables stand between `{{` and `}}`. Each is what `named` makes of what stands there.
    pub(super) fn read(text: &str, mut named: impl FnMut(&str) -> Text) -> Text {
        let mut all = Text::default();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, behind)) = after.split_once("}}").filter(|(name, _)| is_name(name)) else {
                // No variable begins here; the next one may at the second brace.
                all.push(Text::plain(format!("{before}{{")));
                rest = &rest[before.len() + 1..];
                continue;
            };
            all.push(Text::plain(before));
            all.push(named(name.trim()));
            rest = behind;
        }
        all.push(Text::plain(rest));
        all
    }

    pub(super) fn push(&mut self, more: Text) {
        for piece in more.0 {
            match (self.0.last_mut(), piece) {
                (Some(Piece::Plain(before)), Piece::Plain(text)) => before.push_str(&text),
                (_, piece) => self.0.push(piece),
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, if no variable is in it.
    pub(super) fn as_plain(&self) -> Option<&str> {
        match &self.0[..] {
            [] => Some(""),
            [Piece::Plain(text)] => Some(text),
            _ => None,
        }
    }

    /// The text with its variables as they stand in templates, without any escapes.
    pub(super) fn raw(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Plain(text) => text.clone(),
            Piece::Variable(name) => format!("{{{{{name}}}}}"),
        };
        self.0.iter().map(piece).collect()
    }

    /// Number of variables in it.
    pub(super) fn variables(&self) -> usize {
        self.0.iter().filter(|piece| matches!(piece, Piece::Variable(_))).count()
    }

    pub(super) fn starts_with(&self, start: &str) -> bool {
        matches!(self.0.first(), Some(Piece::Plain(text)) if text.starts_with(start))
    }

    pub(super) fn starts_with_variable(&self) -> bool {
        matches!(self.0.first(), Some(Piece::Variable(_)))
    }

    /// The texts with a change of what is plain in them.
    pub(super) fn map_plain(self, change: impl Fn(&str) -> String) -> Text {
        let piece = |piece: Piece| match piece {
            Piece::Plain(text) => Piece::Plain(change(&text)),
            variable => variable,
        };
        Text(self.0.into_iter().map(piece).collect())
    }

    /// Puts a variable wherever a plain text stands. True where it stood anywhere.
    pub(super) fn replace(&mut self, text: &str, variable: &str) -> bool {
        let has = |piece: &Piece| matches!(piece, Piece::Plain(plain) if plain.contains(text));
        if !self.0.iter().any(has) {
            return false;
        }
        let mut all = Text::default();
        for piece in std::mem::take(&mut self.0) {
            let Piece::Plain(plain) = piece else {
                all.0.push(piece);
                continue;
            };
            for (at, part) in plain.split(text).enumerate() {
                if at > 0 {
                    all.push(Text::variable(variable));
                }
                all.push(Text::plain(part));
            }
        }
        *self = all;
        true
    }

    /// Splits at the first of some signs that is plain.
    pub(super) fn split_once(&self, signs: &[char]) -> Option<(Text, Text)> {
        for (at, piece) in self.0.iter().enumerate() {
            let Piece::Plain(text) = piece else { continue };
            let Some((before, after)) = text.split_once(signs) else { continue };
            let mut left = Text(self.0[..at].to_vec());
            left.push(Text::plain(before));
            let mut right = Text::plain(after);
            right.push(Text(self.0[at + 1..].to_vec()));
            return Some((left, right));
        }
        None
    }

    /// As the address of a request: what would end it is encoded.
    pub(super) fn as_url(&self) -> String {
        let plain = |text: &str| {
            let mut url = String::new();
            for c in text.chars() {
                match c {
                    ' ' => url.push_str("%20"),
                    '"' => url.push_str("%22"),
                    '<' => url.push_str("%3C"),
                    '>' => url.push_str("%3E"),
                    '\\' => url.push_str("%5C"),
                    '^' => url.push_str("%5E"),
                    '`' => url.push_str("%60"),
                    '{' => url.push_str("%7B"),
                    '|' => url.push_str("%7C"),
                    '}' => url.push_str("%7D"),
                    c if c.is_control() => {}
                    c => url.push(c),
                }
            }
            url
        };
        self.clone().map_plain(plain).raw()
    }

    /// As a name before a colon.
    pub(super) fn as_key(&self) -> String {
        self.escaped(Place::Key)
    }

    /// As a value behind a colon, without quotes.
    pub(super) fn as_value(&self) -> String {
        self.escaped(Place::Value)
    }

    /// Between quotes.
    pub(super) fn as_quoted(&self) -> String {
        format!("\"{}\"", self.escaped(Place::Quoted))
    }

    /// Between backticks, on one line.
    pub(super) fn as_one_line(&self) -> String {
        format!("`{}`", self.escaped(Place::Backticks))
    }

    fn escaped(&self, place: Place) -> String {
        let mut out = String::new();
        let last = self.0.len().saturating_sub(1);
        for (at, piece) in self.0.iter().enumerate() {
            match piece {
                Piece::Variable(name) => {
                    let _ = write!(out, "{{{{{name}}}}}");
                }
                Piece::Plain(text) => {
                    escape(text, place, (at == 0, at == last), &mut out);
                    // A brace right before a variable would be one of its own.
                    if at < last && out.ends_with('{') {
                        out.pop();
                        out.push_str("\\u{7b}");
                    }
                }
            }
        }
        out
    }
}

/// Characters that stand in names as they are.
fn is_of_names(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | '@' | '$')
}

/// What may stand between two braces.
fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && !name.contains(['\n', '{', '"'])
}

/// `ends` tells whether the text begins and ends what stands at the place: spaces there would be lost.
fn escape(text: &str, place: Place, ends: (bool, bool), out: &mut String) {
    let count = text.chars().count();
    let mut before = ' ';
    for (at, c) in text.chars().enumerate() {
        let is_end = (at == 0 && ends.0) || (at + 1 == count && ends.1);
        match c {
            '\\' => out.push_str("\\\\"),
            '#' if place != Place::Quoted && place != Place::Backticks => out.push_str("\\#"),
            ':' if place == Place::Key => out.push_str("\\:"),
            '"' if place == Place::Quoted => out.push_str("\\\""),
            '`' if place == Place::Backticks => out.push_str("\\`"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' ' if is_end && matches!(place, Place::Key | Place::Value) => out.push_str("\\u{20}"),
            // Two of them would begin a variable.
            '{' if before == '{' => out.push_str("\\u{7b}"),
            // A section begins so.
            '[' if place == Place::Key && at == 0 && ends.0 => out.push_str("\\u{5b}"),
            c if c.is_control() || (place == Place::Key && !is_of_names(c)) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
        before = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Text {
        Text::read(text, |name| Text::variable(name.replace('.', "_")))
    }

    #[test]
    fn variables_are_found_between_their_braces_and_all_else_is_text() {
        let text = read("a{{x.y}}b{{ z }}{ {{");
        assert_eq!(text.raw(), "a{{x_y}}b{{z}}{ {{");
        let mut text = read("x=1&y=1{{a}}1");
        assert!(text.replace("1", "one") && !text.replace("2", "two"));
        assert_eq!(text.raw(), "x={{one}}&y={{one}}{{a}}{{one}}");
        assert_eq!(read("{\"a\": \"{{{id}}}\", \"b\": {{c}}}").variables(), 2);
        let (user, password) = read("{{ user }}:{{ pw }}").split_once(&[' ', ':']).expect("a colon");
        assert_eq!((user.raw().as_str(), password.raw().as_str()), ("{{user}}", "{{pw}}"));
        assert_eq!((read("").as_plain(), read("a").as_plain(), read("{{a}}").as_plain()), (Some(""), Some("a"), None));
    }

    #[test]
    fn each_place_has_its_escapes() {
        let text = read(" a#b:\"`\\{{x}}\n ");
        assert_eq!(text.as_key(), "\\u{20}a\\#b\\:\\u{22}\\u{60}\\\\{{x}}\\n\\u{20}");
        assert_eq!(text.as_value(), "\\u{20}a\\#b:\"`\\\\{{x}}\\n\\u{20}");
        assert_eq!(text.as_quoted(), "\" a#b:\\\"`\\\\{{x}}\\n \"");
        assert_eq!(text.as_one_line(), "` a#b:\"\\`\\\\{{x}}\\n `");
        assert_eq!(read("{{{x}}}").as_one_line(), "`\\u{7b}{{x}}}`");
        assert_eq!(Text::plain("{{{").as_value(), "{\\u{7b}\\u{7b}");
        assert_eq!(read("http://a/b c|{d}").as_url(), "http://a/b%20c%7C%7Bd%7D");
    }
}
