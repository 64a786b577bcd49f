//! Escapes of values, so that each stays in its place.

use serde_json::Value;

/// How a value is written: first for the document that it is a part of, then for the URL or the form that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Escape {
    pub(super) document: Document,
    pub(super) is_encoded: bool,
}

/// Of which part of what document a value is a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Document {
    /// Of none, or it is a part by itself: a number, an element, all of it.
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
    pub(super) fn write(self, value: &str, text: &mut String) {
        if self == Document::JsonString {
            let quoted = Value::from(value).to_string();
            return text.push_str(&quoted[1..quoted.len() - 1]);
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

/// As a part of a URL, or of a form.
pub(super) fn encode(value: &str, text: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
}
