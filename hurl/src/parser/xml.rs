//! XML: only where it ends, and that it is well formed up to there. Prefixes need no namespace, as in hurl.

use std::collections::HashSet;

use super::input::{Input, Parsed, accept, broken, found, here, offset, peek, rest, since, skip, take};
use super::word::word_of;
use crate::source::Span;

/// Beginnings of the names of encodings.
const ENCODINGS: [&str; 14] = [
    "utf-", "utf8", "us-ascii", "ascii", "iso", "windows-", "cp", "latin", "koi8-", "shift", "euc-", "big5", "gb",
    "mac",
];

/// Beginnings of declarations.
const DECLARATIONS: [&str; 4] = ["<!ELEMENT", "<!ATTLIST", "<!ENTITY", "<!NOTATION"];

/// An element with what may stand before it, as it was written. It begins with `<`.
pub(super) fn xml(input: &mut Input<'_>) -> Parsed<String> {
    let (text, start) = (rest(input), offset(input));
    declaration(input)?;
    let has_unknown_entities = prolog(input)?;
    let mut open = Vec::new();
    loop {
        if accept(input, "</") {
            end_tag(input, &mut open)?;
        } else if accept(input, "<!--") {
            comment(input)?;
        } else if accept(input, "<![CDATA[") {
            until(input, "]]>")?;
        } else if accept(input, "<?") {
            instruction(input)?;
        } else if accept(input, "<") {
            start_tag(input, &mut open, has_unknown_entities)?;
        } else {
            characters(input, has_unknown_entities)?;
        }
        if open.is_empty() {
            return Ok(text[..offset(input) - start].to_owned());
        }
    }
}

/// `<?xml version="1.0" encoding="utf-8"?>`
fn declaration(input: &mut Input<'_>) -> Parsed<()> {
    let is_declaration = rest(input).strip_prefix("<?xml").is_some_and(|after| after.starts_with(is_white));
    if !is_declaration {
        return Ok(());
    }
    let start = offset(input);
    skip(input, "<?xml".len());
    let mut known = ["version", "encoding", "standalone"].into_iter();
    let mut is_first = true;
    while has_white(input) && is_name_start(peek(input)) {
        let name = name(input)?;
        let value = value(input)?;
        let is_next = known.any(|known| known == name);
        if !is_next || (is_first && name != "version") || !is_declared(name, value) {
            return broken("XML", format!("{name} cannot have this value, or cannot stand here"), since(start, input));
        }
        is_first = false;
    }
    if is_first {
        return broken("XML", "expected version=\"1.0\" after <?xml", since(start, input));
    }
    close(input, "?>")
}

fn is_declared(name: &str, value: &str) -> bool {
    match name {
        "version" => value.strip_prefix("1.").is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit())),
        // The text is here already, so what it says is not used: but it has to be one that exists and could be.
        "encoding" => {
            let value = value.to_ascii_lowercase();
            ENCODINGS.iter().any(|known| value.starts_with(known)) && !value.starts_with("utf-16")
        }
        _ => value == "yes" || value == "no",
    }
}

/// The lines that may stand before the root element. `true` if entities may be declared in a file that is not read.
fn prolog(input: &mut Input<'_>) -> Parsed<bool> {
    let mut doctype = None;
    loop {
        has_white(input);
        if accept(input, "<!--") {
            comment(input)?;
        } else if accept(input, "<?") {
            instruction(input)?;
        } else if doctype.is_none() && accept(input, "<!DOCTYPE") {
            doctype = Some(self::doctype(input)?);
        } else if peek(input) == Some('<') && is_name_start(rest(input)[1..].chars().next()) {
            return Ok(doctype.unwrap_or_default());
        } else {
            return broken("XML", format!("expected an element{}", found(input)), here(input));
        }
    }
}

