//! Templates, compiled: what is fixed and what is filled in.

use std::borrow::Cow;

use chrono::Utc;
use perfloop_hurl::ast::{Expr, Piece, Placeholder, Template};
use uuid::Builder;

use super::escape::Escape;
use super::eval_error::EvalError;
use super::limits::MAX_TEXT;
use super::value::Value;
use super::variables::Variables;

/// A compiled template.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    /// Nothing has to be filled in.
    Fixed(String),
    Made(Vec<TextPart>),
}

/// A part of a compiled template.
#[derive(Debug, Clone)]
pub(crate) enum TextPart {
    Fixed(String),
    Place(Placeholder, Escape),
}

impl Text {
    pub(crate) fn new(template: &Template) -> Self {
        match template.as_text() {
            Some(text) => Text::Fixed(text.to_owned()),
            None => Text::Made(template.pieces.iter().map(TextPart::of_piece).collect()),
        }
    }

    /// A text of parts, which is fixed if all of them are.
    pub(crate) fn of_parts(parts: Vec<TextPart>) -> Self {
        match &parts[..] {
            [] => Text::Fixed(String::new()),
            [TextPart::Fixed(text)] => Text::Fixed(text.clone()),
            _ => Text::Made(parts),
        }
    }

    /// The text, if nothing has to be filled in.
    pub(crate) fn as_fixed(&self) -> Option<&str> {
        match self {
            Text::Fixed(text) => Some(text),
            Text::Made(_) => None,
        }
    }

    pub(crate) fn render<'a>(&'a self, variables: &Variables) -> Result<Cow<'a, str>, EvalError> {
        match self {
            Text::Fixed(text) => Ok(Cow::Borrowed(text)),
            Text::Made(parts) => {
                let mut text = String::new();
                for part in parts {
                    part.render_to(variables, &mut text)?;
                }
                Ok(Cow::Owned(text))
            }
        }
    }
}

impl TextPart {
    fn of_piece(piece: &Piece) -> Self {
        match piece {
            Piece::Text(text) => TextPart::Fixed(text.clone()),
            Piece::Place(place) => TextPart::Place(place.clone(), Escape::default()),
        }
    }

    fn render_to(&self, variables: &Variables, text: &mut String) -> Result<(), EvalError> {
        match self {
            TextPart::Fixed(fixed) => text.push_str(fixed),
            TextPart::Place(place, escape) if *escape == Escape::default() => render_place(place, variables, text)?,
            TextPart::Place(place, escape) => {
                let mut value = String::new();
                render_place(place, variables, &mut value)?;
                escape.write(&value, text);
            }
        }
        Ok(())
    }
}

/// Value of a placeholder.
pub(crate) fn evaluate<'a>(place: &Placeholder, variables: &'a Variables) -> Result<Cow<'a, Value>, EvalError> {
    match &place.expr {
        Expr::Variable(name) => variables.get(name).map(Cow::Borrowed).ok_or_else(|| {
            EvalError::runtime(place.span, "undefined variable", format!("you must set the variable {name}"))
        }),
        Expr::NewDate => Ok(Cow::Owned(Value::Date(Utc::now()))),
        Expr::NewUuid => Ok(Cow::Owned(Value::Text(new_uuid()))),
    }
}

fn new_uuid() -> String {
    Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid().to_string()
}

/// Writes what a placeholder stands for.
pub(super) fn render_place(place: &Placeholder, variables: &Variables, text: &mut String) -> Result<(), EvalError> {
    let value = evaluate(place, variables)?;
    if value.size().unwrap_or_default().saturating_add(text.len()) > MAX_TEXT {
        let message = format!("the text would be longer than {MAX_TEXT} bytes");
        return Err(EvalError::runtime(place.span, "text too long", message));
    }
    if value.render_to(text) {
        return Ok(());
    }
    let message = format!("{} cannot be written into a text", value.shown());
    Err(EvalError::runtime(place.span, "unrenderable expression", message))
}

#[cfg(test)]
mod tests {
    use perfloop_hurl::Span;

    use super::*;

    fn place(expr: Expr) -> Piece {
        Piece::Place(Placeholder { expr, span: Span::new(3, 5) })
    }

    fn text(pieces: Vec<Piece>) -> Text {
        Text::new(&Template { pieces, span: Span::default() })
    }

    #[test]
    fn a_text_without_places_is_never_copied() {
        let text = text(vec![Piece::Text("/login".into())]);
        assert_eq!(text.as_fixed(), Some("/login"));
        assert!(matches!(text.render(&Variables::new()), Ok(Cow::Borrowed("/login"))));
    }

    #[test]
    fn places_are_filled_with_what_the_variables_hold() {
        let mut variables = Variables::new();
        variables.set("id", Value::from(7));
        let text = text(vec![Piece::Text("/users/".into()), place(Expr::Variable("id".into()))]);
        assert_eq!(text.render(&variables).expect("rendered"), "/users/7");
        variables.set("id", Value::List(vec![]));
        assert_eq!(text.render(&variables).expect_err("a fault").title, "unrenderable expression");
    }

    #[test]
    fn a_variable_that_is_not_set_is_a_fault_at_its_place() {
        let fault = text(vec![place(Expr::Variable("id".into()))]).render(&Variables::new()).expect_err("a fault");
        assert_eq!((fault.span, fault.message.as_str()), (Span::new(3, 5), "you must set the variable id"));
    }

    #[test]
    fn each_new_uuid_is_another_one_of_version_4() {
        let text = text(vec![place(Expr::NewUuid)]);
        let (a, b) =
            (text.render(&Variables::new()).expect("rendered"), text.render(&Variables::new()).expect("rendered"));
        assert_ne!(a, b);
        assert_eq!((a.len(), &a[14..15]), (36, "4"));
    }

    #[test]
    fn a_new_date_is_now_in_utc_to_the_microsecond() {
        let now = text(vec![place(Expr::NewDate)]).render(&Variables::new()).expect("rendered").into_owned();
        assert_eq!((now.len(), &now[10..11], &now[19..20], &now[26..]), (27, "T", ".", "Z"));
    }
}
