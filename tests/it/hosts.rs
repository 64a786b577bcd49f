//! Parts and workers on hosts of their own, each a network namespace, with delay, loss and a cut between them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::support::{Reports, Running, alone, eventually, none, perfloop, start};

const PERFLOOP: &str = env!("CARGO_BIN_EXE_perfloop");
const PORT: &str = "8000";
/// Time that a packet takes from one host to another.
const DELAY_MS: f64 = 20.0;
/// Share of packets that are lost.
const LOSS: &str = "0.01";

/// Three hosts; a service listens on the first.
struct Network {
    script: Child,
    prefix: String,
    output: PathBuf,
    service: Option<Running>,
    _place: Reports,
}

impl Network {
    fn start() -> Network {
        let place = Reports::new();
        let output = PathBuf::from(place.path("output"));
        let prefix = format!("perfloop{}", std::process::id());
        let file = std::fs::File::create(&output).unwrap();
        let script = Command::new("python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/network/hosts.py"))
            .args([&prefix, "3", &DELAY_MS.to_string(), LOSS])
            .stdin(Stdio::piped())
            .stderr(file.try_clone().unwrap())
            .stdout(file)
            .spawn()
            .unwrap();
        let mut network = Network { script, prefix, output, service: None, _place: place };
        network.waits_for("ready");
        let service = network.run(1, &mock_service(), &["--host", "127.77.0.1", "--port", PORT]);
        eventually("the service listens", || service.stdout().contains("listening"));
        network.service = Some(service);
        network
    }

    fn waits_for(&self, word: &str) {
        let printed = || std::fs::read_to_string(&self.output).unwrap();
        eventually("the hosts are there", || {
            assert!(!printed().contains("Error"), "{}", printed());
            printed().contains(word)
        });
    }

    /// Runs a program on a host.
    fn run(&self, host: u32, program: &str, args: &[&str]) -> Running {
        let namespace = format!("{}-{host}", self.prefix);
        start(Command::new("ip").args(["netns", "exec", &namespace, program]).args(args))
    }

    /// Cuts a host off, or heals it.
    fn tell(&mut self, what: &str) {
        writeln!(self.script.stdin.as_mut().unwrap(), "{what}").unwrap();
    }

    fn url(path: &str) -> String {
        format!("http://127.77.0.1:{PORT}{path}")
    }

    /// What the service itself has counted of a path.
    fn hits(&self, path: &str) -> u64 {
        let script = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())";
        let output = self.run(1, "python3", &["-c", script, &Network::url("/__hits")]).wait();
        let hits: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        hits["paths"][path].as_u64().unwrap_or_default()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        drop(self.service.take());
        // Its hosts go with it; it ends when it hears no more.
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

/// The command of the service, which stands beside that of perfloop.
fn mock_service() -> String {
    let path = Path::new(PERFLOOP).with_file_name("mock_service");
    assert!(path.exists(), "{}: build it by cargo build --workspace", path.display());
    path.to_str().unwrap().to_owned()
}

/// A moment in a few seconds.
fn soon() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    (now.as_secs() + 2).to_string()
}

fn count(report: &Value, key: &str) -> u64 {
    report["totals"][key].as_u64().unwrap()
}

/// Two parts of a run on the second and the third host, and what was done meanwhile. Returns their reports and their sum.
fn two_parts(network: &mut Network, load: &[&str], meanwhile: impl FnOnce(&mut Network)) -> (Vec<Value>, Value) {
    let (place, at) = (Reports::new(), soon());
    let names = ["part1.json", "part2.json"];
    let running: Vec<Running> = [(2, "1/2", "/fast"), (3, "2/2", "/json")]
        .into_iter()
        .zip(names)
        .map(|((host, part, path), name)| {
            let json = place.path(name);
            let args = ["--quiet", "--part", part, "--start-at", &at, "--json", &json, "--seed", "1"];
            network.run(host, PERFLOOP, &[&args[..], load, &[&Network::url(path)]].concat())
        })
        .collect();
    meanwhile(network);
    let outputs: Vec<_> = running.into_iter().map(Running::wait).collect();
    none(outputs.iter().filter(|output| !matches!(output.code, Some(0 | 1))).map(|output| format!("{output:?}")));
    let reports = names.map(|name| place.json(name));
    let (paths, sum) = (names.map(|name| place.path(name)), place.path("sum.json"));
    let merged = perfloop(&["merge", &paths[0], &paths[1], "--json", &sum]);
    assert!(matches!(merged.code, Some(0 | 1)), "{merged:?}");
    (reports.into(), place.json("sum.json"))
}

#[test]
#[ignore = "needs python, ip and root"]
fn parts_behind_delay_and_loss_have_each_request_answered_and_counted_once() {
    let _alone = alone();
    let mut network = Network::start();
    let (parts, sum) = two_parts(&mut network, &["--users", "9", "--requests", "401"], |_| {});
    assert_eq!((count(&parts[0], "answered"), count(&parts[1], "answered")), (201, 200));
    assert_eq!((network.hits("/fast"), network.hits("/json")), (201, 200));
    assert_eq!((count(&sum, "answered"), count(&sum, "exception")), (401, 0), "{}", sum["totals"]);
    // What is lost is sent again by the kernel: a few answers are late, none is early.
    let min = sum["totals"]["tpr_ms"]["min"].as_f64().unwrap();
    assert!((2.0 * DELAY_MS..3.0 * DELAY_MS).contains(&min), "{min} ms");
}

