//! Variables that Hurl files are given.

use std::path::Path;

use super::spec::HurlSpec;
use crate::error::Error;
use crate::input_file;
use crate::load::{Feed, Row, User};
use crate::script::{HurlFiles, IterationValues, Names, Template, Text, Variables};

/// Names that functions of the format have.
const RESERVED: [&str; 3] = ["getEnv", "newDate", "newUuid"];

/// Variables of a run, each name once.
#[derive(Debug, Default)]
pub(crate) struct HurlVariables(Vec<Variable>);

#[derive(Debug)]
struct Variable {
    name: String,
    value: Value,
}

#[derive(Debug)]
enum Value {
    /// May have places for what changes from iteration to iteration.
    Shown(Template),
    Secret(String),
}

impl HurlVariables {
    /// Variables of a specification; of the same name, the last counts.
    ///
    /// # Errors
    /// One line, when one has no value, or a file cannot be read.
    pub(crate) fn read(spec: &HurlSpec, names: Names<'_>) -> Result<Self, Error> {
        let mut given = HurlVariables::default();
        for text in &spec.base_variables {
            let (name, text) = pair("‹base-variable›", text, false)?;
            given.add("‹base-variable›", name, shown(text, names))?;
        }
        for text in &spec.base_secrets {
            let (name, text) = pair("‹base-secret›", text, false)?;
            given.add("‹base-secret›", name, Value::Secret(text.to_owned()))?;
        }
        for path in &spec.variables_files {
            for (source, line) in lines("‹variables-file›", path)? {
                let (name, text) = pair(&source, &line, true)?;
                given.add(&source, name, shown(text, names))?;
            }
        }
        for path in &spec.secrets_files {
            for (source, line) in lines("‹secrets-file›", path)? {
                let (name, text) = pair(&source, &line, false)?;
                given.add(&source, name, Value::Secret(text.to_owned()))?;
            }
        }
        for text in &spec.variables {
            let (name, text) = pair("‹variable›", text, true)?;
            given.add("‹variable›", name, shown(text, names))?;
        }
        for text in &spec.secrets {
            let (name, text) = pair("‹secret›", text, false)?;
            given.add("‹secret›", name, Value::Secret(text.to_owned()))?;
        }
        Ok(given)
    }

    fn add(&mut self, source: &str, name: &str, value: Value) -> Result<(), Error> {
        if name.is_empty() {
            return Err(Error::usage(format!("{source}: there is no name; write NAME=VALUE")));
        } else if RESERVED.contains(&name) {
            return Err(Error::usage(format!("{source}: {name} is a function of Hurl files; give another name")));
        }
        let variable = Variable { name: name.to_owned(), value };
        match self.0.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = variable,
            None => self.0.push(variable),
        }
        Ok(())
    }

    /// Gives them to the files, and to each iteration the values of its row of the feed.
    pub(crate) fn add_to(self, mut files: HurlFiles, feed: Option<&Feed<Row>>) -> HurlFiles {
        let is_given = |name: &String| self.0.iter().any(|variable| variable.name == *name);
        let columns = feed.and_then(|feed| feed.rows().first()).map_or(&[][..], Row::columns);
        let columns = columns.iter().enumerate().filter(|(_, name)| !is_given(name));
        let columns = columns.map(|(index, name)| (index, name.clone())).collect();
        let templates = self.0.iter().filter_map(|variable| match &variable.value {
            Value::Shown(text) => Some(text),
            Value::Secret(_) => None,
        });
        let values = IterationValues::of(templates, feed);
        let mut changing = Changing { columns, variables: Vec::new(), feed: feed.cloned(), values };
        for Variable { name, value } in self.0 {
            match value {
                Value::Secret(text) => files = files.secret(&name, &text),
                Value::Shown(text) if text.is_fixed() => {
                    files = files.variable(&name, &text.to_string());
                }
                Value::Shown(text) => changing.variables.push(ChangingVariable {
                    name,
                    is_quoted: text.to_string().starts_with('"'),
                    text: text.compile(),
                }),
            }
        }
        if changing.columns.is_empty() && changing.variables.is_empty() {
            return files;
        }
        let columns = changing.columns.iter().map(|(_, name)| name);
        let names = columns.chain(changing.variables.iter().map(|variable| &variable.name)).cloned().collect();
        files.known_variables_by(names, move |user| changing.of_iteration(user))
    }
}

fn shown(text: &str, names: Names<'_>) -> Value {
    Value::Shown(Template::new(text, names))
}

/// Variables that each iteration has anew.
struct Changing {
    /// Columns that are variables by their own names.
    columns: Vec<(usize, String)>,
    variables: Vec<ChangingVariable>,
    feed: Option<Feed<Row>>,
    /// Variables that the texts name.
    values: IterationValues,
}

