//! Tables of a file that say which users run which checks:
//!
//! ```toml
//! [checks."cart.hurl"]
//! weight = 3
//! class = "shopper"
//!
//! [classes.shopper]
//! weight = 2
//! wait = "1s-3s"
//! ```

use std::path::Path;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::given::Source;
use super::values::parse_wait;
use crate::error::Error;
use crate::nearest::nearest;

/// File that is being read.
pub(crate) struct File<'a> {
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
}

impl File<'_> {
    fn source(&self, at: usize) -> Source {
        let line = self.text[..self.text.floor_char_boundary(at)].matches('\n').count() + 1;
        Source::File { path: self.path.to_owned(), line }
    }
}

/// Kinds of values in a row.
const COLUMNS: [(&str, &[(&str, Column)]); 2] = [
    ("checks", &[("weight", Column::Number), ("class", Column::Text), ("tags", Column::Texts)]),
    ("classes", &[("weight", Column::Number), ("users", Column::Number), ("wait", Column::Wait)]),
];

#[derive(Debug, Clone, Copy)]
enum Column {
    Number,
    Text,
    Texts,
    Wait,
}

/// Rows of one table.
pub(crate) struct Rows;

impl Rows {
    /// Reads a table of rows by name.
    ///
    /// # Errors
    /// When it says something that no row of this table has.
    pub(crate) fn read(table: &str, value: &Spanned<DeValue<'_>>, file: &File<'_>) -> Result<Value, Error> {
        let refuse = |at: usize| {
            let source = file.source(at);
            Error::usage(format!("{source}: '{table}' holds tables only; write it like [{table}.\"NAME\"]"))
        };
        let columns = COLUMNS.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, columns)| *columns);
        let DeValue::Table(rows) = value.get_ref() else { return Err(refuse(value.span().start)) };
        let mut all = Map::new();
        for (name, row) in rows {
            let DeValue::Table(values) = row.get_ref() else { return Err(refuse(name.span().start)) };
            all.insert(name.get_ref().to_string(), read_row(name.get_ref(), values, columns, file)?);
        }
        Ok(Value::Object(all))
    }
}

fn read_row(name: &str, values: &DeTable<'_>, columns: &[(&str, Column)], file: &File<'_>) -> Result<Value, Error> {
    let mut row = Map::new();
    for (key, value) in values {
        let (source, key) = (file.source(key.span().start), key.get_ref().as_ref());
        let Some((_, column)) = columns.iter().find(|(known, _)| *known == key) else {
            let remedy = match nearest(key, columns.iter().map(|(known, _)| (*known).to_owned())) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("give {}", columns.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ")),
            };
            return Err(Error::usage(format!("{source}: '{name}' cannot be given '{key}'; {remedy}")));
        };
        let refuse = |why: String| Error::usage(format!("{source}: {why}"));
        row.insert(key.to_owned(), read_value(key, value.get_ref(), *column).map_err(refuse)?);
    }
    Ok(Value::Object(row))
}

fn read_value(key: &str, value: &DeValue<'_>, column: Column) -> Result<Value, String> {
    match (column, value) {
        (Column::Number, DeValue::Integer(number)) => {
            u32::from_str_radix(number.as_str(), number.radix()).map(Value::from).map_err(|_| no_number(key))
        }
        (Column::Number, _) => Err(no_number(key)),
        (Column::Text | Column::Wait, DeValue::String(text)) => {
            if matches!(column, Column::Wait) {
                parse_wait(text).map_err(|why| format!("{key}: {why}"))?;
            }
            Ok(Value::from(text.as_ref()))
        }
        (Column::Text | Column::Wait, _) => Err(format!("{key} is no text; write it like {key} = \"...\"")),
        (Column::Texts, DeValue::Array(values)) => {
            let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(Value::from);
            values.iter().map(text).collect::<Option<Value>>().ok_or_else(|| no_texts(key))
        }
        (Column::Texts, _) => Err(no_texts(key)),
    }
}

fn no_number(key: &str) -> String {
    format!("{key} is no whole number; write it like {key} = 3")
}

fn no_texts(key: &str) -> String {
    format!("{key} are no texts; write them like {key} = [\"smoke\"]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Value, String> {
        let table = DeTable::parse(text).expect("TOML");
        let file = File { path: Path::new("perfloop.toml"), text };
        let mut all = Map::new();
        for (name, value) in table.get_ref() {
            let rows = Rows::read(name.get_ref(), value, &file).map_err(|error| error.to_string())?;
            all.insert(name.get_ref().to_string(), rows);
        }
        Ok(Value::Object(all))
    }

    #[test]
    fn checks_and_classes_have_rows_of_their_own() {
        let text = "[checks.\"a.hurl\"]\nweight = 3\nclass = \"shopper\"\ntags = [\"smoke\"]\n\
                    [classes.shopper]\nusers = 5\nwait = \"1s-3s\"\n";
        let wanted = serde_json::json!({
            "checks": {"a.hurl": {"weight": 3, "class": "shopper", "tags": ["smoke"]}},
            "classes": {"shopper": {"users": 5, "wait": "1s-3s"}},
        });
        assert_eq!(rows(text), Ok(wanted));
    }

    #[test]
    fn a_mistake_names_its_line_and_what_would_be_right() {
        let table = [
            ("checks = 1", ":1: 'checks' holds tables only"),
            ("[checks]\na = 1", ":2: 'checks' holds tables only"),
            ("[checks.a]\nwieght = 1", ":2: 'a' cannot be given 'wieght'; did you mean weight?"),
            ("[checks.a]\nweight = -1", ":2: weight is no whole number"),
            ("[checks.a]\ntags = \"x\"", ":2: tags are no texts"),
            ("[classes.a]\n\nwait = \"soon\"", ":3: wait: 'soon' is not a span of time"),
            ("[classes.a]\nwait = 3", ":2: wait is no text"),
        ];
        for (text, wanted) in table {
            let error = rows(text).expect_err(text);
            assert!(error.starts_with("perfloop.toml") && error.contains(wanted), "{error}");
        }
    }
}
