//! Coordinated omission: `cargo bench --bench omission [-- --seconds 10]`. A service that takes 10 ms stalls once for 1 s
//! under 1000 requests a second; by arithmetic it is known what all of them would see. The run is made at a rate, at a pace
//! and in a closed loop, 60 s each; at a rate, and corrected at a pace, the percentiles are to be within 5 %.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use mock_service::{MockService, Settings};
use perfloop::stats::Timing;
use perfloop::{CheckResult, LoadTest, Plan, Summary, User};

const SERVICE: Duration = Duration::from_millis(10);
const STALL: Duration = Duration::from_secs(1);
const PER_S: u32 = 1000;
const SECONDS: u32 = 60;
const PERCENTS: [f64; 3] = [50.0, 99.0, 99.9];
const MAX_OFF: f64 = 0.05;
/// Makes a service of this program.
const SERVE: &str = "--serve";
/// Tells this program that it has its processor already.
const ON_ITS_OWN: &str = "--on-its-own";

/// When the service stalls, in seconds from the first request.
#[derive(Clone, Copy)]
struct Stall {
    from: f64,
    to: f64,
}

/// Way in which users send their requests.
#[derive(Clone, Copy)]
enum Way {
    /// At a rate of all together, whoever is free.
    Rate,
    /// Each of so many users at fixed times, so that all together have the rate.
    Pace(u32),
    /// Each of so many users so long after its last answer.
    Closed(u32, Duration),
}

/// Response times and corrected times by arithmetic, in seconds.
#[derive(Default)]
struct Expected {
    response: Vec<f64>,
    corrected: Vec<f64>,
}

impl Stall {
    /// When a request that is sent then is answered.
    fn answers(self, sent: f64) -> f64 {
        let begins = if (self.from..self.to).contains(&sent) { self.to } else { sent };
        let due = begins + SERVICE.as_secs_f64();
        if (self.from..self.to).contains(&due) { self.to } else { due }
    }
}

impl Way {
    fn name(self) -> String {
        match self {
            Way::Rate => format!("`--rate {PER_S}/s`"),
            Way::Pace(users) => format!("{users} users, `--pace {}`", in_words(pace(users))),
            Way::Closed(users, wait) => format!("{users} users, `--wait {}`", in_words(wait)),
        }
    }

    fn plan(self) -> Plan {
        match self {
            Way::Rate => Plan::new().rate(PER_S.into()).max_users(PER_S * 3 / 2),
            // Spread over the first interval, or all would send at the same moments.
            Way::Pace(users) => Plan::new().users(users).pace(pace(users)).ramp_up(pace(users)),
            Way::Closed(users, wait) => Plan::new().users(users).wait(wait),
        }
    }

    fn expected(self, stall: Stall, seconds: f64) -> Expected {
        let mut expected = Expected::default();
        match self {
            Way::Rate => {
                let sent = (0..).map(|n| f64::from(n) / f64::from(PER_S)).take_while(|sent| *sent < seconds);
                expected.response = sent.map(|sent| stall.answers(sent) - sent).collect();
                expected.corrected = expected.response.clone();
            }
            Way::Pace(users) => {
                let pace = pace(users).as_secs_f64();
                for user in 0..users {
                    let first = pace * f64::from(user) / f64::from(users);
                    expected.user(stall, first, seconds, |n, _| first + f64::from(n) * pace);
                }
            }
            Way::Closed(users, wait) => {
                let sends = |_, answered| answered + wait.as_secs_f64();
                (0..users).for_each(|_| expected.user(stall, 0.0, seconds, sends));
            }
        }
        expected
    }
}

