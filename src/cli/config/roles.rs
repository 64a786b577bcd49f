//! Which users run which checks, as tables of the file say it:
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

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::values::parse_wait;
use super::entry::Source;
use crate::error::Error;
use crate::load::Wait;
use crate::nearest::nearest;

/// The tables there are.
pub(super) const TABLES: [&str; 2] = ["checks", "classes"];

/// What the file says of checks and of classes of users.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Roles {
    pub(in crate::cli) checks: Vec<CheckRole>,
    pub(in crate::cli) classes: Vec<ClassRole>,
}

/// What one check is given.
#[derive(Debug, Clone)]
pub(in crate::cli) struct CheckRole {
    /// The check's, or that of its file.
    pub(in crate::cli) name: String,
    pub(in crate::cli) weight: Option<u32>,
    pub(in crate::cli) class: Option<String>,
    pub(in crate::cli) tags: Vec<String>,
    /// For messages.
    pub(in crate::cli) place: String,
}

/// What one class of users is given.
#[derive(Debug, Clone)]
pub(in crate::cli) struct ClassRole {
    pub(in crate::cli) name: String,
    pub(in crate::cli) weight: Option<u32>,
    /// So many, whatever the others' weights.
    pub(in crate::cli) users: Option<u32>,
    pub(in crate::cli) wait: Option<Wait>,
    pub(in crate::cli) place: String,
}

impl Roles {
    /// Reads one of the [tables](TABLES).
    ///
    /// # Errors
    /// When it says something that no check or class can be given.
    pub(super) fn read(&mut self, table: &str, value: &Spanned<DeValue<'_>>, file: &File<'_>) -> Result<(), Error> {
        for row in Row::all(table, value, file)? {
            match table {
                "checks" => self.checks.push(CheckRole::read(&row)?),
                _ => self.classes.push(ClassRole::read(&row)?),
            }
        }
        Ok(())
    }
}

/// The file that is being read.
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl File<'_> {
    fn place(&self, at: usize) -> String {
        let (line, _) = super::file::place(self.text, at);
        Source::File { path: self.path.to_owned(), line }.to_string()
    }
}

/// `[checks."cart.hurl"]`
struct Row<'a> {
    name: String,
    place: String,
    values: &'a DeTable<'a>,
    file: &'a File<'a>,
}

impl<'a> Row<'a> {
    fn all(table: &str, value: &'a Spanned<DeValue<'_>>, file: &'a File<'a>) -> Result<Vec<Row<'a>>, Error> {
        let refuse = |at: usize| {
            let place = file.place(at);
            Error::usage(format!("{place}: '{table}' holds tables only; write it like [{table}.\"NAME\"]"))
        };
        let DeValue::Table(rows) = value.get_ref() else { return Err(refuse(value.span().start)) };
        let mut all = Vec::new();
        for (name, row) in rows {
            let DeValue::Table(values) = row.get_ref() else { return Err(refuse(name.span().start)) };
            let place = file.place(name.span().start);
            all.push(Row { name: name.get_ref().to_string(), place, values, file });
        }
        Ok(all)
    }

    /// Refuses a key that is none of these.
    fn has_only(&self, known: &[&str]) -> Result<(), Error> {
        let Some((key, _)) = self.values.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref())) else {
            return Ok(());
        };
        let (place, name) = (self.file.place(key.span().start), key.get_ref());
        let remedy = match nearest(name, known.iter().map(ToString::to_string)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("give {}", known.join(", ")),
        };
        Err(Error::usage(format!("{place}: '{}' cannot be given '{name}'; {remedy}", self.name)))
    }

    fn find(&self, key: &str) -> Option<(&DeValue<'_>, String)> {
        let (key, value) = self.values.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((value.get_ref(), self.file.place(key.span().start)))
    }

    fn number(&self, key: &str) -> Result<Option<u32>, Error> {
        let Some((value, place)) = self.find(key) else { return Ok(None) };
        let number = match value {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(Error::usage(format!("{place}: {key} is no whole number; write it like {key} = 3"))),
        }
    }

    fn text(&self, key: &str) -> Result<Option<(String, String)>, Error> {
        match self.find(key) {
            None => Ok(None),
            Some((DeValue::String(text), place)) => Ok(Some((text.to_string(), place))),
            Some((_, place)) => Err(Error::usage(format!("{place}: {key} is no text; write it like {key} = \"...\""))),
        }
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, Error> {
        let Some((value, place)) = self.find(key) else { return Ok(Vec::new()) };
        let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
        let texts = match value {
            DeValue::Array(values) => values.iter().map(text).collect(),
            _ => None,
        };
        texts.ok_or_else(|| Error::usage(format!("{place}: {key} are no texts; write them like {key} = [\"smoke\"]")))
    }
}

impl CheckRole {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        row.has_only(&["weight", "class", "tags"])?;
        Ok(CheckRole {
            name: row.name.clone(),
            weight: row.number("weight")?,
            class: row.text("class")?.map(|(text, _)| text),
            tags: row.texts("tags")?,
            place: row.place.clone(),
        })
    }
}

impl ClassRole {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        row.has_only(&["weight", "users", "wait"])?;
        let wait = match row.text("wait")? {
            Some((text, place)) => {
                Some(parse_wait(&text).map_err(|error| Error::usage(format!("{place}: wait: {error}")))?)
            }
            None => None,
        };
        Ok(ClassRole {
            name: row.name.clone(),
            weight: row.number("weight")?,
            users: row.number("users")?,
            wait,
            place: row.place.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(text: &str) -> Result<Roles, String> {
        let file = File { path: Path::new("perfloop.toml"), text };
        let table = DeTable::parse(text).expect("TOML");
        let mut roles = Roles::default();
        for (key, value) in table.get_ref() {
            roles.read(key.get_ref(), value, &file).map_err(|error| error.to_string())?;
        }
        Ok(roles)
    }

    #[test]
    fn checks_and_classes_are_read() {
        let text = "[checks.\"a.hurl\"]\nweight = 3\nclass = \"shopper\"\ntags = [\"smoke\"]\n\
                    [classes.shopper]\nusers = 5\nwait = \"1s-3s\"\n";
        let roles = roles(text).expect("right");
        let (check, class) = (&roles.checks[0], &roles.classes[0]);
        assert_eq!((check.name.as_str(), check.weight, check.class.as_deref()), ("a.hurl", Some(3), Some("shopper")));
        assert_eq!((check.tags.as_slice(), check.place.as_str()), (&["smoke".to_owned()][..], "perfloop.toml line 1"));
        assert_eq!((class.users, class.weight, class.wait.is_some()), (Some(5), None, true));
    }

    #[test]
    fn a_mistake_names_its_line_and_what_would_be_right() {
        let rows = [
            ("checks = 1", "line 1: 'checks' holds tables only"),
            ("[checks]\na = 1", "line 2: 'checks' holds tables only"),
            ("[checks.a]\nwieght = 1", "line 2: 'a' cannot be given 'wieght'; did you mean weight?"),
            ("[checks.a]\nweight = -1", "line 2: weight is no whole number"),
            ("[checks.a]\ntags = \"x\"", "line 2: tags are no texts"),
            ("[classes.a]\n\nwait = \"soon\"", "line 3: wait: 'soon' is not a span of time"),
            ("[classes.a]\nwait = 3", "line 2: wait is no text"),
        ];
        for (text, wanted) in rows {
            let error = roles(text).expect_err(text);
            assert!(error.contains(wanted), "{error}");
        }
    }
}
