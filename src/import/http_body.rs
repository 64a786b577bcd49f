//! Bodies of requests in `.http` files: texts, forms, forms of several parts, files, GraphQL.

use percent_encoding::percent_decode_str;

use super::losses::Loss;
use super::suite::{Body, Entry, Part};
use super::text::Text;

/// Lines of a body, with their numbers.
pub(super) struct Given<'a> {
    pub(super) lines: &'a [(usize, &'a str)],
    pub(super) is_graphql: bool,
}

/// What makes a text with variables of what is written on a line.
type Reads<'a> = &'a mut dyn FnMut(&str, usize) -> Text;

pub(super) fn of(given: &Given<'_>, entry: &mut Entry, text: Reads<'_>, losses: &mut Vec<Loss>) -> Body {
    let Some((number, first)) = given.lines.first().copied() else { return Body::None };
    let content_type = entry.header("content-type").map(|value| value.raw().to_ascii_lowercase()).unwrap_or_default();
    if content_type.starts_with("multipart/") && !given.is_graphql {
        let boundary = entry.header("content-type").map(Text::raw).and_then(|value| boundary(&value));
        if let Some(boundary) = boundary {
            entry.without_header("content-type");
            return Body::Multipart(parts(given.lines, &boundary, text, losses));
        }
    }
    if let Some(path) = included(first) {
        if first.starts_with("<@") || path.contains("{{") {
            let what = format!("{path}: variables in the file, or in its name, are left as they are");
            losses.push(Loss::at(number, what));
        }
        if given.lines.len() > 1 {
            let what = "a body of a file and more: perfloop sends one or the other; the rest is left out";
            losses.push(Loss::at(given.lines[1].0, what));
        }
        return Body::File(path.to_owned());
    }
    let whole = given.lines.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
    if given.is_graphql {
        return graphql(&whole, number, text);
    }
    if content_type.starts_with("application/x-www-form-urlencoded")
        && let Some(fields) = form(&whole, number, text)
    {
        entry.without_header("content-type");
        return Body::Form(fields);
    }
    Body::Text(text(&whole, number))
}

/// Path of a file that stands for the body: behind `<`, or `<@` and maybe an encoding, and a blank.
fn included(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('<')?;
    let path = match rest.strip_prefix('@') {
        Some(rest) => rest.split_once(' ').map(|(_, path)| path)?,
        None => rest.strip_prefix(' ')?,
    };
    let path = path.trim();
    (!path.is_empty() && !path.starts_with("{%")).then_some(path)
}

fn boundary(content_type: &str) -> Option<String> {
    let (_, rest) = content_type.split_once("boundary=")?;
    let boundary = rest.split(';').next().unwrap_or(rest).trim().trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

fn parts(lines: &[(usize, &str)], boundary: &str, text: Reads<'_>, losses: &mut Vec<Loss>) -> Vec<Part> {
    let (opening, closing) = (format!("--{boundary}"), format!("--{boundary}--"));
    let mut parts = Vec::new();
    for lines in lines.split(|(_, line)| line.trim() == opening || line.trim() == closing) {
        let lines = match lines.split_first() {
            Some(((_, first), rest)) if first.trim().is_empty() => rest,
            _ => lines,
        };
        let Some((number, _)) = lines.first() else { continue };
        let end = lines.iter().position(|(_, line)| line.trim().is_empty()).unwrap_or(lines.len());
        let header = |name: &str| {
            let of = |line: &str| {
                let (known, value) = line.split_once(':')?;
                known.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            };
            lines[..end].iter().find_map(|(_, line)| of(line))
        };
        let disposition = header("content-disposition").unwrap_or_default();
        let of = |name: &str| {
            let (_, rest) = disposition.split_once(&format!("{name}=\""))?;
            rest.split_once('"').map(|(value, _)| value.to_owned())
        };
        let Some(name) = of("name") else {
            if lines.iter().any(|(_, line)| !line.trim().is_empty()) {
                losses.push(Loss::at(*number, "a part of a form without a name is left out"));
            }
            continue;
        };
        let content: Vec<&str> = lines.get(end + 1..).unwrap_or_default().iter().map(|(_, line)| *line).collect();
        let whole = content.join("\n");
        let name = text(&name, *number);
        if let Some(path) = content.first().and_then(|line| included(line)) {
            parts.push(Part::File { name, path: path.to_owned(), content_type: header("content-type") });
        } else {
            if of("filename").is_some() {
                let what = "a file whose content stands in the request: it is sent as a field without a name of a file";
                losses.push(Loss::at(*number, what));
            }
            if header("content-type").is_some() {
                let what = "the type of a field is left out: it is sent as text";
                losses.push(Loss::at(*number, what));
            }
            let value = text(whole.trim_end_matches('\n'), *number);
            parts.push(Part::Field(name, value));
        }
    }
    parts
}

/// Fields of a form; `None` for what is none, or what a form would send in another way.
pub(super) fn form(whole: &str, line: usize, text: Reads<'_>) -> Option<Vec<(Text, Text)>> {
    let joined: String = whole.lines().map(str::trim).collect();
    // Signs that a client would have encoded.
    let is_json = joined.starts_with('{') && !joined.starts_with("{{");
    if is_json || joined.contains(['"', '<', '[']) {
        return None;
    }
    let fields = joined.split('&').filter(|field| !field.is_empty()).map(|field| {
        let (name, value) = field.split_once('=')?;
        let mut decoded = |part: &str| {
            text(part.trim(), line)
                .map_plain(|plain| percent_decode_str(&plain.replace('+', " ")).decode_utf8_lossy().into_owned())
        };
        Some((decoded(name), decoded(value)))
    });
    fields.collect()
}

/// A query, and behind an empty line its variables.
fn graphql(whole: &str, line: usize, text: Reads<'_>) -> Body {
    let parted = whole.rsplit_once("\n\n").filter(|(_, last)| last.trim_start().starts_with('{'));
    let (query, variables) = match parted {
        Some((query, variables))
            if serde_json::from_str::<serde_json::Value>(variables).is_ok() || variables.contains("{{") =>
        {
            (query, Some(text(variables.trim(), line)))
        }
        _ => (whole, None),
    };
    Body::GraphQl { query: text(query.trim(), line), variables }
}