impl Expected {
    /// Adds the requests of a user: `due` says when its nth is due, when the one before it was answered.
    fn user(&mut self, stall: Stall, first: f64, seconds: f64, due: impl Fn(u32, f64) -> f64) {
        let (mut n, mut is_due, mut free) = (0, first, first);
        loop {
            let sent = is_due.max(free);
            if sent >= seconds {
                return;
            }
            free = stall.answers(sent);
            self.response.push(free - sent);
            self.corrected.push(free - is_due);
            n += 1;
            is_due = due(n, free);
        }
    }
}

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return ExitCode::SUCCESS;
    }
    if std::env::args().any(|argument| argument == SERVE) {
        return serve();
    } else if !std::env::args().any(|argument| argument == ON_ITS_OWN) {
        return on_a_processor_of_its_own();
    }
    let seconds = argument("--seconds").unwrap_or(SECONDS);
    let service = Service::start();
    let ways = [Way::Rate, Way::Pace(20), Way::Pace(PER_S), Way::Closed(12, Duration::from_millis(2))];
    // Well after the middle, so that the next one would begin after the end.
    let every = Duration::from_secs(seconds.into()) / 2 + STALL;
    let stall = Stall { from: every.as_secs_f64(), to: (every + STALL).as_secs_f64() };
    let mut rows = vec![heading()];
    let (mut verdicts, mut holds) = (Vec::new(), true);
    for (key, way) in ways.into_iter().enumerate() {
        let name = way.name();
        eprintln!("{name}, {seconds} s");
        let query = format!("service={}&every={}ms&for={}", in_words(SERVICE), every.as_millis(), in_words(STALL));
        let summary = run(way, format!("{}/stall?{query}&key={key}", service.url), seconds);
        let expected = way.expected(stall, f64::from(seconds));
        let requests = &summary.whole.request_totals;
        let (response, _) = row(&name, "response", &requests.response_time, expected.response);
        let (corrected, off) = row(&name, "corrected", &requests.corrected_time, expected.corrected);
        match way {
            Way::Rate | Way::Closed(..) => rows.push(response),
            Way::Pace(_) => rows.extend([response, corrected]),
        }
        holds &= matches!(way, Way::Closed(..)) || off <= MAX_OFF;
        verdicts.push(format!("- {name}: {}", told(&summary)));
    }
    println!("{}\n\n{}", rows.join("\n"), verdicts.join("\n"));
    println!(
        "\nat a rate, and corrected at a pace, within {:.0} %: {}",
        MAX_OFF * 100.0,
        if holds { "yes" } else { "no" }
    );
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Service in a process and on a processor of its own: at the end of a stall a thousand users wake, and take their time from
/// nobody who has answers to send, as on a machine of their own.
struct Service {
    process: Child,
    url: String,
}

impl Service {
    fn start() -> Self {
        let mut process = pinned(0, &["--bench", SERVE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Service { process, url: url.trim().to_owned() }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// Serves until the input ends.
fn serve() -> ExitCode {
    let service = MockService::start(Settings { workers: 1, ..Settings::default() }).unwrap();
    println!("{}", service.url());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
    ExitCode::SUCCESS
}

/// This program once more, on the second processor: the service has the first.
fn on_a_processor_of_its_own() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).chain([ON_ITS_OWN.to_owned()]).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let status = pinned(1, &words).status().unwrap();
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// This program on one processor, where the machine has several and `taskset`.
fn pinned(processor: usize, words: &[&str]) -> Command {
    let program = std::env::current_exe().unwrap();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let has_taskset = Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok();
    // Once pinned itself, it sees one processor only.
    let is_pinned = std::env::args().any(|argument| argument == ON_ITS_OWN);
    if !has_taskset || (processors < 2 && !is_pinned) {
        let mut command = Command::new(program);
        command.args(words);
        return command;
    }
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &processor.to_string()]).arg(program).args(words);
    command
}

fn argument(name: &str) -> Option<u32> {
    std::env::args().skip_while(|word| word != name).nth(1)?.parse().ok()
}

/// Time between two requests of a user, of so many.
fn pace(users: u32) -> Duration {
    Duration::from_secs(users.into()) / PER_S
}

fn in_words(duration: Duration) -> String {
    format!("{duration:?}")
}

fn run(way: Way, url: String, seconds: u32) -> Summary {
    let check = move |user: &mut User| -> CheckResult {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    };
    let plan = way.plan().time(Duration::from_secs(seconds.into()));
    LoadTest::new(plan).check("stall", check).start().unwrap().join().unwrap()
}

fn heading() -> String {
    let percents = PERCENTS.map(|percent| format!(" p{percent} ms | by arithmetic | off |"));
    format!("| how | times |{}\n|---|---|{}", percents.concat(), "--:|--:|--:|".repeat(PERCENTS.len()))
}

/// A row of the table, and the largest share by which a percentile is off.
fn row(name: &str, column: &str, told: &Timing, mut expected: Vec<f64>) -> (String, f64) {
    expected.sort_by(f64::total_cmp);
    let (mut row, mut most) = (format!("| {name} | {column} |"), 0.0_f64);
    for percent in PERCENTS {
        // Whole numbers, since 99.9 is not exact in binary.
        let rank = ((percent * 10.0).round() as usize * expected.len()).div_ceil(1000);
        let by_arithmetic = expected[rank.max(1) - 1] * 1000.0;
        let told = told.percentile(percent).unwrap_or_default().as_secs_f64() * 1000.0;
        let off = told / by_arithmetic - 1.0;
        most = most.max(off.abs());
        row += &format!(" {told:.1} | {by_arithmetic:.1} | {:+.1} % |", off * 100.0);
    }
    (row, most)
}

/// Answers, the verdicts on them, and what the plan had due and was not sent.
fn told(summary: &Summary) -> String {
    let answered = summary.whole.request_totals.answered;
    let [times, load] = [summary.times_verdict().to_string(), summary.load_verdict().to_string()];
    format!("{answered} answers; times: {times}; load: {load}; dropped {}, missed {}", summary.dropped, summary.missed)
}
