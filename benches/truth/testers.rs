//! The testers: how each is called, and how its report is read.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::machine;
use crate::process;
use crate::server::Target;

/// What a tester is to do.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    pub(crate) target: &'a Target,
    pub(crate) users: u32,
    pub(crate) seconds: u32,
    /// For scripts and reports.
    pub(crate) folder: &'a Path,
}

/// What a tester says of its run, times in microseconds.
#[derive(Debug)]
pub(crate) struct Reported {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) requests: Option<u64>,
    pub(crate) remark: Option<String>,
}

/// A load tester. Those other than perfloop run only the small GET.
pub(crate) trait Tester {
    fn name(&self) -> &'static str;

    fn run(&self, order: &Order<'_>) -> io::Result<Reported>;

    fn is_perfloop(&self) -> bool {
        false
    }
}

/// perfloop, and what else there is on this machine.
pub(crate) fn installed() -> Vec<&'static dyn Tester> {
    let others: [&'static dyn Tester; 5] = [&Wrk, &Oha, &Hey, &K6, &Locust];
    let mut all: Vec<&'static dyn Tester> = vec![&Perfloop];
    all.extend(others.into_iter().filter(|tester| machine::find(tester.name()).is_some()));
    all
}

impl Order<'_> {
    /// What the command writes to stdout. It may take this much longer than it was told to.
    fn output_of(&self, command: &mut Command) -> io::Result<String> {
        let longest = Duration::from_secs(u64::from(self.seconds) + 30);
        process::output_of(command, self.folder, longest)
    }

    fn time(&self) -> String {
        format!("{}s", self.seconds)
    }
}

fn unreadable(tester: &dyn Tester) -> io::Error {
    io::Error::other(format!("the report of {} cannot be read", tester.name()))
}

fn number(document: &Value, pointer: &str) -> Option<f64> {
    document.pointer(pointer)?.as_f64()
}

fn count(document: &Value, pointer: &str) -> Option<u64> {
    document.pointer(pointer)?.as_u64()
}

/// The perfloop that was built with this bench.
struct Perfloop;

impl Perfloop {
    fn read(document: &Value) -> Option<Reported> {
        let answered = count(document, "/requests/0/answered");
        let lost = count(document, "/requests/0/exceptions").unwrap_or_default();
        let times = document.pointer("/run/verdicts/times")?.as_str()?;
        let mut remarks = Vec::new();
        if times != "exact" {
            remarks.push(format!("times: {times}"));
        }
        if lost > 0 {
            remarks.push(format!("{lost} exceptions"));
        }
        Some(Reported {
            p50: number(document, "/requests/0/response_time_ms/p50")? * 1000.0,
            p99: number(document, "/requests/0/response_time_ms/p99")? * 1000.0,
            requests: answered,
            remark: (!remarks.is_empty()).then(|| remarks.join(", ")),
        })
    }
}

impl Tester for Perfloop {
    fn name(&self) -> &'static str {
        "perfloop"
    }

    fn is_perfloop(&self) -> bool {
        true
    }

    fn run(&self, order: &Order<'_>) -> io::Result<Reported> {
        let report = order.folder.join("perfloop.json");
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        command.arg(&order.target.url).args(["--users", &order.users.to_string(), "--time", &order.time()]);
        command.args(["--quiet", "--stop-timeout", "10s", "--json"]).arg(&report);
        if let Some(body) = &order.target.body {
            command.arg("--data").arg(format!("@{}", body.display()));
        }
        if let Some(ca) = &order.target.ca {
            command.arg("--cacert").arg(ca);
        }
        order.output_of(&mut command)?;
        let document: Value = serde_json::from_slice(&fs::read(report)?)?;
        Perfloop::read(&document).ok_or_else(|| unreadable(self))
    }
}

/// wrk; its percentiles are in the text of `--latency`.
struct Wrk;

impl Wrk {
    /// `50%  123.00us`, and `4567 requests in 3.00s, …`.
    fn read(text: &str) -> Option<Reported> {
        let mut lines = text.lines().map(str::trim);
        let percentile = |name: &str| {
            let time = text.lines().find_map(|line| line.trim().strip_prefix(name))?.trim();
            let number = time.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let us = match &time[number.len()..] {
                "us" => 1.0,
                "ms" => 1000.0,
                "s" => 1_000_000.0,
                _ => return None,
            };
            Some(number.parse::<f64>().ok()? * us)
        };
        let requests = lines.find_map(|line| line.split_once(" requests in ")?.0.parse().ok());
        Some(Reported { p50: percentile("50%")?, p99: percentile("99%")?, requests, remark: None })
    }
}

impl Tester for Wrk {
    fn name(&self) -> &'static str {
        "wrk"
    }

    fn run(&self, order: &Order<'_>) -> io::Result<Reported> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(order.users as usize);
        let mut command = Command::new(self.name());
        command.args(["--latency", "-t", &threads.to_string(), "-c", &order.users.to_string(), "-d", &order.time()]);
        let text = order.output_of(command.arg(&order.target.url))?;
        Wrk::read(&text).ok_or_else(|| unreadable(self))
    }
}

/// hey; its text has percentiles in units of 0.1 ms.
struct Hey;

