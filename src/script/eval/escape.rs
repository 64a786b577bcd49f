//! Escapes of the values that places of URL targets are filled with, so that each stays in its place.

use super::json;

/// Escape of a value: first for the document that it is a part of, then for the URL or the form that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Escape {
    pub(crate) document: Document,
    pub(crate) is_encoded: bool,
}

/// Part of a document that a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Document {
    /// No document, or a part by itself: a number, an element, all of it.
    #[default]
    None,
    JsonString,
    MarkupText,
    MarkupAttribute,
}

impl Escape {
    pub(crate) fn write(self, value: &str, text: &mut String) {
        match (self.is_encoded, self.document) {
            (false, Document::None) => text.push_str(value),
            (false, document) => document.write(value, text),
            (true, Document::None) => encode(value, text),
            (true, document) => {
                let mut escaped = String::new();
                document.write(value, &mut escaped);
                encode(&escaped, text);
            }
        }
    }
}

impl Document {
    fn write(self, value: &str, text: &mut String) {
        if self == Document::JsonString {
            return json::escape_to(value, text);
        }
        for c in value.chars() {
            match (self, c) {
                (Document::None, _) => text.push(c),
                (_, '&') => text.push_str("&amp;"),
                (_, '<') => text.push_str("&lt;"),
                (_, '>') => text.push_str("&gt;"),
                (Document::MarkupAttribute, '"') => text.push_str("&quot;"),
                (Document::MarkupAttribute, '\'') => text.push_str("&#39;"),
                _ => text.push(c),
            }
        }
    }
}

/// Writes a value percent-encoded, as a part of a URL or of a form.
fn encode(value: &str, text: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
}
