//! Desk: the runs that the page shows, and what is told to all who look on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::watch;

use super::about::About;
use super::folder::{Folder, Report};
use super::form::Form;
use super::metrics;
use super::order::Order;
use super::run::Run;
use crate::load_test::Live;
use crate::report::RunInfo;
use crate::report::live::{PastRuns, State, WorkerNow};
use crate::stats::Summary;
use crate::worker::Work;

/// Runs of this process that are kept; of more the oldest go.
const MOST_RUNS: usize = 20;

/// What is known of a server before any run.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// True where the run begins at once; else it waits for the page.
    pub(crate) starts_at_once: bool,
    /// Folder of reports, which are shown beside the runs of this process.
    pub(crate) history: Option<PathBuf>,
    /// Worker whose master starts and stops the runs; `None` where they are this machine's own.
    pub(crate) worker: Option<Arc<Work>>,
}

/// The runs, and who hears of them.
pub(crate) struct Desk {
    facts: Facts,
    runs: Mutex<Runs>,
    folder: Option<Folder>,
    orders: Mutex<Sender<Order>>,
    form: Form,
    news: watch::Sender<News>,
    /// State that all have been told.
    told: Mutex<Option<State>>,
    viewers: AtomicUsize,
    metrics: Mutex<metrics::Page>,
}

#[derive(Default)]
struct Runs {
    /// The oldest first; the last one may go on.
    all: Vec<Arc<Run>>,
    made: u64,
    baseline: Option<String>,
    /// Number of the last snapshot.
    seq: u64,
}

/// Latest state and latest snapshot, each with its number.
#[derive(Debug, Clone, Default)]
pub(super) struct News {
    pub(super) state: (u64, Arc<str>),
    pub(super) snapshot: (u64, Arc<str>),
}

/// State of the server.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ServerState {
    /// Version of perfloop.
    version: &'static str,
    /// State of the latest run; `ready` before any.
    pub(super) state: State,
    /// Id of the latest run of this process.
    run: Option<String>,
    /// True when a run may be started.
    can_start: bool,
    /// `page` where runs are started here, `command line` where the first one began at once, `master` where it has the say.
    waits_for: &'static str,
    /// Folder of reports that are shown as history.
    history_folder: Option<String>,
    /// Id of the run that others are compared with.
    baseline: Option<String>,
    /// Target, for people.
    target: String,
    /// How the worker stands with its master, told once a second; null where there is no master.
    worker: Option<WorkerNow>,
}

impl ServerState {
    pub(super) fn target(self) -> String {
        self.target
    }
}

/// A run that was found.
pub(super) enum Found {
    Process(Arc<Run>),
    Folder(Arc<Report>),
}

impl Desk {
    pub(crate) fn new(facts: Facts, form: Form, orders: Sender<Order>) -> Arc<Desk> {
        let folder = facts.history.clone().map(Folder::new);
        let desk = Desk {
            facts,
            runs: Mutex::default(),
            folder,
            orders: Mutex::new(orders),
            form,
            news: watch::Sender::default(),
            told: Mutex::default(),
            viewers: AtomicUsize::new(0),
            metrics: Mutex::default(),
        };
        desk.tell_state();
        Arc::new(desk)
    }

    /// A run has begun.
    pub(crate) fn begin(&self, about: About, live: Live) -> Arc<Run> {
        *self.metrics.lock() = metrics::Page::of(live.clone());
        let run = {
            let mut runs = self.runs.lock();
            runs.made += 1;
            let run = Arc::new(Run::new(runs.made.to_string(), about, live));
            runs.all.push(Arc::clone(&run));
            if runs.all.len() > MOST_RUNS {
                runs.all.remove(0);
            }
            run
        };
        self.look();
        self.tell_state();
        run
    }

    /// The run is over.
    pub(crate) fn end(&self, run: &Run, summary: Summary, info: RunInfo) {
        run.end(summary, info);
        self.look();
        self.tell_state();
    }

    /// True where a master starts and stops the runs.
    pub(super) fn is_of_master(&self) -> bool {
        self.facts.worker.is_some()
    }

    /// Tells all who look on what is new since a second ago.
    pub(super) fn tell_news(&self) {
        if self.current().is_some_and(|run| !run.is_over()) {
            self.look();
        }
        if self.is_of_master() {
            self.tell_state();
        }
    }

