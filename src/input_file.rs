//! Files that are read whole, before a run: none of them keeps perfloop waiting, or takes all memory.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Bytes of the longest file that is read.
const MAX_BYTES: u64 = 1 << 30;
/// How long a pipe or a device may give nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes read from a pipe or a device at a time.
const CHUNK: usize = 64 * 1024;

/// The content of a file, a pipe or a device.
///
/// # Errors
/// Those of the system; more than 1 GiB; a pipe or device that gives nothing for 10 s.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_with(path, PATIENCE, MAX_BYTES)
}

/// The content of a file that is text.
///
/// # Errors
/// Those of [`read`], and text that is not UTF-8.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8");
    String::from_utf8(read(path)?).map_err(not_text)
}

fn read_with(path: &Path, patience: Duration, most: u64) -> io::Result<Vec<u8>> {
    let is_regular = fs::metadata(path)?.is_file();
    if is_regular {
        let mut bytes = Vec::new();
        File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
        return if bytes.len() as u64 > most { Err(too_long()) } else { Ok(bytes) };
    }
    // Already to open a pipe waits for a writer, and nothing ends that: the thread is left behind.
    let (sender, chunks) = mpsc::sync_channel(4);
    let path = path.to_owned();
    thread::Builder::new().name("input".into()).spawn(move || {
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => return drop(sender.send(Err(error))),
        };
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let result = file.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
            let is_end = result.is_err() || chunk.is_empty();
            if sender.send(result.map(|_| chunk)).is_err() || is_end {
                return;
            }
        }
    })?;
    let mut bytes = Vec::new();
    loop {
        match chunks.recv_timeout(patience) {
            Ok(Ok(chunk)) if chunk.is_empty() => return Ok(bytes),
            Ok(Ok(chunk)) if (bytes.len() + chunk.len()) as u64 > most => return Err(too_long()),
            Ok(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing came out of this pipe for 10 s")),
        }
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "longer than 1 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const SHORT: Duration = Duration::from_millis(100);

    fn pipe(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        path
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_given_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = read_with(&pipe(folder.path()), SHORT, MAX_BYTES).expect_err("no writer");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "nothing came out of this pipe for 10 s");
    }

    #[test]
    fn a_pipe_is_read_to_its_end_however_it_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = pipe(folder.path());
        let written: Vec<u8> = (0..300_000u32).map(|n| n as u8).collect();
        let writer = {
            let (path, written) = (path.clone(), written.clone());
            thread::spawn(move || fs::write(path, written))
        };
        assert_eq!(read_with(&path, PATIENCE, MAX_BYTES).expect("all of it"), written);
        writer.join().expect("the writer").expect("a reader");
    }

    #[test]
    fn a_folder_and_nothing_are_the_systems_errors() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read(folder.path()).expect_err("a folder").kind(), io::ErrorKind::IsADirectory);
        assert_eq!(read(&folder.path().join("none")).expect_err("nothing").kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_device_without_an_end_is_too_long() {
        let error = read_with(Path::new("/dev/zero"), PATIENCE, 1 << 20).expect_err("no end");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
