//! Cost of the live page: `cargo bench --bench page`. Answers per second at 64 users with one who looks on, over those
//! without the page, in pairs that take turns; the median of the pairs is to be at least 0.98.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;

use mock_service::{MockService, Settings};

const PAIRS: usize = 15;
const BAR: f64 = 0.98;

fn main() -> ExitCode {
    let service = MockService::start(Settings { delay: std::time::Duration::ZERO, ..Settings::default() }).unwrap();
    let url = format!("{}/fast", service.url());
    let mut ratios: Vec<f64> = Vec::new();
    for pair in 0..PAIRS {
        // Whichever goes first in one pair goes second in the next.
        let [first, second] = [pair % 2 == 0, pair % 2 == 1].map(|with_page| rps(&url, with_page));
        let (with, without) = if pair % 2 == 0 { (first, second) } else { (second, first) };
        println!("without the page {without:.0} rps, with one who looks on {with:.0} rps: {:.3}", with / without);
        ratios.push(with / without);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[PAIRS / 2];
    println!("median of {PAIRS} pairs: {median:.3} (bar {BAR})");
    if median >= BAR { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Answers per second of a run of three seconds.
fn rps(url: &str, with_page: bool) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
    command.args([url, "--users", "64", "--time", "3", "--quiet", "--json", "-"]);
    if with_page {
        command.args(["--web", "--web-addr", "127.0.0.1:0"]);
    }
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("perfloop starts");
    if with_page {
        look_on(&mut child);
    }
    let mut report = String::new();
    child.stdout.take().unwrap().read_to_string(&mut report).unwrap();
    child.kill().ok();
    child.wait().unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).expect("a report");
    report["totals"]["rps"].as_f64().expect("a rate")
}

/// Reads all that is pushed, on a thread of its own.
fn look_on(child: &mut Child) {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let link =
        lines.find_map(|line| line.strip_prefix("page: http://").map(str::to_owned)).expect("the page is served");
    thread::spawn(move || {
        thread::spawn(move || lines.for_each(drop));
        let address = link.trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        let mut chunk = [0; 16 * 1024];
        // It is over when the last snapshot has come.
        while let Ok(1..) = stream.read(&mut chunk) {
            if String::from_utf8_lossy(&chunk).contains("\"state\":\"stopped\"") {
                return;
            }
        }
    });
}
