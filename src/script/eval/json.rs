//! JSON as Hurl files see it: numbers of any size stay exact, members are sorted by name.

use std::fmt;

use super::number::Number;
use super::value::Value;

/// Deeper values are refused, so that none can exhaust a thread's stack.
const MAX_DEPTH: usize = 127;
/// Longer ones are refused, for each of their values takes some 50 bytes.
const MAX_VALUES: usize = 2_000_000;

/// Reason that a text is not read as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotRead {
    NoJson,
    TooDeep,
    TooLong,
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotRead::NoJson => f.write_str("no valid JSON"),
            NotRead::TooDeep => write!(f, "JSON nested deeper than {MAX_DEPTH} levels, which is not read"),
            NotRead::TooLong => write!(f, "JSON of more than {MAX_VALUES} values, which is not read"),
        }
    }
}

/// The value a whole text stands for.
///
/// # Errors
/// When it is no JSON, or more than is read.
pub(super) fn parse(text: &str) -> Result<Value, NotRead> {
    let mut reader = Reader { text, at: 0, values: 0, limit: None };
    let value = reader.value(0);
    reader.skip_space();
    value.filter(|_| reader.at == text.len()).ok_or(reader.limit.unwrap_or(NotRead::NoJson))
}

/// Error of bytes that are no JSON, with its place. `None` for JSON, which may be too deep or too long.
pub(super) fn place_of_error(bytes: &[u8]) -> Option<String> {
    serde_json::from_slice::<serde_json::Value>(bytes).err().map(|error| error.to_string())
}

/// A text as a JSON string, with its quotes.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value as JSON, without white space; of what JSON has no form for, its text.
pub(super) fn written(value: &Value) -> String {
    let list = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Text(text) => quoted(text),
        Value::List(elements) => format!("[{}]", list(elements.iter().map(written).collect())),
        Value::Object(members) => {
            let member = |(name, value): &(String, Value)| format!("{}:{}", quoted(name), written(value));
            format!("{{{}}}", list(members.iter().map(member).collect()))
        }
        other => other.to_string(),
    }
}

/// Writes what a text is within the quotes of a JSON string.
pub(super) fn escape_to(text: &str, out: &mut String) {
    let quoted = quoted(text);
    out.push_str(&quoted[1..quoted.len() - 1]);
}

/// True for a text that begins like a number, or with `true`, `false` or `null`.
pub(super) fn starts_as_scalar(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) || ["true", "false", "null"].iter().any(|w| text.starts_with(w))
}