    pub(super) fn form(&self) -> Form {
        self.form.clone()
    }

    /// Takes a snapshot of the latest run, for all who look on.
    pub(super) fn look(&self) {
        let Some(run) = self.current() else { return };
        let seq = {
            let mut runs = self.runs.lock();
            runs.seq += 1;
            runs.seq
        };
        let snapshot = serde_json::to_string(&run.look(seq)).unwrap_or_default();
        // Of two looks at a time, the later one is told.
        self.news.send_if_modified(|news| {
            let is_newer = seq > news.snapshot.0;
            if is_newer {
                news.snapshot = (seq, snapshot.into());
            }
            is_newer
        });
        if Some(self.state().state) != *self.told.lock() {
            self.tell_state();
        }
    }

    /// Tells all who look on how the server stands.
    pub(crate) fn tell_state(&self) {
        let state = self.state();
        *self.told.lock() = Some(state.state);
        let state = serde_json::to_string(&state).unwrap_or_default();
        self.news.send_modify(|news| news.state = (news.state.0 + 1, state.into()));
    }

    pub(super) fn state(&self) -> ServerState {
        let run = self.current();
        let state = run.as_ref().map_or(State::Ready, |run| run.state());
        ServerState {
            version: env!("CARGO_PKG_VERSION"),
            state,
            run: run.map(|run| run.id.clone()),
            can_start: matches!(state, State::Ready | State::Stopped) && !self.is_of_master(),
            waits_for: match self.facts {
                Facts { worker: Some(_), .. } => "master",
                Facts { starts_at_once: true, .. } => "command line",
                Facts { .. } => "page",
            },
            history_folder: self.facts.history.as_deref().map(|path| path.display().to_string()),
            baseline: self.runs.lock().baseline.clone(),
            target: self.form.target.clone(),
            worker: self.facts.worker.as_ref().map(|worker| worker.now()),
        }
    }

    pub(super) fn metrics(&self) -> &Mutex<metrics::Page> {
        &self.metrics
    }

    pub(super) fn hear(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// The latest run of this process.
    pub(super) fn current(&self) -> Option<Arc<Run>> {
        self.runs.lock().all.last().cloned()
    }

    /// Run of this id; `current` is the latest of this process.
    pub(super) fn find(&self, id: &str) -> Option<Found> {
        if id == "current" {
            return self.current().map(Found::Process);
        }
        let of_process = self.runs.lock().all.iter().find(|run| run.id == id).cloned();
        let of_folder = || Some(Found::Folder(self.folder.as_ref()?.find(id)?));
        of_process.map(Found::Process).or_else(of_folder)
    }

    /// All runs, the newest first.
    pub(super) fn past(&self) -> PastRuns {
        let (of_process, baseline) = {
            let runs = self.runs.lock();
            (runs.all.clone(), runs.baseline.clone())
        };
        let is_baseline = |id: &str| baseline.as_deref() == Some(id);
        let mut runs: Vec<_> = of_process.iter().rev().map(|run| run.past(is_baseline(&run.id))).collect();
        let saved: Vec<PathBuf> = of_process.iter().filter_map(|run| run.saved()).collect();
        let is_own = |path: &Path| saved.iter().any(|saved| saved == path);
        if let Some(folder) = &self.folder {
            let reports = folder.reports();
            let others = reports.iter().filter(|report| !is_own(&report.path));
            runs.extend(others.map(|report| report.past(is_baseline(&report.id))));
        }
        PastRuns { runs }
    }

    pub(super) fn set_baseline(&self, id: Option<String>) {
        self.runs.lock().baseline = id;
        self.tell_state();
    }

    /// Hands an order to the thread that has the checks. False when it is gone.
    pub(super) fn order(&self, order: Order) -> bool {
        self.orders.lock().send(order).is_ok()
    }

    /// Counts somebody who looks on, until what is returned is dropped.
    pub(super) fn viewer(self: &Arc<Self>) -> Viewer {
        self.viewers.fetch_add(1, Ordering::SeqCst);
        Viewer(Arc::clone(self))
    }

    /// Number of those who look on.
    pub(crate) fn viewers(&self) -> usize {
        self.viewers.load(Ordering::SeqCst)
    }
}

/// Somebody who looks on.
pub(super) struct Viewer(Arc<Desk>);

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::SeqCst);
    }
}
