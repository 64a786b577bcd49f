//! What a Hurl file costs beside the same check in Rust, at 64 users.
//!
//! ```console
//! $ cargo bench --bench hurl [-- --rounds N]
//! ```
//!
//! Both are run by a process of their own, in turns, against one mock service in the bench's process: one GET with
//! four asserts. Printed is the CPU time of the testers' processes for an iteration, and the ratio of the medians.

use std::env;
use std::error::Error;
use std::io;
use std::process::{Command, ExitCode};
use std::time::Duration;

use mock_service::{MockService, Settings};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use perfloop::hurl::HurlFiles;
use perfloop::{CheckResult, HttpSettings, LoadTest, Plan, User};

const USERS: u32 = 64;
const TIME: Duration = Duration::from_secs(3);
const ROUNDS: usize = 5;
/// What the file says, once with its host written out and once with it as a variable.
const ASSERTS: &str = "HTTP 200\n[Asserts]\nheader \"content-type\" contains \"json\"\njsonpath \"$.code\" == 1\njsonpath \"$.message\" exists\n";
const KINDS: [&str; 3] = ["rust", "hurl", "hurl with {{host}}"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match &arguments[..] {
        [kind, host] if KINDS.contains(&kind.as_str()) => load(kind, host),
        arguments if arguments.iter().any(|argument| argument == "--bench") => compare(rounds(arguments)),
        _ => {
            println!("nothing is compared outside of `cargo bench`");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn rounds(arguments: &[String]) -> usize {
    let after = arguments.iter().skip_while(|argument| *argument != "--rounds").nth(1);
    after.and_then(|number| number.parse().ok()).unwrap_or(ROUNDS)
}

/// One process: runs the load and prints how many iterations there were.
fn load(kind: &str, host: &str) -> Result<()> {
    let plan = Plan::new().users(USERS).time(TIME).http(HttpSettings::default().host(host.parse()?));
    let mut test = LoadTest::new(plan);
    if kind == "rust" {
        test = test.check("hello", hello);
    } else {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("hello.hurl");
        let url = if kind == "hurl" { host } else { "{{host}}" };
        std::fs::write(&file, format!("GET {url}/json\n{ASSERTS}"))?;
        for check in HurlFiles::new().variable("host", host).read([file])?.checks() {
            test = test.with_check(check);
        }
    }
    let summary = test.start()?.join()?;
    if summary.whole.totals.pass == 0 || summary.whole.totals.fail > 0 {
        return Err(format!("{kind}: {:?}", summary.failures).into());
    }
    println!("{}", summary.whole.totals.pass);
    Ok(())
}

fn hello(user: &mut User) -> CheckResult {
    let answer = user.get("/json").send()?;
    answer.expect_status(200)?;
    answer.expect_header("content-type", "json")?;
    answer.expect_json("code", 1)?;
    assert!(answer.json()?.get("message").is_some());
    Ok(())
}

fn compare(rounds: usize) -> Result<()> {
    let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
    let mut costs = [const { Vec::new() }; KINDS.len()];
    for _ in 0..rounds {
        for (kind, costs) in KINDS.iter().zip(&mut costs) {
            costs.push(cost(kind, &service.url())?);
        }
    }
    let medians = costs.map(|mut costs| {
        costs.sort_by(f64::total_cmp);
        costs[costs.len() / 2]
    });
    println!("| one GET, four asserts | CPU of an iteration, us | ratio |\n|---|--:|--:|");
    for (kind, median) in KINDS.iter().zip(medians) {
        println!("| {kind} | {median:.1} | {:.2} |", median / medians[0]);
    }
    println!("\n{USERS} users, {} s a run, medians of {rounds} rounds.", TIME.as_secs());
    Ok(())
}

/// Microseconds of an iteration.
fn cost(kind: &str, host: &str) -> Result<f64> {
    let before = cpu_of_ended_children()?;
    let output = Command::new(env::current_exe()?).args([kind, host]).output()?;
    let cpu = cpu_of_ended_children()? - before;
    let iterations: u64 = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|_| format!("{kind}: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(cpu.as_secs_f64() * 1e6 / iterations as f64)
}

fn cpu_of_ended_children() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(microseconds.unsigned_abs()))
}
