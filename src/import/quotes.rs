//! Quotes in the lines of a script or a shell.

/// Quotes of a text that is read from its beginning.
#[derive(Debug)]
pub(crate) struct Quotes {
    /// Signs that open a quote, and close it.
    signs: &'static str,
    /// Nothing is escaped between single quotes.
    is_shell: bool,
    open: Option<char>,
    is_escaping: bool,
}

/// Where a character stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Free,
    /// Right behind a backslash.
    Escaped,
    /// Between quotes of this sign. The signs themselves are taken for it as well.
    Within(char),
}

impl Quotes {
    /// Those of JavaScript.
    pub(super) fn of_script() -> Quotes {
        Quotes { signs: "\"'`", is_shell: false, open: None, is_escaping: false }
    }

    /// Those of a POSIX shell.
    pub(crate) fn of_shell() -> Quotes {
        Quotes { signs: "\"'", is_shell: true, open: None, is_escaping: false }
    }

    /// Takes the next character.
    pub(crate) fn take(&mut self, c: char) -> Standing {
        if std::mem::take(&mut self.is_escaping) {
            return Standing::Escaped;
        }
        let before = self.open;
        match before {
            Some(sign) if c == sign => self.open = None,
            None if self.signs.contains(c) => self.open = Some(c),
            _ => {
                let escapes = if self.is_shell { before != Some('\'') } else { before.is_some() };
                self.is_escaping = c == '\\' && escapes;
            }
        }
        before.or(self.open).map_or(Standing::Free, Standing::Within)
    }

    /// True for a text that ends before a quote of it does.
    pub(crate) fn are_open_in(mut self, text: &str) -> bool {
        for c in text.chars() {
            self.take(c);
        }
        self.open.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_ends_at_its_own_sign_that_nothing_escapes() {
        for (text, in_script, in_shell) in [
            ("a 'b\" c'", false, false),
            ("a \"b' c", true, true),
            ("\"a\\\"", true, true),
            ("'a\\'", true, false),
            ("a\\'", true, false),
            ("`a", true, false),
        ] {
            assert_eq!(Quotes::of_script().are_open_in(text), in_script, "{text} of a script");
            assert_eq!(Quotes::of_shell().are_open_in(text), in_shell, "{text} of a shell");
        }
    }

    #[test]
    fn a_character_is_free_behind_a_backslash_or_within_quotes() {
        let mut quotes = Quotes::of_shell();
        let standings: Vec<Standing> = "a\\b\"c\"".chars().map(|c| quotes.take(c)).collect();
        let within = Standing::Within('"');
        assert_eq!(standings, [Standing::Free, Standing::Free, Standing::Escaped, within, within, within]);
    }
}
