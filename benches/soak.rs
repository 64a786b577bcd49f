//! Memory of a long run with every output on: `cargo bench --bench soak -- --minutes 30 --rps 300`.
//!
//! Of a run of 10 minutes or more what is held (the lowest of each minute: queues take more for moments) is to stay within
//! 2 % from the third minute on; of a shorter one, two minutes by default, it is to grow by less than 10 MiB after the first,
//! while the timeline fills.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mock_service::{MockService, Settings};

const MINUTE: usize = 60;
/// After so long the timeline is full.
const FULL: usize = 3 * MINUTE;
/// Runs from so many minutes on are held by a share.
const LONG_MINUTES: usize = 10;
/// Requests of a user each second.
const PER_USER: usize = 10;
const MAX_SPREAD: f64 = 0.02;
const MAX_GROWTH_KIB: u64 = 10 * 1024;

fn main() -> ExitCode {
    let (minutes, rps) = (argument("--minutes").unwrap_or(2), argument("--rps").unwrap_or(300));
    let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut child = Command::new(env!("CARGO_BIN_EXE_perfloop"))
        .args([&format!("{}/json", service.url()), "--time", &format!("{minutes}m")])
        // Users of a fixed number: a rate would make more of them whenever the machine is held up.
        .args(["--users", &(rps / PER_USER).max(1).to_string(), "--pace", &format!("{}ms", 1000 / PER_USER)])
        .args(["--json", &path("run.json"), "--html", &path("run.html"), "--csv", &path("run")])
        .args(["--junit", &path("run.xml"), "--hlog", &path("run.hlog"), "--samples", &path("run.samples")])
        .args(["--log-http", "/dev/null", "--metrics-addr", "127.0.0.1:0", "--fail-if", "p99 > 10s abort"])
        .args(["--stats-interval", "1s"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let metrics =
        lines.find_map(|line| Some(line.strip_prefix("metrics: http://")?.strip_suffix("/metrics")?.to_owned()));
    let rest = thread::spawn(move || lines.collect::<Vec<_>>());
    let memory = watch(&mut child, &metrics.expect("the address is told"), minutes * MINUTE);
    let status = child.wait().unwrap();
    println!("{}", rest.join().unwrap().join("\n"));
    print(&memory);
    let holds = status.success() && holds(&memory, minutes);
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn argument(name: &str) -> Option<usize> {
    std::env::args().skip_while(|word| word != name).nth(1)?.parse().ok()
}

/// The resident memory in KiB, each second of the run; the metrics are read as often.
fn watch(child: &mut Child, metrics: &str, seconds: usize) -> Vec<u64> {
    let started = Instant::now();
    let mut memory = Vec::new();
    while memory.len() < seconds && child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let Some(kib) = resident.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()) else { break };
        memory.push(kib);
        scrape(metrics);
        let next = Duration::from_secs(memory.len() as u64);
        thread::sleep(next.saturating_sub(started.elapsed()));
    }
    memory
}

fn scrape(address: &str) {
    // At its end the run answers no more.
    let Ok(mut stream) = TcpStream::connect(address) else { return };
    let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n");
    let _ = stream.read_to_string(&mut String::new());
}

fn print(memory: &[u64]) {
    println!("\n| minute | lowest MiB | highest MiB |\n|---|--:|--:|");
    for (minute, seconds) in (1..).zip(memory.chunks(MINUTE)) {
        let [lowest, highest] = ends(seconds).map(|kib| kib as f64 / 1024.0);
        println!("| {minute} | {lowest:.2} | {highest:.2} |");
    }
}

fn holds(memory: &[u64], minutes: usize) -> bool {
    if minutes >= LONG_MINUTES {
        let held: Vec<u64> = memory[FULL.min(memory.len())..].chunks(MINUTE).map(|minute| ends(minute)[0]).collect();
        let [lowest, highest] = ends(&held);
        let spread = (highest - lowest) as f64 / lowest.max(1) as f64;
        println!("\nfrom minute 3 on within {:.2} % (at most {:.0} %)", spread * 100.0, MAX_SPREAD * 100.0);
        return memory.len() > FULL && spread <= MAX_SPREAD;
    }
    let [_, first] = ends(&memory[..MINUTE.min(memory.len())]);
    let [_, highest] = ends(memory);
    println!("\nafter the first minute {} KiB more (at most {MAX_GROWTH_KIB})", highest - first);
    memory.len() > MINUTE && highest - first <= MAX_GROWTH_KIB
}

fn ends(memory: &[u64]) -> [u64; 2] {
    [memory.iter().min(), memory.iter().max()].map(|end| end.copied().unwrap_or_default())
}
