//! A folder that Bruno keeps as a collection: a file for each request, and files of what those in a folder have in common.

use super::bru::entry;
use super::bru_blocks::Blocks;
use super::losses::Losses;
use super::suite::Suite;

/// File by which the folder of a collection is known.
pub(crate) const MARK: &str = "bruno.json";
/// Folder of the environments, below that of the collection.
const ENVIRONMENTS: &str = "environments";
/// Files of what all requests below a folder have in common: that of the collection, and those of folders in it.
const COLLECTION: &str = "collection.bru";
const FOLDER: &str = "folder.bru";
/// Folders within one another.
const DEEPEST: usize = 50;

/// True for the name of a file or folder in a collection that says something of its requests.
pub(crate) fn is_part(name: &str, is_folder: bool) -> bool {
    if is_folder { !matches!(name, ".git" | "node_modules") } else { name.ends_with(".bru") }
}

/// Folder of a collection.
#[derive(Default)]
struct Folder {
    name: String,
    /// What its requests have in common.
    common: Option<Blocks>,
    folders: Vec<Folder>,
    /// Names and requests.
    requests: Vec<(String, Blocks)>,
}

/// # Errors
/// An environment that is not there, or no request at all.
pub(super) fn read(
    files: &[(String, String)],
    environment: Option<&str>,
    losses: &mut Losses,
) -> Result<Suite, String> {
    let mut top = Folder::default();
    let mut environments = Vec::new();
    for (path, text) in files {
        let blocks = match Blocks::read(path, text) {
            Ok(blocks) => blocks,
            // Bruno runs the others, too.
            Err((line, what)) => {
                losses.left_out(path, line, &what);
                continue;
            }
        };
        let mut steps: Vec<&str> = path.split('/').collect();
        let name = steps.pop().unwrap_or_default();
        match steps.first() {
            Some(&ENVIRONMENTS) if steps.len() == 1 => environments.push((name.trim_end_matches(".bru"), blocks)),
            _ if steps.len() > DEEPEST => losses.left_out(path, 1, "it lies too deep"),
            _ => top.at(&steps).take(name, blocks, losses),
        }
    }
    let known = || environments.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let of_name = |wanted: &str| {
        let found = environments.iter().find(|(name, _)| *name == wanted);
        found.ok_or_else(|| format!("there is no environment {wanted}; there are: {}", known()))
    };
    let environment = environment.map(of_name).transpose()?;
    top.arrange();
    let mut suite = Suite::default();
    // A request's own values win over those of its folders, those over an environment, and that over the collection.
    top.define_requests(&mut suite, losses);
    top.folders.iter().for_each(|folder| folder.define_common(&mut suite, losses));
    if let Some((_, blocks)) = environment {
        blocks.note_long_values(losses);
        blocks.define_environment(&mut suite, losses);
    }
    top.common.iter().for_each(|common| common.define(&mut suite, losses));
    top.requests_below("", &mut Vec::new(), &mut suite, losses);
    losses.go_to("");
    if suite.entries.is_empty() {
        return Err("there is no request in it; the file of a request has a block like get { url: ... }".into());
    }
    Ok(suite)
}

impl Folder {
    /// Folder of these steps below it.
    fn at(&mut self, steps: &[&str]) -> &mut Folder {
        let Some((first, rest)) = steps.split_first() else { return self };
        let place = self.folders.iter().position(|folder| folder.name == **first).unwrap_or_else(|| {
            self.folders.push(Folder { name: (*first).to_owned(), ..Folder::default() });
            self.folders.len() - 1
        });
        self.folders[place].at(rest)
    }

    fn take(&mut self, name: &str, blocks: Blocks, losses: &mut Losses) {
        blocks.note_long_values(losses);
        let common = if self.name.is_empty() { COLLECTION } else { FOLDER };
        if name == common {
            self.common = Some(blocks);
        } else if blocks.is_request() {
            self.requests.push((name.to_owned(), blocks));
        } else {
            losses.left_out(blocks.file(), 1, "there is no request of HTTP in it");
        }
    }

    /// Brings folders and requests into the order in which Bruno runs them: requests by their sequence, folders by their
    /// names and, where they have one, at the place of their sequence.
    fn arrange(&mut self) {
        self.requests.sort_by_cached_key(|(name, blocks)| (sequence(blocks).unwrap_or(u32::MAX), name.clone()));
        let mut all = std::mem::take(&mut self.folders);
        all.sort_by(|one, other| one.name.cmp(&other.name));
        let at = |folder: &Folder| folder.common.as_ref().and_then(sequence).filter(|sequence| *sequence > 0);
        let (mut placed, others): (Vec<Folder>, Vec<Folder>) = all.into_iter().partition(|folder| at(folder).is_some());
        placed.sort_by_key(at);
        self.folders = others;
        for folder in placed {
            let place = at(&folder).map_or(0, |sequence| sequence as usize - 1).min(self.folders.len());
            self.folders.insert(place, folder);
        }
        self.folders.iter_mut().for_each(Folder::arrange);
    }

    fn define_requests(&self, suite: &mut Suite, losses: &mut Losses) {
        self.folders.iter().for_each(|folder| folder.define_requests(suite, losses));
        self.requests.iter().for_each(|(_, blocks)| blocks.define(suite, losses));
    }

    /// Those of folders further in win.
    fn define_common(&self, suite: &mut Suite, losses: &mut Losses) {
        self.folders.iter().for_each(|folder| folder.define_common(suite, losses));
        self.common.iter().for_each(|common| common.define(suite, losses));
    }

    /// Folders first, as Bruno runs them.
    fn requests_below<'a>(&'a self, path: &str, above: &mut Vec<&'a Blocks>, suite: &mut Suite, losses: &mut Losses) {
        let depth = above.len();
        above.extend(&self.common);
        for folder in &self.folders {
            folder.requests_below(&format!("{path}{} / ", folder.name), above, suite, losses);
        }
        for (_, blocks) in &self.requests {
            let mut entry = entry(blocks, Some(above), losses);
            // Readers find the file by it.
            if let Some(name) = entry.as_mut().and_then(|entry| entry.comments.first_mut()) {
                name.insert_str(0, path);
            }
            suite.entries.extend(entry);
        }
        above.truncate(depth);
    }
}

fn sequence(blocks: &Blocks) -> Option<u32> {
    blocks.meta("seq").and_then(|text| text.parse().ok())
}
