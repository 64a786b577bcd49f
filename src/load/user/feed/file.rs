//! CSV files as rows, or one line that says which line of the file is wrong.

use std::path::Path;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Trim};
use serde::de::DeserializeOwned;

use super::quotes::{BadQuote, bad_quote, is_other_separator, other_separator};
use super::table::{Row, Table};
use crate::error::Error;
use crate::input_file;
use crate::units;

/// Each row as a `T`.
pub(crate) fn read_as<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
    read(path, |columns, record| record.deserialize(Some(columns)))
}

/// Each row as it is.
pub(crate) fn read_rows(path: &Path) -> Result<Vec<Row>, Error> {
    let mut table = None;
    read(path, |columns, record| {
        table.get_or_insert_with(|| Table::new(columns)).push(record);
        Ok(())
    })?;
    Ok(table.map(Table::into_rows).unwrap_or_default())
}

fn read<T>(path: &Path, mut row: impl FnMut(&StringRecord, &StringRecord) -> csv::Result<T>) -> Result<Vec<T>, Error> {
    let file = path.display();
    let refuse = |what: String| Error::usage(format!("{file}: {what}"));
    let bytes = input_file::read(path)
        .map_err(|error| refuse(format!("cannot be read ({error}); give a CSV file that can")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_at(error.as_bytes(), error.utf8_error().valid_up_to());
        Error::usage(format!("{file} line {line}: is not UTF-8; save the file as UTF-8"))
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let refuse_line = |record: &StringRecord, what: String| {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        Error::usage(format!("{file} line {}{what}", line_of_record(text.as_bytes(), start)))
    };
    if text.trim().is_empty() {
        return Err(refuse("is empty; give a row of column names, and rows of values below it".into()));
    }
    if let Some(bad) = bad_quote(text) {
        return Err(Error::usage(format!("{file} line {}: {}", line_at(text.as_bytes(), bad.at), bad.describe())));
    }

    let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|error| refuse(error.to_string()))?.clone();
    for (index, name) in columns.iter().enumerate() {
        if name.is_empty() {
            let what = format!(": column {} has no name; give every column one in the first row", index + 1);
            return Err(refuse_line(&columns, what));
        } else if columns.iter().take(index).any(|other| other == name) {
            return Err(refuse_line(&columns, format!(": column '{name}' is there twice; rename one of them")));
        } else if let Some(separator) = other_separator(name).filter(|_| !text.contains(&format!("\"{name}\""))) {
            let (name, question) = (name.escape_debug(), separates(separator));
            let what = format!(": column '{name}': {question}, or put the name in quotes");
            return Err(refuse_line(&columns, what));
        }
    }

    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    while next(&mut reader, &mut record, &columns).map_err(|what| refuse_line(&record, what))? {
        rows.push(row(&columns, &record).map_err(|error| refuse_line(&record, misfit(&error, &columns, &record)))?);
    }
    if rows.is_empty() {
        return Err(refuse("has column names and no rows; give rows of values below them".into()));
    }
    Ok(rows)
}

impl BadQuote {
    /// Error and remedy in one line.
    fn describe(&self) -> String {
        match self.follower {
            None => "the quote of a value is never closed; put one at its end".into(),
            Some(c) if is_other_separator(c) => separates(c),
            Some(_) => "a value goes on behind its closing quote; double a quote inside of quotes, or close the one \
                        before it"
                .into(),
        }
    }
}

fn separates(separator: char) -> String {
    format!("does '{}' separate the columns? Here commas do; save the file with commas", separator.escape_debug())
}

/// Reads the next record, if there is one. What is wrong with it is the end of a line that names its place.
fn next(reader: &mut Reader<&[u8]>, record: &mut StringRecord, columns: &StringRecord) -> Result<bool, String> {
    reader.read_record(record).map_err(|error| match error.kind() {
        ErrorKind::UnequalLengths { len, .. } => {
            let (values, columns) = (units::count(*len, "value"), units::count(columns.len() as u64, "column"));
            format!(": {values} for {columns}; give one for each, and put a value that has commas in quotes")
        }
        _ => format!(": {error}"),
    })
}

/// Why a row does not fit its type.
fn misfit(error: &csv::Error, columns: &StringRecord, record: &StringRecord) -> String {
    let ErrorKind::Deserialize { err, .. } = error.kind() else { return format!(": {error}") };
    let field = err.field().and_then(|field| usize::try_from(field).ok());
    match field.and_then(|field| Some((columns.get(field)?, record.get(field)?))) {
        Some((column, value)) => {
            format!(", column '{column}': '{}' does not fit ({}); mend the value", value.escape_debug(), err.kind())
        }
        None => {
            let names: Vec<&str> = columns.iter().collect();
            format!(": does not fit ({}); the columns are {}", err.kind(), names.join(", "))
        }
    }
}

/// The line, counted from 1, in which a record stands; empty lines before it belong to the reader's idea of it.
fn line_of_record(text: &[u8], start: usize) -> usize {
    let blank = text.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    line_at(text, start + blank)
}

fn line_at(text: &[u8], byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    let ends_alone = |(at, byte): (usize, &u8)| *byte == b'\n' || (*byte == b'\r' && text.get(at + 1) != Some(&b'\n'));
    1 + before.iter().enumerate().filter(|place| ends_alone(*place)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Person {
        name: String,
        age: Option<u8>,
    }

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&file, bytes).expect("written");
        file
    }

    /// Message that a file is refused with, without its path.
    fn refusal(bytes: &[u8]) -> String {
        let file = file(bytes);
        let text = read_as::<Person>(file.path()).expect_err("a bad file").to_string();
        text.strip_prefix(&file.path().display().to_string()).expect("the path comes first").to_owned()
    }

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let file = file("\u{feff}age, name\r\n\r\n7,\"A, b\"\r\n,\"c\"\"d\ne\"\r\n".as_bytes());
        let people: Vec<Person> = read_as(file.path()).expect("people");
        let person = |name: &str, age| Person { name: name.into(), age };
        assert_eq!(people, [person("A, b", Some(7)), person("c\"d\ne", None)]);
        let rows = read_rows(file.path()).expect("rows");
        assert_eq!((rows[0].get("name"), rows[0].get("Name"), rows[1].get("age")), (Some("A, b"), None, Some("")));
        assert_eq!(rows[0].iter().collect::<Vec<_>>(), [("age", "7"), ("name", "A, b")]);
    }

    #[test]
    fn cells_hold_line_breaks_quotes_separators_and_the_space_around_them() {
        let text = "\u{feff}\r\nid,\"a;b\"\r\n\r\n1,\"two\r\n\r\nlines\"\r\n2,\"{\"\"a\"\": \"\"x;y\"\"}\"\r\n3, spaced \r\n4,\"\"";
        let file = file(text.as_bytes());
        let rows = read_rows(file.path()).expect("rows");
        let values: Vec<_> = rows.iter().map(|row| (row.at(0), row.get("a;b").expect("a column"))).collect();
        assert_eq!(values, [("1", "two\r\n\r\nlines"), ("2", "{\"a\": \"x;y\"}"), ("3", " spaced "), ("4", "")]);
    }

    #[test]
    fn a_bad_file_is_refused_with_its_line_and_the_remedy() {
        const NO_END_1: &str = " line 1: the quote of a value is never closed; put one at its end";
        const NO_END_4: &str = " line 4: the quote of a value is never closed; put one at its end";
        let rows: [(&[u8], &str); 21] = [
            (b"", ": is empty; give a row of column names, and rows of values below it"),
            (b"\n \n", ": is empty; give a row of column names, and rows of values below it"),
            (b"name,age\n", ": has column names and no rows; give rows of values below them"),
            (b"\nname,\na,1\n", " line 2: column 2 has no name; give every column one in the first row"),
            (b"name,age,name\n", " line 1: column 'name' is there twice; rename one of them"),
            (
                b"name,age\na,1\n\n\"b\nc\",2\nd\n",
                " line 6: 1 value for 2 columns; give one for each, and put a value that has commas in quotes",
            ),
            (
                b"name,age\na,1,2\n",
                " line 2: 3 values for 2 columns; give one for each, and put a value that has commas in quotes",
            ),
            (b"name,age\na,1\n\xff,2\n", " line 3: is not UTF-8; save the file as UTF-8"),
            (
                b"name,age\na,1\n\nb,x\ty\n",
                " line 4, column 'age': 'x\\ty' does not fit (invalid digit found in string); mend the value",
            ),
            (
                b"age,name\n300,b\n",
                " line 2, column 'age': '300' does not fit (number too large to fit in target type); mend the value",
            ),
            (b"nom,age\na,1\n", " line 2: does not fit (missing field `name`); the columns are nom, age"),
            (b"a\nb\n", " line 2: does not fit (missing field `name`); the columns are a"),
            (b"1,\"Ann\n2,Bob\n", NO_END_1),
            (b"\xef\xbb\xbfname,age\r\n\r\na,1\r\n\"b,2\r\nc,3\r\n", NO_END_4),
            (
                b"name,age\n\"Ann,1\n\"Bob\",2\n",
                " line 2: a value goes on behind its closing quote; double a quote inside of quotes, or close the one before it",
            ),
            (
                b"name;age\na;1\n",
                " line 1: column 'name;age': does ';' separate the columns? Here commas do; save the file with commas, or put the name in quotes",
            ),
            (
                b"\xef\xbb\xbf\r\nname\tage\r\na\t1\r\n",
                " line 2: column 'name\\tage': does '\\t' separate the columns? Here commas do; save the file with commas, or put the name in quotes",
            ),
            (
                b"name|age\na|1,5\n",
                " line 1: column 'name|age': does '|' separate the columns? Here commas do; save the file with commas, or put the name in quotes",
            ),
            (
                b"sep=;\nname;age\n",
                " line 1: column 'sep=;': does ';' separate the columns? Here commas do; save the file with commas, or put the name in quotes",
            ),
            (
                b"\"name\";\"age\"\n\"a\";\"1\"\n",
                " line 1: does ';' separate the columns? Here commas do; save the file with commas",
            ),
            (
                b"name,age\ra,1,2\r",
                " line 2: 3 values for 2 columns; give one for each, and put a value that has commas in quotes",
            ),
        ];
        for (bytes, wanted) in rows {
            assert_eq!(refusal(bytes), wanted, "{}", String::from_utf8_lossy(bytes));
        }
        let missing = read_rows(Path::new("/no/such.csv")).expect_err("no file").to_string();
        assert!(missing.starts_with("/no/such.csv: cannot be read (No such file"), "{missing}");
    }

    #[test]
    fn rows_take_little_more_than_their_file() {
        let mut text = String::from("name,number\n");
        (0..100_000).for_each(|number| text.push_str(&format!("somebody {number},{}\n", number * 7)));
        let file = file(text.as_bytes());
        let mut rows = Vec::new();
        let memory = allocation_counter::measure(|| rows = read_rows(file.path()).expect("rows"));
        assert_eq!(rows[99_999].get("number"), Some("699993"));
        let [held, most] =
            [memory.bytes_current.unsigned_abs(), memory.bytes_max].map(|bytes| bytes as f64 / text.len() as f64);
        assert!(held < 2.5 && most < 4.5, "{held} {most}");
    }
}
