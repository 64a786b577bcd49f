//! Folder of reports: runs of other processes, read from their JSON reports.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use std::{fs, io};

use axum::response::Response;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::parts::{LEVEL, parts, rows_of};
use crate::report::http_log::{timestamp, timestamp_in_seconds};
use crate::report::live::{
    Capacity, Diagnosis, Distribution, FailureCounts, Header, Log, Now, Part, PastRun, Planned, Ratios, RowsOf, Said,
    Search, SearchNow, Snapshot, Source, State, Totals, Verdicts, rows,
};
use crate::report::{RunInfo, is_good, read_json, write_json};
use crate::report::{headline, shell_word};
use crate::stats::{self, PartOf, Summary};

/// More reports are not shown: the newest are.
const MOST_REPORTS: usize = 200;
/// A longer file is no report that a page could show.
const LONGEST_REPORT: u64 = 64 * 1024 * 1024;

/// Folder of reports.
pub(super) struct Folder {
    path: PathBuf,
    /// Files that were read.
    known: Mutex<HashMap<PathBuf, Known>>,
}

/// When a file was written, and its report, if it is one.
type Known = (SystemTime, Option<Arc<Report>>);

/// Report of a run of another process.
pub(super) struct Report {
    pub(super) id: String,
    pub(super) path: PathBuf,
    pub(super) summary: Summary,
    pub(super) info: RunInfo,
    /// The whole document, with what is not read back: exchanges, and percentiles over time.
    document: Value,
    /// Answer of a search, if the run was one.
    capacity: Option<Capacity>,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Folder {
        Folder { path, known: Mutex::default() }
    }

    /// Reports of the folder, the newest first.
    pub(super) fn reports(&self) -> Vec<Arc<Report>> {
        let Ok(entries) = fs::read_dir(&self.path) else { return Vec::new() };
        let file = |entry: fs::DirEntry| {
            let (path, meta) = (entry.path(), entry.metadata().ok()?);
            let is_report = path.extension().is_some_and(|extension| extension == "json") && meta.is_file();
            (is_report && meta.len() <= LONGEST_REPORT).then_some((meta.modified().ok()?, path))
        };
        let mut files: Vec<(SystemTime, PathBuf)> = entries.flatten().filter_map(file).collect();
        files.sort_by(|one, other| other.cmp(one));
        files.truncate(MOST_REPORTS);
        let mut reports: Vec<Arc<Report>> =
            files.into_iter().filter_map(|(written, path)| self.read(&path, written)).collect();
        reports.sort_by_key(|report| std::cmp::Reverse(report.info.started));
        reports
    }

    fn read(&self, path: &Path, written: SystemTime) -> Option<Arc<Report>> {
        if let Some((known, report)) = self.known.lock().get(path)
            && *known == written
        {
            return report.clone();
        }
        let report = Report::read(path).map(Arc::new);
        self.known.lock().insert(path.to_owned(), (written, report.clone()));
        report
    }

    /// Report of this id. It names a file of this folder, or none.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Report>> {
        self.reports().into_iter().find(|report| report.id == id)
    }
}

/// Writes the report of a run into the folder of the history, whole or not at all.
pub(crate) fn save_report(folder: &Path, summary: &Summary, info: &RunInfo) -> io::Result<PathBuf> {
    let started = timestamp_in_seconds(info.started).replace(':', "");
    let names = std::iter::once(String::new()).chain((2..).map(|number| format!("-{number}")));
    let path = names.map(|number| folder.join(format!("perfloop-{started}{number}.json"))).find(|path| !path.exists());
    let path = path.unwrap_or_else(|| folder.join("perfloop.json"));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    write_json(summary, info, &mut file)?;
    file.persist(&path)?;
    Ok(path)
}

/// Slots without a last one that hardly began, which says nothing.
fn whole(slots: &[Value]) -> &[Value] {
    const LEAST_SHARE: f64 = 0.25;
    let width = |slot: &Value| slot.get("width_s").and_then(Value::as_f64).unwrap_or_default();
    match slots {
        [first, .., last] if width(last) < LEAST_SHARE * width(first) => &slots[..slots.len() - 1],
        slots => slots,
    }
}

