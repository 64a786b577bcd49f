//! Files to write to: refused before the run when they cannot be written, whole at its end.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Seek as _, Write};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::pipe::Pipe;
use crate::error::Error;

/// More links than this lead in a circle.
const MAX_LINKS: u32 = 40;

/// A place for a report, found to be writable.
pub(crate) enum Output {
    Stdout,
    /// Written beside its place, and moved there when it is whole.
    File {
        path: PathBuf,
        /// File that the path leads to, if it is a link.
        place: PathBuf,
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
    pub(crate) fn reserve(flag: &str, path: &Path) -> Result<Output, Error> {
        if is_stdout(path) {
            refuse_closed_stdout(flag)?;
            return Ok(Output::Stdout);
        }
        if is_of_the_system(path) {
            let file = OpenOptions::new().write(true).open(path).map_err(|error| unwritable(flag, path, &error))?;
            return Ok(Output::Stream { path: path.into(), file });
        }
        // Only the kind: the text of some errors names the file beside it.
        let refuse = |error: io::Error| unwritable(flag, path, &error.kind().into());
        let place = followed(path).map_err(refuse)?;
        match fs::metadata(&place) {
            Ok(known) if known.is_dir() => Err(refuse(io::ErrorKind::IsADirectory.into())),
            Ok(known) if !known.is_file() => {
                let file = OpenOptions::new().write(true).open(path).map_err(refuse)?;
                Ok(Output::Stream { path: path.into(), file })
            }
            known => {
                if known.is_ok() {
                    // A file that is read-only is not to be replaced.
                    OpenOptions::new().append(true).open(&place).map_err(refuse)?;
                }
                // Like any other new file, unlike a temporary one, it may be read by others.
                let mut builder = tempfile::Builder::new();
                builder.permissions(fs::Permissions::from_mode(0o666));
                let beside = builder.prefix(".perfloop-").tempfile_in(folder_of(&place)).map_err(refuse)?;
                Ok(Output::File { path: path.into(), place, beside })
            }
        }
    }

    /// # Errors
    /// When it cannot be written after all, as on a full disk.
    pub(crate) fn write(self, flag: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
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
            Output::File { path, place, mut beside } => {
                let written = buffered(beside.as_file_mut(), write);
                written.and_then(|()| put(beside, &place)).map_err(|error| broken(&path, error))
            }
        }
    }
}

/// The standard output of the process, by the names it is given for files.
pub(crate) fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout"].iter().any(|name| path == Path::new(name))
}

/// True for a path of a device, or of something that is open already: no file can be put there. Memory is shared by
/// ordinary files.
fn is_of_the_system(path: &Path) -> bool {
    if path.starts_with("/dev/shm") {
        return false;
    }
    ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder))
        && !fs::metadata(path).is_ok_and(|known| known.is_dir())
}

/// True for two paths of the same file, by whatever names. A device such as `/dev/null` takes from several.
pub(crate) fn are_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let place = followed(path).ok()?;
        Some((fs::canonicalize(folder_of(&place)).ok()?, place.file_name()?.to_owned()))
    };
    if is_stdout(one) || is_stdout(other) {
        return is_stdout(one) && is_stdout(other);
    }
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), _) if one.file_type().is_char_device() => false,
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => one == other || place(one).is_some_and(|one| Some(one) == place(other)),
    }
}

/// Path behind symbolic links, also of a file that is not there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&place) {
            Ok(known) if known.is_symlink() => place = folder_of(&place).join(fs::read_link(&place)?),
            _ => return Ok(place),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts a file that is whole in its place. One that stands there gives it its permissions; of one that has several
/// names or another owner, which a new file would not have, only the content is replaced.
fn put(mut whole: NamedTempFile, place: &Path) -> io::Result<()> {
    let result = match fs::metadata(place) {
        Ok(known) if !is_replaceable(&known, &whole.as_file().metadata()?) => rewrite(whole.as_file_mut(), place),
        known => {
            if let Ok(known) = known {
                whole.as_file().set_permissions(known.permissions())?;
            }
            match whole.persist(place) {
                Ok(_) => return Ok(()),
                Err(error) => {
                    whole = error.file;
                    Err(error.error)
                }
            }
        }
    };
    result.map_err(|error| match whole.keep() {
        Ok((_, kept)) => io::Error::new(error.kind(), format!("{error}; it is whole in {}", kept.display())),
        Err(_) => error,
    })
}

fn rewrite(whole: &mut File, place: &Path) -> io::Result<()> {
    whole.rewind()?;
    let mut known = OpenOptions::new().write(true).truncate(true).open(place)?;
    io::copy(whole, &mut known).map(drop)
}

/// A new file in its place would be like it.
fn is_replaceable(known: &Metadata, new: &Metadata) -> bool {
    known.nlink() == 1 && (known.uid(), known.gid()) == (new.uid(), new.gid())
}

/// A closed stdout has no reader: the system gives it to the next file, which Rust lets be `/dev/null`,
/// open to read and write as no shell opens it.
fn refuse_closed_stdout(flag: &str) -> Result<(), Error> {
    let is_null = fs::read_link("/proc/self/fd/1").is_ok_and(|place| place == Path::new("/dev/null"));
    let facts = fs::read_to_string("/proc/self/fdinfo/1").unwrap_or_default();
    let flags = facts.lines().find_map(|line| line.strip_prefix("flags:"));
    let mode = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).map(|flags| flags & 3);
    if is_null && mode == Some(READ_AND_WRITE) {
        return Err(Error::usage(format!("{flag} -: stdout is closed; give a file, or open it")));
    }
    Ok(())
}

/// `O_RDWR` of the system.
const READ_AND_WRITE: u32 = 2;

/// Writes through a buffer. A panic is an error of this output, so that the others are written.
fn buffered(to: &mut dyn Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = io::BufWriter::new(to);
    let written = panic::catch_unwind(AssertUnwindSafe(|| write(&mut buffer)));
    written.unwrap_or_else(|_| Err(io::Error::other("perfloop broke down at it; please report it")))?;
    buffer.flush()
}

/// Finds out whether a file can be written while the run goes on, and leaves it as it is.
///
/// # Errors
/// When it cannot be written to.
pub(crate) fn check_stream(flag: &str, path: &Path) -> Result<(), Error> {
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
pub(crate) fn open_stream(flag: &str, path: &Path) -> Result<Box<dyn Write + Send>, Error> {
    if is_stdout(path) {
        refuse_closed_stdout(flag)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_breaks_is_an_error_of_its_own_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report");
        let output = Output::reserve("json", &path).unwrap_or_else(|error| panic!("{error}"));
        let error = output.write("json", |_| panic!("a bug")).expect_err("it broke").to_string();
        assert!(error.contains("could not be written (perfloop broke down at it; please report it)"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
    }
}
