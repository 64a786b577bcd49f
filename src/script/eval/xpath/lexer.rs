//! Words of an expression.

use super::ast::Operator;
use super::number;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    Number(f64),
    Text(String),
    Operator(Operator),
    /// A name that is followed by `::`.
    Axis(String),
    /// A name that is followed by `(`, and is no test of nodes.
    Function(String),
    /// `comment`, `text`, `node` or `processing-instruction`, followed by `(`.
    NodeType(String),
    Name {
        prefix: Option<String>,
        local: String,
    },
    /// `*`
    Any,
    /// `p:*`
    AnyOf(String),
    Slash,
    Slashes,
    Bar,
    Dot,
    Dots,
    At,
    Comma,
    Open,
    Close,
    OpenPredicate,
    ClosePredicate,
}

/// The words of an expression, or why they are none.
pub(super) fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut lexer = Lexer { rest: text };
    let mut words = Vec::new();
    loop {
        lexer.skip_space();
        if lexer.rest.is_empty() {
            return Ok(words);
        }
        let word = lexer.word(ends_operand(words.last()))?;
        words.push(word);
    }
}

/// Behind such a word `*` and names such as `and` are operators, elsewhere they are names.
fn ends_operand(word: Option<&Word>) -> bool {
    let Some(word) = word else { return false };
    matches!(
        word,
        Word::Number(_)
            | Word::Text(_)
            | Word::Name { .. }
            | Word::Any
            | Word::AnyOf(_)
            | Word::Dot
            | Word::Dots
            | Word::Close
            | Word::ClosePredicate
    )
}

struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn takes(&mut self, word: &str) -> bool {
        self.rest.strip_prefix(word).map(|rest| self.rest = rest).is_some()
    }

    fn word(&mut self, is_after_operand: bool) -> Result<Word, String> {
        let first = self.rest.chars().next().unwrap_or_default();
        if first.is_ascii_digit() || (first == '.' && self.rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let (number, rest) = number::read(self.rest).ok_or("a number is not complete")?;
            self.rest = rest;
            return Ok(Word::Number(number));
        }
        if matches!(first, '"' | '\'') {
            let rest = &self.rest[1..];
            let (text, rest) = rest.split_once(first).ok_or_else(|| format!("a text lacks its closing {first}"))?;
            self.rest = rest;
            return Ok(Word::Text(text.to_owned()));
        }
        if let Some(word) = self.sign(is_after_operand) {
            return Ok(word);
        }
        let Some(name) = self.name() else {
            return Err(match first {
                '$' => "there are no variables `$..` in it; Hurl's are written `{{name}}`".to_owned(),
                first => format!("nobody knows what '{first}' is to mean"),
            });
        };
        if is_after_operand {
            return operator(name).map(Word::Operator).ok_or_else(|| format!("'{name}' is no operator"));
        }
        Ok(self.named(name))
    }

    fn sign(&mut self, is_after_operand: bool) -> Option<Word> {
        let signs = [
            ("//", Word::Slashes),
            ("/", Word::Slash),
            ("|", Word::Bar),
            ("..", Word::Dots),
            (".", Word::Dot),
            ("@", Word::At),
            (",", Word::Comma),
            ("(", Word::Open),
            (")", Word::Close),
            ("[", Word::OpenPredicate),
            ("]", Word::ClosePredicate),
            ("!=", Word::Operator(Operator::NotEqual)),
            ("=", Word::Operator(Operator::Equal)),
            ("<=", Word::Operator(Operator::LessOrEqual)),
            ("<", Word::Operator(Operator::Less)),
            (">=", Word::Operator(Operator::GreaterOrEqual)),
            (">", Word::Operator(Operator::Greater)),
            ("+", Word::Operator(Operator::Add)),
            ("-", Word::Operator(Operator::Subtract)),
            ("*", if is_after_operand { Word::Operator(Operator::Multiply) } else { Word::Any }),
        ];
        signs.into_iter().find(|(sign, _)| self.takes(sign)).map(|(_, word)| word)
    }

    /// A name without a colon.
    fn name(&mut self) -> Option<&'a str> {
        let is_first = |c: char| c.is_alphabetic() || c == '_';
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{b7}') || is_combining(c);
        if !self.rest.starts_with(is_first) {
            return None;
        }
        let (name, rest) = self.rest.split_at(self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        Some(name)
    }

    fn named(&mut self, name: &str) -> Word {
        let mut after = Lexer { rest: self.rest };
        if after.rest.starts_with(':') && !after.rest.starts_with("::") {
            after.rest = &after.rest[1..];
            if after.takes("*") {
                self.rest = after.rest;
                return Word::AnyOf(name.to_owned());
            }
            if let Some(local) = after.name() {
                self.rest = after.rest;
                return self.called(Some(name), local);
            }
        }
        self.called(None, name)
    }

    /// A whole name by what follows it.
    fn called(&mut self, prefix: Option<&str>, local: &str) -> Word {
        let mut after = Lexer { rest: self.rest };
        after.skip_space();
        let name = || prefix.map_or_else(|| local.to_owned(), |prefix| format!("{prefix}:{local}"));
        if prefix.is_none() && after.takes("::") {
            self.rest = after.rest;
            return Word::Axis(local.to_owned());
        }
        if after.rest.starts_with('(') {
            let is_type = matches!(local, "comment" | "text" | "node" | "processing-instruction");
            return if prefix.is_none() && is_type { Word::NodeType(name()) } else { Word::Function(name()) };
        }
        Word::Name { prefix: prefix.map(str::to_owned), local: local.to_owned() }
    }
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}')
}

fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        "and" => Operator::And,
        "or" => Operator::Or,
        "mod" => Operator::Remainder,
        "div" => Operator::Divide,
        _ => return None,
    })
}
