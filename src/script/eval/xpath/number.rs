//! Numbers of XPath, as texts: with 15 digits, as libxml2 writes and reads them.

/// Significant digits of a 64-bit number: with so many, `0.1 + 0.2` is 0.3.
const DIGITS: i32 = 15;

/// The number at the beginning of a text, and what follows it.
pub(super) fn read(text: &str) -> Option<(f64, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let mut end = whole;
    if text[end..].starts_with('.') {
        let rest = digits(&text[end + 1..]);
        if whole == 0 && rest == 0 {
            return None;
        }
        end += 1 + rest;
    }
    if end == 0 {
        return None;
    }
    let mut number = text[..end].to_owned();
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(&text[end + 1 + sign..]);
        if exponent > 0 {
            number = text[..end + 1 + sign + exponent].to_owned();
        }
        end += 1 + sign + exponent;
    }
    Some((number.parse().ok()?, &text[end..]))
}

/// The number a whole text stands for, or none.
pub(super) fn of_text(text: &str) -> f64 {
    let space = [' ', '\t', '\n', '\r'];
    let text = text.trim_matches(space);
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |digits| (-1.0, digits));
    match read(digits) {
        Some((number, "")) => sign * number,
        _ => f64::NAN,
    }
}

/// A number as a text.
pub(super) fn to_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    if number == 0.0 {
        return "0".into();
    }
    let size = number.abs();
    if number.fract() == 0.0 && size < f64::from(i32::MAX) {
        return format!("{number}");
    }
    if !(1e-5..=1e9).contains(&size) {
        let text = format!("{number:.*e}", DIGITS as usize - 1);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{}e{sign}{exponent:0>2}", without_zeros(mantissa));
    }
    let whole = size.log10() as i32;
    let places = if whole > 0 { DIGITS - whole - 1 } else { DIGITS - whole };
    without_zeros(&format!("{number:.*}", places.unsigned_abs() as usize)).to_owned()
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_fifteen_digits() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (1.0, "1"),
            (-0.0, "0"),
            (1.5, "1.5"),
            (-2.25, "-2.25"),
            (1.0 / 3.0, "0.333333333333333"),
            (200.0 / 3.0, "66.6666666666667"),
            (123_456.789, "123456.789"),
            (1e9, "1000000000"),
            (1e10, "1e+10"),
            (1.5e-7, "1.5e-07"),
            (0.00001, "0.00001"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (number, text) in cases {
            assert_eq!(to_text(number), text, "{number}");
        }
    }

    #[test]
    fn a_text_is_a_number_only_as_a_whole() {
        for (text, number) in [(" 12 ", 12.0), ("-1.5", -1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0)] {
            assert_eq!(of_text(text), number, "{text}");
        }
        for text in ["", "abc", "1 2", "+1", "--1", ".", "1,5", "0x1", "Infinity", "1\u{a0}"] {
            assert!(of_text(text).is_nan(), "{text}");
        }
    }
}
