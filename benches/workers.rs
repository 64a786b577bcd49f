//! A hundred workers under one Locust master: `cargo bench --bench workers`. Needs locust in the PATH, and Linux.
//!
//! Each worker is a process with ten users. The master's totals must be those of the workers. The share of a processor that
//! the master takes is told for two numbers of names of requests: from both follows how many workers one master bears.

use std::error::Error;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use mock_service::{MockService, Settings};
use serde_json::Value;

const WORKERS: usize = 100;
const USERS: usize = 1000;
const TIME: &str = "60s";
/// Names of requests in the reports of two runs.
const NAMES: [usize; 2] = [1, 20];
/// Ticks of the clock of processes in a second.
const TICKS: f64 = 100.0;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return Ok(ExitCode::SUCCESS);
    }
    let measured = NAMES.map(measure);
    let [few, many] = [&measured[0], &measured[1]].map(|one| one.as_ref().map_err(ToString::to_string));
    let (few, many) = (few?, many?);
    println!("\n| workers | names of requests | requests by the master | by the workers | processor of the master |");
    println!("|--:|--:|--:|--:|--:|");
    for (names, run) in NAMES.iter().zip([few, many]) {
        println!("| {WORKERS} | {names} | {} | {} | {:.1} % |", run.told, run.made, run.share * 100.0);
    }
    // A worker costs its heartbeats, and its reports by the names in them.
    let of_name = (many.share - few.share) / (NAMES[1] - NAMES[0]) as f64 / WORKERS as f64;
    let of_worker = few.share / WORKERS as f64 - of_name * NAMES[0] as f64;
    println!("\nBy these two, on paper:\n\n| workers | 1 name | 10 names | 100 names |\n|--:|--:|--:|--:|");
    for workers in [100.0, 300.0, 1000.0] {
        let share = |names: f64| workers * (of_worker + of_name * names) * 100.0;
        println!("| {workers} | {:.0} % | {:.0} % | {:.0} % |", share(1.0), share(10.0), share(100.0));
    }
    let is_equal = |run: &Measured| run.told == run.made && run.made > 0;
    Ok(if is_equal(few) && is_equal(many) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Numbers of one run.
struct Measured {
    /// Requests that the master has counted.
    told: u64,
    /// Requests that the workers have made.
    made: u64,
    /// Share of a processor that the master took, once all users were up.
    share: f64,
}

/// Has the workers make requests of so many names.
fn measure(names: usize) -> Result<Measured, Box<dyn Error>> {
    let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
    let folder = tempfile::tempdir()?;
    let urls: Vec<String> = (0..names).map(|name| format!("{}/fast?name={name}", service.url())).collect();
    let perfloop = || Command::new(env!("CARGO_BIN_EXE_perfloop"));
    let file = folder.path().join("locustfile.py");
    fs::write(&file, perfloop().arg("locustfile").args(&urls).output()?.stdout)?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string();
    let (json, log) = (folder.path().join("master"), folder.path().join("log"));
    let mut master = Command::new("locust")
        .args(["--master", "--headless", "--only-summary", "--enable-rebalancing", "-f"])
        .arg(&file)
        .args(["--master-bind-host", "127.0.0.1", "--master-bind-port", &port, "--logfile"])
        .arg(&log)
        .arg("--json-file")
        .arg(&json)
        .args(["--expect-workers", &WORKERS.to_string(), "-u", &USERS.to_string(), "-r", "200", "-t", TIME])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Each user makes a request a second, however many names there are.
    let wait = format!("{names}s");
    let report = |number: usize| folder.path().join(format!("{number}.json"));
    let mut workers: Vec<Child> = (0..WORKERS)
        .map(|number| {
            perfloop()
                .args(["worker", "--master-host", "127.0.0.1", "--master-port", &port])
                .args(["--wait", &wait, "--no-grouping", "--quiet", "--json"])
                .arg(report(number))
                .args(&urls)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        })
        .collect::<Result<_, _>>()?;
    let mut taken: Vec<(Instant, f64)> = Vec::new();
    while master.try_wait()?.is_none() {
        let is_up = || fs::read_to_string(&log).is_ok_and(|log| log.contains("All users spawned"));
        if !taken.is_empty() || is_up() {
            taken.extend(cpu_of(master.id()).map(|cpu_s| (Instant::now(), cpu_s)));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    for worker in &mut workers {
        worker.wait()?;
    }
    let of_master: Value = serde_json::from_str(&fs::read_to_string(written(&json))?)?;
    let requests = |row: &Value| row["num_requests"].as_u64().unwrap_or_default();
    let told: u64 = of_master.as_array().into_iter().flatten().map(requests).sum();
    let mut made = 0;
    for number in 0..WORKERS {
        let own: Value = serde_json::from_str(&fs::read_to_string(report(number))?)?;
        let count = |key: &str| own["totals"][key].as_u64().unwrap_or_default();
        made += count("answered") + count("exception");
    }
    let (Some(first), Some(last)) = (taken.first(), taken.last()) else { return Err("the users never came up".into()) };
    Ok(Measured { told, made, share: (last.1 - first.1) / (last.0 - first.0).as_secs_f64() })
}

/// Locust puts its own ending behind the name.
fn written(json: &Path) -> std::path::PathBuf {
    let with_ending = json.with_extension("json");
    if with_ending.exists() { with_ending } else { json.to_owned() }
}

/// Time of a processor that a process took, in s.
fn cpu_of(id: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}
