//! Processes that this bench starts, and ends.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A child that does not outlive its owner.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> io::Result<Process> {
        let child = command.stdin(Stdio::null()).spawn();
        let child =
            child.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", name(command.get_program()))))?;
        Ok(Process { child })
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Waits for its end. Returns whether it came in time.
    pub(crate) fn wait(&mut self, longest: Duration) -> io::Result<bool> {
        let until = Instant::now() + longest;
        while self.is_running()? {
            if Instant::now() > until {
                return Ok(false);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(true)
    }

    /// Asks it to end (the standard library knows only SIGKILL) and waits for that.
    pub(crate) fn end(&mut self, signal: &str, longest: Duration) -> io::Result<bool> {
        if self.is_running()? {
            let id = self.child.id().to_string();
            Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", signal, &id]).status()?;
        }
        self.wait(longest)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.end("TERM", Duration::from_secs(3)).unwrap_or(false) {
            // It fails only when the process has ended meanwhile.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Runs a command to its end and returns what it wrote to stdout.
///
/// # Errors
/// When it cannot be started, and when it does not end in time.
pub(crate) fn output_of(command: &mut Command, folder: &Path, longest: Duration) -> io::Result<String> {
    let (out, err) = (folder.join("stdout"), folder.join("stderr"));
    let mut process = Process::start(command.stdout(File::create(&out)?).stderr(File::create(&err)?))?;
    if process.wait(longest)? {
        Ok(String::from_utf8_lossy(&fs::read(out)?).into_owned())
    } else {
        Err(io::Error::other(format!("{} did not end within {longest:?}", name(command.get_program()))))
    }
}

fn name(program: &std::ffi::OsStr) -> String {
    Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}
