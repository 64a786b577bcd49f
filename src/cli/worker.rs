//! `perfloop worker [TARGET]...`: a worker of a Locust master, which says how many users there are and when they stop.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use clap::Command;
use serde_json::Value;

use super::config::{self, CommandLine};
use super::exit::Exit;
use super::made::{Made, Maker, Purpose};
use super::page::{self, Place};
use super::performance::Performance;
use super::refusal::Refusal;
use super::run::of_targets_on;
use super::signals::Signals;
use super::subcommand::Subcommand;
use super::telemetry::Telemetry;
use super::worker_args::{self, Parted, WorkerArgs};
use super::{flags, planned, search_args};
use crate::error::Error;
use crate::job::fields::{Field, Kind, OUTPUTS};
use crate::job::given::{Given, Source};
use crate::job::outputs;
use crate::job::settings::Settings;
use crate::load::Plan;
use crate::report::locust::{rounded_as_locust, rounded_finely};
use crate::report::shell_word;
use crate::stats::Summary;
use crate::web::{About, Desk, Facts, Watcher};
use crate::worker::{Order, Spawn, Work, Worker};

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "worker",
    alias: None,
    usage: "[TARGET]...",
    about: "Have the users that a Locust master asks for",
    command,
    main,
};

const AFTER_HELP: &str = "\
The master is Locust's own, unmodified: perfloop locustfile writes the file that
it needs, and docs/locust-workers.md tells more.
  perfloop worker --master-host 127.0.0.1 a.hurl

How many users there are, and for how long, is the master's to say; flags of
load are left out, and so are those of Locust that operators pass to each
worker. Reports (--json and others) are of this worker's own part, one for each
run. --web shows its own part in a page, and how it stands with the master.

Exit codes:
  0    the master has let the worker go
  2    wrong input; no master was asked
  3    the master was lost for a minute, or something could not be written
  130  interrupted";

/// Fields that the master has the say on.
const OF_MASTER: [&str; 13] = [
    "users",
    "time",
    "loops",
    "requests",
    "ramp-up",
    "spawn-rate",
    "stages",
    "rate",
    "poisson",
    "max-users",
    "shape",
    "part",
    "start-at",
];
/// Options of a master's locustfile that stand for fields begin with this.
const OPTION: &str = "perf_";
/// Time between two looks at orders and signals.
const LOOK: Duration = Duration::from_millis(50);

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(worker(this, words))
}

fn worker(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let Parted { worker, rest, ignored } = worker_args::part(words.get(1..).unwrap_or_default(), variable)?;
    let mut line = config::read(this.command(), &rest, Vec::new())?;
    search_args::check(&mut line.settings, false)?;
    let maker = |settings: &Settings, purpose: Purpose| of_targets_on(Plan::new().commanded(), settings, purpose);
    Ok(carry_out(&worker, &ignored, line, &maker)?)
}

fn command(this: &Subcommand) -> Command {
    OF_MASTER
        .iter()
        // A shape has no flag.
        .filter(|name| **name != "shape")
        .fold(flags::command(), |command, name| command.mut_arg(name, |arg| arg.hide(true)))
        .args(worker_args::args())
        .bin_name("perfloop worker")
        .about(this.about)
        .override_usage("perfloop worker [OPTIONS] [TARGET]...")
        .after_help(AFTER_HELP)
}

