//! Reads paths.

use super::ast::{Comparison, Operand, Path, Pattern, Segment, Selector, Test};
use super::find::compile;
use crate::script::eval::json;
use crate::script::eval::value::Value;

/// Tests nested deeper are refused, so that none can exhaust a thread's stack.
const MAX_DEPTH: usize = 64;
/// The largest index: larger ones are not exact everywhere.
const MAX_INDEX: i64 = (1 << 53) - 1;

pub(super) fn parse(text: &str) -> Option<Path> {
    let mut reader = Reader { rest: text, depth: 0 };
    reader.take("$")?;
    let segments = reader.segments()?;
    reader.rest.is_empty().then_some(Path { is_absolute: true, segments })
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn takes(&mut self, word: &str) -> bool {
        self.take(word).is_some()
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Reads something that may hold more of its kind.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn segments(&mut self) -> Option<Vec<Segment>> {
        let mut segments = Vec::new();
        loop {
            let before = self.rest;
            self.skip_space();
            if self.takes("..") {
                segments.push(Segment { is_deep: true, selectors: self.selectors()? });
            } else if self.takes(".") || self.rest.starts_with('[') {
                segments.push(Segment { is_deep: false, selectors: self.selectors()? });
            } else {
                self.rest = before;
                return Some(segments);
            }
        }
    }

    /// Selectors in brackets, or after a dot.
    fn selectors(&mut self) -> Option<Vec<Selector>> {
        if !self.takes("[") {
            return Some(vec![if self.takes("*") { Selector::All } else { Selector::Name(self.name()?) }]);
        }
        let mut selectors = Vec::new();
        loop {
            self.skip_space();
            selectors.push(self.selector()?);
            self.skip_space();
            if self.takes("]") {
                return Some(selectors);
            }
            self.take(",")?;
        }
    }

    /// Freer than the RFC, which has neither hyphens nor digits at the beginning.
    fn name(&mut self) -> Option<String> {
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-' || c >= '\u{80}');
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn selector(&mut self) -> Option<Selector> {
        match self.rest.chars().next()? {
            '"' | '\'' => self.string().map(Selector::Name),
            '*' => self.take("*").map(|()| Selector::All),
            '?' => {
                self.take("?")?;
                self.skip_space();
                self.nested(Self::any).map(Selector::Filter)
            }
            _ => self.index_or_slice(),
        }
    }

    fn index_or_slice(&mut self) -> Option<Selector> {
        let start = self.bound()?;
        if !self.takes(":") {
            return start.map(Selector::Index);
        }
        self.skip_space();
        let end = self.bound()?;
        let step = if self.takes(":") {
            self.skip_space();
            self.bound()?
        } else {
            None
        };
        Some(Selector::Slice { start, end, step: step.unwrap_or(1) })
    }

    /// An integer, or nothing.
    fn bound(&mut self) -> Option<Option<i64>> {
        if !self.rest.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Some(None);
        }
        let before = self.rest;
        let is_negative = self.takes("-");
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.starts_with('0') && (digits.len() > 1 || is_negative) {
            return None;
        }
        let length = digits.len() + usize::from(is_negative);
        let number: i64 = before[..length].parse().ok()?;
        self.skip_space();
        (-MAX_INDEX..=MAX_INDEX).contains(&number).then_some(Some(number))
    }

    /// Tests with `||` between.
    fn any(&mut self) -> Option<Test> {
        let mut tests = vec![self.all()?];
        while self.takes("||") {
            self.skip_space();
            tests.push(self.all()?);
        }
        if tests.len() > 1 { Some(Test::Or(tests)) } else { tests.pop() }
    }

    /// Tests with `&&` between.
    fn all(&mut self) -> Option<Test> {
        let mut tests = vec![self.test()?];
        while self.takes("&&") {
            self.skip_space();
            tests.push(self.test()?);
        }
        if tests.len() > 1 { Some(Test::And(tests)) } else { tests.pop() }
    }

    /// One test and the white space after it.
    fn test(&mut self) -> Option<Test> {
        let is_negated = self.takes("!");
        self.skip_space();
        let test = if self.takes("(") {
            self.skip_space();
            let test = self.nested(Self::any)?;
            self.take(")")?;
            test
        } else if self.takes("match(") {
            self.matches(true)?
        } else if self.takes("search(") {
            self.matches(false)?
        } else {
            // `! a == b` has no meaning, so that only what exists can be negated.
            self.comparison(!is_negated)?
        };
        self.skip_space();
        Some(if is_negated { Test::Not(Box::new(test)) } else { test })
    }

    /// A comparison, or a path alone.
    fn comparison(&mut self, may_compare: bool) -> Option<Test> {
        let left = if self.rest.starts_with(['@', '$']) {
            let path = self.path()?;
            self.skip_space();
            if !self.rest.starts_with(['=', '!', '<', '>']) {
                return Some(Test::Exists(path));
            }
            path.is_definite().then_some(Operand::Path(path))?
        } else {
            self.operand()?
        };
        self.skip_space();
        let comparison = self.operator().filter(|_| may_compare)?;
        self.skip_space();
        Some(Test::Compare(left, comparison, self.operand()?))
    }

    fn operator(&mut self) -> Option<Comparison> {
        let operators = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            ("<", Comparison::Less),
            (">=", Comparison::GreaterOrEqual),
            (">", Comparison::Greater),
        ];
        operators.into_iter().find(|(word, _)| self.takes(word)).map(|(_, operator)| operator)
    }

    fn path(&mut self) -> Option<Path> {
        let is_absolute = self.takes("$");
        if !is_absolute {
            self.take("@")?;
        }
        Some(Path { is_absolute, segments: self.nested(Self::segments)? })
    }

    fn operand(&mut self) -> Option<Operand> {
        let words = [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
        if let Some((_, value)) = words.into_iter().find(|(word, _)| self.takes(word)) {
            return Some(Operand::Literal(value));
        }
        match self.rest.chars().next()? {
            '"' | '\'' => self.string().map(|text| Operand::Literal(Value::Text(text))),
            '@' | '$' => self.path().filter(Path::is_definite).map(Operand::Path),
            '-' | '0'..='9' => self.number().map(Operand::Literal),
            _ => self.function(),
        }
    }

    fn function(&mut self) -> Option<Operand> {
        if self.takes("length(") {
            self.argument(|reader| reader.nested(Self::operand)).map(|of| Operand::Length(Box::new(of)))
        } else if self.takes("count(") {
            self.argument(Self::path).map(Operand::Count)
        } else {
            self.take("value(")?;
            self.argument(Self::path).map(Operand::Only)
        }
    }

    /// The only argument of a function, and the bracket after it.
    fn argument<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.skip_space();
        let argument = read(self)?;
        self.skip_space();
        self.take(")")?;
        Some(argument)
    }

    /// The arguments of `match(` or `search(`.
    fn matches(&mut self, is_whole: bool) -> Option<Test> {
        self.skip_space();
        let text = self.nested(Self::operand)?;
        self.skip_space();
        self.take(",")?;
        let pattern = match self.argument(|reader| reader.nested(Self::operand))? {
            Operand::Literal(Value::Text(pattern)) => Pattern::Fixed(compile(&pattern, is_whole)?),
            Operand::Literal(_) => return None,
            operand => Pattern::Found(operand),
        };
        Some(Test::Matches { text, pattern, is_whole })
    }

    fn number(&mut self) -> Option<Value> {
        let before = self.rest;
        let _ = self.takes("-");
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
            return None;
        }
        if self.takes(".") && self.take_while(|c| c.is_ascii_digit()).is_empty() {
            return None;
        }
        if self.takes("e") || self.takes("E") {
            let _ = self.takes("+") || self.takes("-");
            if self.take_while(|c| c.is_ascii_digit()).is_empty() {
                return None;
            }
        }
        Some(Value::Number(json::number(&before[..before.len() - self.rest.len()])))
    }

    /// A string in either kind of quotes, with the escapes of JSON and that of its own quote.
    fn string(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut json = String::from("\"");
        let mut chars = self.rest[1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next()?.1 {
                    '\'' if quote == '\'' => json.push('\''),
                    '"' if quote == '\'' => return None,
                    escaped => json.extend(['\\', escaped]),
                },
                '"' if quote == '\'' => json.push_str("\\\""),
                c if c == quote => {
                    self.rest = &self.rest[at + 2..];
                    json.push('"');
                    return match json::parse(&json).ok()? {
                        Value::Text(text) => Some(text),
                        _ => None,
                    };
                }
                c => json.push(c),
            }
        }
        None
    }
}
