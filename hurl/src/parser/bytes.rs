//! Bytes in a word and a semicolon: `file,a.bin;`, `hex,cafe;`, `base64,AAEC;`.

use crate::ast::Template;

use super::input::{
    Input, Parsed, accept, broken, expect, found, here, offset, other, rest, since, skip, spaces, take,
};
use super::name;

/// `file,a.bin;`
pub(super) fn file(input: &mut Input<'_>) -> Parsed<Template> {
    begin(input, "file")?;
    let name = name::file(input)?;
    end(input, "file")?;
    Ok(name)
}

/// `hex,cafe;`
pub(super) fn hex(input: &mut Input<'_>) -> Parsed<Vec<u8>> {
    begin(input, "hex")?;
    let start = offset(input);
    let digits = take(input, |c| c.is_ascii_hexdigit()).as_bytes();
    if digits.len() % 2 != 0 {
        return broken("hex", "expected an even number of hexadecimal digits", since(start, input));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    let bytes = digits.chunks_exact(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect();
    end(input, "hex")?;
    Ok(bytes)
}

/// `base64,AAEC;`. White space may stand between the digits, padding may be missing.
pub(super) fn base64(input: &mut Input<'_>) -> Parsed<Vec<u8>> {
    begin(input, "base64")?;
    let text = rest(input);
    let is_inside = |c: char| matches!(c, ' ' | '\n' | '\t') || digit(c).is_some();
    let digits = skip(input, text.find(|c| !is_inside(c)).unwrap_or(text.len()));
    take(input, |c| c == '=');
    end(input, "base64")?;
    Ok(decode(digits.chars().filter_map(digit)))
}

fn digit(c: char) -> Option<u32> {
    let digit = match c {
        'A'..='Z' => u32::from(c) - u32::from('A'),
        'a'..='z' => u32::from(c) - u32::from('a') + 26,
        '0'..='9' => u32::from(c) - u32::from('0') + 52,
        '+' => 62,
        '/' => 63,
        _ => return None,
    };
    Some(digit)
}

/// Six bits of each digit; what is left over is no byte.
fn decode(digits: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for digit in digits {
        bits = (bits << 6 | digit) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}

fn begin(input: &mut Input<'_>, word: &'static str) -> Parsed<()> {
    if !accept(input, word) {
        return other("body", "expected file, hex or base64", here(input));
    }
    expect(input, ",", word)?;
    spaces(input);
    Ok(())
}

fn end(input: &mut Input<'_>, word: &'static str) -> Parsed<()> {
    spaces(input);
    if accept(input, ";") {
        return Ok(());
    }
    broken(word, format!("expected ';' at the end{}", found(input)), here(input))
}