/// Variable of the environment.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Works for the master until it lets the worker go.
///
/// # Errors
/// Before any master is asked: what a run would refuse. Later: that the master was lost.
pub(super) fn carry_out(
    args: &WorkerArgs,
    ignored: &[String],
    mut line: CommandLine,
    maker: Maker<'_>,
) -> Result<Exit, Error> {
    let left_out: Vec<&str> = OF_MASTER.into_iter().filter(|name| line.is_given(name)).collect();
    line.settings = line.settings.without(&OF_MASTER, |_| true)?;
    let spec = &line.settings.spec;
    outputs::check(spec)?;
    if let Some(flag) = line.page.stray() {
        return Err(Error::usage(format!("--{flag} is for the page; give --web too")));
    }
    // What a run would refuse is refused before any master is asked. Its host may still come from there.
    let made = maker(&with_host(&line.settings)?, Purpose::Show)?.gated(spec)?;
    made.test.shares().map_err(|error| line.settings.locate(error))?;
    for (words, whose) in [(ignored.join(" "), "Locust's"), (left_out.join(", "), "the master's")] {
        if !words.is_empty() {
            say(&format!("note: left out, as they are {whose} own: {words}"));
        }
    }
    let place = line.page.is_wanted().then(|| Place::take(&line.page)).transpose()?;
    let telemetry = Telemetry::of(spec)?;
    let signals = Signals::listen()?;
    let worker = Worker::start(&args.host, args.port, args.members)
        .map_err(|error| Error::run(format!("cannot make a thread: {error}; free some memory or raise ulimit -u")))?;
    say(&format!("worker of the master {}:{}: {}", args.host, args.port, made.aim.shown(&made.plan)));
    let desk = place.map(|place| desk(place, &line, &made, &worker)).transpose()?;
    let watcher = desk.as_ref().map(Watcher::of);
    let mut host = Host {
        args,
        line: &line,
        maker,
        signals: &signals,
        worker: &worker,
        desk,
        telemetry,
        quits: 0,
        lost: Vec::new(),
    };
    let ended = host.follow();
    let Host { desk, .. } = host;
    worker.leave();
    if let Some(desk) = desk.filter(|_| ended.is_ok()) {
        page::stay(&desk, &signals);
    }
    drop(watcher);
    ended
}

/// Desk of a page that shows how the worker stands, and its runs.
fn desk(place: Place, line: &CommandLine, made: &Made, worker: &Worker) -> Result<Arc<Desk>, Error> {
    let worker = Some(Arc::clone(&worker.work));
    let facts = Facts { starts_at_once: false, history: line.page.history.clone(), worker };
    // Nobody hears orders: what they ask for is the master's to say.
    let desk = Desk::new(facts, planned::form(&line.settings, made), mpsc::channel().0);
    place.serve(Arc::clone(&desk))?;
    Ok(desk)
}

/// The settings with some host, where they have none.
fn with_host(settings: &Settings) -> Result<Settings, Error> {
    let host = Field::named("host").filter(|_| settings.spec.host.is_none());
    let given = host.map(|field| Given::new(field, "http://localhost".into(), Source::Master)).transpose()?;
    settings.changed(&[], given.into_iter().collect())
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Host of the worker: has the checks, and carries out runs.
struct Host<'a> {
    args: &'a WorkerArgs,
    line: &'a CommandLine,
    maker: Maker<'a>,
    signals: &'a Signals,
    worker: &'a Worker,
    /// Desk of the page, if there is one.
    desk: Option<Arc<Desk>>,
    telemetry: Telemetry,
    /// Members that the master has let go.
    quits: usize,
    /// Why members have lost the master.
    lost: Vec<String>,
}

