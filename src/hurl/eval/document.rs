//! Documents of HTML and XML, and what XPath finds in them.

use super::value::Value;

/// How a text is read as a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// Whatever it is, it becomes a document.
    Html,
    Xml,
}

/// A document.
#[derive(Debug)]
pub(super) struct Document {}

impl Document {
    pub(super) fn parse(_text: &str, _markup: Markup) -> Option<Self> {
        None
    }
}