/// The document type. `true` if it names a file with declarations.
fn doctype(input: &mut Input<'_>) -> Parsed<bool> {
    has_white(input);
    name(input)?;
    has_white(input);
    let quotes = if accept(input, "SYSTEM") {
        1
    } else if accept(input, "PUBLIC") {
        2
    } else {
        0
    };
    for _ in 0..quotes {
        has_white(input);
        quoted(input)?;
    }
    has_white(input);
    if accept(input, "[") {
        subset(input)?;
        has_white(input);
    }
    close(input, ">")?;
    Ok(quotes > 0)
}

/// Declarations within the document, up to the bracket. They are not used: an entity stays unknown.
fn subset(input: &mut Input<'_>) -> Parsed<()> {
    loop {
        has_white(input);
        if accept(input, "]") {
            return Ok(());
        } else if accept(input, "<!--") {
            comment(input)?;
        } else if accept(input, "<?") {
            instruction(input)?;
        } else if DECLARATIONS.iter().any(|word| accept(input, word)) && has_white(input) {
            markup(input)?;
        } else {
            return broken("XML", format!("expected a declaration or ']'{}", found(input)), here(input));
        }
    }
}

/// The declarations in a document type, and the closing bracket.
fn markup(input: &mut Input<'_>) -> Parsed<()> {
    loop {
        take(input, |c| !matches!(c, '>' | '<' | '"' | '\''));
        if accept(input, ">") {
            return Ok(());
        }
        quoted(input)?;
    }
}

fn start_tag<'s>(input: &mut Input<'s>, open: &mut Vec<&'s str>, has_unknown_entities: bool) -> Parsed<()> {
    let element = name(input)?;
    let mut names = HashSet::new();
    while has_white(input) && is_name_start(peek(input)) {
        let (_, span) = word_of(input, is_name);
        let attribute = name(input)?;
        if !names.insert(attribute) {
            return broken("XML", format!("there is an attribute '{attribute}' before this one"), span);
        }
        let value = value(input)?;
        // The closing quote has been read too.
        let start = offset(input) - 1 - value.len();
        if value.contains('<') {
            return broken("XML", "'<' has no place in an attribute; write &lt;", since(start, input));
        }
        references(value, start, has_unknown_entities)?;
    }
    if accept(input, "/>") {
        return Ok(());
    }
    open.push(element);
    close(input, ">")
}

fn end_tag<'s>(input: &mut Input<'s>, open: &mut Vec<&'s str>) -> Parsed<()> {
    let start = offset(input);
    let name = name(input)?;
    match open.pop() {
        Some(element) if element == name => {}
        Some(element) => return broken("XML", format!("expected </{element}>, not </{name}>"), since(start, input)),
        None => return broken("XML", format!("</{name}> ends nothing"), since(start, input)),
    }
    has_white(input);
    close(input, ">")
}

/// Text between tags.
fn characters(input: &mut Input<'_>, has_unknown_entities: bool) -> Parsed<()> {
    let text = rest(input);
    let stop = text.find('<').unwrap_or(text.len());
    if stop == 0 {
        return broken("XML", "the file ends before the element does", here(input));
    }
    let text = &text[..stop];
    if text.contains("]]>") {
        return broken("XML", "']]>' has no place in a text", here(input));
    }
    checked(input, text)?;
    references(text, offset(input), has_unknown_entities)?;
    skip(input, stop);
    Ok(())
}

/// `&amp;`, `&#65;`, in a text that begins there.
fn references(text: &str, mut at: usize, has_unknown_entities: bool) -> Parsed<()> {
    let mut parts = text.split('&');
    at += parts.next().map_or(0, str::len);
    for part in parts {
        let name = part.split_once(';').map(|(name, _)| name);
        let is_good = name.is_some_and(|name| match name.strip_prefix('#') {
            Some(number) => is_character(number),
            None if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") => true,
            None => has_unknown_entities && is_name_start(name.chars().next()) && name.chars().all(is_name),
        });
        if !is_good {
            let message = "'&' begins no known reference here; by itself it is written &amp;";
            return broken("XML", message, Span::new(at, at + 1));
        }
        at += 1 + part.len();
    }
    Ok(())
}

