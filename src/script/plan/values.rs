//! Values of options, with their placeholders filled.

use std::time::Duration;

use perfloop_hurl::Span;
use perfloop_hurl::ast::{OptionValue, Placeholder, Template, TimeUnit};

use crate::script::eval::{EvalError, Number, Text, Value, Variables, evaluate};

pub(super) fn text(template: &Template, variables: &Variables) -> Result<String, EvalError> {
    Ok(Text::new(template).render(variables)?.into_owned())
}

/// A value that an option cannot have.
pub(super) fn invalid(span: Span, option: &str, value: &str, why: &str) -> EvalError {
    EvalError::runtime(span, "invalid option value", format!("{option}: {value}: {why}"))
}

/// The value of a variable where this kind is wanted.
pub(super) fn of_place<T>(
    place: &Placeholder,
    variables: &Variables,
    wanted: &str,
    take: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, EvalError> {
    let value = evaluate(place, variables)?;
    take(&value).ok_or_else(|| {
        EvalError::runtime(
            place.span,
            "invalid expression type",
            format!("wanted {wanted}, got {} <{}>", value.kind(), *value),
        )
    })
}

pub(super) fn integer(value: &Value) -> Option<i64> {
    if let Value::Number(Number::Integer(number)) = value { Some(*number) } else { None }
}

pub(super) fn flag(value: &OptionValue<bool>, variables: &Variables) -> Result<bool, EvalError> {
    match value {
        OptionValue::Literal(value) => Ok(*value),
        OptionValue::Place(place) => of_place(place, variables, "a boolean", |value| match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        }),
    }
}

/// A span of time, in milliseconds if it has no unit.
pub(super) fn time(value: &OptionValue<(u64, Option<TimeUnit>)>, variables: &Variables) -> Result<Duration, EvalError> {
    let (number, unit) = match value {
        OptionValue::Literal((number, unit)) => (*number, unit.unwrap_or(TimeUnit::Milliseconds)),
        OptionValue::Place(place) => {
            let whole = |value: &Value| integer(value).and_then(|number| u64::try_from(number).ok());
            (of_place(place, variables, "an integer of 0 or more", whole)?, TimeUnit::Milliseconds)
        }
    };
    let millis = match unit {
        TimeUnit::Milliseconds => 1,
        TimeUnit::Seconds => 1000,
        TimeUnit::Minutes => 60 * 1000,
        TimeUnit::Hours => 60 * 60 * 1000,
    };
    Ok(Duration::from_millis(number.saturating_mul(millis)))
}
