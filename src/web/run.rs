//! Run of this process that the page shows: while it goes on, and after its end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::about::About;
use super::parts::{parts, rows_of};
use super::record::{Record, RowId};
use crate::load_test::Live;
use crate::names::Names;
use crate::report::RunInfo;
use crate::report::http_log::timestamp;
use crate::report::live::{self, answer_line, level_text};
use crate::report::live::{
    Diagnosis, Distribution, Exchanges, FailureCounts, Failures, Header, Log, Moment, Now, PastRun, Points, Ratios,
    RowsOf, Said, Snapshot, Source, State, Totals, Verdicts, rows,
};
use crate::stats::{self, FailureGroup, PartOf, Summary};

/// Points that an event brings anew: what came late for them is in.
const NEWEST: usize = 4;

/// Run of this process.
pub(crate) struct Run {
    pub(super) id: String,
    pub(super) about: About,
    live: Live,
    record: Mutex<Record>,
    seen: Mutex<Seen>,
    /// Arrivals per second that are asked for, of a run by a rate.
    rate: Mutex<Option<f64>>,
    ended: Mutex<Option<Arc<Ended>>>,
}

/// What was seen of the run up to now.
#[derive(Debug, Default)]
struct Seen {
    /// Levels that the charts have a mark of.
    levels: usize,
    /// Path of the report in the folder of the history.
    saved: Option<PathBuf>,
}

/// Numbers of a run that is over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) summary: Summary,
    pub(super) info: RunInfo,
    /// How long the run went on: a search longer than the level that its numbers are of.
    tested: Duration,
}