/// `65`, `x41`
fn is_character(number: &str) -> bool {
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    let code = digits.chars().try_fold(0_u32, |code, c| code.checked_mul(radix)?.checked_add(c.to_digit(radix)?));
    !digits.is_empty() && code.and_then(char::from_u32).is_some_and(is_allowed)
}

fn comment(input: &mut Input<'_>) -> Parsed<()> {
    until(input, "--")?;
    close(input, ">")
}

/// `<?name ...?>`
fn instruction(input: &mut Input<'_>) -> Parsed<()> {
    let start = offset(input);
    let name = name(input)?;
    if name.eq_ignore_ascii_case("xml") {
        return broken("XML", "<?xml may stand only at the beginning", since(start, input));
    }
    if !rest(input).starts_with("?>") && !has_white(input) {
        return broken("XML", format!("expected '?>'{}", found(input)), here(input));
    }
    until(input, "?>")
}

/// Goes on to after the next of these.
fn until(input: &mut Input<'_>, end: &'static str) -> Parsed<()> {
    let text = rest(input);
    let Some(stop) = text.find(end) else {
        return broken("XML", format!("expected '{end}' before the file ends"), here(input));
    };
    checked(input, &text[..stop])?;
    skip(input, stop + end.len());
    Ok(())
}

fn close(input: &mut Input<'_>, end: &'static str) -> Parsed<()> {
    super::input::expect(input, end, "XML")
}

/// `="text"`
fn value<'s>(input: &mut Input<'s>) -> Parsed<&'s str> {
    has_white(input);
    close(input, "=")?;
    has_white(input);
    quoted(input)
}

/// A text in single or double quotes.
fn quoted<'s>(input: &mut Input<'s>) -> Parsed<&'s str> {
    let Some(quote) = peek(input).filter(|c| matches!(c, '"' | '\'')) else {
        return broken("XML", format!("expected a text in quotes{}", found(input)), here(input));
    };
    let text = &rest(input)[1..];
    let Some(stop) = text.find(quote) else {
        return broken("XML", format!("expected a closing {quote} before the file ends"), here(input));
    };
    let text = &text[..stop];
    checked(input, text)?;
    skip(input, stop + 2);
    Ok(text)
}

fn name<'s>(input: &mut Input<'s>) -> Parsed<&'s str> {
    if !is_name_start(peek(input)) {
        return broken("XML", format!("expected a name{}", found(input)), here(input));
    }
    Ok(take(input, is_name))
}

/// All characters are such as XML has.
fn checked(input: &Input<'_>, text: &str) -> Parsed<()> {
    match text.chars().find(|c| !is_allowed(*c)) {
        None => Ok(()),
        Some(c) => broken("XML", format!("{c:?} is no character of XML"), here(input)),
    }
}

fn is_allowed(c: char) -> bool {
    c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || is_white(c)
}

fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn has_white(input: &mut Input<'_>) -> bool {
    !take(input, is_white).is_empty()
}

fn is_name_start(c: Option<char>) -> bool {
    c.is_some_and(|c| is_name(c) && !c.is_ascii_digit() && !matches!(c, '-' | '.' | '\u{b7}'))
}

fn is_name(c: char) -> bool {
    match c {
        ':' | '_' | '-' | '.' | '\u{b7}' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' | '\u{d7}' | '\u{f7}' | '\u{37e}' => false,
        '\u{2000}'..='\u{206f}' => matches!(c, '\u{200c}' | '\u{200d}' | '\u{203f}' | '\u{2040}'),
        '\u{2190}'..='\u{2bff}' | '\u{2ff0}'..='\u{3000}' | '\u{e000}'..='\u{f8ff}' => false,
        '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => c < '\u{f0000}',
    }
}
