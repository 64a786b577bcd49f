//! Every kind of service by every way a run can end.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::books::{Books, Complaints};
use super::kinds::{self, Kind, Right, Route};
use super::server::{FaultServer, Seen};
use crate::support::{Output, REFUSED, Reports, Running, eventually, none, spawn};

/// Runs at a time: they wait more than they work.
const ABREAST: usize = 4;
const USERS: u64 = 3;
/// What a request gets that hangs, where the run is to outlast it.
const PATIENCE: &str = "150ms";
/// What a run gets that is to end by its time.
const TIME: Duration = Duration::from_millis(300);
/// What checks get to end, where the run is not to be cut off.
const AMPLE: Duration = Duration::from_secs(20);
/// What checks get to end, where the run is to be cut off if they hang.
const SCANT: Duration = Duration::from_millis(300);
/// Soon, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(5);

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Loops,
    Time,
    Interrupt,
    Terminate,
    TwoInterrupts,
}

impl End {
    fn is_signalled(self) -> bool {
        matches!(self, End::Interrupt | End::Terminate | End::TwoInterrupts)
    }

    /// What the run says of it.
    fn word(self) -> &'static str {
        match self {
            End::Loops => "loops_done",
            End::Time => "time_up",
            _ => "stopped",
        }
    }

    fn flags(self, kind: &Kind) -> Vec<String> {
        let seconds = |time: Duration| time.as_secs_f64().to_string();
        let (limit, stop_timeout) = match self {
            End::Loops => (["--loops".to_owned(), kind.loops.to_string()], AMPLE),
            End::Time => (["--time".to_owned(), seconds(TIME)], AMPLE),
            End::Interrupt | End::Terminate if kind.is_slow => (["--time".to_owned(), "50".into()], SCANT),
            _ => (["--time".to_owned(), "50".into()], AMPLE),
        };
        let mut flags = vec!["--stop-timeout".to_owned(), seconds(stop_timeout)];
        flags.extend(limit);
        if kind.hangs && !self.is_signalled() {
            flags.extend(["--timeout".to_owned(), PATIENCE.into()]);
        }
        flags
    }
}

/// What came of one run against one kind of service.
struct Cell<'a> {
    kind: &'a Kind,
    end: End,
    output: Output,
    /// From the last thing that was to end the run.
    took: Duration,
    seen: Seen,
    books: Books,
    reports: Reports,
}

