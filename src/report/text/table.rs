//! A table: names, and numbers beside them, as many as fit.

use textwrap::core::display_width;

use super::style::{Paint, Style};
use super::wrap::wrapped;

/// Between two columns.
const GAP: usize = 2;
/// The column of names never gets narrower, unless all names are.
const MIN_NAME: usize = 18;
/// Mark for the middle of a name that is too long.
const CUT: char = '…';

/// How a name that is too long is made to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LongNames {
    /// Its middle is left out: what names differ by stands at their ends.
    Cut,
    /// The name goes on below, broken between words.
    Wrap,
}

/// A column of numbers.
#[derive(Debug, Clone)]
pub(super) struct Column {
    title: String,
    /// Where there is no room for all, those with the lowest are left out.
    rank: u8,
}

/// A number, or a word in its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    text: String,
    paint: Paint,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    indent: usize,
    name: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
pub(super) struct Table {
    title: String,
    long_names: LongNames,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Cell { text: text.into(), paint: Paint::Plain }
    }

    pub(super) fn painted(self, paint: Paint) -> Self {
        Cell { paint, ..self }
    }

    /// A count that should be zero.
    pub(super) fn bad(count: u64) -> Self {
        Cell::new(count.to_string()).painted(if count == 0 { Paint::Plain } else { Paint::Bad })
    }
}

impl Row {
    pub(super) fn new(name: impl Into<String>, cells: Vec<Cell>) -> Self {
        Row { indent: 0, name: name.into(), cells }
    }

    /// Belongs to the row above that is not indented.
    pub(super) fn indented(self) -> Self {
        Row { indent: 2, ..self }
    }

    pub(super) fn is_indented(&self) -> bool {
        self.indent > 0
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn width(&self) -> usize {
        self.indent + display_width(&self.name)
    }

    /// The name in so many columns, which is one line or several.
    fn name_in(&self, width: usize, long_names: LongNames) -> Vec<String> {
        let indent = " ".repeat(self.indent);
        if self.width() <= width {
            return vec![indent + &self.name];
        }
        let room = width.saturating_sub(self.indent);
        match long_names {
            LongNames::Cut => vec![indent + &cut_middle(&self.name, room)],
            LongNames::Wrap => wrapped(&self.name, width, &indent, &(indent.clone() + "  ")),
        }
    }
}

impl Table {
    /// Each column is its title and its rank: those with the lowest ranks are left out where there is no room.
    pub(super) fn new<'a>(title: &str, columns: impl IntoIterator<Item = (&'a str, u8)>) -> Self {
        let columns = columns.into_iter().map(|(title, rank)| Column { title: title.to_owned(), rank }).collect();
        Table { title: title.to_owned(), long_names: LongNames::Cut, columns, rows: Vec::new() }
    }

    pub(super) fn with(self, long_names: LongNames) -> Self {
        Table { long_names, ..self }
    }

    pub(super) fn rows(self, rows: impl IntoIterator<Item = Row>) -> Self {
        Table { rows: rows.into_iter().collect(), ..self }
    }

    /// No column is left out; long names may lose their middle.
    pub(super) fn fits(&self, width: usize) -> bool {
        self.layout(width).1.len() == self.columns.len()
    }

    /// The rows with some of the columns only.
    pub(super) fn part(&self, columns: std::ops::Range<usize>) -> Table {
        let rows = self.rows.iter().map(|row| {
            let cells = row.cells.get(columns.clone()).unwrap_or_default().to_vec();
            Row { cells, ..row.clone() }
        });
        Table { columns: self.columns[columns.clone()].to_vec(), rows: rows.collect(), ..self.clone() }
    }

    fn longest_name(&self) -> usize {
        self.rows.iter().map(Row::width).chain([display_width(&self.title)]).max().unwrap_or(0)
    }

    /// With the gap before it.
    fn column_width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| display_width(&cell.text));
        GAP + cells.chain([display_width(&self.columns[column].title)]).max().unwrap_or(0)
    }

    /// The columns that there is room for with their widths, and what is left for the names.
    fn layout(&self, width: usize) -> (usize, Vec<(usize, usize)>) {
        let mut shown: Vec<_> = (0..self.columns.len()).map(|column| (column, self.column_width(column))).collect();
        let longest = self.longest_name();
        // A third of the line is enough for a name, as long as there are numbers to show.
        let wanted = longest.min(MIN_NAME.max(width / 3));
        let taken = |shown: &[(usize, usize)]| shown.iter().map(|(_, width)| width).sum::<usize>();
        while shown.len() > 1 && wanted + taken(&shown) > width {
            let least = shown.iter().enumerate().min_by_key(|(_, (column, _))| self.columns[*column].rank);
            let Some(place) = least.map(|(place, _)| place) else { break };
            shown.remove(place);
        }
        (longest.min(width.saturating_sub(taken(&shown)).max(MIN_NAME)), shown)
    }

    /// A number that there is room for ends with this mark.
    pub(super) fn shows(&self, mark: char, width: usize) -> bool {
        let (_, shown) = self.layout(width);
        let mut cells = self.rows.iter().flat_map(|row| shown.iter().filter_map(|(column, _)| row.cells.get(*column)));
        cells.any(|cell| cell.text.ends_with(mark))
    }

    /// The lines in this width; none without rows.
    pub(super) fn lines(&self, width: usize, style: Style) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let (name_width, shown) = self.layout(width);
        let titles = self.columns.iter().map(|column| Cell::new(&*column.title).painted(Paint::Head)).collect();
        let head = Row::new(self.title.as_str(), titles);
        let mut lines = self.row_lines(&head, Paint::Head, name_width, &shown, style);
        for row in &self.rows {
            lines.extend(self.row_lines(row, Paint::Plain, name_width, &shown, style));
        }
        lines
    }

    fn row_lines(
        &self,
        row: &Row,
        paint: Paint,
        name_width: usize,
        shown: &[(usize, usize)],
        style: Style,
    ) -> Vec<String> {
        let mut lines = row.name_in(name_width, self.long_names);
        let Some(first) = lines.first_mut() else { return lines };
        let missing = name_width.saturating_sub(display_width(first));
        let last =
            shown.iter().rposition(|(column, _)| row.cells.get(*column).is_some_and(|cell| !cell.text.is_empty()));
        *first = style.paint(paint, first);
        let Some(last) = last else { return lines };
        first.extend(std::iter::repeat_n(' ', missing));
        for (column, width) in &shown[..=last] {
            let Cell { text, paint } = row.cells.get(*column).cloned().unwrap_or_default();
            first.extend(std::iter::repeat_n(' ', width.saturating_sub(display_width(&text))));
            first.push_str(&style.paint(paint, &text));
        }
        lines
    }
}

