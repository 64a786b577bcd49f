//! Texts with places in double braces.

use crate::source::Span;

/// A text with places: `/users/{{id}}`. Escapes are resolved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    /// Pieces in order; no two texts stand side by side, and none is empty.
    pub pieces: Vec<Piece>,
    /// The place of the template, without its quotes.
    pub span: Span,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// A text that stays as it is.
    Text(String),
    /// A placeholder to fill in.
    Place(Placeholder),
}

/// `{{id}}`
#[derive(Debug, Clone, PartialEq)]
pub struct Placeholder {
    /// The name or function whose value is filled in.
    pub expr: Expr,
    /// The place of the expression, without the braces.
    pub span: Span,
}

/// The name or function in a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// The value of the variable of this name.
    Variable(String),
    /// `newDate`: now, in UTC (RFC 3339).
    NewDate,
    /// `newUuid`: a random UUID (version 4).
    NewUuid,
}

impl Template {
    /// The text, if nothing has to be filled in.
    pub fn as_text(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The places, in order.
    pub fn places(&self) -> impl Iterator<Item = &Placeholder> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Place(place) => Some(place),
            Piece::Text(_) => None,
        })
    }
}
