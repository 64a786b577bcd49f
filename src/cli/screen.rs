//! Where the words for people go, and pipes whose reader may leave: `perfloop … | head` is no mistake, a full disk is.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use crate::error::Error;
use crate::job::pipe::Pipe;
use crate::printable::{foreign, printable};

/// Stdout or stderr, for people. No write to it fails, so that what cannot be printed keeps nothing else from being
/// done; whether any did is told at the end.
pub(super) struct Screen {
    name: &'static str,
    to: Pipe<Box<dyn Write + Send>>,
    is_terminal: bool,
    error: Option<io::Error>,
}

impl Screen {
    pub(super) fn stdout() -> Screen {
        Screen::new("stdout", io::stdout(), io::stdout().is_terminal())
    }

    pub(super) fn stderr() -> Screen {
        Screen::new("stderr", io::stderr(), io::stderr().is_terminal())
    }

    /// Stdout, unless that is for programs.
    pub(super) fn beside(stdout_is_taken: bool) -> Screen {
        if stdout_is_taken { Screen::stderr() } else { Screen::stdout() }
    }

    fn new(name: &'static str, to: impl Write + Send + 'static, is_terminal: bool) -> Screen {
        Screen { name, to: Pipe::new(Box::new(to)), is_terminal, error: None }
    }

    /// Writes the body of an answer that was asked for: as it came to a file or a pipe, and as text to a terminal, which
    /// would obey what is in it.
    pub(super) fn write_body(&mut self, body: &[u8]) {
        if self.error.is_some() {
            return;
        }
        let result = if self.is_terminal {
            self.to.write_all(foreign(&String::from_utf8_lossy(body)).as_bytes())
        } else {
            self.to.write_all(body)
        };
        self.note(result);
    }

    /// # Errors
    /// When something of what was written did not get there, as on a full disk.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        let _ = self.flush();
        match self.error.take() {
            None => Ok(()),
            Some(error) => Err(unwritten(self.name, &error)),
        }
    }

    fn note(&mut self, result: io::Result<()>) {
        self.error = self.error.take().or(result.err());
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.error.is_none() {
            let result = self.to.write_all(printable(&String::from_utf8_lossy(bytes)).as_bytes());
            self.note(result);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.to.flush();
        self.note(result);
        Ok(())
    }
}

/// Something that was printed did not get there.
fn unwritten(name: &str, error: &io::Error) -> Error {
    Error::run(format!("{name} could not be written ({error}); send it to a file or disk with room"))
}

/// Prints the help, or the version, that clap has.
///
/// # Errors
/// When stdout cannot be written.
pub(super) fn print_help(help: &clap::Error) -> Result<(), Error> {
    match help.print().and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unwritten("stdout", &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Fails with this from its second write on.
    struct Fails(ErrorKind, u32);

    impl Write for Fails {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1 > 1 { Err(self.0.into()) } else { Ok(bytes.len()) }
        }

        fn flush(&mut self) -> io::Result<()> {
            if self.1 > 1 { Err(self.0.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error_and_a_full_disk_is() {
        for (kind, is_error) in [(ErrorKind::BrokenPipe, false), (ErrorKind::StorageFull, true)] {
            let mut pipe = Pipe::new(Fails(kind, 0));
            assert!(pipe.write_all(b"one").is_ok());
            assert_eq!(pipe.write_all(b"two").is_err(), is_error, "{kind:?}");
            assert_eq!(pipe.flush().is_err(), is_error, "{kind:?}");
        }
    }

    #[test]
    fn a_screen_takes_everything_and_tells_its_first_error_at_the_end() {
        let mut screen = Screen::new("stdout", Fails(ErrorKind::StorageFull, 0), false);
        (0..3).for_each(|_| writeln!(screen, "a line").expect("no error yet"));
        let error = screen.close().expect_err("it was full").to_string();
        assert!(error.starts_with("stdout could not be written (") && error.contains("room"), "{error}");
        let mut screen = Screen::new("stdout", Fails(ErrorKind::BrokenPipe, 0), false);
        (0..3).for_each(|_| writeln!(screen, "a line").expect("no error"));
        assert!(screen.close().is_ok());
    }

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_body_is_written_as_it_came_but_to_a_terminal_that_would_obey_it() {
        for (is_terminal, wanted) in [(false, &b"\x1b[31mred\xff"[..]), (true, "\\x1b[31mred\u{fffd}".as_bytes())] {
            let kept = Kept::default();
            Screen::new("stdout", kept.clone(), is_terminal).write_body(b"\x1b[31mred\xff");
            assert_eq!(*kept.0.lock().expect("no panic"), wanted);
        }
    }
}