/// A text without its middle.
fn cut_middle(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let start = taken(text.chars(), room.div_ceil(2));
    let end = taken(text.chars().rev(), room / 2);
    start.into_iter().chain([CUT]).chain(end.into_iter().rev()).collect()
}

/// As many characters as fit.
fn taken(chars: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut used = 0;
    let fits = |c: &char| {
        used += display_width(c.encode_utf8(&mut [0; 4]));
        used <= width
    };
    chars.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        let columns = [("pass", 9), ("exception", 8), ("min", 1), ("p99", 5)];
        let cells = ["123456", "0", "0.001", "1234.5*"].map(Cell::new).to_vec();
        Table::new("check", columns).rows([Row::new("all", cells.clone()), Row::new(name, cells).indented()])
    }

    fn text(table: &Table, width: usize) -> String {
        table.lines(width, Style::Plain).join("\n")
    }

    #[test]
    fn all_columns_stand_where_there_is_room() {
        let wanted = "\
check     pass  exception    min      p99
all     123456          0  0.001  1234.5*
  GET   123456          0  0.001  1234.5*";
        assert_eq!(text(&table("GET "), 80), wanted);
        assert!(table("GET").fits(40) && !table("GET").fits(39));
    }

    #[test]
    fn the_least_column_goes_first_and_no_number_is_cut() {
        let narrow = text(&table("GET /a/name/of/some/length"), 50);
        assert!(!narrow.contains("min") && narrow.contains("1234.5*") && narrow.contains("123456"), "{narrow}");
        assert!(narrow.lines().all(|line| display_width(line) <= 50), "{narrow}");
        let narrower = text(&table("GET /a/name/of/some/length"), 30);
        assert!(!narrower.contains("p99") && narrower.contains("123456"), "{narrower}");
        let marked = |width| table("GET /a/name/of/some/length*").shows('*', width);
        assert!(marked(50) && !marked(30), "a mark counts if its column is there");
    }

    #[test]
    fn a_long_name_loses_its_middle_or_goes_on_below() {
        let name = "GET /the/start/of/it/and/a/middle/that/nobody/needs/and/the/end";
        let cut = text(&table(name), 60);
        assert!(cut.contains("  GET /the") && cut.contains('…') && cut.contains("/the/end"), "{cut}");
        assert!(cut.lines().all(|line| display_width(line) <= 60), "{cut}");
        let wrapped = text(&table("fail if GET /a: p95 > 450ms after 10s abort").with(LongNames::Wrap), 60);
        assert!(wrapped.contains("  fail if GET /a: p95") && wrapped.contains("\n    "), "{wrapped}");
        assert!(!wrapped.contains('…') && wrapped.lines().all(|line| display_width(line) <= 60), "{wrapped}");
    }

    #[test]
    fn wide_letters_are_counted_by_the_room_they_take() {
        assert_eq!(cut_middle("日本語のとても長い名前", 10), "日本…名前");
        let lines = table("日本語").lines(80, Style::Plain);
        assert_eq!(display_width(&lines[1]), display_width(&lines[2]), "{lines:#?}");
    }

    #[test]
    fn colours_change_no_column() {
        let table = table("GET");
        let coloured = table.lines(80, Style::Coloured);
        assert!(coloured[0].contains("\x1b[1m"), "{coloured:?}");
        let widths = |lines: &[String]| lines.iter().map(|line| display_width(line)).collect::<Vec<_>>();
        assert_eq!(widths(&coloured), widths(&table.lines(80, Style::Plain)));
    }
}
