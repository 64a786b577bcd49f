//! The page that tables are written on: as wide as the terminal, and in its colours.

use std::io::{self, Write};

use textwrap::core::display_width;

use super::numbers::UNBACKED;
use super::style::{Paint, Style};
use super::table::Table;
use super::wrap::wrapped;

/// A page of text, written line by line.
pub(super) struct Page<'a> {
    writer: &'a mut dyn Write,
    pub(super) width: usize,
    style: Style,
    /// Some percentile was marked.
    has_marks: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(writer: &'a mut dyn Write, width: u16, style: Style) -> Self {
        Page { writer, width: width.into(), style, has_marks: false }
    }

    pub(super) fn paint(&self, paint: Paint, text: &str) -> String {
        self.style.paint(paint, text)
    }

    /// Text behind its label; what does not fit stands below it, broken between words.
    pub(super) fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(display_width(label));
        wrapped(text, self.width, label, &indent).iter().try_for_each(|line| writeln!(self.writer, "{line}"))
    }

    /// Text of its own; what does not fit is indented a little.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        wrapped(text, self.width, "", "  ").iter().try_for_each(|line| writeln!(self.writer, "{line}"))
    }

    /// Text that is to be copied, and so is never broken.
    pub(super) fn whole_line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.writer, "{text}")
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.writer)
    }

    /// A table and a blank line, or nothing without rows.
    pub(super) fn table(&mut self, table: &Table) -> io::Result<()> {
        let lines = table.lines(self.width, self.style);
        if lines.is_empty() {
            return Ok(());
        }
        self.has_marks |= table.shows(UNBACKED, self.width);
        for line in lines {
            writeln!(self.writer, "{line}")?;
        }
        self.blank()
    }

    /// Says what the marks mean, if there are any.
    pub(super) fn legend(&mut self) -> io::Result<()> {
        if !self.has_marks {
            return Ok(());
        }
        self.line(&format!("{UNBACKED} fewer than 10 samples lie beyond this percentile"))?;
        self.blank()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words_and_stands_behind_its_label() {
        let mut bytes = Vec::new();
        let mut page = Page::new(&mut bytes, 20, Style::Plain);
        page.labelled("load   ", "use --max-users or less").expect("memory");
        page.line("a line of several words").expect("memory");
        let text = String::from_utf8(bytes).expect("text");
        assert_eq!(text, "load   use\n       --max-users\n       or less\na line of several\n  words\n");
    }
}
