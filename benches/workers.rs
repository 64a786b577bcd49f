//! A hundred workers under one Locust master: `cargo bench --bench workers`. Needs locust in the PATH, and Linux.
//!
//! Each worker is a process with ten users. The master's totals must be those of the workers, and the time of a processor that
//! the master took is told: from it follows how many workers one master bears.

use std::error::Error;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use mock_service::{MockService, Settings};
use serde_json::Value;

const WORKERS: usize = 100;
const USERS: usize = 1000;
const TIME: &str = "60s";
/// Ticks of the clock of processes in a second.
const TICKS: f64 = 100.0;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return Ok(ExitCode::SUCCESS);
    }
    let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
    let folder = tempfile::tempdir()?;
    let url = format!("{}/fast", service.url());
    let file = folder.path().join("locustfile.py");
    fs::write(&file, Command::new(env!("CARGO_BIN_EXE_perfloop")).args(["locustfile", &url]).output()?.stdout)?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string();
    let json = folder.path().join("master");
    let mut master = Command::new("locust")
        .args(["--master", "--headless", "--only-summary", "--enable-rebalancing", "-f"])
        .arg(&file)
        .args(["--master-bind-host", "127.0.0.1", "--master-bind-port", &port, "--json-file"])
        .arg(&json)
        .args(["--expect-workers", &WORKERS.to_string(), "-u", &USERS.to_string(), "-r", "200", "-t", TIME])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let report = |number: usize| folder.path().join(format!("{number}.json"));
    let mut workers: Vec<Child> = (0..WORKERS)
        .map(|number| {
            Command::new(env!("CARGO_BIN_EXE_perfloop"))
                .args([
                    "worker",
                    "--master-host",
                    "127.0.0.1",
                    "--master-port",
                    &port,
                    "--wait",
                    "1s",
                    "--quiet",
                    "--json",
                ])
                .arg(report(number))
                .arg(&url)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        })
        .collect::<Result<_, _>>()?;
    let mut cpu_s = 0.0;
    while master.try_wait()?.is_none() {
        cpu_s = cpu_of(master.id()).unwrap_or(cpu_s);
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
    println!("{WORKERS} workers, {USERS} users, {TIME}: the master counted {told} requests, the workers {made}");
    println!("the master took {cpu_s:.2} s of a processor");
    Ok(if told == made && made > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
