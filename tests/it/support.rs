//! What the tests share: a service, the binary, and a bound on everything that could hang.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mock_service::{MockService, Settings};
use perfloop::{IntoOutcome, LoadTest, Plan, Run, Summary, User};
use serde_json::Value;

/// Nothing here takes longer unless it hangs.
const HANGS: Duration = Duration::from_secs(60);

/// Where nothing listens: the port is privileged and long out of use.
pub(crate) const REFUSED: &str = "http://127.0.0.1:1/refused";

/// A mock service of the test's own.
pub(crate) struct Service(MockService);

impl Service {
    /// Answers at once.
    pub(crate) fn start() -> Self {
        Self::with(Settings { delay: Duration::ZERO, ..Settings::default() })
    }

    /// `/json` takes so long.
    pub(crate) fn with_delay(delay: Duration) -> Self {
        Self::with(Settings { delay, ..Settings::default() })
    }

    /// As `mock_service` starts without flags: `/json` takes 200 ms.
    pub(crate) fn with_default_delay() -> Self {
        Self::with(Settings::default())
    }

    /// Speaks HTTPS as well.
    pub(crate) fn with_tls() -> Self {
        let tls_address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        Self::with(Settings { delay: Duration::ZERO, tls_address, ..Settings::default() })
    }

    /// HTTPS, and only for clients that show a certificate of its authority.
    pub(crate) fn with_client_certificates() -> Self {
        let tls_address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        Self::with(Settings { delay: Duration::ZERO, tls_address, client_certificates: true, ..Settings::default() })
    }

    /// At this address.
    pub(crate) fn start_at(address: SocketAddr) -> Self {
        Self::with(Settings { delay: Duration::ZERO, address, ..Settings::default() })
    }

    fn with(settings: Settings) -> Self {
        Service(MockService::start(settings).unwrap())
    }

    /// The URL of a path of this service.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0.url())
    }

    /// The HTTPS URL of a path of this service.
    pub(crate) fn at_tls(&self, path: &str) -> String {
        format!("{}{path}", self.0.tls_url().unwrap())
    }
}

impl Deref for Service {
    type Target = MockService;

    fn deref(&self) -> &MockService {
        &self.0
    }
}

/// What a finished perfloop left behind.
#[derive(Debug)]
pub(crate) struct Output {
    /// `None` if a signal killed it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Output {
    /// All of stdout, as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in the stdout of {self:#?}"))
    }
}

/// Runs the binary to its end.
pub(crate) fn perfloop(args: &[&str]) -> Output {
    spawn(args).wait()
}

/// Starts the binary.
pub(crate) fn spawn(args: &[&str]) -> Running {
    spawn_as(&[], args)
}

/// Starts the binary by another command, such as `taskset -c 0`.
pub(crate) fn spawn_as(wrapper: &[&str], args: &[&str]) -> Running {
    // What starts in the background of a script ignores interrupts, and so would all that it starts.
    let heard: &[&str] = if ignores_interrupts() { &["env", "--default-signal=INT"] } else { &[] };
    let mut words = heard.iter().chain(wrapper).copied().chain([env!("CARGO_BIN_EXE_perfloop")]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).args(args);
    start(&mut command)
}

/// These tests were started so that SIGINT is nothing to them.
fn ignores_interrupts() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    ignored.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask & (1 << 1) != 0)
}

/// Starts any program.
pub(crate) fn start(command: &mut Command) -> Running {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdout = Stream::read(child.stdout.take().unwrap());
    let stderr = Stream::read(child.stderr.take().unwrap());
    Running { child, stdout, stderr, started: Instant::now() }
}

/// The binary while it runs. It is killed when a test gives it up.
pub(crate) struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
    started: Instant,
}

impl Running {
    /// Returns when the run has printed its first line: from then on it listens to signals.
    pub(crate) fn is_up(&self) {
        let printed = || self.stdout.text().contains('\n') || self.stderr.text().contains('\n');
        eventually("the first line is printed", printed);
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success(), "kill -{name}: {status}");
    }

    pub(crate) fn stdout(&self) -> String {
        self.stdout.text()
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits for its end.
    pub(crate) fn wait(self) -> Output {
        self.wait_within(HANGS)
    }

    /// Waits for its end, which comes so long after its start at the latest.
    pub(crate) fn wait_within(mut self, limit: Duration) -> Output {
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if self.started.elapsed() > limit => panic!("perfloop hangs; stderr: {}", self.stderr()),
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        let took = self.started.elapsed();
        Output { code: status.code(), stdout: self.stdout.rest(), stderr: self.stderr.rest(), took }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended by itself, which is the usual case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process writes, readable while it goes on.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn read(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut chunk) {
                sink.lock().unwrap().extend_from_slice(&chunk[..length]);
            }
        });
        Stream { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    /// Everything, once the process has ended.
    fn rest(&mut self) -> String {
        self.reader.take().unwrap().join().unwrap();
        self.text()
    }
}