impl Hey {
    /// `50% in 0.0012 secs`, and `[200]  4567 responses` (some versions print `50%% in`).
    fn read(text: &str) -> Option<Reported> {
        let percentile = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name))?;
            let seconds = line.trim_start_matches('%').trim().strip_prefix("in ")?.strip_suffix(" secs")?;
            Some(seconds.parse::<f64>().ok()? * 1_000_000.0)
        };
        let responses = text.lines().filter_map(|line| line.trim().strip_suffix(" responses"));
        let requests = responses.filter_map(|line| line.rsplit('\t').next()?.trim().parse::<u64>().ok()).sum();
        let remark = Some("to 100 us".to_owned());
        Some(Reported { p50: percentile("50%")?, p99: percentile("99%")?, requests: Some(requests), remark })
    }
}

impl Tester for Hey {
    fn name(&self) -> &'static str {
        "hey"
    }

    fn run(&self, order: &Order<'_>) -> io::Result<Reported> {
        let mut command = Command::new(self.name());
        command.args(["-z", &order.time(), "-c", &order.users.to_string(), &order.target.url]);
        let text = order.output_of(&mut command)?;
        Hey::read(&text).ok_or_else(|| unreadable(self))
    }
}

/// oha; its JSON has seconds.
struct Oha;

impl Tester for Oha {
    fn name(&self) -> &'static str {
        "oha"
    }

    fn run(&self, order: &Order<'_>) -> io::Result<Reported> {
        let help = order.output_of(Command::new(self.name()).arg("--help"))?;
        let as_json: &[&str] = if help.contains("--output-format") { &["--output-format", "json"] } else { &["-j"] };
        let mut command = Command::new(self.name());
        command.args(["--no-tui", "-z", &order.time(), "-c", &order.users.to_string()]).args(as_json);
        let document: Value = serde_json::from_str(&order.output_of(command.arg(&order.target.url))?)?;
        let us = |pointer: &str| number(&document, pointer).map(|seconds| seconds * 1_000_000.0);
        let statuses = document.pointer("/statusCodeDistribution").and_then(Value::as_object);
        let requests = statuses.map(|codes| codes.values().filter_map(Value::as_u64).sum());
        match (us("/latencyPercentiles/p50"), us("/latencyPercentiles/p99")) {
            (Some(p50), Some(p99)) => Ok(Reported { p50, p99, requests, remark: None }),
            _ => Err(unreadable(self)),
        }
    }
}

/// k6; its summary as JSON has milliseconds.
struct K6;

impl Tester for K6 {
    fn name(&self) -> &'static str {
        "k6"
    }

    fn run(&self, order: &Order<'_>) -> io::Result<Reported> {
        let (script, summary) = (order.folder.join("k6.js"), order.folder.join("k6.json"));
        let url = &order.target.url;
        let code = format!("import http from 'k6/http';\nexport default function () {{ http.get('{url}'); }}\n");
        fs::write(&script, code)?;
        let mut command = Command::new(self.name());
        command.args(["run", "--quiet", "--vus", &order.users.to_string(), "--duration", &order.time()]);
        command.args(["--summary-trend-stats", "med,p(99)", "--summary-export"]).arg(&summary).arg(&script);
        order.output_of(&mut command)?;
        let document: Value = serde_json::from_slice(&fs::read(summary)?)?;
        let us = |name: &str| number(&document, &format!("/metrics/http_req_duration/{name}")).map(|ms| ms * 1000.0);
        let requests = count(&document, "/metrics/http_reqs/count");
        match (us("med"), us("p(99)")) {
            (Some(p50), Some(p99)) => Ok(Reported { p50, p99, requests, remark: None }),
            _ => Err(unreadable(self)),
        }
    }
}

/// Locust with its faster client; its JSON has how many requests took so many rounded milliseconds.
struct Locust;

impl Locust {
    fn read(document: &Value) -> Option<Reported> {
        let times = document.pointer("/0/response_times")?.as_object()?;
        let count = |(ms, count): (&String, &Value)| Some((ms.parse::<f64>().ok()?, count.as_u64()?));
        let mut times = times.iter().map(count).collect::<Option<Vec<_>>>()?;
        times.sort_by(|one, other| one.0.total_cmp(&other.0));
        let all: u64 = times.iter().map(|(_, count)| count).sum();
        let percentile = |percent: u64| {
            let mut rank = (all * percent).div_ceil(100);
            times.iter().find_map(|(ms, count)| {
                let found = rank <= *count;
                rank = rank.saturating_sub(*count);
                found.then_some(ms * 1000.0)
            })
        };
        let remark = Some("to 1 ms".to_owned());
        Some(Reported { p50: percentile(50)?, p99: percentile(99)?, requests: Some(all), remark })
    }
}

impl Tester for Locust {
    fn name(&self) -> &'static str {
        "locust"
    }

    fn run(&self, order: &Order<'_>) -> io::Result<Reported> {
        let file = order.folder.join("truth_locustfile.py");
        let url = &order.target.url;
        let code = format!(
            "from locust import FastHttpUser, task\n\n\nclass User(FastHttpUser):\n    host = '{url}'\n\n    \
             @task\n    def small(self):\n        self.client.get('{url}')\n"
        );
        fs::write(&file, code)?;
        let users = order.users.to_string();
        let mut command = Command::new(self.name());
        command.arg("-f").arg(&file).args(["--headless", "--only-summary", "--json", "-u", &users, "-r", &users]);
        let text = order.output_of(command.args(["-t", &order.time()]))?;
        Locust::read(&serde_json::from_str(&text)?).ok_or_else(|| unreadable(self))
    }
}
