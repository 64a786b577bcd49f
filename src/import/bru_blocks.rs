//! Blocks of a `.bru` file: `name {` to `}`, and lists `name [` to `]`.

use super::losses::Losses;
use super::suite::Suite;
use super::variables;

const METHODS: [&str; 9] = ["get", "post", "put", "delete", "patch", "options", "head", "connect", "trace"];

/// A block: its name, and its lines with their numbers.
pub(super) struct Block {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) lines: Vec<(usize, String)>,
}

impl Block {
    /// Pairs of a name and a value, but for those that are switched off.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, &str, &str)> {
        self.lines.iter().filter_map(|(line, text)| {
            let (name, value) = text.trim().split_once(':')?;
            (!name.starts_with('~')).then_some((*line, name.trim(), value.trim()))
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<(usize, &str)> {
        self.pairs().find(|(_, known, _)| *known == name).map(|(line, _, value)| (line, value))
    }

    /// What stands in it, less by its own indent.
    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|(_, text)| text.strip_prefix("  ").unwrap_or(text)).collect();
        lines.join("\n")
    }
}

/// Blocks of a file.
pub(super) struct Blocks {
    /// Path of the file in its folder; empty where it is read alone.
    file: String,
    pub(super) all: Vec<Block>,
}

impl Blocks {
    /// # Errors
    /// A block that does not end, with its line.
    pub(super) fn read(file: &str, text: &str) -> Result<Blocks, (usize, String)> {
        Ok(Blocks { file: file.to_owned(), all: blocks(text)? })
    }

    pub(super) fn find(&self, name: &str) -> Option<&Block> {
        self.all.iter().find(|block| block.name == name)
    }

    /// Block of the request, named by its method, or `http` where the method stands in it.
    pub(super) fn request(&self) -> Option<&Block> {
        let is_it = |block: &&Block| METHODS.contains(&block.name.as_str()) || block.name == "http";
        self.all.iter().find(is_it)
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn is_request(&self) -> bool {
        self.request().is_some()
    }

    /// Value in the block of what is said of the file.
    pub(super) fn meta(&self, name: &str) -> Option<&str> {
        self.find("meta").and_then(|meta| meta.get(name)).map(|(_, value)| value)
    }

    /// Gives the variables of the file their values, where they have none yet.
    pub(super) fn define(&self, suite: &mut Suite, losses: &mut Losses) {
        self.define_of("vars:pre-request", suite, losses);
    }

    /// Gives variables the values of an environment, where they have none yet; a collection that has others is silent.
    pub(super) fn define_environment(&self, suite: &mut Suite, losses: &mut Losses) {
        self.define_of("vars", suite, losses);
        let pairs = self.find("vars").into_iter().flat_map(Block::pairs);
        suite.given.extend(pairs.map(|(_, name, _)| variables::name(name)));
    }

    fn define_of(&self, name: &str, suite: &mut Suite, losses: &mut Losses) {
        losses.go_to(&self.file);
        for (line, name, value) in self.find(name).into_iter().flat_map(Block::pairs) {
            let value = variables::text(value, line, losses);
            suite.define(name, value, line, losses);
        }
    }

    /// Tells of values of several lines, of which the first is taken for the whole.
    pub(super) fn note_long_values(&self, losses: &mut Losses) {
        losses.go_to(&self.file);
        let is_text = |name: &str| name == "tests" || ["script:", "body", "docs"].iter().any(|of| name.starts_with(of));
        for (line, name, _) in
            self.all.iter().filter(|block| !is_text(&block.name)).flat_map(Block::pairs).filter(is_long)
        {
            losses.note(line, format!("{name}: a value of several lines is left out"));
        }
    }
}

fn is_long((.., value): &(usize, &str, &str)) -> bool {
    value.starts_with("'''")
}

/// # Errors
/// A block that does not end, with its line.
fn blocks(text: &str) -> Result<Vec<Block>, (usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(Block, &str)> = None;
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match &mut open {
            Some((_, end)) if line.trim_end() == *end => blocks.extend(open.take().map(|(block, _)| block)),
            Some((block, _)) => block.lines.push((at + 1, line.to_owned())),
            None => {
                let signs = [("{", "}"), ("[", "]")];
                let found = signs.iter().find_map(|(sign, end)| Some((line.trim_end().strip_suffix(sign)?, *end)));
                if let Some((name, end)) = found {
                    let block = Block { name: name.trim().to_owned(), line: at + 1, lines: Vec::new() };
                    open = Some((block, end));
                }
            }
        }
    }
    match open {
        Some((block, _)) => Err((block.line, format!("the block {} does not end", block.name))),
        None => Ok(blocks),
    }
}
