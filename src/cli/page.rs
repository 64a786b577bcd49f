//! Live page of a command: its place, which is taken before any traffic, and what each run tells it.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::page_args::{DEFAULT_ADDRESS, PageArgs};
use super::performance::Performance;
use super::planned;
use super::signals::Signals;
use crate::error::Error;
use crate::part::Parts;
use crate::report::RunInfo;
use crate::report::live::{Planned, Said};
use crate::stats::Summary;
use crate::web::{About, Access, Desk, Run, Server, router, save_report};

/// Time for which a page that is loaded anew is waited for, after the last one is gone.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// Time between two looks at signals and at those who look on.
pub(super) const LOOK: Duration = Duration::from_millis(50);
/// What is said where a page outlasts what it shows.
pub(super) const STAYS: &str = "the page stays as long as it is looked at; Ctrl-C ends it";

/// Place of the page: taken, and not served yet.
pub(super) struct Place {
    server: Server,
    access: Access,
    opens: bool,
}

impl Place {
    /// Takes the address, and makes the folder of the history.
    ///
    /// # Errors
    /// What of them cannot be had.
    pub(super) fn take(page: &PageArgs) -> Result<Place, Error> {
        let server = Server::listen("--web-addr", page.address.as_deref().unwrap_or(DEFAULT_ADDRESS))?;
        let access = Access::new(server.address(), &page.names, page.token.clone()).map_err(|error| {
            Error::run(format!("there are no random numbers for a token ({error}); give --web-token"))
        })?;
        if let Some(folder) = &page.history {
            make_folder(folder)?;
        }
        Ok(Place { server, access, opens: page.opens })
    }

    /// Serves what the desk knows, and says where.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub(super) fn serve(self, desk: Arc<Desk>) -> Result<(), Error> {
        let link = link(self.server.address(), &self.access);
        self.server
            .serve("page", router(desk, self.access))
            .map_err(|error| Error::run(format!("there is no thread for the page ({error}); raise ulimit -u")))?;
        print(&format!("page: {link}"));
        if self.opens {
            open(&link);
        }
        Ok(())
    }
}

/// What is known of a run that begins.
pub(super) fn about(performance: &Performance<'_>, command: String, planned: Vec<Planned>) -> About {
    let plan = performance.plan();
    About {
        info: performance.info.clone(),
        part: (!plan.part.is_whole()).then(|| Parts::from(plan.part).to_string()),
        command,
        time: performance.time(),
        rate: planned::rate(plan),
        can_edit: planned::can_edit(plan, &planned, performance.search().is_some()),
        planned,
        search: performance.search(),
    }
}

/// Tells that a run is over, and adds its report to the folder of the history.
pub(super) fn end(desk: &Desk, run: &Run, history: Option<&Path>, summary: &Summary, info: &RunInfo) {
    desk.end(run, summary.clone(), info.clone());
    let Some(folder) = history else { return };
    match save_report(folder, summary, info) {
        Ok(path) => run.was_saved(path),
        Err(error) => {
            let line = format!("{}: the report of this run could not be written ({error})", folder.display());
            run.say(Said::Warning, &line);
            print(&format!("warning: --history {line}"));
        }
    }
    desk.tell_state();
}

/// Has the page stay as long as somebody looks on.
pub(super) fn stay(desk: &Desk, signals: &Signals) {
    if desk.viewers() == 0 {
        return;
    }
    print(STAYS);
    let mut seen = Instant::now();
    while !signals.were_heard() && seen.elapsed() <= GRACE {
        if desk.viewers() > 0 {
            seen = Instant::now();
        }
        thread::sleep(LOOK);
    }
}

/// Prints a line beside what is for programs.
pub(super) fn print(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Address of the page for people, with the token if one is needed.
fn link(address: SocketAddr, access: &Access) -> String {
    let shown =
        if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() };
    let token = access.token().map(|token| format!("?token={token}")).unwrap_or_default();
    format!("http://{shown}/{token}")
}

/// Opens the page in the browser; who has none opens the link that is printed.
fn open(link: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened =
        Command::new(program).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Err(error) = opened {
        print(&format!("note: no browser was opened ({program}: {error}); open the link above"));
    }
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|error| {
        Error::usage(format!("--history {}: cannot be made ({error}); give a folder that can", folder.display()))
    })
}
