//! Imports: requests that people have in the files of other tools, as a functional test in Hurl.
//!
//! Each format is read into a suite (`suite`), which is written as Hurl (`write`). What cannot be taken is told with its
//! line (`losses`); what a tool's script does with an answer is taken as far as it is simple (`script`).

mod address;
mod bru;
mod bru_blocks;
mod bru_folder;
mod document;
mod har;
mod http_body;
mod http_file;
mod http_lines;
mod losses;
mod open_collection;
mod openapi;
mod plain;
mod postman;
mod quotes;
mod schema;
mod script;
mod settings;
mod statements;
mod suite;
mod text;
mod variables;
mod write;

use std::path::Path;

pub(crate) use bru_folder::{MARK as BRUNO_MARK, is_part as is_part_of_bruno};

use document::Node;
use losses::Losses;
pub(crate) use losses::{Loss, shortened};
pub(crate) use plain::PlainRequest;
pub(crate) use quotes::{Quotes, Standing};
pub(crate) use settings::ImportSettings;
use suite::Suite;
pub(crate) use write::file_name;

/// Format of a file with requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    HttpFile,
    Postman,
    Har,
    OpenApi,
    OpenCollection,
    Bru,
    Curl,
}

/// A functional test that was made of a file.
#[derive(Debug)]
pub(crate) struct Imported {
    /// Hurl.
    pub(crate) text: String,
    pub(crate) requests: usize,
    pub(crate) losses: Vec<Loss>,
    /// What was left out on purpose.
    pub(crate) notes: Vec<String>,
}