impl Report {
    fn read(path: &Path) -> Option<Report> {
        let bytes = fs::read(path).ok()?;
        let (summary, info) = read_json(&bytes).ok()?;
        let document: Value = serde_json::from_slice(&bytes).ok()?;
        let capacity = document.get("capacity").and_then(|answer| serde_json::from_value(answer.clone()).ok());
        // No number, as the ids of this process are.
        let id = format!("file {}", path.file_stem()?.to_string_lossy());
        Some(Report { id, path: path.to_owned(), summary, info, document, capacity })
    }

    pub(super) fn past(&self, is_baseline: bool) -> PastRun {
        PastRun {
            id: self.id.clone(),
            name: self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            source: Source::Folder,
            state: State::Stopped,
            started: timestamp(self.info.started),
            target: self.info.target.clone(),
            plan: self.info.plan.clone().unwrap_or_default(),
            users: self.summary.users,
            is_good: is_good(&self.document),
            is_baseline,
            totals: Totals::of(&self.summary, &stats::Rows::from(&self.summary.whole)),
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let whole = stats::Rows::from(&self.summary.whole);
        let totals = Totals::of(&self.summary, &whole);
        let count = |key: &str| self.document.pointer(key).and_then(Value::as_u64).unwrap_or_default();
        let texts = |key: &str| -> Vec<String> {
            let all = self.document.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        let is_good = is_good(&self.document);
        Snapshot {
            seq: 0,
            run: Header {
                id: self.id.clone(),
                state: State::Stopped,
                started: timestamp(self.info.started),
                part: self.summary.parts.as_ref().map(ToString::to_string),
                starts_in_s: None,
                target: self.info.target.clone(),
                plan: self.info.plan.clone().unwrap_or_default(),
                command: self.info.command.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" "),
                is_warming_up: false,
                elapsed_s: self.summary.tested().as_secs_f64(),
                left_s: None,
                users_up: 0,
                users_wanted: 0,
                asked_per_s: None,
                classes: Vec::new(),
                can_edit: Vec::new(),
                is_good,
                end: Some(headline(&self.summary)),
            },
            now: Now::from(&totals),
            totals,
            verdicts: match &self.capacity {
                Some(answer) => Verdicts::answered(&self.summary, answer.text(), answer.is_good()),
                None => Verdicts::judged(&self.summary, is_good),
            },
            warnings: texts("warnings"),
            diagnoses: self.diagnoses(),
            rows: rows(&whole),
            parts: self.parts(),
            points: None,
            failures: FailureCounts {
                groups: self.groups().len(),
                count: count("/totals/fail") + count("/totals/exception"),
            },
            log_lines: texts("warnings").len(),
            search: self.capacity.as_ref().map(|answer| SearchNow {
                levels: answer.count(),
                held: None,
                answer: Some(answer.text().to_owned()),
            }),
        }
    }

    fn parts(&self) -> Vec<Part> {
        let mut parts = parts(&self.summary, false);
        if self.capacity.as_ref().is_some_and(Capacity::has_level) {
            parts[0].name = LEVEL.into();
        }
        parts
    }

    /// Search for the capacity; `None` of a run that was none.
    pub(super) fn search(&self) -> Option<Search> {
        self.capacity.as_ref().map(Search::from)
    }

    /// Those of the run itself: of a report that was read, less is known.
    fn diagnoses(&self) -> Vec<Diagnosis> {
        let all = self.document.get("diagnoses").and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|one| serde_json::from_value(one.clone()).ok()).collect()
    }

    pub(super) fn distribution(&self) -> Distribution {
        Distribution::from(&self.summary)
    }

    /// What was planned does not stand in a report.
    pub(super) fn ratios(&self) -> Ratios {
        let checks = &self.summary.whole.checks;
        let planned = checks.iter().map(|check| Planned { class: None, check: check.name.to_string(), share: 0.0 });
        let planned: Vec<Planned> = planned.collect();
        Ratios::of(&planned, |name| {
            checks.iter().filter(|check| &*check.name == name).map(stats::CheckCounters::ended).sum()
        })
    }

