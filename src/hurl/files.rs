//! The files a Hurl file names: bodies, parts of forms, what it compares with.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

/// Reads files below one folder, each once.
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
        let path = Path::new(name);
        if path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
            return Err(format!("file {name} lies outside {}; give --file-root", self.root.display()));
        }
        let bytes =
            std::fs::read(self.root.join(path)).map_err(|error| format!("file {name} cannot be read: {error}"))?;
        let bytes: Arc<[u8]> = bytes.into();
        self.read.lock().insert(name.to_owned(), Arc::clone(&bytes));
        Ok(bytes)
    }
}
