//! Parts of multipart forms.

use std::borrow::Cow;

use perfloop_hurl::Span;
use perfloop_hurl::ast::Part;

use super::pair::{Pair, pair, rendered};
use crate::load::{Multipart, type_by_name};
use crate::script::eval::{EvalError, Text, Variables};
use crate::script::files::Files;

/// A part of a multipart form.
#[derive(Debug)]
pub(super) enum FormPart {
    Text(Pair),
    File { name: Text, file: Text, content_type: Option<Text>, span: Span },
}

impl FormPart {
    pub(super) fn new(part: &Part) -> Self {
        match part {
            Part::Text(field) => FormPart::Text(pair(field)),
            Part::File(part) => FormPart::File {
                name: Text::new(&part.name),
                file: Text::new(&part.file),
                content_type: part.content_type.as_ref().map(Text::new),
                span: part.file.span,
            },
        }
    }

    pub(super) fn add_to(
        &self,
        multipart: Multipart,
        variables: &Variables,
        files: &Files,
    ) -> Result<Multipart, EvalError> {
        match self {
            FormPart::Text(pair) => {
                let (name, value) = rendered(pair, variables)?;
                Ok(multipart.text(&name, &value))
            }
            FormPart::File { name, file, content_type, span } => {
                let (name, file) = (name.render(variables)?, file.render(variables)?);
                let bytes = files.read(&file).map_err(|error| EvalError::runtime(*span, "file access", error))?;
                let content_type = match content_type {
                    Some(given) => given.render(variables)?,
                    None => Cow::Borrowed(type_by_name(&file)),
                };
                Ok(multipart.file(&name, &file, &content_type, bytes.to_vec()))
            }
        }
    }
}
