//! Names and values of an entry, each a template.

use std::borrow::Cow;

use perfloop_hurl::ast::Field;

use crate::script::eval::{EvalError, Text, Variables};

/// A name and its value.
pub(super) type Pair = (Text, Text);

pub(super) fn pairs(fields: &[Field]) -> Vec<Pair> {
    fields.iter().map(pair).collect()
}

pub(super) fn pair(field: &Field) -> Pair {
    (Text::new(&field.name), Text::new(&field.value))
}

pub(super) fn are_fixed<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> bool {
    pairs.into_iter().all(|(name, value)| name.as_fixed().is_some() && value.as_fixed().is_some())
}

pub(super) fn rendered<'a>(pair: &'a Pair, variables: &Variables) -> Result<(Cow<'a, str>, Cow<'a, str>), EvalError> {
    Ok((pair.0.render(variables)?, pair.1.render(variables)?))
}
