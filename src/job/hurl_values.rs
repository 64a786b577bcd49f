//! Values as Hurl writes them.

use std::time::Duration;

/// A number of times; -1 is without end.
pub(crate) fn parse_count(text: &str) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|count| *count >= -1)
        .ok_or_else(|| format!("'{text}' is no number of times; give 0 or more, or -1 for without end"))
}

/// Number of retries; -1 is without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retries(pub(crate) i64);

impl Retries {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parse_count(text).map(Retries)
    }
}

/// Span of time that is in milliseconds without a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Milliseconds(pub(crate) Duration);

impl Milliseconds {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parse_milliseconds(text).map(Milliseconds)
    }
}

pub(crate) fn parse_milliseconds(text: &str) -> Result<Duration, String> {
    parse_span(text, "ms")
}

pub(crate) fn parse_seconds(text: &str) -> Result<Duration, String> {
    parse_span(text, "s")
}

/// A version of TLS, as hurl writes it.
pub(crate) fn parse_tls_min(text: &str) -> Result<String, String> {
    let is_known = matches!(text, "1.0" | "1.1" | "1.2" | "1.3");
    is_known.then(|| text.to_owned()).ok_or_else(|| format!("'{text}' is no version of TLS; give 1.2 or 1.3"))
}

/// Reads the highest version of TLS, below which nothing that perfloop speaks may be left out.
pub(crate) fn parse_tls_max(text: &str) -> Result<String, String> {
    let is_spoken = matches!(text, "1.2" | "1.3");
    is_spoken.then(|| text.to_owned()).ok_or_else(|| format!("'{text}' is not spoken; give 1.2 or 1.3"))
}

/// A whole number with a unit, or with this one.
fn parse_span(text: &str, unit: &str) -> Result<Duration, String> {
    let wanted = || format!("'{text}' is not a span of time; write it like 500ms, 30s, 2m or 1h");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, given) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wanted())?;
    let milliseconds = match if given.is_empty() { unit } else { given } {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    milliseconds.and_then(|unit| number.checked_mul(unit)).map(Duration::from_millis).ok_or_else(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_without_a_unit_has_that_of_its_flag() {
        assert_eq!(parse_milliseconds("20"), Ok(Duration::from_millis(20)));
        assert_eq!(parse_seconds("20"), Ok(Duration::from_secs(20)));
        assert_eq!(parse_milliseconds("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "s", "1.5s", "-1", "1d", "99999999999999999999", "18446744073709551615h"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn minus_one_is_without_end_and_less_is_nothing() {
        assert_eq!(parse_count("-1"), Ok(-1));
        assert!(parse_count("-2").is_err() && parse_count("x").is_err());
    }
}
