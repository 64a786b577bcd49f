//! The files a Hurl file names: bodies, parts of forms, what it compares with, and what it writes.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::input_file;

/// Reads files below one folder, each once, and writes them there.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    read: Mutex<HashMap<String, Arc<[u8]>>>,
}

impl Files {
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Files { root: root.into(), read: Mutex::default() }
    }

    /// # Errors
    /// One line, when the file lies outside the root or cannot be read.
    pub(crate) fn read(&self, name: &str) -> Result<Arc<[u8]>, String> {
        if let Some(read) = self.read.lock().get(name) {
            return Ok(Arc::clone(read));
        }
        let path = self.within(name)?;
        let bytes = input_file::read(&path).map_err(|error| format!("file {name} cannot be read: {error}"))?;
        let bytes: Arc<[u8]> = bytes.into();
        self.read.lock().insert(name.to_owned(), Arc::clone(&bytes));
        Ok(bytes)
    }

    /// # Errors
    /// One line, when the file lies outside the root or cannot be written.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        fs::write(self.within(name)?, bytes).map_err(|error| format!("file {name} cannot be written: {error}"))
    }

    /// Path of a file that is below the root, wherever links lead.
    fn within(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.root.join(name);
        let root = if self.root.as_os_str().is_empty() { Path::new(".") } else { &self.root };
        if resolved(&path).starts_with(resolved(root)) {
            return Ok(path);
        }
        Err(format!("file {name} lies outside {}; give another file-root", root.display()))
    }
}

/// The path without links and dots. Of what does not exist yet, the dots alone are resolved.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            part => {
                resolved.push(part);
                resolved = resolved.canonicalize().unwrap_or_else(|_| led_to(resolved));
            }
        }
    }
    resolved
}

/// Target of a link to something that does not exist yet; any other path as it is.
fn led_to(mut path: PathBuf) -> PathBuf {
    /// More links than this lead in a circle, and nowhere.
    const MAX_LINKS: u32 = 40;
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { return path };
        path.pop();
        let folder = path.canonicalize().unwrap_or(path);
        path = folder.join(target);
        if let (Some(folder), Some(name)) =
            (path.parent().and_then(|folder| folder.canonicalize().ok()), path.file_name())
        {
            path = folder.join(name);
        }
    }
    PathBuf::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_or_written_outside_the_root_by_dots_or_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("inner")).expect("made");
        fs::write(folder.path().join("secret"), "s").expect("written");
        fs::write(root.join("inner/a"), "a").expect("written");
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), root.join("link")).expect("linked");
        let files = Files::new(&root);
        assert_eq!(files.read("inner/../inner/a").as_deref(), Ok(&b"a"[..]));
        assert_eq!(files.read(root.join("inner/a").to_str().expect("text")).as_deref(), Ok(&b"a"[..]));
        for name in ["../secret", "link/secret", "/etc/hostname", "inner/../../secret"] {
            let error = files.read(name).expect_err(name);
            assert!(error.contains("lies outside") && error.contains("file-root"), "{error}");
        }
        files.write("inner/new", b"n").expect("written");
        assert!(files.write("../new", b"n").is_err() && !folder.path().join("new").exists());
        assert!(files.read("none").expect_err("missing").contains("cannot be read"));
        // Links to what does not exist yet, in one step and in two, and in a circle.
        for (target, link) in
            [("../dangling", "out"), ("out", "further"), ("inner/later", "in"), ("b", "a"), ("a", "b")]
        {
            std::os::unix::fs::symlink(target, root.join(link)).expect("linked");
        }
        for name in ["out", "further", "a"] {
            assert!(files.write(name, b"n").expect_err(name).contains("lies outside"), "{name}");
        }
        assert!(!folder.path().join("dangling").exists());
        files.write("in", b"n").expect("written");
        assert_eq!(fs::read(root.join("inner/later")).expect("written"), b"n");
    }

    #[test]
    fn a_file_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::new(folder.path());
        fs::write(folder.path().join("a"), "1").expect("written");
        assert_eq!(files.read("a").as_deref(), Ok(&b"1"[..]));
        fs::write(folder.path().join("a"), "2").expect("written");
        assert_eq!(files.read("a").as_deref(), Ok(&b"1"[..]));
    }
}
