//! Files to write to: refused before the run when they cannot be written, whole at its end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::screen::Pipe;
use crate::error::Error;

/// A place for a report, found to be writable.
pub(super) enum Output {
    Stdout,
    /// Written beside its place, and moved there when it is whole.
    File {
        path: PathBuf,
        beside: NamedTempFile,
    },
    /// A pipe, a terminal, a device: nothing can be moved there.
    Stream {
        path: PathBuf,
        file: File,
    },
}

impl Output {
    /// # Errors
    /// When it cannot be written to.
    pub(super) fn reserve(flag: &str, path: &Path) -> Result<Output, Error> {
        if path == Path::new("-") {
            return Ok(Output::Stdout);
        }
        // Only the kind: the text of some errors names the file beside it.
        let refuse = |error: io::Error| unwritable(flag, path, &error.kind().into());
        match fs::metadata(path) {
            Ok(known) if known.is_dir() => Err(refuse(io::ErrorKind::IsADirectory.into())),
            Ok(known) if !known.is_file() => {
                let file = OpenOptions::new().write(true).open(path).map_err(refuse)?;
                Ok(Output::Stream { path: path.into(), file })
            }
            known => {
                if known.is_ok() {
                    // A file that is read-only is not to be replaced.
                    OpenOptions::new().append(true).open(path).map_err(refuse)?;
                }
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                // Like any other new file, unlike a temporary one, it may be read by others.
                let mut builder = tempfile::Builder::new();
                #[cfg(unix)]
                builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
                let beside = builder.prefix(".perfloop-").tempfile_in(folder).map_err(refuse)?;
                Ok(Output::File { path: path.into(), beside })
            }
        }
    }

    /// # Errors
    /// When it cannot be written after all, as on a full disk.
    pub(super) fn write(self, flag: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let broken = |path: &Path, error: io::Error| {
            Error::run(format!(
                "{flag} {}: could not be written ({error}); the numbers above are all there is",
                path.display()
            ))
        };
        match self {
            Output::Stdout => {
                buffered(&mut Pipe::new(io::stdout().lock()), write).map_err(|error| broken(Path::new("-"), error))
            }
            Output::Stream { path, file } => {
                buffered(&mut Pipe::new(file), write).map_err(|error| broken(&path, error))
            }
            Output::File { path, mut beside } => {
                let written = buffered(beside.as_file_mut(), write);
                let moved = written.and_then(|()| beside.persist(&path).map_err(io::Error::from));
                moved.map(drop).map_err(|error| broken(&path, error))
            }
        }
    }
}

fn buffered(to: &mut dyn Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = io::BufWriter::new(to);
    write(&mut buffer)?;
    buffer.flush()
}

/// Finds out whether a file can be written while the run goes on, and leaves it as it is.
///
/// # Errors
/// When it cannot be written to.
pub(super) fn check_stream(flag: &str, path: &Path) -> Result<(), Error> {
    match fs::metadata(path) {
        // Who reads from a pipe would take its being closed again for the end.
        Ok(known) if !known.is_file() && !known.is_dir() => Ok(()),
        _ => Output::reserve(flag, path).map(drop),
    }
}

/// Opens a file that is written while the run goes on.
///
/// # Errors
/// When it cannot be written to.
pub(super) fn open_stream(flag: &str, path: &Path) -> Result<Box<dyn Write + Send>, Error> {
    if path == Path::new("-") {
        return Ok(Box::new(Pipe::new(io::stdout())));
    }
    match File::create(path) {
        Ok(file) => Ok(Box::new(Pipe::new(file))),
        Err(error) => Err(unwritable(flag, path, &error)),
    }
}

fn unwritable(flag: &str, path: &Path, error: &io::Error) -> Error {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(missing) = folder.filter(|folder| !folder.exists()) {
        return Error::usage(format!(
            "{flag} {}: the folder {} does not exist; make it, or give a file in another one",
            path.display(),
            missing.display()
        ));
    }
    Error::usage(format!("{flag} {}: cannot be written ({error}); give a file in a folder that can", path.display()))
}