impl Cell<'_> {
    fn run(kind: &Kind, end: End) -> Cell<'_> {
        let server = kind.play.map(FaultServer::start);
        let reports = Reports::new();
        let words = words(kind, end, server.as_ref(), &reports);
        let running = spawn(&words.iter().map(String::as_str).collect::<Vec<_>>());
        if end.is_signalled() {
            is_at_work(kind, &running, server.as_ref());
        }
        let since = signal(end, &running);
        let output = running.wait();
        let took = since.elapsed();
        let seen = server.map_or(Seen { connections: 0, hits: 0, answers: 0 }, FaultServer::finish);
        let books = Books::of_json(&reports.json("run.json"));
        Cell { kind, end, output, took, seen, books, reports }
    }

    /// What is not as it should be.
    fn complaints(&self) -> Option<String> {
        let mut complaints = Complaints::default();
        self.books.agree(&self.output, &self.reports, &mut complaints);
        self.verdicts(&mut complaints);
        self.witness(&mut complaints);
        self.end(&mut complaints);
        let Cell { kind, end, books, seen, .. } = self;
        let told = complaints.0.join("\n    ");
        (!told.is_empty()).then(|| format!("{} by {end:?}:\n    {told}\n    {books:?}\n    {seen:?}", kind.name))
    }

    /// Every check came to what is right for it.
    fn verdicts(&self, complaints: &mut Complaints) {
        let books = &self.books;
        let (ended, exceptions) = (books.ended(), books.exceptions());
        let counts = (books.pass, books.fail, books.exception);
        let says = |words: &str| books.messages.keys().all(|message| message.contains(words));
        let mut of = |right: (u64, u64, u64), words: &str| {
            complaints.equal("pass, fail, exception", counts, right);
            complaints.hold(says(words), || format!("does not say {words:?}: {:?}", books.messages));
        };
        let mut may_lose: &[&str] = &[];
        match self.kind.right {
            Right::Pass => of((ended, 0, 0), ""),
            Right::Fail(words) => of((0, ended, 0), words),
            Right::Rejected(words) => of((0, 0, ended), words),
            Right::Lost(kinds, words) | Right::Unaccepted(kinds, words) => {
                of((0, 0, ended), words);
                may_lose = kinds;
            }
            Right::PassOrEaten => {
                of((ended - books.lost_kept, 0, books.lost_kept), "kept connection");
                may_lose = &["closed", "reset"];
            }
            Right::NoPass => {
                complaints.equal("pass", books.pass, 0);
                may_lose = &["timeout", "protocol", "closed", "reset"];
            }
        }
        let lost: Vec<&String> = books.lost.keys().filter(|kind| !may_lose.contains(&kind.as_str())).collect();
        complaints.hold(lost.is_empty(), || format!("lost by {lost:?}"));
        let unaccepted = if matches!(self.kind.right, Right::Unaccepted(..)) { exceptions } else { 0 };
        complaints.equal("never accepted", books.never_accepted, unaccepted);
        // Of a check that was cut off nobody knows how far it had come.
        if let Some(requests) = self.kind.requests.filter(|_| books.unfinished == 0) {
            complaints.equal("requests of all checks", books.sent, requests * ended);
        }
    }

    /// What the service saw is what was sent, less what it cannot have got.
    fn witness(&self, complaints: &mut Complaints) {
        let (books, seen) = (&self.books, self.seen);
        let arrived = books.sent.saturating_sub(books.never_accepted + books.lost_kept);
        // Nobody knows either of a request that was cut off whether it had been sent again.
        let possible = arrived.saturating_sub(books.cut)..=arrived + books.resent + books.cut;
        complaints.hold(possible.contains(&seen.hits), || format!("{} hits of {possible:?}", seen.hits));
        complaints.hold(books.answered <= seen.answers || self.kind.right.is_unsure(), || {
            format!("{} answered, {} given", books.answered, seen.answers)
        });
        if matches!(self.kind.right, Right::Pass | Right::Fail(_) | Right::PassOrEaten) {
            let possible = books.answered..=books.answered + books.resent + 2 * books.cut;
            complaints.hold(possible.contains(&seen.answers), || format!("{} given of {possible:?}", seen.answers));
        }
        if books.cut == 0 && books.resent == 0 && books.never_accepted == 0 {
            complaints.equal("connections", books.connections, seen.connections);
        }
    }

    /// It ended as it was told to, in time, and said so.
    fn end(&self, complaints: &mut Complaints) {
        let (books, end, kind) = (&self.books, self.end, self.kind);
        let passes = books.fail + books.exception == 0 && books.pass > 0;
        let code = if end.is_signalled() { 130 } else { i32::from(!passes) };
        complaints.equal("exit code", self.output.code, Some(code));
        complaints.equal("end", &*books.end, end.word());
        let allowed = match end {
            End::Loops => AMPLE,
            End::Time => TIME + SOON,
            End::Interrupt | End::Terminate => SCANT + SOON,
            End::TwoInterrupts => SOON,
        };
        complaints.hold(self.took < allowed, || format!("took {:?}", self.took));
        complaints.hold(self.output.stderr.lines().all(is_usual), || format!("stderr: {}", self.output.stderr));
        if end == End::Loops {
            complaints.equal("checks", books.ended(), USERS * kind.loops);
        }
        let may_cut = end == End::TwoInterrupts || (end.is_signalled() && kind.is_slow);
        let most = if may_cut { USERS } else { 0 };
        complaints.hold(books.unfinished <= most && books.cut <= books.unfinished, || "too much was cut off".into());
        if end.is_signalled() && kind.hangs {
            complaints.equal("cut off in silence", (books.unfinished, books.cut), (USERS, USERS));
        }
    }
}

impl Right {
    /// The service cannot know which of its answers was taken.
    fn is_unsure(self) -> bool {
        matches!(self, Right::NoPass)
    }
}

/// A line that a run writes beside its tables.
fn is_usual(line: &str) -> bool {
    line.is_empty() || line.starts_with("stopping; ")
}

fn words(kind: &Kind, end: End, server: Option<&FaultServer>, reports: &Reports) -> Vec<String> {
    let address = server.map(|server| server.address().to_string());
    let by =
        |url: &str, proxy: &str, address: &str| vec![url.to_owned(), "--proxy".into(), format!("{proxy}://{address}")];
    let target = match (kind.route, address) {
        (_, None) => vec![REFUSED.to_owned()],
        (Route::Direct, Some(address)) => vec![format!("http://{address}/")],
        (Route::Tls, Some(address)) => vec![format!("https://{address}/"), "--insecure".into()],
        (Route::HttpProxy, Some(address)) => by("http://service.test/", "http", &address),
        (Route::Tunnel, Some(address)) => by("https://service.test/", "http", &address),
        (Route::Socks("socks5"), Some(address)) => by("http://127.0.0.1:9/", "socks5", &address),
        (Route::Socks(scheme), Some(address)) => by("http://service.test/", scheme, &address),
    };
    let fixed = ["--users", &USERS.to_string(), "--wait", kind.wait, "--quiet", "-H", "x-turn: {user}-{iteration}"];
    let fixed = fixed.into_iter().chain(kind.flags_of_run()).map(str::to_owned);
    fixed.chain(target).chain(end.flags(kind)).chain(Books::flags(reports)).collect()
}

