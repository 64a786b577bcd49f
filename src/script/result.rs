//! Results of a run of a file.

use std::time::Duration;

/// Result of one run of a file, with all that is wrong.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FileResult {
    /// The name of the file, as it was given.
    pub file: String,
    /// The entries that were run, in order; a repeated entry stands here more than once.
    pub entries: Vec<EntryResult>,
    /// From the first entry to the end of the last, with all that was waited for.
    pub duration: Duration,
    /// Bodies that entries with `output: -` write.
    pub output: Vec<u8>,
}

/// Result of one run of an entry.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EntryResult {
    /// The line of its method.
    pub line: usize,
    /// Name that its request is counted under: `GET /users/{{id}}`.
    pub name: String,
    /// The requests it made, with retries and hops of redirects.
    pub requests: u32,
    /// The tries it took.
    pub tries: u32,
    /// The setup and response times of its last try, with all hops.
    pub time: Duration,
    /// Errors of its last try; empty when all is right.
    pub errors: Vec<FileError>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileError {
    /// An expectation did not hold. Otherwise something could not be carried out: there was no answer, or no value.
    pub is_assert: bool,
    /// One line: file, line, what was written there, wanted and got.
    pub message: String,
    /// Message in full: the place, its line, wanted and got below it.
    pub rendered: String,
}

/// Verdict on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileVerdict {
    /// Everything held.
    Ok,
    /// An expectation did not hold.
    Assert,
    /// Something could not be carried out.
    Runtime,
}

impl FileResult {
    /// All that is wrong, in order.
    pub fn errors(&self) -> impl Iterator<Item = &FileError> {
        self.entries.iter().flat_map(|entry| &entry.errors)
    }

    /// Verdict on the run; an entry that could not be carried out weighs more than one that did not hold.
    pub fn verdict(&self) -> FileVerdict {
        match self.errors().map(|error| error.is_assert).reduce(|all, is_assert| all && is_assert) {
            None => FileVerdict::Ok,
            Some(true) => FileVerdict::Assert,
            Some(false) => FileVerdict::Runtime,
        }
    }

    /// The requests it made, with retries and hops of redirects.
    pub fn requests(&self) -> u32 {
        self.entries.iter().map(|entry| entry.requests).sum()
    }
}
