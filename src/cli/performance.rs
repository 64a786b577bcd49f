//! Performance of one run: from its first line on the screen to its reports.

use std::io::Write as _;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::config::CommandLine;
use super::exit::Exit;
use super::flags::name_of;
use super::hints::{Kept, next_step};
use super::made::Made;
use super::progress::{KnownEnd, Progress};
use super::screen::Screen;
use super::signals::Signals;
use super::telemetry::Telemetry;
use super::{argv, dry_run, github};
use crate::capacity::{Found, News, Steering};
use crate::error::Error;
use crate::job::aim::Aim;
use crate::job::machine::host;
use crate::job::outputs::{self, Outputs};
use crate::job::settings::Settings;
use crate::job::spec::RunSpec;
use crate::job::target::Target;
use crate::job::written::Written;
use crate::job::{proxies, secrets};
use crate::load::{Plan, Resource};
use crate::load_test::{Live, Run};
use crate::moment::Moment;
use crate::part::Parts;
use crate::report::{RunInfo, Style, level_line, wrapped_line, write_text};
use crate::stats::Summary;
use crate::units;
use crate::web::Search;

/// Columns of a line where neither a terminal nor `COLUMNS` tells: the reason of a failure fits.
const DEFAULT_WIDTH: u16 = 200;
/// Less is not enough for a name and its numbers.
const MIN_WIDTH: u16 = 80;

/// Run that has begun.
pub(super) struct Performance<'a> {
    settings: &'a Settings,
    plan: Plan,
    aim: Aim,
    _target: Option<Target>,
    pub(super) info: RunInfo,
    outputs: Outputs,
    out: Screen,
    run: Run,
    progress: Progress,
    search: Option<Searching>,
    telemetry: Telemetry,
}

/// Search that steers the run, and what the page is told of it.
struct Searching {
    thread: JoinHandle<Found>,
    seen: Arc<Search>,
    /// When it gives up.
    time: Duration,
}

impl<'a> Performance<'a> {
    /// Starts the run, after all its outputs are sure to have their places.
    ///
    /// # Errors
    /// Before any traffic: what is wrong with the outputs, the plan or the machine.
    pub(super) fn begin(
        line: &CommandLine,
        settings: &'a Settings,
        made: Made,
        signals: &Signals,
        telemetry: &Telemetry,
    ) -> Result<Performance<'a>, Error> {
        let spec = &settings.spec;
        let Made { plan, test, aim, target } = made;
        let steering = spec.steering()?;
        let stdout_is_taken = outputs::takes_stdout(spec);
        if let Some(line) = proxies::unheeded(aim.origins.iter().map(String::as_str), plan.http.proxy.is_some()) {
            let _ = writeln!(std::io::stderr(), "note: {line}");
        }
        // What cannot be printed does not end a run, and is told at its end.
        let mut out = Screen::beside(stdout_is_taken);
        let (outputs, test) = Outputs::reserve(spec, test)?;
        let info = RunInfo {
            started: plan.start_at.unwrap_or(SystemTime::UNIX_EPOCH).max(SystemTime::now()),
            target: aim.shown(&plan),
            plan: Some(spec.search_line().unwrap_or_else(|| plan.describe())),
            spec: Some(spec_of(spec, &plan)),
            command: argv::hidden(line.words(), &plan.redactor),
            hosts: vec![host()],
        };
        let starts_in = info.started.duration_since(SystemTime::now()).unwrap_or_default();
        let run = test.start()?;
        signals.are_for(run.live());
        print_head(settings, &plan, &aim, &mut out);
        telemetry.show(&run.live(), &mut out);
        let _ = out.flush();
        let end = KnownEnd {
            time: plan.time_limit().filter(|_| steering.is_none()).map(|time| time.saturating_add(plan.warmup)),
            warmup: plan.warmup,
            iterations: plan
                .loops
                .map(|loops| loops.saturating_mul(plan.most_users().into()))
                .or(plan.requests.map(|requests| plan.part.share(requests))),
            starts: Moment::now() + starts_in,
        };
        let progress = Progress::start(run.live(), spec.stats_interval(), end, spec.quiet);
        let search = steering.map(|steering| steer(steering, run.live(), &progress)).transpose()?;
        let telemetry = telemetry.clone();
        Ok(Performance { settings, plan, aim, _target: target, info, outputs, out, run, progress, search, telemetry })
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// When it ends at the latest, from the start of what is measured.
    pub(super) fn time(&self) -> Option<Duration> {
        self.search.as_ref().map(|search| search.time).or_else(|| self.plan.time_limit())
    }

    /// Search for the capacity, if the run is one.
    pub(super) fn search(&self) -> Option<Arc<Search>> {
        self.search.as_ref().map(|search| Arc::clone(&search.seen))
    }

