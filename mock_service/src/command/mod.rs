mod arguments;
mod files;

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;
use mock_service::MockService;

use self::arguments::Arguments;

/// Exit code: the command line is wrong.
const BAD_INPUT: u8 = 2;
/// Exit code: the service could not start, as when its port is in use.
const CANNOT_START: u8 = 3;

/// Runs the command.
pub(crate) fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    files::allow_many();
    match serve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(CANNOT_START, &error),
    }
}

fn serve(arguments: &Arguments) -> io::Result<()> {
    // Signals are caught before the service says that it listens: from then on, they must end it in order.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async { end_signal() })?;
    let service = MockService::start(arguments.settings())?;
    #[cfg(feature = "tls")]
    if let (Some(file), Some(pem)) = (&arguments.ca_file, service.ca_pem()) {
        std::fs::write(file, pem)
            .map_err(|e| io::Error::new(e.kind(), format!("cannot write --ca-file {}: {e}", file.display())))?;
    }
    announce(&service);
    runtime.block_on(ended);
    Ok(())
}

/// Says where the service listens. Nobody may listen to that.
fn announce(service: &MockService) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "listening on {}", service.url());
    #[cfg(feature = "tls")]
    if let Some(url) = service.tls_url() {
        let _ = writeln!(out, "listening on {url}");
    }
    let _ = writeln!(out, "endpoints are listed at {}/__endpoints", service.url());
    let _ = out.flush();
}

/// Ends when the process is asked to end.
#[cfg(unix)]
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    Ok(std::future::poll_fn(move |cx| {
        let ended = signals.iter_mut().any(|signal| signal.poll_recv(cx).is_ready());
        if ended { Poll::Ready(()) } else { Poll::Pending }
    }))
}

/// Ends when the process is asked to end.
#[cfg(not(unix))]
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal the process can still be killed, so it goes on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Answers help and version in full, and a wrong command line in one line.
fn refuse(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    fail(BAD_INPUT, &line.trim_start_matches("error: "))
}

fn fail(code: u8, reason: &impl Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "mock_service: {reason}");
    code.into()
}
