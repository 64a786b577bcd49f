use std::time::Duration;

/// Reads a duration such as `200ms`, `1.5s`, `2m`; a number without a unit is seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim_start() {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(explain()),
    };
    let seconds = number.parse::<f64>().map_err(|_| explain())? * unit;
    // A day is longer than any sensible delay, and far from where instants overflow.
    if seconds > 86_400.0 {
        return Err("longer than a day".into());
    }
    // Rounded, since 0.2 seconds is not exact in binary.
    Ok(Duration::from_nanos((seconds * 1e9).round() as u64))
}

fn explain() -> String {
    "a duration is a number and a unit, such as 200ms or 1.5s".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_or_are_seconds() {
        for (text, millis) in [("200ms", 200), ("1.5s", 1500), ("2", 2000), ("0", 0), ("2m", 120_000), ("0.2 s", 200)] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "ms", "-1s", "1x", "1.2.3s", "inf", "1e9", "25h"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
