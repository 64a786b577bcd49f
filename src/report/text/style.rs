//! Colours of a terminal.

/// Whether text has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// None: for files, pipes and those who want none.
    #[default]
    Plain,
    /// The few of a terminal's own colours.
    Coloured,
}

/// Role of a piece of text, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Paint {
    #[default]
    Plain,
    Head,
    Good,
    Bad,
    Warning,
}

impl Style {
    /// The text in the colour of what it is.
    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Plain => return text.to_owned(),
            Paint::Head => "1",
            Paint::Bad => "31",
            Paint::Good => "32",
            Paint::Warning => "33",
        };
        match self {
            Style::Coloured if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            Style::Coloured | Style::Plain => text.to_owned(),
        }
    }
}
