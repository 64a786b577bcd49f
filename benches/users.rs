//! Memory of a user that waits: `cargo bench --bench users`. Linux only.
//!
//! The whole process is looked at, at its peak, with two thousand users and with one. A user's stack keeps every page
//! that was touched once, so that one deep call on the way of a request shows here.

use std::error::Error;
use std::fs;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use mock_service::{MockService, Settings};

/// It takes 26 KiB in the profile `release`: 16 of its stack, 10 of its connection, its buffers and itself.
const MOST_KIB: u64 = 28;
const USERS: u64 = 2000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return Ok(ExitCode::SUCCESS);
    }
    let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
    let url = format!("{}/fast", service.url());
    let (one, all) = (peak_kib(&url, 1)?, peak_kib(&url, USERS)?);
    let each = all.saturating_sub(one) / (USERS - 1);
    println!("a user takes {each} KiB (at most {MOST_KIB}): {all} KiB for {USERS}, {one} KiB for one");
    Ok(if each <= MOST_KIB { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Most memory that a run of so many users held.
fn peak_kib(url: &str, users: u64) -> Result<u64, Box<dyn Error>> {
    let mut run = Command::new(env!("CARGO_BIN_EXE_perfloop"))
        .args([url, "--quiet", "--users", &users.to_string(), "--ramp-up", "1s", "--wait", "1s", "--time", "4s"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", run.id());
    let mut peak = 0;
    while run.try_wait()?.is_none() {
        // Towards the end there is a process without memory.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(peak);
        thread::sleep(Duration::from_millis(50));
    }
    if run.wait()?.success() { Ok(peak) } else { Err(format!("the run with {users} users failed").into()) }
}