    /// Warnings: a report has no other lines.
    pub(super) fn log(&self) -> Log {
        let mut log = Log::default();
        let warnings = self.document.get("warnings").and_then(Value::as_array).into_iter().flatten();
        warnings.filter_map(Value::as_str).for_each(|text| log.say(0.0, Said::Warning, text));
        log
    }

    /// Failures of a moment are not in a report.
    pub(super) fn moment(&self, from_s: f64, to_s: f64) -> Value {
        json!({ "from_s": from_s, "to_s": to_s, "is_known": false, "failures": [] })
    }

    /// The report in one format: as it lies there, if that is asked for.
    pub(super) fn export(&self, format: &str) -> Response {
        super::export::report(format, &self.summary, &self.info)
    }

    pub(super) fn rows(&self, part: &str) -> Option<RowsOf> {
        let of = match part {
            "whole" => PartOf::Whole,
            "full_load" => PartOf::FullLoad,
            _ => PartOf::Level(part.strip_prefix("level:")?.parse().ok()?),
        };
        Some(RowsOf { part: part.to_owned(), rows: rows_of(&self.summary, of)? })
    }

    /// Points of the charts; only of all together.
    pub(super) fn points(&self, of: &str, after: usize) -> Option<Value> {
        if of != "all" {
            return None;
        }
        let slots = whole(self.document.get("timeline")?.as_array()?);
        let column = |pointer: &str| -> Vec<Value> {
            slots.iter().skip(after).map(|slot| slot.pointer(pointer).cloned().unwrap_or(Value::Null)).collect()
        };
        let per_s = |key: &str| -> Vec<Value> {
            let number = |slot: &Value, key: &str| slot.get(key).and_then(Value::as_f64);
            let rate = |slot| Some(number(slot, key)? / number(slot, "width_s").filter(|width| *width > 0.0)?);
            slots.iter().skip(after).map(|slot| Value::from(rate(slot).unwrap_or_default())).collect()
        };
        let number = |key: &str| -> Vec<Value> {
            slots
                .iter()
                .skip(after)
                .map(|slot| slot.get(key).filter(|one| one.is_number()).cloned())
                .map(|one| one.unwrap_or_else(|| json!(0)))
                .collect()
        };
        let width = slots.first().and_then(|slot| slot.get("width_s")).cloned().unwrap_or_else(|| json!(1.0));
        let points = json!({
            "width_s": width,
            "from": after,
            "rps": per_s("answered"),
            "failures_per_s": per_s("failures"),
            "p50_ms": column("/response_time_ms/p50"),
            "p95_ms": column("/response_time_ms/p95"),
            "p99_ms": column("/response_time_ms/p99"),
            "max_ms": column("/response_time_ms/max"),
            "users": number("users"),
            "in_flight": number("in_flight"),
            "delay_p50_ms": column("/client_delay_ms/p50"),
            "delay_p99_ms": column("/client_delay_ms/p99"),
        });
        Some(json!({ "of": "all", "points": points, "marks": [] }))
    }

    fn groups(&self) -> &[Value] {
        self.document.get("failures").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn failures(&self) -> Value {
        let count = |group: &Value| group.get("count").and_then(Value::as_u64).unwrap_or_default();
        let all: u64 = self.groups().iter().map(count).sum();
        let told = self.groups().iter().enumerate().map(|(place, group)| {
            let exchanges = group.get("exchanges").and_then(Value::as_array).map_or(0, Vec::len);
            json!({
                "id": place.to_string(),
                "check": group.get("check"),
                "outcome": group.get("outcome"),
                "message": group.get("message"),
                "detail": group.get("detail"),
                "count": count(group),
                "share": count(group) as f64 / all.max(1) as f64,
                "first_s": group.get("first_s"),
                "last_s": group.get("last_s"),
                "requests": [],
                "exchanges": exchanges,
            })
        });
        json!({ "groups": told.collect::<Vec<_>>() })
    }

    pub(super) fn exchanges(&self, id: &str) -> Option<Value> {
        let group = self.groups().get(id.parse::<usize>().ok()?)?;
        Some(json!({ "exchanges": group.get("exchanges").cloned().unwrap_or_else(|| json!([])) }))
    }
}
