//! Text in lines of a width.

use textwrap::{Options, WordSeparator, WordSplitter};

/// The lines of a text, broken between words; only a word that fits on no line is broken itself.
pub(super) fn wrapped(text: &str, width: usize, first: &str, others: &str) -> Vec<String> {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(others)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::style::{Paint, Style};

    #[test]
    fn colours_take_no_room() {
        let painted = Style::Coloured.paint(Paint::Bad, "crossed");
        assert_eq!(painted, "\x1b[31mcrossed\x1b[0m");
        assert_eq!(wrapped(&format!("{painted} by 5"), 12, "", "").len(), 1);
        assert_eq!(Style::Plain.paint(Paint::Bad, "crossed"), "crossed");
    }
}
