//! Workers of Locust's own master, unmodified: its totals are those of the workers, whatever comes between.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Reports, Running, Service, perfloop, spawn, start};

const HOST: &str = "127.0.0.1";

/// A master of Locust, and where its numbers are to be read.
struct Master {
    running: Running,
    port: String,
    web: u16,
    json: String,
}

fn free_port() -> u16 {
    TcpListener::bind((HOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Writes the locustfile of a target.
fn locustfile(place: &Reports, target: &str, more: &[&str]) -> String {
    let file = perfloop(&[&["locustfile", target][..], more].concat());
    assert_eq!(file.code, Some(0), "{file:?}");
    let path = place.path("locustfile.py");
    std::fs::write(&path, file.stdout).unwrap();
    path
}

impl Master {
    fn start(place: &Reports, file: &str, args: &[&str]) -> Master {
        Master::start_at(place, file, &free_port().to_string(), args)
    }

    fn start_at(place: &Reports, file: &str, port: &str, args: &[&str]) -> Master {
        let (web, json) = (free_port(), place.path("master"));
        let mut command = Command::new("locust");
        command.args([
            "--master",
            "-f",
            file,
            "--master-bind-host",
            HOST,
            "--master-bind-port",
            port,
            "--json-file",
            &json,
        ]);
        command.args(["--web-host", HOST, "--web-port", &web.to_string()]).args(args);
        Master { running: start(command.env("PYTHONUNBUFFERED", "1")), port: port.to_owned(), web, json }
    }

    fn worker(&self, more: &[&str]) -> Running {
        worker_at(&self.port, more)
    }

    /// What the page shows, once it does.
    fn page(&self) -> Value {
        let url = format!("http://{HOST}:{}/stats/requests", self.web);
        let by = Instant::now() + Duration::from_secs(20);
        loop {
            let text = ureq::get(&url).call().ok().and_then(|mut answer| answer.body_mut().read_to_string().ok());
            match text.and_then(|text| serde_json::from_str(&text).ok()) {
                Some(page) => return page,
                None => assert!(Instant::now() < by, "no page: {}", self.running.stderr()),
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until the page shows it; what it shows is two seconds old.
    fn shows(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let by = Instant::now() + Duration::from_secs(30);
        loop {
            let page = self.page();
            if holds(&page) {
                return page;
            }
            assert!(Instant::now() < by, "{what}: {page:#}\n{}", self.running.stderr());
            thread::sleep(Duration::from_millis(200));
        }
    }

    fn swarm(&self, users: u32, rate: u32) {
        let url = format!("http://{HOST}:{}/swarm", self.web);
        let form = format!("user_count={users}&spawn_rate={rate}&host=");
        let request = ureq::post(&url).header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(request.send(form).unwrap().status(), 200);
    }

    /// Waits for its end. Returns its exit code, its log, and the numbers of all requests together.
    fn end(self) -> (Option<i32>, String, Value) {
        let output = self.running.wait();
        let log = output.stderr + &output.stdout;
        for word in ["Traceback", "running a different version", "Unknown message type", "ERROR"] {
            assert!(!log.contains(word), "{word} in {log}");
        }
        let path = [self.json.clone(), format!("{}.json", self.json)].into_iter().find(|path| Path::new(path).exists());
        let rows: Value = serde_json::from_str(&std::fs::read_to_string(path.unwrap()).unwrap()).unwrap();
        (output.code, log, rows)
    }
}

fn worker_at(port: &str, more: &[&str]) -> Running {
    spawn(&[&["worker", "--master-host", HOST, "--master-port", port][..], more].concat())
}

fn sum(rows: &Value, key: &str) -> f64 {
    rows.as_array().unwrap().iter().map(|row| row[key].as_f64().unwrap_or_default()).sum()
}

/// Users, requests, failures, bytes, and the sum of response times in ms that the reports of workers tell.
fn told(reports: &[Value]) -> (u64, u64, u64, f64) {
    let count = |report: &Value, key: &str| -> u64 {
        report["requests"].as_array().unwrap().iter().map(|row| row[key].as_u64().unwrap()).sum()
    };
    let lost = |report: &Value| report["totals"]["exception"].as_u64().unwrap();
    let times = |report: &Value| -> f64 {
        report["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["response_time_ms"]["sum"].as_f64().unwrap_or(0.0))
            .sum()
    };
    let of = |what: &dyn Fn(&Value) -> u64| reports.iter().map(what).sum::<u64>();
    (
        of(&|report| count(report, "answered") + lost(report)),
        of(&|report| report["totals"]["fail"].as_u64().unwrap() + lost(report)),
        of(&|report| count(report, "body_bytes")),
        reports.iter().map(times).sum(),
    )
}

/// The master's totals are the workers', to the last request.
fn are_equal(rows: &Value, reports: &[Value]) {
    let (requests, failures, bytes, time_ms) = told(reports);
    let whole = |key: &str| sum(rows, key).round() as u64;
    assert!(requests > 0);
    assert_eq!(whole("num_requests"), requests, "{rows:#}");
    assert_eq!(whole("num_failures"), failures);
    assert_eq!(whole("total_content_length"), bytes);
    let of_master = sum(rows, "total_response_time");
    assert!((of_master / time_ms - 1.0).abs() < 1e-6, "{of_master} and {time_ms} ms");
    let in_buckets: u64 = rows
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["response_times"].as_object().unwrap().values())
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(in_buckets, requests);
}

#[test]
#[ignore = "needs locust"]
fn a_headless_run_of_two_workers_has_the_totals_of_both_and_its_exit_code() {
    for (path, code) in [("/fast", 0), ("/status/500", 1)] {
        let (service, place) = (Service::start(), Reports::new());
        let url = service.at(path);
        let file = locustfile(&place, &url, &[]);
        let args = ["--headless", "--expect-workers", "2", "-u", "20", "-r", "10", "-t", "6s"];
        let master = Master::start(&place, &file, &args);
        let reports = ["one.json", "two.json"];
        let workers = reports.map(|name| master.worker(&["--wait", "0.01", "--json", &place.path(name), &url]));
        let (exit, log, rows) = master.end();
        assert_eq!(exit, Some(code), "{log}");
        let exits = workers.map(|worker| worker.wait().code);
        assert_eq!(exits, [Some(0), Some(0)], "a master that quits lets its workers go");
        are_equal(&rows, &reports.map(|name| place.json(name)));
        // Of those that were cut off at the end, some have reached the service, and some have not.
        let count =
            |key: &str| reports.iter().map(|name| place.json(name)["totals"][key].as_u64().unwrap()).sum::<u64>();
        let hits = service.total_hits();
        assert!(count("answered") <= hits && hits <= count("requests"), "{hits} of {}", count("requests"));
    }
}

#[test]
#[ignore = "needs locust"]
fn a_page_swarms_edits_stops_and_swarms_again_from_zero() {
    let (service, place) = (Service::start(), Reports::new());
    let url = service.at("/fast");
    let file = locustfile(&place, &url, &[]);
    let master = Master::start(&place, &file, &[]);
    let workers =
        [master.worker(&["--wait", "0.05", "--quiet", &url]), master.worker(&["--wait", "0.05", "--quiet", &url])];
    master.shows("two workers", |page| page["workers"].as_array().is_some_and(|workers| workers.len() == 2));
    master.swarm(8, 8);
    let page = master.shows("eight users", |page| page["user_count"] == 8);
    let users: u64 =
        page["workers"].as_array().unwrap().iter().map(|worker| worker["user_count"].as_u64().unwrap()).sum();
    assert_eq!(users, 8);
    master.swarm(3, 8);
    master.shows("three users", |page| page["user_count"] == 3);
    let asked = Instant::now();
    ureq::post(&format!("http://{HOST}:{}/stop", master.web)).send_empty().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    let ready = |page: &Value| page["workers"].as_array().unwrap().iter().all(|worker| worker["state"] == "ready");
    let page = master.shows("stopped", |page| page["state"] == "stopped" && ready(page));
    let requests = |page: &Value| -> u64 {
        let rows = page["stats"].as_array().unwrap().iter();
        rows.filter(|row| row["name"] == "Aggregated").map(|row| row["num_requests"].as_u64().unwrap()).sum()
    };
    let before = requests(&page);
    assert!(before > 0);
    let hits = service.total_hits();
    master.swarm(2, 2);
    let page = master.shows("two users", |page| page["user_count"] == 2 && requests(page) > 0);
    // Nothing of the run before is in it.
    assert!(requests(&page) <= service.total_hits() - hits, "{} of {}", requests(&page), service.total_hits() - hits);
    master.running.signal("TERM");
    let (_, log, _) = master.end();
    let exits = workers.map(|worker| worker.wait().code);
    assert_eq!(exits, [Some(0), Some(0)], "{log}");
}

#[test]
#[ignore = "needs locust"]
fn a_run_that_starts_and_quits_by_itself_stops_first_and_hands_its_options_on() {
    let (service, place) = (Service::start(), Reports::new());
    let file = locustfile(&place, &service.at("/fast"), &["--fail-if", "GET /fast: p95 > 20s"]);
    let url = service.at("");
    let args = [
        "--autostart",
        "--autoquit",
        "1",
        "-u",
        "2",
        "-r",
        "2",
        "-t",
        "4s",
        "--perf-wait",
        "1s",
        "--host",
        &url,
        "--expect-workers",
        "1",
    ];
    let master = Master::start(&place, &file, &args);
    // The host of the master is what the target is relative to.
    let worker = master.worker(&["--json", &place.path("one.json"), "/fast"]);
    let (exit, log, rows) = master.end();
    assert_eq!(exit, Some(0), "{log}");
    assert_eq!(worker.wait().code, Some(0));
    are_equal(&rows, &[place.json("one.json")]);
    assert!(service.total_hits() <= 12, "the wait of the master holds: {}", service.total_hits());
}

#[test]
#[ignore = "needs locust"]
fn a_worker_that_is_ended_says_good_bye_and_one_that_is_killed_is_missed() {
    let (service, place) = (Service::start(), Reports::new());
    let url = service.at("/fast");
    let file = locustfile(&place, &url, &[]);
    let args = ["--headless", "--expect-workers", "3", "-u", "6", "-r", "6", "-t", "14s"];
    let master = Master::start(&place, &file, &args);
    let workers: Vec<Running> = (0..3).map(|_| master.worker(&["--wait", "0.05", "--quiet", &url])).collect();
    master_says(&master, "All users spawned");
    let [ended, killed, last] = workers.try_into().unwrap_or_else(|_| panic!("three"));
    ended.signal("TERM");
    assert_eq!(ended.wait().code, Some(130));
    master_says(&master, " quit");
    killed.signal("KILL");
    master_says(&master, "failed to send heartbeat");
    drop(killed);
    let (_, log, _) = master.end();
    assert_eq!(last.wait().code, Some(0), "{log}");
}

fn master_says(master: &Master, words: &str) {
    let by = Instant::now() + Duration::from_secs(20);
    loop {
        let log = master.running.stderr() + &master.running.stdout();
        if log.contains(words) {
            return;
        }
        assert!(Instant::now() < by, "'{words}' is not in {log}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "needs locust"]
fn a_worker_that_was_suspended_comes_back_and_no_user_is_there_twice() {
    let (service, place) = (Service::start(), Reports::new());
    let url = service.at("/fast");
    let file = locustfile(&place, &url, &[]);
    let master = Master::start(&place, &file, &["--enable-rebalancing"]);
    let workers =
        [master.worker(&["--wait", "0.05", "--quiet", &url]), master.worker(&["--wait", "0.05", "--quiet", &url])];
    master.shows("two workers", |page| page["workers"].as_array().is_some_and(|workers| workers.len() == 2));
    master.swarm(8, 8);
    master.shows("eight users", |page| page["user_count"] == 8);
    workers[0].signal("STOP");
    thread::sleep(Duration::from_secs(6));
    workers[0].signal("CONT");
    let are_up = |page: &Value| -> bool {
        let up: u64 =
            page["workers"].as_array().unwrap().iter().filter_map(|worker| worker["user_count"].as_u64()).sum();
        let running = |worker: &Value| worker["state"] == "running";
        up == 8
            && page["user_count"] == 8
            && page["workers"].as_array().unwrap().iter().filter(|worker| running(worker)).count() == 2
    };
    master.shows("eight users of two workers", are_up);
    master.running.signal("TERM");
    master.end();
    assert_eq!(workers.map(|worker| worker.wait().code), [Some(0), Some(0)]);
}

#[test]
#[ignore = "needs locust"]
fn a_worker_finds_a_master_that_was_started_anew() {
    let (service, place) = (Service::start(), Reports::new());
    let url = service.at("/fast");
    let file = locustfile(&place, &url, &[]);
    let first = Master::start(&place, &file, &[]);
    let worker = first.worker(&["--wait", "0.05", "--quiet", &url]);
    first.shows("a worker", |page| page["workers"].as_array().is_some_and(|workers| workers.len() == 1));
    first.swarm(2, 2);
    first.shows("two users", |page| page["user_count"] == 2);
    let port = first.port.clone();
    first.running.signal("KILL");
    drop(first);
    let args =
        ["--headless", "--expect-workers", "1", "--expect-workers-max-wait", "25", "-u", "3", "-r", "3", "-t", "4s"];
    let again = Master::start_at(&place, &file, &port, &args);
    let (exit, log, rows) = again.end();
    assert_eq!(exit, Some(0), "{log}");
    assert!(sum(&rows, "num_requests") > 0.0);
    assert_eq!(worker.wait().code, Some(0));
}

/// A way to the master that can be cut, or swallow all that is sent.
struct Way {
    port: u16,
    state: Arc<AtomicU8>,
}

const OPEN: u8 = 0;
const CUT: u8 = 1;
const SWALLOWS: u8 = 2;

impl Way {
    fn to(master: &str) -> Way {
        let listener = TcpListener::bind((HOST, 0)).unwrap();
        let (port, state) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU8::new(OPEN)));
        let (seen, master) = (Arc::clone(&state), (HOST, master.parse::<u16>().unwrap()));
        thread::spawn(move || {
            for worker in listener.incoming().map_while(Result::ok) {
                // Who comes after a cut, or after a silence, has a new way.
                seen.store(OPEN, Ordering::SeqCst);
                let Ok(there) = TcpStream::connect(master) else { continue };
                for (from, to) in [(worker.try_clone(), there.try_clone()), (Ok(there), Ok(worker))] {
                    let (state, from, to) = (Arc::clone(&seen), from.unwrap(), to.unwrap());
                    thread::spawn(move || carry(&state, from, to));
                }
            }
        });
        Way { port, state }
    }

    fn is(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
    }
}

fn carry(state: &AtomicU8, mut from: TcpStream, mut to: TcpStream) {
    from.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut bytes = [0; 4096];
    let mut is_lost = false;
    loop {
        let way = state.load(Ordering::SeqCst);
        is_lost |= way == SWALLOWS;
        match from.read(&mut bytes) {
            _ if way == CUT => break,
            Ok(0) => break,
            Ok(_) if is_lost => {}
            Ok(count) => {
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    if !is_lost {
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}

#[test]
#[ignore = "needs locust"]
fn a_way_that_is_cut_loses_nothing_and_one_that_swallows_all_leads_to_a_new_worker() {
    let (service, place) = (Service::start(), Reports::new());
    let url = service.at("/fast");
    let file = locustfile(&place, &url, &[]);
    let args = ["--headless", "--expect-workers", "1", "-u", "4", "-r", "4", "-t", "9s"];
    let master = Master::start(&place, &file, &args);
    let way = Way::to(&master.port);
    let worker = worker_at(&way.port.to_string(), &["--wait", "0.02", "--json", &place.path("one.json"), &url]);
    master_says(&master, "All users spawned");
    for _ in 0..2 {
        thread::sleep(Duration::from_millis(1200));
        way.is(CUT);
    }
    let (exit, log, rows) = master.end();
    assert_eq!(exit, Some(0), "{log}");
    assert_eq!(worker.wait().code, Some(0));
    are_equal(&rows, &[place.json("one.json")]);

    let place = Reports::new();
    let file = locustfile(&place, &url, &[]);
    let args = ["--headless", "--enable-rebalancing", "--expect-workers", "2", "-u", "4", "-r", "4", "-t", "24s"];
    let master = Master::start(&place, &file, &args);
    let way = Way::to(&master.port);
    let far = worker_at(&way.port.to_string(), &["--wait", "0.02", "--quiet", &url]);
    let near = master.worker(&["--wait", "0.02", "--quiet", &url]);
    master_says(&master, "All users spawned");
    way.is(SWALLOWS);
    master_says(&master, "failed to send heartbeat");
    let by = Instant::now() + Duration::from_secs(20);
    let joined = |log: &str| log.matches("reported as ready").count();
    while joined(&(master.running.stderr() + &master.running.stdout())) < 3 {
        assert!(Instant::now() < by, "{}", master.running.stderr());
        thread::sleep(Duration::from_millis(100));
    }
    let (_, log, _) = master.end();
    assert_eq!((far.wait().code, near.wait().code), (Some(0), Some(0)), "{log}");
}

#[test]
#[ignore = "needs locust"]
fn a_worker_of_python_and_one_of_perfloop_make_one_run() {
    let (service, place) = (Service::start(), Reports::new());
    let url = service.at("/fast");
    let file = place.path("both.py");
    let python = "from locust import User, constant, task\n\nclass Shopper(User):\n    wait_time = constant(0.2)\n    @task\n    def act(self):\n        \
         self.environment.events.request.fire(request_type='PY', name='act', response_time=1, response_length=3, exception=None, context={})\n";
    std::fs::write(&file, python).unwrap();
    let args = ["--headless", "--expect-workers", "2", "-u", "6", "-r", "6", "-t", "5s"];
    let master = Master::start(&place, &file, &args);
    let mut other = Command::new("locust");
    other.args(["-f", "-", "--worker", "--master-host", HOST, "--master-port", &master.port]);
    let other = start(&mut other);
    let worker = master.worker(&["--wait", "0.05", "--json", &place.path("one.json"), &url]);
    let (exit, log, rows) = master.end();
    assert_eq!(exit, Some(0), "{log}");
    assert_eq!(worker.wait().code, Some(0));
    drop(other);
    let of = |method: &str| -> Value {
        rows.as_array().unwrap().iter().filter(|row| row["method"] == method).cloned().collect()
    };
    assert!(sum(&of("PY"), "num_requests") > 0.0, "{rows:#}");
    are_equal(&of("GET"), &[place.json("one.json")]);
}

#[test]
#[ignore = "needs locust"]
fn the_script_of_the_examples_runs_a_master_and_three_workers() {
    let service = Service::start();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = Path::new(env!("CARGO_BIN_EXE_perfloop")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut script = Command::new(root.join("examples/locust/run.sh"));
    script.arg(service.at("/fast")).env("PATH", path).env("TIME", "4s").env("PORT", free_port().to_string());
    let output = start(&mut script).wait();
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.contains("3 reports: ") && output.stdout.contains("GET /fast"), "{}", output.stdout);
}
