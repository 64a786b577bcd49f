//! Texts with places in double braces.

use crate::source::Span;

/// A text with places: `/users/{{id}}`. Escapes are resolved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    /// In order; no two texts stand side by side, and none is empty.
    pub pieces: Vec<Piece>,
    /// Where it stands, without its quotes.
    pub span: Span,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// What stays as it is.
    Text(String),
    /// What is filled in.
    Place(Placeholder),
}

/// `{{id}}`
#[derive(Debug, Clone, PartialEq)]
pub struct Placeholder {
    /// What it stands for.
    pub expr: Expr,
    /// Of the expression, without the braces.
    pub span: Span,
}

/// What a placeholder stands for.
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
