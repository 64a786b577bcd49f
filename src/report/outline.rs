//! Rows of text in columns, for what has no numbers yet.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Writes rows in columns that are two blanks apart and as wide as their cells; what would go beyond `width` is
/// wrapped within its column.
///
/// # Errors
/// Those of the writer.
pub(crate) fn write_columns(
    columns: &[Align],
    rows: impl IntoIterator<Item = Vec<String>>,
    width: u16,
    writer: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    for row in rows {
        let cells = row.into_iter().zip(columns).map(|(text, align)| {
            let alignment = if *align == Align::Left { CellAlignment::Left } else { CellAlignment::Right };
            Cell::new(text).set_alignment(alignment)
        });
        table.add_row(cells);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for line in table.lines() {
        writeln!(writer, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rows: &[[&str; 3]], width: u16) -> String {
        let rows = rows.iter().map(|row| row.map(str::to_owned).to_vec());
        let mut bytes = Vec::new();
        write_columns(&[Align::Left, Align::Right, Align::Left], rows, width, &mut bytes).expect("memory");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let text = written(&[["a", "1", "x"], ["long", "100", ""]], 80);
        assert_eq!(text, "a       1  x\nlong  100\n");
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let long = "http://127.0.0.1:5000/".to_owned() + &"x".repeat(200);
        let text = written(&[["target", "1", &long]], 40);
        assert!(text.lines().count() > 4 && text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }
}