/// Variable whose text has places.
struct ChangingVariable {
    name: String,
    /// True for a text in quotes, which is a text whatever it looks like.
    is_quoted: bool,
    text: Text,
}

impl Changing {
    fn of_iteration(&self, user: &mut User) -> Result<Vec<(String, String)>, String> {
        let row = self.feed.as_ref().map(|feed| feed.of_iteration(user)).transpose();
        let row = row.map_err(|failure| failure.to_string())?;
        let columns = self.columns.iter().map(|(index, name)| {
            let text = row.map_or("", |row| row.at(*index));
            (name.clone(), in_quotes_if_changed(text))
        });
        let mut pairs: Vec<_> = columns.collect();
        let mut named = Variables::new();
        self.values.set(user, &mut named).map_err(|failure| failure.to_string())?;
        for ChangingVariable { name, is_quoted, text } in &self.variables {
            let value = text.render(&named).map_err(|error| error.message)?.into_owned();
            pairs.push((name.clone(), if *is_quoted { value } else { in_quotes_if_changed(&value) }));
        }
        Ok(pairs)
    }
}

/// A value of a table is a number only if it is written as numbers are, so that `007` stays what it is.
fn in_quotes_if_changed(text: &str) -> String {
    let is_integer = text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    let is_float = || text.parse::<f64>().is_ok_and(|number| number.is_finite() && number.to_string() == text);
    if is_integer || is_float() || matches!(text, "true" | "false") { text.to_owned() } else { format!("\"{text}\"") }
}

/// The lines of a file that say something, each with its place.
fn lines(flag: &str, path: &Path) -> Result<Vec<(String, String)>, Error> {
    let text = input_file::read_text(path).map_err(|error| {
        Error::usage(format!("{flag} {}: cannot be read ({error}); give a file that can", path.display()))
    })?;
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let place = |index: usize| format!("{flag} {} line {}", path.display(), index + 1);
    Ok(lines.map(|(index, line)| (place(index), line.to_owned())).collect())
}

/// Name and value. A secret is not shown in the message either.
fn pair<'a>(source: &str, text: &'a str, is_shown: bool) -> Result<(&'a str, &'a str), Error> {
    let shown = if is_shown { format!(" '{text}'") } else { String::new() };
    text.split_once('=').ok_or_else(|| Error::usage(format!("{source}{shown}: there is no value; write NAME=VALUE")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::written::Written;

    fn texts(spec: &HurlSpec) -> Result<Vec<(String, String)>, String> {
        let spec = HurlSpec { base_variables: vec!["a=base".into()], ..spec.clone() };
        let given = HurlVariables::read(&spec, Names::default()).map_err(|error| error.to_string())?;
        let text = |variable: Variable| match variable.value {
            Value::Shown(text) => (variable.name, text.to_string()),
            Value::Secret(text) => (variable.name, format!("secret {text}")),
        };
        Ok(given.0.into_iter().map(text).collect())
    }

    #[test]
    fn variables_come_after_files_and_files_after_base_variables() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&file, "# of the team\n\na=file\n  b = 2=3 \n").expect("written");
        let spec = HurlSpec {
            variables: vec!["c=u{user}".into()],
            secrets: vec!["b =x".into()],
            variables_files: vec![Written::path(file.path())],
            ..HurlSpec::default()
        };
        let pairs = [("a", "file"), ("b ", "secret x"), ("c", "u{user}")];
        assert_eq!(texts(&spec), Ok(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()));
    }

    #[test]
    fn what_is_no_variable_is_refused_and_a_secret_not_shown() {
        let of = |variables: &[&str], secrets: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
            texts(&HurlSpec { variables: owned(variables), secrets: owned(secrets), ..HurlSpec::default() })
                .expect_err("refused")
        };
        assert_eq!(of(&["host"], &[]), "variable 'host': there is no value; write NAME=VALUE");
        assert_eq!(of(&["=1"], &[]), "variable: there is no name; write NAME=VALUE");
        assert_eq!(of(&[], &["hush"]), "secret: there is no value; write NAME=VALUE");
        assert!(of(&["newUuid=1"], &[]).contains("is a function"));
    }

    #[test]
    fn a_value_of_a_table_stays_what_it_is() {
        let rows =
            [("7", "7"), ("1.5", "1.5"), ("true", "true"), ("007", "\"007\""), ("1.50", "\"1.50\""), ("a", "\"a\"")];
        for (text, wanted) in rows {
            assert_eq!(in_quotes_if_changed(text), wanted);
        }
    }
}
