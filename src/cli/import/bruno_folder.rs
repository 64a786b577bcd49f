//! Files of a folder that Bruno keeps as a collection.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::import::{BRUNO_MARK, is_part_of_bruno};
use crate::input_file;

/// More than people write.
const MOST_FILES: usize = 10_000;

/// Texts of the files of a collection, by their paths in it.
///
/// # Errors
/// A folder that is no collection, or what cannot be read in it.
pub(super) fn files(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let shown = folder.display();
    if !folder.join(BRUNO_MARK).is_file() {
        return Err(Error::usage(format!(
            "{shown}: it is a folder without a {BRUNO_MARK}, and so no collection of Bruno; give one of the files in it"
        )));
    }
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, before: &str, files: &mut Vec<(String, String)>) -> Result<(), Error> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| {
        Error::usage(format!("{}: it cannot be read: {error}", path.display()))
    };
    for found in fs::read_dir(folder).map_err(|error| wrong(folder, &error))? {
        let found = found.map_err(|error| wrong(folder, &error))?;
        // Links are not followed: they may lead in circles.
        let kind = found.file_type().map_err(|error| wrong(&found.path(), &error))?;
        let name = found.file_name().to_string_lossy().into_owned();
        if !is_part_of_bruno(&name, kind.is_dir()) {
            continue;
        }
        if kind.is_dir() {
            collect(&found.path(), &format!("{before}{name}/"), files)?;
        } else if kind.is_file() {
            let text = input_file::read_text(&found.path()).map_err(|error| wrong(&found.path(), &error))?;
            files.push((format!("{before}{name}"), text));
        }
        if files.len() > MOST_FILES {
            return Err(Error::usage(format!("{}: there are more than {MOST_FILES} files", folder.display())));
        }
    }
    Ok(())
}
