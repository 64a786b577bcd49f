//! The testers: where they are, and what they are called with.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::bare;
use crate::job::Job;

/// One of those compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tester {
    /// This project.
    Perfloop,
    /// The loop of this bench.
    Bare,
    /// C, event loop.
    Wrk,
    /// Rust, async.
    Oha,
    /// C, event loop, one thread.
    Ab,
    /// Go.
    Hey,
    /// Rust, async: a library, so its binary is named by the environment.
    Goose,
    /// Go, scripts in JavaScript.
    K6,
    /// Python, greenlets, its own client.
    LocustFast,
    /// Python, greenlets, the client `requests`.
    Locust,
}

/// Names the binary of an attack written with Goose that gets `/` and checks it.
const GOOSE_BIN: &str = "GOOSE_BIN";

impl Tester {
    /// All, in the order of the tables.
    pub(crate) const ALL: [Tester; 10] = [
        Tester::Perfloop,
        Tester::Bare,
        Tester::Wrk,
        Tester::Oha,
        Tester::Ab,
        Tester::Hey,
        Tester::Goose,
        Tester::K6,
        Tester::LocustFast,
        Tester::Locust,
    ];

    /// As in the tables and in `--only`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tester::Perfloop => "perfloop",
            Tester::Bare => "bare",
            Tester::Wrk => "wrk",
            Tester::Oha => "oha",
            Tester::Ab => "ab",
            Tester::Hey => "hey",
            Tester::Goose => "goose",
            Tester::K6 => "k6",
            Tester::LocustFast => "locust-fast",
            Tester::Locust => "locust",
        }
    }

    /// The tester of this name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Tester::ALL.into_iter().find(|tester| tester.name() == name)
    }

    /// Where it is, if it is installed.
    pub(crate) fn program(self) -> Option<PathBuf> {
        match self {
            Tester::Perfloop => Some(env!("CARGO_BIN_EXE_perfloop").into()),
            Tester::Bare => env::current_exe().ok(),
            Tester::Goose => env::var_os(GOOSE_BIN).map(PathBuf::from).filter(|path| path.is_file()),
            Tester::LocustFast => find("locust"),
            _ => find(self.name()),
        }
    }

    /// What does this job. Its output goes wherever [`output`](crate::output) looks for it.
    pub(crate) fn command(self, job: &Job) -> io::Result<Command> {
        let program = self.program().ok_or_else(|| io::Error::other("not installed"))?;
        let mut command = Command::new(program);
        let (users, url) = (job.users.to_string(), job.url.as_str());
        let (whole, millis) = (job.whole_seconds().to_string(), format!("{}ms", job.time.as_millis()));
        match self {
            Tester::Perfloop => {
                perfloop(&mut command, job);
                command.args(["--users", &users, "--time", &millis]);
            }
            Tester::Bare => {
                let length = job.body_length.to_string();
                command.args([bare::ARGUMENT, url, &length, &users, &job.time.as_secs_f64().to_string()]);
            }
            Tester::Wrk => {
                let threads = job.users.min(std::thread::available_parallelism().map_or(1, usize::from));
                command.args(["-t", &threads.to_string(), "-c", &users, "-d", &whole, url]);
            }
            Tester::Oha => {
                command.args(["--no-tui", "--output-format", "json", "-c", &users, "-z", &millis, url]);
            }
            Tester::Ab => {
                // After -t, which sets the number of requests too.
                let requests = (1_000_000 * job.whole_seconds()).to_string();
                command.args(["-k", "-q", "-c", &users, "-t", &whole, "-n", &requests, url]);
            }
            Tester::Hey => {
                command.args(["-c", &users, "-z", &millis, url]);
            }
            Tester::Goose => {
                let host = format!("http://{}", job.address_and_path().0);
                let time = format!("{whole}s");
                command.args(["--host", &host, "-u", &users, "-r", &users, "-t", &time, "--no-reset-metrics"]);
            }
            Tester::K6 => {
                let script = script(job, "k6.js", K6)?;
                command.args(["run", "--quiet", "--no-usage-report", "--vus", &users, "--duration", &millis]);
                command.arg(script);
            }
            Tester::LocustFast | Tester::Locust => {
                let class = if self == Tester::LocustFast { "FastHttpUser" } else { "HttpUser" };
                let script = script(job, &format!("{class}.py"), &LOCUST.replace("CLASS", class))?;
                let host = format!("http://{}", job.address_and_path().0);
                command.args(["--headless", "--json", "-u", &users, "-r", &users, "-t", &whole, "--host", &host]);
                command.arg("-f").arg(script);
            }
        }
        // The server is on loopback: nobody is to look for it behind a proxy.
        for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(variable);
        }
        Ok(command)
    }
}

/// What perfloop is asked for but for the load: every answer's status and body length checked.
pub(crate) fn perfloop(command: &mut Command, job: &Job) {
    let length = format!("content-length: {}", job.body_length);
    command.args([&job.url, "--quiet", "--expect-status", "200", "--expect-header", &length]);
    command.arg("--json").arg(perfloop_report(job));
}

/// Where perfloop's numbers go.
pub(crate) fn perfloop_report(job: &Job) -> PathBuf {
    job.folder.join("perfloop.json")
}

/// The program of this name on the PATH.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn script(job: &Job, name: &str, text: &str) -> io::Result<PathBuf> {
    let path = job.folder.join(name);
    let (_, target) = job.address_and_path();
    let text = text.replace("URL", &job.url).replace("PATH", target).replace("LENGTH", &job.body_length.to_string());
    fs::write(&path, text)?;
    Ok(path)
}

/// Prints `verified wrong rate`, as [`output`](crate::output) reads them.
const K6: &str = "\
import http from 'k6/http';
import { check } from 'k6';
export default function () {
  const answer = http.get('URL');
  check(answer, { right: (a) => a.status === 200 && a.body.length === LENGTH });
}
export function handleSummary(data) {
  const { checks, http_reqs } = data.metrics;
  return { stdout: `${checks.values.passes} ${checks.values.fails} ${http_reqs.values.rate}\\n` };
}
";

const LOCUST: &str = "\
from locust import CLASS, task
class Client(CLASS):
    @task
    def get(self):
        with self.client.get('PATH', catch_response=True) as answer:
            if answer.status_code != 200 or len(answer.content) != LENGTH:
                answer.failure('wrong')
";
