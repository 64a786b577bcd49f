//! Columns of texts, such as those of a dry run.

use std::io::{self, Write};

use textwrap::core::display_width;

use super::wrap::wrapped;

/// Blanks between two columns.
const GAP: usize = 2;

/// Side of a column at which its cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Writes rows in columns that are two blanks apart and as wide as their cells. Where a line would get wider than `width`,
/// the cells of the widest columns are wrapped.
///
/// # Errors
/// Those of the writer.
pub(crate) fn write_columns(
    columns: &[Align],
    rows: impl IntoIterator<Item = Vec<String>>,
    width: u16,
    writer: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let widths = widths(&rows, columns.len(), width.into());
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| wrapped(cell, *width, "", "")).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            let mut line = String::new();
            for ((cell, align), width) in cells.iter().zip(columns).zip(&widths) {
                let text = cell.get(number).map_or("", String::as_str);
                let blanks = " ".repeat(width.saturating_sub(display_width(text)));
                let (before, after) =
                    if *align == Align::Right { (blanks, String::new()) } else { (String::new(), blanks) };
                line.extend([&before, text, &after, &" ".repeat(GAP)]);
            }
            writeln!(writer, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// Width of each column: that of its longest cell, with the widest columns made narrower until all fit into a line.
fn widths(rows: &[Vec<String>], count: usize, line: usize) -> Vec<usize> {
    let longest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| display_width(cell)).max();
    let mut widths: Vec<usize> = (0..count).map(|column| longest(column).unwrap_or(0)).collect();
    let room = line.saturating_sub(GAP * count.saturating_sub(1)).max(count);
    while widths.iter().sum::<usize>() > room {
        if let Some(widest) = widths.iter_mut().max() {
            *widest -= 1;
        }
    }
    widths
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
