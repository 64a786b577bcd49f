//! A tester that stands still: what comes in meanwhile is its own doing, and a line says so.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Service, alone, best_of_three, hold, spawn};

const STOOD: Duration = Duration::from_secs(2);

/// The report of a run that was stopped for a while in its middle.
fn stopped_meanwhile(flags: &[&str]) -> Value {
    let running = spawn(&[flags, &["--json", "-"]].concat());
    running.is_up();
    thread::sleep(Duration::from_millis(800));
    running.signal("STOP");
    thread::sleep(STOOD);
    running.signal("CONT");
    running.wait().json()
}

/// A sum over all requests, of these times, in milliseconds.
fn largest(report: &Value, times: &str) -> f64 {
    let requests = report["requests"].as_array().unwrap();
    requests.iter().filter_map(|request| request[times]["max"].as_f64()).fold(0.0, f64::max)
}

fn warnings(report: &Value) -> Vec<&str> {
    report["warnings"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect()
}

#[test]
fn what_became_due_while_perfloop_stood_still_is_the_testers_lateness() {
    let _alone = alone();
    let service = Service::start();
    let url = service.at("/delay/20");
    for schedule in [&["--users", "2", "--pace", "100ms"][..], &["--rate", "40", "--max-users", "40"]] {
        best_of_three(|| {
            let report = stopped_meanwhile(&[schedule, &["--time", "5", &url]].concat());
            let (server, tester) = (largest(&report, "server_lateness_ms"), largest(&report, "tester_lateness_ms"));
            hold(server < 300.0, || format!("{schedule:?}: the server was {server} ms late"))?;
            hold(tester > 1500.0, || format!("{schedule:?}: the tester was {tester} ms late"))?;
            let slowest = largest(&report, "response_time_ms");
            hold(slowest < 500.0, || format!("{schedule:?}: an answer took {slowest} ms"))?;
            let stalls = &report["run"]["stalls_ms"];
            let (count, longest) = (stalls["count"].as_u64(), stalls["max"].as_f64().unwrap_or(0.0));
            hold(count == Some(1) && (1900.0..2600.0).contains(&longest), || format!("{schedule:?}: {stalls}"))?;
            let lines = warnings(&report);
            let told = lines.iter().filter(|line| line.starts_with("perfloop stood still for 2")).count();
            hold(told == 1, || format!("{schedule:?}: {lines:?}"))
        });
    }
}

#[test]
fn an_answer_that_came_in_time_is_none_too_late_because_perfloop_stood_still() {
    let _alone = alone();
    let service = Service::start();
    let url = service.at("/delay/20");
    best_of_three(|| {
        let report = stopped_meanwhile(&["--users", "20", "--time", "3", "--timeout", "1s", &url]);
        let [pass, exception] = ["pass", "exception"].map(|key| report["totals"][key].as_u64().unwrap());
        hold(pass > 100 && exception == 0, || format!("{pass} passes, {exception} exceptions: {}", report["failures"]))
    });
}

#[test]
fn a_run_that_nothing_stopped_tells_of_no_standstill() {
    let _alone = alone();
    let service = Service::start();
    best_of_three(|| {
        let report = spawn(&["--users", "3", "--time", "1", &service.at("/delay/300"), "--json", "-"]).wait().json();
        let (stalls, lines) = (&report["run"]["stalls_ms"], warnings(&report));
        hold(stalls.is_null() && !lines.iter().any(|line| line.contains("still")), || format!("{stalls} {lines:?}"))
    });
}