/// Returns when a run has got somewhere.
fn is_at_work(kind: &Kind, running: &Running, server: Option<&FaultServer>) {
    running.is_up();
    let Some(server) = server else { return thread::sleep(TIME / 3) };
    let wanted = if kind.is_slow { USERS } else { 3 * USERS };
    eventually(&format!("{}: the service is at work", kind.name), || {
        let seen = server.seen();
        seen.connections.max(seen.hits) >= wanted
    });
    if kind.hangs {
        // What was connected has also been sent.
        thread::sleep(Duration::from_millis(20));
    }
}

/// Ends a run as it is to end, and tells from when on it may be waited for.
fn signal(end: End, running: &Running) -> Instant {
    match end {
        End::Loops | End::Time => {}
        End::Terminate => running.signal("TERM"),
        End::Interrupt => running.signal("INT"),
        End::TwoInterrupts => {
            running.signal("INT");
            eventually("the first interrupt is heard", || running.stderr().contains("interrupt again"));
            running.signal("INT");
        }
    }
    Instant::now()
}

/// What is not as it should be in one cell, twice: the signals and spans of a busy machine may come too late once.
fn told(kind: &Kind, end: End) -> Option<String> {
    let first = told_once(kind, end)?;
    eprintln!("told once: {first}");
    told_once(kind, end)
}

/// One that cannot even be read leaves the others theirs.
fn told_once(kind: &Kind, end: End) -> Option<String> {
    let cell = catch_unwind(AssertUnwindSafe(|| Cell::run(kind, end).complaints()));
    cell.unwrap_or_else(|_| Some(format!("{} by {end:?}: panicked, see above", kind.name)))
}

/// All kinds of service, each by a run that ends so.
fn column(end: End) {
    let kinds = kinds::all();
    let next = AtomicUsize::new(0);
    let work = || {
        let turns = std::iter::repeat_with(|| next.fetch_add(1, Ordering::SeqCst));
        let kinds = turns.map_while(|turn| kinds.get(turn));
        kinds.filter_map(|kind| told(kind, end)).collect::<Vec<_>>()
    };
    let broken = thread::scope(|scope| {
        let workers: Vec<_> = (0..ABREAST).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    none(broken);
}

#[test]
fn every_kind_of_service_is_told_alike_by_a_run_of_loops() {
    column(End::Loops);
}

#[test]
fn every_kind_of_service_is_told_alike_by_a_run_of_some_time() {
    column(End::Time);
}

#[test]
fn every_kind_of_service_is_told_alike_by_a_run_that_is_interrupted() {
    column(End::Interrupt);
}

#[test]
fn every_kind_of_service_is_told_alike_by_a_run_that_is_terminated() {
    column(End::Terminate);
}

#[test]
fn every_kind_of_service_is_told_alike_by_a_run_that_is_interrupted_twice() {
    column(End::TwoInterrupts);
}

#[test]
fn the_matrix_hears_a_count_that_differs_in_any_format_or_from_what_is_right() {
    let kinds = kinds::all();
    let kind = |name: &str| kinds.iter().find(|kind| kind.name == name).unwrap();
    let cell = Cell::run(kind("closed at every place"), End::Loops);
    assert_eq!(cell.complaints(), None);
    let path = |file: &str| cell.reports.path(file);
    for (file, from, to, word) in [
        ("run.json", "\"answered\": 0", "\"answered\": 1", "JSON, totals' answered"),
        ("run_stats.csv", ",120,120,", ",120,119,", "stats.csv, "),
        ("run_stats_history.csv", ",120,120,", ",119,120,", "history, requests"),
        ("run_failures.csv", "Occurrences", "Times", "failures.csv"),
        ("run.xml", "120 of 120", "120 of 121", "JUnit, message"),
        ("run.xml", "errors=\"1\"", "errors=\"2\"", "JUnit, errors"),
        ("samples.csv", ",closed", ",reset", "samples"),
    ] {
        let text = fs::read_to_string(path(file)).unwrap();
        assert!(text.contains(from), "no {from} in {text}");
        fs::write(path(file), text.replacen(from, to, 1)).unwrap();
        let told = cell.complaints().unwrap_or_default();
        assert!(told.contains(word), "{file} with {to}: {told}");
        fs::write(path(file), text).unwrap();
    }
    assert_eq!(cell.complaints(), None);

    // Another service than was said, which counts each request twice.
    let mut mistaken = kinds::all().into_iter().find(|kind| kind.name == "all is well").unwrap();
    mistaken.right = Right::Lost(&["reset"], "reset");
    mistaken.play = Some(|mut connection| {
        connection.turn_away();
        connection.request().map(drop)
    });
    let told = Cell::run(&mistaken, End::Loops).complaints().unwrap();
    for words in ["does not say \"reset\"", "lost by [\"closed\"]", "36 hits of 18..=18"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    mistaken.right = Right::Pass;
    let told = Cell::run(&mistaken, End::Loops).complaints().unwrap();
    assert!(told.contains("pass, fail, exception: (0, 0, 18) instead of (18, 0, 0)"), "{told}");
}
