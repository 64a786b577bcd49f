//! The texts of a CSV file in one piece, and a row as a place in it.

use std::sync::Arc;

use csv::StringRecord;

/// All values of a file, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Vec<String>,
    text: String,
    /// Where each value ends in the text, row by row.
    ends: Vec<u32>,
}

impl Table {
    pub(crate) fn new(columns: &StringRecord) -> Self {
        Table { columns: columns.iter().map(str::to_owned).collect(), ..Table::default() }
    }

    /// Adds a row of as many values as there are columns.
    pub(crate) fn push(&mut self, values: &StringRecord) {
        for value in values {
            self.text.push_str(value);
            // No file that is read is longer than 1 GiB.
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
    }

    /// A row for each that was added.
    pub(crate) fn into_rows(mut self) -> Vec<Row> {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        let rows = self.ends.len() / self.columns.len().max(1);
        let table = Arc::new(self);
        (0..rows).map(|number| Row { table: Arc::clone(&table), number }).collect()
    }

    fn value(&self, index: usize) -> &str {
        let end = |index: usize| self.ends.get(index).map_or(0, |end| *end as usize);
        let start = index.checked_sub(1).map_or(0, end);
        self.text.get(start..end(index)).unwrap_or_default()
    }
}

/// A row of a CSV file: texts by the names of their columns.
#[derive(Debug, Clone)]
pub struct Row {
    table: Arc<Table>,
    number: usize,
}

impl Row {
    /// The value in the column of this name.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.columns().iter().position(|name| name == column).map(|index| self.at(index))
    }

    /// The columns' names and values, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns().iter().enumerate().map(|(index, name)| (name.as_str(), self.at(index)))
    }

    /// The names of all columns, in the order of the file.
    pub(crate) fn columns(&self) -> &[String] {
        &self.table.columns
    }

    /// The value in the column of this number, counted from 0.
    pub(crate) fn at(&self, index: usize) -> &str {
        let columns = self.table.columns.len();
        if index < columns { self.table.value(self.number * columns + index) } else { "" }
    }
}

/// Equal if they have the same columns and values.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Row {}