/// Runs one check to the end of the plan.
pub(crate) fn run<O: IntoOutcome<M>, M>(plan: Plan, check: impl Fn(&mut User) -> O + Send + Sync + 'static) -> Summary {
    finish(LoadTest::new(plan).check("check", check))
}

/// Writer whose bytes can be looked at while somebody else has it; held, it takes nothing.
#[derive(Clone, Default)]
pub(crate) struct Written(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs a load test to its end.
pub(crate) fn finish(test: LoadTest) -> Summary {
    join_within(test.start().unwrap(), HANGS)
}

/// The numbers of a run, which must end within this time.
pub(crate) fn join_within(run: Run, limit: Duration) -> Summary {
    let (done, joined) = mpsc::channel();
    // Nobody listens any more when it ends too late.
    thread::spawn(move || drop(done.send(run.join())));
    match joined.recv_timeout(limit) {
        Ok(summary) => summary.unwrap(),
        Err(_) => panic!("the run has not ended within {limit:?}"),
    }
}

/// Waits until something holds, which must not take for ever.
pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Held by tests that measure absolute times, and by those that keep all processors busy.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For absolute times on a machine that others use as well: one good try out of three is enough.
pub(crate) fn best_of_three(attempt: impl Fn() -> Result<(), String>) {
    let misses: Vec<String> = (0..3).map_while(|_| attempt().err()).collect();
    assert!(misses.len() < 3, "three times out of three: {misses:#?}");
}

/// Says what did not hold, for [`best_of_three`].
pub(crate) fn hold(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The words of a command as a shell splits them.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in command.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// For tables and rules: all of them are looked at before any that is broken is told.
#[track_caller]
pub(crate) fn none(broken: impl IntoIterator<Item = String>) {
    let broken: Vec<String> = broken.into_iter().collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// A folder for reports.
pub(crate) struct Reports(tempfile::TempDir);

impl Reports {
    pub(crate) fn new() -> Self {
        Reports(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    pub(crate) fn write(&self, name: &str, document: &Value) -> String {
        std::fs::write(self.path(name), document.to_string()).unwrap();
        self.path(name)
    }

    /// A report under another name with something else in it.
    pub(crate) fn changed(&self, from: &str, to: &str, change: impl Fn(&mut Value)) -> String {
        let mut report = self.json(from);
        change(&mut report);
        self.write(to, &report)
    }
}

/// Makes all times of a report the kernel's: on a busy machine some stamps may be missing.
pub(crate) fn stamp_all(report: &mut Value) {
    for request in report["requests"].as_array_mut().unwrap() {
        request["stamped"] = request["answered"].clone();
    }
}

/// What a schema of this repository does not allow in a document.
pub(crate) fn schema_complaints(schema: &str, document: &Value) -> Option<String> {
    Schema::read(schema).complaints(document)
}

/// A schema of this repository, for many documents.
pub(crate) struct Schema {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    pub(crate) fn read(name: &str) -> Self {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
        let schema = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.add_resource("http://schema.test/", schema).unwrap();
        let index = compiler.compile("http://schema.test/", &mut schemas).unwrap();
        Schema { schemas, index }
    }

    /// What it does not allow in a document.
    pub(crate) fn complaints(&self, document: &Value) -> Option<String> {
        self.schemas.validate(document, self.index).err().map(|error| format!("{error:#}"))
    }
}

/// What a page has become after its script ran.
pub(crate) fn rendered(page: &std::path::Path) -> String {
    let profile = tempfile::tempdir().unwrap();
    let profile = format!("--user-data-dir={}", profile.path().display());
    let url = format!("file://{}", page.display());
    let flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"];
    let quiet = ["--disable-quic", "--disable-background-networking", "--disable-component-update"];
    let mut chromium = Command::new("chromium");
    let output = chromium.args(flags).args(quiet).args([&profile, "--dump-dom", &url]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What is wrong with how perfloop refuses this: it should be with exit code 2 and one line that says `words`, before
/// anything else was written.
pub(crate) fn complaint(args: &[&str], words: &[&str]) -> Option<String> {
    let Output { code, stdout, stderr, .. } = perfloop(args);
    let is_line = stderr.starts_with("perfloop: ") && stderr.lines().count() == 1 && stderr.ends_with('\n');
    let is_good = code == Some(2) && stdout.is_empty() && is_line && words.iter().all(|word| stderr.contains(word));
    (!is_good).then(|| format!("{args:?}: wanted a line with {words:?}, got code {code:?}, {stderr:?}, {stdout:?}"))
}

#[track_caller]
pub(crate) fn is_refused(args: &[&str], words: &[&str]) {
    none(complaint(args, words));
}
