//! Numbers of any size.

use std::cmp::Ordering;
use std::fmt;

use perfloop_hurl::ast;

/// A number.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    Integer(i64),
    /// Too big for 64 bits; as it was written.
    BigInteger(String),
    Float(f64),
}

impl Number {
    /// Numbers of all kinds have one order, but for what is no number (NaN).
    pub(super) fn order(&self, other: &Number) -> Option<Ordering> {
        use Number::{Float, Integer};
        match (self, other) {
            (Float(number), _) | (_, Float(number)) if number.is_nan() => None,
            (Integer(a), Integer(b)) => Some(a.cmp(b)),
            (Float(a), Float(b)) => a.partial_cmp(b),
            (Integer(a), Float(b)) => (*a as f64).partial_cmp(b),
            (Float(a), Integer(b)) => a.partial_cmp(&(*b as f64)),
            (a, b) => Some(order_texts(&a.to_string(), &b.to_string())),
        }
    }

    /// The nearest float.
    pub(super) fn as_float(&self) -> f64 {
        match self {
            Number::Integer(number) => *number as f64,
            Number::BigInteger(text) => text.parse().unwrap_or(f64::INFINITY),
            Number::Float(number) => *number,
        }
    }
}

/// The order of two numbers of any length, written without exponents.
fn order_texts(a: &str, b: &str) -> Ordering {
    match (a.strip_prefix('-'), b.strip_prefix('-')) {
        (Some(a), Some(b)) => order_sizes(b, a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => order_sizes(a, b),
    }
}

fn order_sizes(a: &str, b: &str) -> Ordering {
    let parts = |text| {
        let (whole, rest): (&str, &str) = str::split_once(text, '.').unwrap_or((text, ""));
        (whole.trim_start_matches('0'), rest.trim_end_matches('0'))
    };
    let ((whole_a, rest_a), (whole_b, rest_b)) = (parts(a), parts(b));
    whole_a.len().cmp(&whole_b.len()).then_with(|| whole_a.cmp(whole_b)).then_with(|| rest_a.cmp(rest_b))
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Some(Ordering::Equal)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(number) => write!(f, "{number}"),
            Number::BigInteger(text) => f.write_str(text),
            Number::Float(number) if number.fract() == 0.0 => write!(f, "{number}.0"),
            Number::Float(number) => write!(f, "{number}"),
        }
    }
}

impl From<&ast::Number> for Number {
    fn from(number: &ast::Number) -> Self {
        match number {
            ast::Number::Integer(number) => Number::Integer(*number),
            ast::Number::BigInteger(text) => Number::BigInteger(text.clone()),
            ast::Number::Float(number) => Number::Float(*number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_kinds_have_one_order() {
        let big = |text: &str| Number::BigInteger(text.into());
        assert_eq!(Number::Integer(1), Number::Float(1.0));
        assert_eq!(big("100000000000000000000"), Number::Float(1e20));
        assert_eq!(big("100000000000000000000").order(&Number::Integer(9)), Some(Ordering::Greater));
        assert_eq!(big("-100000000000000000000").order(&big("-99999999999999999999")), Some(Ordering::Less));
        assert_eq!(big("-100000000000000000000").order(&Number::Integer(1)), Some(Ordering::Less));
        assert_ne!(big("100000000000000000000"), big("100000000000000000001"));
    }

    #[test]
    fn what_is_no_number_is_equal_to_none_and_in_no_order() {
        for other in [Number::Float(f64::NAN), Number::Integer(5), Number::BigInteger("1".repeat(30))] {
            assert_ne!(Number::Float(f64::NAN), other);
            assert_eq!(Number::Float(f64::NAN).order(&other), None);
        }
        assert_eq!(Number::Float(f64::INFINITY).order(&Number::Integer(5)), Some(Ordering::Greater));
    }

    #[test]
    fn a_float_is_written_with_its_point() {
        assert_eq!(Number::Float(1.0).to_string(), "1.0");
        assert_eq!(Number::Float(-1.5).to_string(), "-1.5");
        assert_eq!(Number::Float(1.333_333_333).to_string(), "1.333333333");
    }
}