#[test]
#[ignore = "needs python, ip and root"]
fn a_part_that_is_cut_off_tells_what_it_lost_and_all_else_is_exact() {
    let _alone = alone();
    let mut network = Network::start();
    let load = ["--users", "8", "--time", "11s", "--timeout", "3s"];
    let (parts, sum) = two_parts(&mut network, &load, |network| {
        thread::sleep(Duration::from_secs(6));
        network.tell("cut 3");
    });
    assert_eq!(count(&parts[0], "answered"), network.hits("/fast"));
    assert_eq!(count(&parts[0], "exception"), 0);
    // All that had no answer is an exception or was cut off by the end; the service has seen some of it.
    let [answered, lost, unfinished, requests] =
        ["answered", "exception", "unfinished", "requests"].map(|key| count(&parts[1], key));
    assert_eq!(answered + lost + unfinished, requests, "{}", parts[1]["totals"]);
    assert!(answered > 0 && lost >= 4, "{answered} answered, {lost} lost");
    let hits = network.hits("/json");
    assert!(answered <= hits && hits <= requests, "{hits} hits of {answered} answered and {requests} requests");
    for key in ["answered", "exception", "requests", "unfinished"] {
        assert_eq!(count(&sum, key), count(&parts[0], key) + count(&parts[1], key), "{key}");
    }
    let reasons = sum["failures"].to_string();
    assert!(reasons.contains("timed out after 3 s"), "{reasons}");
}

#[test]
#[ignore = "needs python, ip, root and locust"]
fn workers_behind_delay_loss_and_a_cut_are_counted_once_by_a_master_of_locust() {
    let _alone = alone();
    let mut network = Network::start();
    let place = Reports::new();
    let file = place.path("locustfile.py");
    std::fs::write(&file, perfloop(&["locustfile", &Network::url("/fast")]).stdout).unwrap();
    let (json, time) = (place.path("master"), "34s");
    let master_args = ["--master", "--headless", "--enable-rebalancing", "-f", &file, "--json-file", &json];
    let load = ["--master-bind-host", "127.77.0.1", "--expect-workers", "2", "-u", "8", "-r", "8", "-t", time];
    let master = network.run(1, "locust", &[&master_args[..], &load].concat());
    let worker = |network: &Network, host: u32, path: &str| {
        let url = Network::url(path);
        let args = ["worker", "--master-host", "127.77.0.1", "--timeout", "2s", "--wait", "0.05", &url];
        network.run(host, PERFLOOP, &args)
    };
    let workers = [worker(&network, 2, "/fast"), worker(&network, 3, "/json")];
    let log = || master.stderr() + &master.stdout();
    let (up, by) = ("All users spawned", Instant::now() + Duration::from_secs(30));
    while !log().contains(up) {
        let of_workers = [workers[0].stderr(), workers[1].stderr()];
        assert!(Instant::now() < by, "{}\n{of_workers:?}", log());
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_secs(6));
    network.tell("cut 3");
    eventually("one is missing", || log().contains("failed to send heartbeat"));
    thread::sleep(Duration::from_secs(8));
    network.tell("heal 3");
    let patience = Duration::from_secs(150);
    let output = master.wait_within(patience);
    let outputs = workers.map(|worker| worker.wait_within(patience));
    assert!(!(output.stderr.clone() + &output.stdout).contains("Traceback"), "{output:?}");
    let path = [json.clone(), format!("{json}.json")].into_iter().find(|path| Path::new(path).exists()).unwrap();
    let rows: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let of_master = |path: &str| -> u64 {
        let rows = rows.as_array().unwrap().iter().filter(|row| row["name"] == path);
        rows.map(|row| row["num_requests"].as_u64().unwrap()).sum()
    };
    // The worker that was never cut off.
    let own = |number: usize| -> u64 { outputs[number].stdout.lines().filter_map(ended).sum() };
    assert_eq!(own(0), of_master("/fast"), "{}\n{rows:#}", outputs[0].stdout);
    // The one that was: it had a run before, and another one after.
    assert_eq!(own(1), of_master("/json"), "{}\n{}\n{rows:#}", outputs[1].stdout, outputs[1].stderr);
    assert!(outputs[1].stdout.matches(" checks in ").count() >= 2, "{}", outputs[1].stdout);
    assert_eq!((outputs[0].code, outputs[1].code), (Some(0), Some(0)));
}

/// Checks that ended, of the line that begins the numbers of a run.
fn ended(line: &str) -> Option<u64> {
    let (_, counts) = line.split_once(" checks in ")?.1.split_once(": ")?;
    let of = |word: &str| counts.split(", ").find_map(|part| part.strip_suffix(word)?.trim().parse::<u64>().ok());
    Some([" pass", " fail", " exception"].into_iter().filter_map(of).sum())
}