impl Run {
    pub(crate) fn new(id: String, about: About, live: Live) -> Run {
        let about_rate = about.rate;
        let run = Run {
            id,
            about,
            live,
            record: Mutex::default(),
            seen: Mutex::default(),
            rate: Mutex::new(about_rate),
            ended: Mutex::default(),
        };
        run.say(Said::Event, &format!("started: {}", run.about.info.plan.as_deref().unwrap_or_default()));
        run
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    /// From now on so many arrivals come each second.
    pub(super) fn steer(&self, per_s: f64) {
        self.live.set_rate(per_s);
        *self.rate.lock() = Some(per_s);
    }

    /// Arrivals per second that are asked for now, of a run by a rate.
    fn rate(&self) -> Option<f64> {
        let known = *self.rate.lock();
        let of_search = self.about.search.as_ref().and_then(|search| search.load());
        known.map(|rate| of_search.unwrap_or(rate))
    }

    pub(super) fn is_over(&self) -> bool {
        self.ended.lock().is_some()
    }

    pub(super) fn ended(&self) -> Option<Arc<Ended>> {
        self.ended.lock().clone()
    }

    /// Its report was written to the folder of the history.
    pub(crate) fn was_saved(&self, path: PathBuf) {
        self.seen.lock().saved = Some(path);
    }

    pub(super) fn saved(&self) -> Option<PathBuf> {
        self.seen.lock().saved.clone()
    }

    pub(crate) fn say(&self, kind: Said, text: &str) {
        let mut record = self.record.lock();
        let at_s = record.elapsed().as_secs_f64();
        record.log.say(at_s, kind, text);
    }

    /// Notes a change that somebody made, in the log and in the charts.
    pub(super) fn mark(&self, text: &str) {
        let at_s = self.live.measured_for().as_secs_f64();
        let mut record = self.record.lock();
        record.mark(at_s, text);
        record.log.say(at_s, Said::Event, text);
    }

    /// The run is over, with these numbers.
    pub(crate) fn end(&self, summary: Summary, info: RunInfo) {
        let tested = if self.about.search.is_some() { self.live.counts().tested() } else { summary.tested() };
        self.take_seconds(Some(tested));
        let answer = summary.capacity.as_deref().map(answer_line);
        let text = format!("ended: {}", answer.unwrap_or_else(|| crate::report::headline(&summary)));
        self.record.lock().log.warn(tested.as_secs_f64(), &summary.warning_lines());
        self.say(Said::Event, &text);
        *self.ended.lock() = Some(Arc::new(Ended { summary, info, tested }));
    }

    /// Takes the seconds of the run over into the record.
    fn take_seconds(&self, end: Option<Duration>) {
        let seconds = self.live.take_seconds();
        let elapsed = end.unwrap_or_else(|| self.live.measured_for());
        let users = self.live.users_up();
        self.record.lock().add(seconds, elapsed, users, self.live.names());
    }

    /// Takes in what has happened since the last look, and tells how the run stands.
    pub(super) fn look(&self, seq: u64) -> Snapshot {
        if let Some(ended) = self.ended() {
            return self.snapshot_of_end(seq, &ended);
        }
        self.take_seconds(None);
        let counts = self.live.counts();
        let whole = self.live.rows(PartOf::Whole);
        let recent = self.live.recent();
        let mut record = self.record.lock();
        self.note_levels(&counts, &mut record);
        let warnings = counts.warning_lines();
        let at_s = record.elapsed().as_secs_f64();
        record.log.warn(at_s, &warnings);
        let totals = Totals::of(&counts, &whole);
        Snapshot {
            seq,
            run: self.header(&counts, recent.is_warm_up),
            now: Now::of(&recent, record.recent_in_flight()),
            totals,
            verdicts: Verdicts::of(&counts),
            warnings,
            diagnoses: Diagnosis::all(&counts),
            rows: rows(&whole),
            parts: parts(&counts, true),
            points: Some(record.newest_points(NEWEST, false)),
            failures: FailureCounts::of(&counts, self.live.failure_groups()),
            log_lines: record.log.length(),
            search: self.about.search.as_ref().map(|search| search.now(None)),
        }
    }

    /// Rows of the last 10 s.
    pub(super) fn recent_rows(&self) -> stats::Rows {
        self.record.lock().recent_rows(self.live.names())
    }

    /// Snapshot for one who asks by himself; the next one of all tells what happened since the last.
    pub(super) fn seen(&self) -> Snapshot {
        Snapshot { points: None, ..self.look(0) }
    }

    /// Numbers up to now, or of the end, for a report.
    pub(super) fn with_numbers<T>(&self, write: impl FnOnce(&Summary, &RunInfo) -> T) -> T {
        match self.ended() {
            Some(ended) => write(&ended.summary, &ended.info),
            None => write(&self.live.summary(), &self.about.info),
        }
    }

    fn snapshot_of_end(&self, seq: u64, ended: &Ended) -> Snapshot {
        let Ended { summary, .. } = ended;
        let whole = stats::Rows::from(&summary.whole);
        let totals = Totals::of(summary, &whole);
        let record = self.record.lock();
        Snapshot {
            seq,
            run: self.header(summary, false),
            now: Now::from(&totals),
            totals,
            verdicts: Verdicts::of(summary),
            warnings: summary.warning_lines(),
            diagnoses: Diagnosis::all(summary),
            rows: rows(&whole),
            parts: parts(summary, false),
            points: Some(record.newest_points(NEWEST, true)),
            failures: FailureCounts::of(summary, summary.failures.len()),
            log_lines: record.log.length(),
            search: self.about.search.as_ref().map(|search| search.now(Some(summary))),
        }
    }

    /// Marks levels that have begun since the last look.
    fn note_levels(&self, counts: &Summary, record: &mut Record) {
        let mut seen = self.seen.lock();
        for level in counts.levels.iter().skip(seen.levels) {
            record.mark(level.from.as_secs_f64(), &level_text(level.what));
        }
        seen.levels = counts.levels.len();
    }

    pub(super) fn state(&self) -> State {
        let wanted = self.live.wanted().users;
        if self.is_over() {
            State::Stopped
        } else if self.live.is_stopping() {
            State::Stopping
        } else if self.about.starts_in().is_some() {
            State::Waiting
        } else if !self.about.can_edit.contains(&"rate") && self.live.users_up() != wanted {
            State::Spawning
        } else {
            State::Running
        }
    }

    fn header(&self, numbers: &Summary, is_warming_up: bool) -> Header {
        let wanted = self.live.wanted();
        let state = self.state();
        let elapsed = self.ended().map_or_else(|| self.live.measured_for(), |ended| ended.tested);
        let left = self.about.time.filter(|_| state != State::Stopped).map(|time| time.saturating_sub(elapsed));
        Header {
            id: self.id.clone(),
            state,
            started: timestamp(self.about.info.started),
            part: self.about.part.clone(),
            starts_in_s: self.about.starts_in().map(seconds),
            target: self.about.info.target.clone(),
            plan: self.about.info.plan.clone().unwrap_or_default(),
            command: self.about.command.clone(),
            is_warming_up,
            elapsed_s: seconds(elapsed),
            left_s: left.map(seconds),
            users_up: numbers.users_up,
            users_wanted: if state == State::Stopped { 0 } else { wanted.users },
            asked_per_s: self.rate(),
            classes: wanted.of_classes.into_iter().map(Into::into).collect(),
            can_edit: if matches!(state, State::Spawning | State::Running) {
                self.about.can_edit.clone()
            } else {
                Vec::new()
            },
            is_good: numbers.end.map(|_| numbers.is_good()),
            end: numbers.end.map(|_| crate::report::headline(numbers)),
        }
    }

    pub(super) fn points(&self, of: &str, after: usize) -> Option<Points> {
        let record = self.record.lock();
        let is_over = self.is_over();
        let points = match row_id(of, self.live.names(), &record) {
            None if of == "all" => record.points(after, is_over),
            None => return None,
            Some(row) => record.points_of_row(row, after, is_over)?,
        };
        Some(Points { of: of.to_owned(), points, marks: record.marks().to_vec() })
    }

    /// Rows of a part; `None` if there is no such part.
    pub(super) fn rows(&self, part: &str) -> Option<RowsOf> {
        let ended = self.ended();
        let of = match part {
            "recent" if ended.is_none() => {
                let rows = rows(&self.record.lock().recent_rows(self.live.names()));
                return Some(RowsOf { part: part.to_owned(), rows });
            }
            "whole" => PartOf::Whole,
            "full_load" => PartOf::FullLoad,
            _ => PartOf::Level(part.strip_prefix("level:")?.parse().ok()?),
        };
        let rows = match ended {
            Some(ended) => rows_of(&ended.summary, of)?,
            None => rows(&self.live.rows(of)),
        };
        Some(RowsOf { part: part.to_owned(), rows })
    }

    /// Numbers up to now, or of the end.
    fn with_failures<T>(&self, tell: impl FnOnce(&Summary, &[FailureGroup]) -> T) -> T {
        match self.ended() {
            Some(ended) => tell(&ended.summary, &ended.summary.failures),
            None => tell(&self.live.counts(), &self.live.failures()),
        }
    }

    pub(super) fn failures(&self) -> Failures {
        self.with_failures(Failures::of)
    }

    pub(super) fn exchanges(&self, id: &str) -> Option<Exchanges> {
        let number: u32 = id.parse().ok()?;
        self.with_failures(|_, groups| groups.iter().find(|group| group.number == number).map(Exchanges::of))
    }

    pub(super) fn moment(&self, from_s: f64, to_s: f64) -> Moment {
        let (failed, are_all_kept) = {
            let record = self.record.lock();
            let seconds = from_s.max(0.0) as u64..(to_s.max(0.0).ceil() as u64);
            (record.moments().within(seconds), record.moments().are_all_kept())
        };
        self.with_failures(|summary, groups| Moment::of((from_s, to_s), are_all_kept, &failed, summary, groups))
    }

    pub(super) fn ratios(&self) -> Ratios {
        self.with_counts(|counts| {
            let ended = |check: &str| {
                let of_name = counts.whole.checks.iter().filter(|known| &*known.name == check);
                of_name.map(stats::CheckCounters::ended).sum()
            };
            Ratios::of(&self.about.planned, ended)
        })
    }

    /// Counts up to now, or all numbers of the end.
    fn with_counts<T>(&self, tell: impl FnOnce(&Summary) -> T) -> T {
        match self.ended() {
            Some(ended) => tell(&ended.summary),
            None => tell(&self.live.counts()),
        }
    }

    pub(super) fn log(&self) -> Log {
        self.record.lock().log.clone()
    }

    /// Search for the capacity, as far as it has come; `None` of a run that is none.
    pub(super) fn search(&self) -> Option<live::Search> {
        let ended = self.ended();
        Some(self.about.search.as_ref()?.told(ended.as_ref().map(|ended| &ended.summary)))
    }

    pub(super) fn distribution(&self) -> Distribution {
        match self.ended() {
            Some(ended) => Distribution::from(&ended.summary),
            None => Distribution::from(&self.live.numbers()),
        }
    }

    pub(super) fn past(&self, is_baseline: bool) -> PastRun {
        self.with_counts(|numbers| {
            let whole = match self.is_over() {
                true => stats::Rows::from(&numbers.whole),
                false => self.live.rows(PartOf::Whole),
            };
            PastRun {
                id: self.id.clone(),
                name: format!("run {}", self.id),
                source: Source::Process,
                state: self.state(),
                started: timestamp(self.about.info.started),
                target: self.about.info.target.clone(),
                plan: self.about.info.plan.clone().unwrap_or_default(),
                users: numbers.users,
                is_good: numbers.end.map(|_| numbers.is_good()),
                is_baseline,
                totals: Totals::of(numbers, &whole),
            }
        })
    }
}

/// Seconds to the millisecond.
fn seconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1e3).round() / 1e3
}

/// Number of the row that is meant by `check:NAME` or `request:NAME`.
fn row_id(of: &str, names: &Names, record: &Record) -> Option<RowId> {
    if let Some(name) = of.strip_prefix("check:") {
        let id = names.check_of_name(name);
        return Some(RowId::Check(id.0));
    }
    let name = of.strip_prefix("request:")?;
    record.requests().find(|id| &*names.request_name(crate::ids::RequestId(*id)) == name).map(RowId::Request)
}