impl Host<'_> {
    /// Carries out orders until nobody gives any.
    fn follow(&mut self) -> Result<Exit, Error> {
        loop {
            if self.signals.were_heard() {
                return Ok(Exit::Interrupted);
            } else if self.quits == self.args.members {
                return Ok(Exit::Good);
            } else if self.quits + self.lost.len() >= self.args.members {
                return Err(Error::run(format!(
                    "no master for a minute: {}; is it up, and is its port reachable?",
                    self.lost.join("; ")
                )));
            }
            if let Some(spawn) = self.next()
                && let Err(error) = self.perform(&spawn)
            {
                let text = error.text(flags::name_of);
                say(&format!("perfloop worker: {text}"));
                self.work().say(&text);
                self.work().has_not_begun();
                self.work().end();
            }
        }
    }

    /// The run that is ordered next, if there is one soon.
    fn next(&mut self) -> Option<Spawn> {
        match self.worker.orders.recv_timeout(LOOK) {
            Ok(Order::Start(spawn)) => Some(spawn),
            Ok(Order::Quit) => {
                self.quits += 1;
                None
            }
            Ok(Order::Lost(why)) => {
                self.lost.push(why);
                None
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    fn work(&self) -> &Work {
        &self.worker.work
    }

    /// Carries out one run. Its users come by orders that members hear.
    fn perform(&mut self, spawn: &Spawn) -> Result<(), Error> {
        let settings = self.settings(spawn)?;
        let made = (self.maker)(&settings, Purpose::Run)?.gated(&settings.spec)?;
        let rounding = if self.args.rounds_as_locust { rounded_as_locust } else { rounded_finely };
        let test = made.test.ledgered(rounding);
        let made = Made { test: if self.desk.is_some() { test.watched() } else { test }, ..made };
        let planned = planned::shares(&made.test)?;
        let classes = made.test.class_sizes()?.into_iter().map(|(name, ..)| name).collect();
        let performance = Performance::begin(self.line, &settings, made, self.signals, &self.telemetry)?;
        self.work().begin(performance.run().live(), classes);
        let shown = self.desk.clone().map(|desk| {
            let command: Vec<_> = performance.info.command.iter().map(|word| shell_word(word)).collect();
            let about = page::about(&performance, command.join(" "), planned);
            // Its users are the master's to change.
            let about = About { can_edit: Vec::new(), ..about };
            let run = desk.begin(about, performance.run().live());
            (desk, run)
        });
        let mut later = None;
        while !performance.run().is_over() {
            later = self.next().or(later);
        }
        let work = self.work();
        let history = self.line.page.history.as_deref();
        let finished = performance.finish(self.signals, |summary, info| {
            if let Some((desk, run)) = &shown {
                page::end(desk, run, history, summary, info);
            }
            verdicts(summary).iter().for_each(|line| work.say(line));
            work.end();
        });
        self.work().end();
        // It was ordered while this one was not quite over.
        if let Some(spawn) = later {
            self.work().again(spawn);
        }
        finished.map(drop)
    }

    /// Settings of a run, with what the master says of it.
    fn settings(&self, spawn: &Spawn) -> Result<Settings, Error> {
        let mut given = Vec::new();
        let mut give = |name: &str, text: &str| -> Result<(), Error> {
            let Some(field) = Field::named(name).filter(|field| field.kind != Kind::Rows) else {
                return Err(Error::usage(format!("the master's option {name} stands for no setting; rename it")));
            };
            let value = match field.kind {
                Kind::Switch => Value::Bool(matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes")),
                _ if field.is_list() => text.lines().map(Value::from).collect(),
                _ => text.into(),
            };
            // A master has no say on the files of this machine.
            if field.is_path() || OUTPUTS.contains(&field.name) {
                return Err(Error::usage(format!(
                    "the master's option {name} is about files, which are the worker's own; leave it out"
                )));
            }
            // What stands on this worker's own command line holds.
            if !self.line.is_given(field.name) {
                given.push(Given::new(field, value, Source::Master)?);
            }
            Ok(())
        };
        spawn.host.as_deref().map(|host| give("host", host)).transpose()?;
        spawn.stop_timeout.map(|seconds| give("stop-timeout", &format!("{seconds}s"))).transpose()?;
        for (option, text) in spawn.options.iter().filter(|(_, text)| !text.is_empty()) {
            let name = option.strip_prefix(OPTION).unwrap_or(option).replace('_', "-");
            let is_tags = matches!(option.as_str(), "tags" | "exclude_tags");
            if is_tags || option.starts_with(OPTION) && !OF_MASTER.contains(&name.as_str()) {
                give(&name, text)?;
            }
        }
        self.line.settings.changed(&[], given)
    }
}

/// What the numbers of this worker's own part say of themselves, for the master's log.
fn verdicts(summary: &Summary) -> Vec<String> {
    let mut lines = vec![format!("times: {}", summary.times_verdict()), format!("load: {}", summary.load_verdict())];
    lines.extend(summary.warning_lines().into_iter().map(|line| format!("warning: {line}")));
    lines
}
