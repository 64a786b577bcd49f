//! `cargo bench --profile dist --bench instructions`: how many instructions one request on a kept connection takes, in
//! all of perfloop's threads, the collector's included. Needs valgrind, and says so where it is missing.
//!
//! Instructions do not depend on what else the machine does, so here an absolute bar is one that noise cannot break. What
//! the start and the report take is in a short run as in a longer one, and so is taken off.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use mock_service::{MockService, Settings};

/// A little above what a request of one user to one URL takes in the profile `release`; 9 000 are aimed at.
const MOST_INSTRUCTIONS: u64 = 12_000;
/// Requests of the shorter and of the longer run.
const REQUESTS: [u64; 2] = [500, 2500];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if !env::args().any(|argument| argument == "--bench") {
        println!("nothing is counted outside of `cargo bench`");
        return Ok(ExitCode::SUCCESS);
    }
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("valgrind is not installed: nothing was counted");
        return Ok(ExitCode::SUCCESS);
    }
    let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
    let (url, folder) = (format!("{}/fast", service.url()), tempfile::tempdir()?);
    let [short, long] = REQUESTS.map(|requests| counted(&url, requests, folder.path()));
    let instructions = (long? - short?) / (REQUESTS[1] - REQUESTS[0]);
    println!("a request takes {instructions} instructions (at most {MOST_INSTRUCTIONS}; 9000 are aimed at)");
    Ok(if instructions <= MOST_INSTRUCTIONS { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Instructions of a whole run of so many requests.
fn counted(url: &str, requests: u64, folder: &Path) -> Result<u64, Box<dyn Error>> {
    let output = folder.join(requests.to_string());
    let run = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", output.display()))
        .arg(env!("CARGO_BIN_EXE_perfloop"))
        .args([url, "--quiet", "--users", "1", "--loops", &requests.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()?;
    if !run.status.success() {
        return Err(format!("the run failed: {}", String::from_utf8_lossy(&run.stderr)).into());
    }
    let text = fs::read_to_string(output)?;
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("callgrind told no totals")?;
    Ok(totals.trim().parse()?)
}