/// The value a number of JSON stands for. Whole numbers too big for 64 bits and floats too big for any stay as written.
pub(super) fn number(text: &str) -> Number {
    if text.contains(['.', 'e', 'E']) {
        let float = text.parse().ok().filter(|float: &f64| float.is_finite());
        return float.map_or_else(|| Number::BigInteger(text.to_owned()), Number::Float);
    }
    text.parse().map_or_else(|_| Number::BigInteger(text.to_owned()), Number::Integer)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
    /// Limit that reading stopped at.
    limit: Option<NotRead>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there.then_some(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        self.values += 1;
        if self.values > MAX_VALUES {
            self.limit = Some(NotRead::TooLong);
            return None;
        }
        match self.peek()? {
            b'{' | b'[' if depth == MAX_DEPTH => {
                self.limit = Some(NotRead::TooDeep);
                None
            }
            b'{' => self.object(depth + 1),
            b'[' => self.list(depth + 1),
            b'"' => self.string().map(Value::Text),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let is_there = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        is_there.then_some(value)
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut elements = Vec::new();
        self.sequence(b']', |reader| {
            elements.push(reader.value(depth)?);
            Some(())
        })?;
        Some(Value::List(elements))
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut members: Vec<(String, Value)> = Vec::new();
        self.sequence(b'}', |reader| {
            reader.skip_space();
            let name = reader.string()?;
            reader.skip_space();
            reader.take(b':')?;
            members.push((name, reader.value(depth)?));
            Some(())
        })?;
        // Of members with the same name, the last one counts: the sort keeps their order, reversed.
        members.reverse();
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members.dedup_by(|(a, _), (b, _)| a == b);
        Some(Value::Object(members))
    }

    /// Reads elements between brackets, with commas between.
    fn sequence(&mut self, end: u8, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.skip_space();
        if self.take(end).is_some() {
            return Some(());
        }
        loop {
            one(self)?;
            self.skip_space();
            if self.take(end).is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let _ = self.take(b'-');
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if self.take(b'e').or_else(|| self.take(b'E')).is_some() {
            let _ = self.take(b'+').or_else(|| self.take(b'-'));
            self.digits()?;
        }
        Some(Value::Number(number(&self.text[start..self.at])))
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
            text.push_str(&rest[..plain]);
            self.at += plain;
            if self.take(b'"').is_some() {
                return Some(text);
            }
            self.take(b'\\')?;
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first);
                }
                self.take(b'\\')?;
                self.take(b'u')?;
                let second = self.unit().filter(|unit| (0xDC00..0xE000).contains(unit))?;
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))?
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parse(text).map_or_else(|_| "none".into(), |value| format!("{value:?}"))
    }

    #[test]
    fn numbers_keep_their_size_and_kind() {
        assert_eq!(shown("-0"), "Number(Integer(0))");
        assert_eq!(shown("1.0"), "Number(Float(1.0))");
        assert_eq!(shown("1e2"), "Number(Float(100.0))");
        assert_eq!(shown("1000000000000000000000"), "Number(BigInteger(\"1000000000000000000000\"))");
        assert_eq!(shown("1e400"), "Number(BigInteger(\"1e400\"))");
    }

    #[test]
    fn the_last_of_members_with_one_name_counts_and_members_are_sorted() {
        let value = parse(r#" {"b": 1, "a": [true, null], "b": "x"} "#).expect("JSON");
        assert_eq!(value.member("b"), Some(&Value::from("x")));
        assert_eq!(value.member("c"), None);
        let Value::Object(members) = value else { panic!("no object") };
        assert_eq!(members.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn escapes_stand_for_their_characters() {
        let value = parse(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#).expect("JSON");
        assert_eq!(value, Value::from("\"\\/\u{8}\u{c}\n\r\té😀é"));
    }

    #[test]
    fn what_is_no_json_is_none() {
        let broken = [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "tru",
            "nul",
            "\"a",
            "\"\n\"",
            "[1 2]",
            "{a:1}",
            "{\"a\" 1}",
            "1 2",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\u12\"",
            "\u{feff}{}",
            "NaN",
            "'a'",
            "\"\\u00é\"",
        ];
        for text in broken {
            assert_eq!(shown(text), "none", "{text}");
        }
    }

    #[test]
    fn it_says_the_same_as_another_reader() {
        let texts = [
            "{}",
            "[]",
            "[[],{}]",
            r#"{"a":{"b":[1,2,{"c":"d"}]},"e":-1.5e-3}"#,
            " [ 1 , 2 ] ",
            "\"\"",
            "\"\u{7f}\"",
            "[1e+2]",
            "[-]",
            "{\"a\":}",
            "[\u{a0}1]",
        ];
        for text in texts {
            assert_eq!(parse(text).is_ok(), serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_value_nested_too_deep_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(127)).is_ok());
        assert_eq!(parse(&nested(128)), Err(NotRead::TooDeep));
        assert_eq!(parse(&nested(1_000_000)), Err(NotRead::TooDeep));
    }

    #[test]
    fn more_values_than_are_read_are_refused() {
        let list = |values: usize| format!("[{}1]", "1,".repeat(values - 2));
        assert!(parse(&list(MAX_VALUES)).is_ok());
        assert_eq!(parse(&list(MAX_VALUES + 1)), Err(NotRead::TooLong));
    }

    #[test]
    fn a_text_is_escaped_to_stand_in_a_string() {
        let mut out = String::new();
        escape_to("a\"b\\c\n\u{1}é", &mut out);
        assert_eq!(out, "a\\\"b\\\\c\\n\\u0001é");
    }
}