impl Format {
    pub(crate) const ALL: [(&'static str, Format); 7] = [
        ("http", Format::HttpFile),
        ("postman", Format::Postman),
        ("har", Format::Har),
        ("openapi", Format::OpenApi),
        ("opencollection", Format::OpenCollection),
        ("bru", Format::Bru),
        ("curl", Format::Curl),
    ];

    /// True where the name of a file ends as those of a format do. Lines of curl stand in files of any name.
    pub(crate) fn has_ending(path: &Path) -> bool {
        matches!(ending(path).as_str(), "http" | "rest" | "har" | "bru" | "json" | "yaml" | "yml")
    }

    /// Format of a file, by its name and what stands in it; `None` where neither tells.
    pub(crate) fn of(path: &Path, text: &str) -> Option<Format> {
        let ending = ending(path);
        match ending.as_str() {
            "http" | "rest" => return Some(Format::HttpFile),
            "bru" => return Some(Format::Bru),
            "har" => return Some(Format::Har),
            _ => {}
        }
        if is_document(&ending, text)
            && let Ok(node) = Node::of_either(text)
        {
            return if postman::is_one(&node) {
                Some(Format::Postman)
            } else if har::is_one(&node) {
                Some(Format::Har)
            } else if openapi::is_one(&node) {
                Some(Format::OpenApi)
            } else {
                open_collection::is_one(&node).then_some(Format::OpenCollection)
            };
        }
        let words = ["curl ", "$ curl ", "curl.exe "];
        let is_curl = |line: &str| words.iter().any(|word| line.trim_start().starts_with(word));
        text.lines().any(is_curl).then_some(Format::Curl)
    }

    /// Why a file that is meant to be JSON or YAML is neither; `None` where it is, or is meant to be something else.
    pub(crate) fn fault(path: &Path, text: &str) -> Option<String> {
        is_document(&ending(path), text).then(|| Node::of_either(text).err()).flatten()
    }
}

/// It is meant to be JSON or YAML.
fn is_document(ending: &str, text: &str) -> bool {
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    begin.starts_with('{') || matches!(ending, "json" | "yaml" | "yml")
}

fn ending(path: &Path) -> String {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// Makes a test of a file's text.
///
/// # Errors
/// One line: what of the format it is not.
pub(crate) fn import(format: Format, text: &str, settings: &ImportSettings) -> Result<Imported, String> {
    let mut losses = Losses::default();
    let mut notes = Vec::new();
    let suite = suite(format, text, settings, &mut losses, &mut notes).map_err(|error| with_loss(error, &losses))?;
    made(suite, losses, notes)
}

/// Makes a test of a folder that Bruno keeps: its files by their paths in it, and those of the environment that is wanted.
///
/// # Errors
/// One line: an environment that is not there, or no request at all.
pub(crate) fn import_bruno(files: &[(String, String)], environment: Option<&str>) -> Result<Imported, String> {
    let mut losses = Losses::default();
    let suite = bru_folder::read(files, environment, &mut losses).map_err(|error| with_loss(error, &losses))?;
    made(suite, losses, Vec::new())
}

/// What was left out may be all that there was.
fn with_loss(error: String, losses: &Losses) -> String {
    let Some(Loss { file, line, what }) = losses.all.first() else { return error };
    let comma = if file.is_empty() { "" } else { ", " };
    format!("{error} ({file}{comma}line {line}: {what})")
}

fn suite(
    format: Format,
    text: &str,
    settings: &ImportSettings,
    losses: &mut Losses,
    notes: &mut Vec<String>,
) -> Result<Suite, String> {
    let environment = &settings.environment;
    match format {
        Format::HttpFile => http_file::read(text, environment, losses),
        Format::Bru => bru::read(text, environment, losses),
        Format::Postman => postman::read(&Node::of_json(text)?, environment, losses),
        Format::OpenApi => openapi::read(&Node::of_either(text)?, losses),
        Format::OpenCollection => open_collection::read(&Node::of_either(text)?, environment, losses),
        Format::Har => {
            let (suite, left_out) = har::read(&Node::of_json(text)?, settings, losses)?;
            *notes = left_out;
            Ok(suite)
        }
        Format::Curl => Err("lines of curl are read by the command line".into()),
    }
}

/// Makes a test of requests that are known in all their parts.
///
/// # Errors
/// No request at all.
pub(crate) fn import_requests(requests: Vec<PlainRequest>, lost: Vec<Loss>) -> Result<Imported, String> {
    let mut losses = Losses::known(lost);
    let suite = plain::read(requests, &mut losses).map_err(|error| with_loss(error, &losses))?;
    made(suite, losses, Vec::new())
}

/// Names and values of an environment, out of a file of Postman or of the HTTP client of JetBrains.
///
/// # Errors
/// What is none of them, or has no environment of this name.
pub(crate) fn environment(text: &str, name: Option<&str>) -> Result<Vec<(String, String)>, String> {
    let node = Node::of_json(text)?;
    let pairs = |node: &Node| flat(node, "");
    let values = node.items_of("values");
    if !values.is_empty() {
        let enabled = values.iter().filter(|value| value.get("enabled").is_none() || value.is_true("enabled"));
        return Ok(enabled.filter_map(|value| Some((value.text_of("key")?, value.text_of("value")?))).collect());
    }
    let known: Vec<&str> = node.members().iter().map(|(name, _)| name.as_str()).collect();
    let Some(of) = name.and_then(|name| node.get(name)) else {
        return Err(format!("there is no environment {}; there are: {}", name.unwrap_or_default(), known.join(", ")));
    };
    let mut all = pairs(of);
    for (name, value) in node.get("$shared").map(pairs).unwrap_or_default() {
        if !all.iter().any(|(known, _)| *known == name) {
            all.push((name, value));
        }
    }
    Ok(all)
}

/// Scalars of a map, those of maps within it by names with dots.
fn flat(node: &Node, before: &str) -> Vec<(String, String)> {
    let of = |(name, value): &(String, Node)| match value.scalar() {
        Some(text) => vec![(format!("{before}{name}"), text)],
        None if before.len() < 200 => flat(value, &format!("{before}{name}.")),
        None => Vec::new(),
    };
    node.members().iter().flat_map(of).collect()
}

fn made(mut suite: Suite, mut losses: Losses, notes: Vec<String>) -> Result<Imported, String> {
    suite.entries.retain_mut(|entry| {
        if entry.method.is_empty() {
            entry.method = "GET".into();
        }
        let is_known = perfloop_hurl::parse(&format!("{} http://a\n", entry.method)).is_ok();
        if !is_known {
            let what = format!("{}: it is no method that Hurl knows; the request is left out", entry.method);
            losses.note(entry.line.max(1), what);
        }
        is_known
    });
    if suite.entries.is_empty() {
        return Err(with_loss("there is no request in it that can be taken".into(), &losses));
    }
    let text = write::written(&suite);
    // What is written has to be read: else the writer is at fault.
    if let Err(error) = perfloop_hurl::parse(&text) {
        let told = error.render(&perfloop_hurl::Source::new("import", text.as_str()));
        return Err(format!("what was made of it is no Hurl; please report it with the file: {told}"));
    }
    let mut losses = losses.all;
    losses.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    Ok(Imported { text, requests: suite.entries.len(), losses, notes })
}

#[cfg(test)]
mod tests;
