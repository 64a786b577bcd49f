//! Units at the edges: how people write durations and rates, and how perfloop writes them back.
//!
//! Inside perfloop a span of time is a [`Duration`]; a bare number appears only where it is read or
//! written, with its unit in its name.

use std::time::Duration;

use crate::moment::Moment;

/// Reads a span of time: `5` and `1.5` are seconds; `500ms`, `30s`, `1m30s`, `1h20m` say their units.
///
/// # Errors
/// A line that says what was expected, when the text is no span of time or is negative.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(perfloop::units::parse_duration("1.5"), Ok(Duration::from_millis(1500)));
/// assert_eq!(perfloop::units::parse_duration("1m30s"), Ok(Duration::from_secs(90)));
/// assert!(perfloop::units::parse_duration("soon").is_err());
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wanted = || format!("'{text}' is not a span of time; write it like 5, 1.5, 500ms, 30s or 1m30s");
    let parsed = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        // The parser also takes ISO 8601 and signs, which no command line needs.
        Err(_) if text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with("ago") => {
            text.parse::<jiff::SignedDuration>().ok().and_then(|signed| Duration::try_from(signed).ok())
        }
        Err(_) => None,
    };
    parsed.ok_or_else(wanted)
}

/// Reads a rate as events per second: `10` and `10/s` are ten a second, `12/m` twelve a minute, `90/h` ninety an hour.
///
/// # Errors
/// A line that says what was expected, when the text is no rate above zero.
///
/// ```
/// assert_eq!(perfloop::units::parse_rate("12/m"), Ok(0.2));
/// assert!(perfloop::units::parse_rate("0").is_err());
/// ```
pub fn parse_rate(text: &str) -> Result<f64, String> {
    let wanted = || format!("'{text}' is not a rate above zero; write it like 10, 10/s or 12/m");
    let (number, seconds) = match text.trim().split_once('/') {
        None => (text.trim(), 1.0),
        Some((number, "s")) => (number, 1.0),
        Some((number, "m")) => (number, 60.0),
        Some((number, "h")) => (number, 3600.0),
        Some(_) => return Err(wanted()),
    };
    match number.parse::<f64>() {
        Ok(count) if count.is_finite() && count > 0.0 => Ok(count / seconds),
        _ => Err(wanted()),
    }
}

/// Reads a number of bytes: `65536`, `64KiB`, `1MiB`; `64k` and `64K` mean KiB.
///
/// # Errors
/// A line that says what was expected.
pub fn parse_bytes(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: usize = match unit.trim() {
        "" | "B" => 1,
        "k" | "K" | "KiB" => 1 << 10,
        "m" | "M" | "MiB" => 1 << 20,
        "g" | "G" | "GiB" => 1 << 30,
        _ => 0,
    };
    number
        .parse::<usize>()
        .ok()
        .and_then(|count| count.checked_mul(factor))
        .filter(|_| factor > 0)
        .ok_or_else(|| format!("'{text}' is not a size; write it like 65536, 256KiB or 1MiB"))
}

/// Span longer than any run: a century.
pub(crate) const FAR_FUTURE: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Moment that lies a span after another one; a span too long for the clock is cut to [`FAR_FUTURE`].
pub(crate) fn after(moment: Moment, span: Duration) -> Moment {
    moment.checked_add(span).unwrap_or_else(|| moment + FAR_FUTURE)
}

/// A span so many times as long; at most the longest there is.
pub(crate) fn times(span: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(span.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// A duration as milliseconds, for writers.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Writes a span the short way people read it: `850 ms`, `5 s`, `1 m 30 s`.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(perfloop::units::short(Duration::from_millis(1500)), "1.5 s");
/// assert_eq!(perfloop::units::short(Duration::from_secs(90)), "1 m 30 s");
/// ```
pub fn short(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if duration.is_zero() {
        "0 s".into()
    } else if seconds < 1e-3 {
        format!("{} us", trimmed(seconds * 1e6))
    } else if seconds < 1.0 {
        format!("{} ms", trimmed(seconds * 1e3))
    } else if seconds < 60.0 {
        format!("{} s", trimmed(seconds))
    } else {
        let whole = duration.as_secs();
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
        let parts = [(hours, "h"), (minutes, "m"), (rest, "s")];
        let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
        parts.join(" ")
    }
}

/// At most two decimals, and no trailing zeros.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `1 user`, `2 users`: a count with its noun.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_and_without_units() {
        for (text, ms) in [
            ("5", 5000),
            ("0.25", 250),
            ("500ms", 500),
            ("1h20m", 4_800_000),
            ("1.5s", 1500),
            ("3h30m10s", 12_610_000),
            ("0", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused_with_an_example() {
        for text in ["", "x", "-5", "5 parsecs", "PT5S", "1e400", "NaN", "5s ago", "-1s"] {
            let error = parse_duration(text).expect_err(text);
            assert!(error.contains("1m30s"), "{error}");
        }
    }

    #[test]
    fn rates_and_sizes_are_read_and_refused() {
        assert_eq!(parse_rate("200/s"), Ok(200.0));
        assert_eq!(parse_rate("3600/h"), Ok(1.0));
        for text in ["", "0", "-1", "x/s", "5/d", "inf"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
        assert_eq!(parse_bytes("64KiB"), Ok(65536));
        assert_eq!(parse_bytes("123"), Ok(123));
        for text in ["", "KiB", "5 parsecs", "-1", "99999999999999999999", "99999999999GiB"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_are_written_short() {
        assert_eq!(short(Duration::from_micros(31)), "31 us");
        assert_eq!(short(Duration::from_millis(200)), "200 ms");
        assert_eq!(short(Duration::from_secs(3600)), "1 h");
        assert_eq!(short(Duration::ZERO), "0 s");
    }
}
