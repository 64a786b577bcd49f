//! The variables a file sees.

use std::collections::HashMap;
use std::sync::Arc;

use super::number::Number;
use super::value::Value;

/// Names that stand for functions and therefore for no variable.
const FUNCTIONS: [&str; 3] = ["getEnv", "newDate", "newUuid"];

/// Variables by name: a base that copies share, and changes of their own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    base: Option<Arc<HashMap<String, Value>>>,
    /// Changes of this copy. There are few, often set again: a list is quicker than a map.
    own: Vec<(String, Value)>,
}

impl Variables {
    pub(crate) fn new() -> Self {
        Variables::default()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let own = self.own.iter().find(|(other, _)| other == name);
        own.map(|(_, value)| value).or_else(|| self.base.as_ref()?.get(name))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.base.iter().flat_map(|base| base.keys()).chain(self.own.iter().map(|(name, _)| name)).map(String::as_str)
    }

    /// Sets a variable here, but in no copy made before.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: Value) {
        let name = name.into();
        match self.own.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.own.push((name, value)),
        }
    }

    /// Makes all that is set the base of later copies: they are cheap from now on.
    pub(crate) fn settle(&mut self) {
        Arc::make_mut(self.base.get_or_insert_default()).extend(self.own.drain(..));
    }

    /// A variable as the command line has it: `name=value`, where the value tells its kind.
    ///
    /// # Errors
    /// One line, when it is no such thing.
    pub(crate) fn parse_assignment(text: &str) -> Result<(String, Value), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("variable {text} has no value: NAME=VALUE"))?;
        if FUNCTIONS.contains(&name) {
            return Err(format!("variable {name} has the name of a function: choose another"));
        }
        Ok((name.to_owned(), Variables::parse_value(value)?))
    }

    /// A value that tells its kind: `true`, `12`, `1.5`, `null`, `"12"` (a text), and all else a text.
    ///
    /// # Errors
    /// One line, when a quote is not closed.
    pub(crate) fn parse_value(text: &str) -> Result<Value, String> {
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Value::from(number));
        }
        Ok(match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "" => Value::from(""),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Value::Number(Number::BigInteger(digits.to_owned()))
            }
            other => match (other.parse::<f64>(), other.strip_prefix('"')) {
                (Ok(number), _) => Value::Number(Number::Float(number)),
                (_, None) => Value::from(other),
                (_, Some(quoted)) => {
                    Value::from(quoted.strip_suffix('"').ok_or_else(|| format!("value {other} lacks its last quote"))?)
                }
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_is_set_later_to_itself() {
        let mut first = Variables::new();
        first.set("a", Value::from(1));
        first.settle();
        let mut second = first.clone();
        second.set("a", Value::from(2));
        second.set("a", Value::from(3));
        assert_eq!(first.get("a"), Some(&Value::from(1)));
        assert_eq!(second.get("a"), Some(&Value::from(3)));
        assert_eq!(second.get("b"), None);
    }

    #[test]
    fn a_value_tells_its_kind() {
        let parse = |text| Variables::parse_assignment(text).map(|(_, value)| value.shown());
        assert_eq!(parse("a=true"), Ok("boolean <true>".into()));
        assert_eq!(parse("a=-12"), Ok("integer <-12>".into()));
        assert_eq!(parse("a=92233720368547758080"), Ok("integer <92233720368547758080>".into()));
        assert_eq!(parse("a=1.5"), Ok("float <1.5>".into()));
        assert_eq!(parse("a=null"), Ok("null <null>".into()));
        assert_eq!(parse("a=\"12\""), Ok("string <12>".into()));
        assert_eq!(parse("a=x=y"), Ok("string <x=y>".into()));
        assert!(parse("a=\"12").is_err_and(|error| error.contains("quote")));
        assert!(parse("a").is_err_and(|error| error.contains("NAME=VALUE")));
        assert!(parse("newUuid=1").is_err_and(|error| error.contains("function")));
    }
}