    /// Waits for the end of the run, prints its tables and writes its reports. `seen` gets the numbers before all that.
    ///
    /// # Errors
    /// What could not be written, and that perfloop itself broke.
    pub(super) fn finish(self, signals: &Signals, seen: impl FnOnce(&Summary, &RunInfo)) -> Result<Exit, Error> {
        let Performance { settings, plan, aim, info, outputs, mut out, run, progress, search, telemetry, .. } = self;
        let spec = &settings.spec;
        let stdout_is_taken = outputs::takes_stdout(spec);
        let summary = Summary { is_debug_build: aim.is_debug_build, ..run.join()? };
        // A search leaves the numbers of one level; who is told of the run was told of all of it.
        let ending = telemetry.end(&summary);
        let summary = match search.map(|search| search.thread.join()) {
            None => summary,
            Some(Ok(found)) => found.report(summary),
            Some(Err(_)) => return Err(Error::run("the search broke down; please report it with what you ran")),
        };
        progress.finish();
        seen(&summary, &info);
        let _ = writeln!(out).and_then(|()| {
            write_text(&summary, width(stdout_is_taken), style(stdout_is_taken), spec.detail(), &mut out)
        });
        let kept = Kept { html: spec.html.is_some(), json: spec.json.is_some() };
        if let Some(line) = next_step(&summary, kept) {
            let _ = writeln!(out, "{line}");
        }
        if let Some(warning) = ending.warning() {
            let _ = writeln!(out, "warning: {}", Error::run(warning).text(name_of));
        }
        if aim.is_embedded {
            let _ = writeln!(out, "target: {}", aim.shown(&plan));
        }
        if github::is_wanted(spec.github) {
            github::tell(&summary, &mut out);
        }
        outputs.write(spec, &summary, &info).and(out.close())?;
        Ok(exit(&summary, signals))
    }
}

/// Steers the run from a thread of its own; each level is told as it is judged.
fn steer(steering: Steering, live: Live, progress: &Progress) -> Result<Searching, Error> {
    let speaker = progress.speaker();
    let seen = Arc::new(Search::new(steering.goals()));
    let (hearing, time) = (Arc::clone(&seen), steering.settings().max_time);
    let mut tell = move |news: News<'_>| {
        hearing.hear(news);
        if let News::Judged(level) = news {
            speaker.say(&level_line(level));
        }
    };
    let search = move || steering.steer(&live, &mut tell);
    let no_thread = |error| Error::run(format!("cannot make a thread: {error}; free some memory or raise ulimit -u"));
    let thread = thread::Builder::new().name("search".into()).spawn(search).map_err(no_thread)?;
    Ok(Searching { thread, seen, time })
}

/// What stands above the progress of a run.
fn print_head(settings: &Settings, plan: &Plan, aim: &Aim, out: &mut Screen) {
    let stdout_is_taken = outputs::takes_stdout(&settings.spec);
    if let Some(line) = settings.line() {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "{}", wrapped_line(&first_line(&settings.spec, plan, aim), width(stdout_is_taken)));
    for warning in &aim.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    // Hardly any service answers each user with as much as is kept.
    let needs = dry_run::needs(plan, aim).into_iter().filter(|need| need.of != Resource::BODIES).collect::<Vec<_>>();
    for line in dry_run::shortages(&needs) {
        let _ = writeln!(out, "warning: {line}");
    }
    if plan.http.insecure {
        let _ = writeln!(out, "warning: --insecure accepts any certificate, also that of somebody in between");
    }
}

/// The specification for the report, with the seed that was drawn.
fn spec_of(spec: &RunSpec, plan: &Plan) -> Value {
    let seed = plan.seed.and_then(|seed| Written::read(&seed.to_string()).ok());
    secrets::hidden_spec(&RunSpec { seed, ..spec.clone() }, &plan.redactor)
}

fn first_line(spec: &RunSpec, plan: &Plan, aim: &Aim) -> String {
    format!("{}: {}", run_line(spec, plan), aim.shown(plan))
}

/// How much is asked and for how long, or what is searched.
pub(super) fn run_line(spec: &RunSpec, plan: &Plan) -> String {
    spec.search_line().unwrap_or_else(|| load_line(plan))
}

fn load_line(plan: &Plan) -> String {
    let limits = plan.limits().map_or_else(String::new, |limits| format!(", {limits}"));
    let warmup =
        if plan.warmup.is_zero() { String::new() } else { format!(" after {} of warm-up", units::short(plan.warmup)) };
    let part = if plan.part.is_whole() { String::new() } else { format!("{} of ", Parts::from(plan.part)) };
    format!("{part}{}{limits}{warmup}", plan.load)
}

/// Columns of a line: those of the terminal, or of the variable `COLUMNS` where the output is no terminal.
pub(super) fn width(stdout_is_taken: bool) -> u16 {
    let terminal = if stdout_is_taken { console::Term::stderr() } else { console::Term::stdout() };
    let asked = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns = terminal.size_checked().map(|(_, columns)| columns).or_else(asked);
    columns.map_or(DEFAULT_WIDTH, |columns| columns.max(MIN_WIDTH))
}

/// Colours are for terminals, unless `CLICOLOR_FORCE` says otherwise, and not with `NO_COLOR`.
pub(super) fn style(stdout_is_taken: bool) -> Style {
    let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let has_colours = if stdout_is_taken { console::colors_enabled_stderr() } else { console::colors_enabled() };
    if has_colours && !wants_none { Style::Coloured } else { Style::Plain }
}

fn exit(summary: &Summary, signals: &Signals) -> Exit {
    if signals.were_heard() {
        Exit::Interrupted
    } else if summary.is_good() {
        Exit::Good
    } else {
        Exit::Failed
    }
}
