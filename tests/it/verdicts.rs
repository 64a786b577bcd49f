//! Staged runs in which it is known who holds the load back: the tester, or the service.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use perfloop::stats::LoadVerdict;
use perfloop::{CheckResult, Plan, Summary, User};

use crate::support::{Service, alone, best_of_three, hold, run, spawn_as};

const SECOND: Duration = Duration::from_secs(1);

fn get(url: String) -> impl Fn(&mut User) -> CheckResult {
    move |user| {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    }
}

#[track_caller]
fn is_the_testers(summary: &Summary) {
    let verdict = summary.load_verdict();
    assert!(matches!(verdict, LoadVerdict::TesterLimited(_)), "{verdict}; {:?}", summary.load_evidence());
}

/// While others take the processors, the tester is late by right, and nothing can be told of whose limit it would be.
fn is_disturbed(summary: &Summary) -> bool {
    let machine = summary.end.unwrap().machine;
    let others = machine.busy_share.unwrap_or_default() - machine.own_share;
    others >= 0.3 || machine.steal_share.unwrap_or_default() >= 0.1
}

/// On a machine that others use as well a run may come out the tester's by right: one good try is enough.
#[track_caller]
fn is_the_services(stage: impl Fn() -> Summary) {
    let _alone = alone();
    best_of_three(|| {
        let summary = stage();
        let verdict = summary.load_verdict();
        let holds = matches!(verdict, LoadVerdict::AsAsked(_)) || is_disturbed(&summary);
        hold(holds, || format!("{verdict}; {:?}", summary.load_evidence()))
    });
}

/// Keeps all processors busy until it is dropped.
struct Hogs(Arc<AtomicBool>);

impl Hogs {
    fn new(number: usize) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        for _ in 0..number {
            let done = Arc::clone(&done);
            thread::spawn(move || while !done.load(Ordering::Relaxed) {});
        }
        Hogs(done)
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn too_many_users_are_the_testers_limit() {
    let _alone = alone();
    // Bare sockets: any framework, unoptimized as in a test, would be slower than its users.
    let url = one_at_a_time(Duration::ZERO, "ok");
    is_the_testers(&run(Plan::new().users(300).time(SECOND), get(url)));
}

#[test]
fn a_busy_machine_is_the_testers_limit() {
    let _alone = alone();
    let service = Service::start();
    let _hogs = Hogs::new(16);
    is_the_testers(&run(Plan::new().users(8).time(SECOND), get(service.at("/fast"))));
}

#[test]
fn work_in_the_check_itself_is_the_testers_limit() {
    let _alone = alone();
    let service = Service::start();
    let url = service.at("/delay/10");
    is_the_testers(&run(Plan::new().users(2).time(SECOND), move |user: &mut User| -> CheckResult {
        user.get(&url).send()?.expect_status(200)?;
        thread::sleep(Duration::from_millis(10));
        Ok(())
    }));
}

#[test]
fn one_processor_is_the_testers_limit() {
    let _alone = alone();
    // Much harder to read than to write, so that the service is never what is slow.
    let url = one_at_a_time(Duration::ZERO, &format!("{{\"code\": 1, \"rest\": [0{}]}}", ", 1".repeat(10_000)));
    let args = [&url, "--users", "64", "--time", "1", "--expect-json", "code=1", "--json", "-"];
    let json = spawn_as(&["taskset", "-c", "0"], &args).wait().json();
    assert_eq!(json["run"]["verdicts"]["load"], "tester_limited", "{:#}", json["run"]);
}

// The fifth, a stopped tester, is in `stamps`: there its times are held to the service's as well.

#[test]
fn a_slow_service_is_the_services_limit() {
    let service = Service::with_default_delay();
    is_the_services(|| run(Plan::new().users(4).time(SECOND), get(service.at("/json"))));
}

#[test]
fn a_body_that_drips_is_the_services_limit() {
    let service = Service::start();
    is_the_services(|| run(Plan::new().users(4).loops(3), get(service.at("/drip/20/10"))));
}

#[test]
fn slow_headers_are_the_services_limit() {
    let service = Service::start();
    is_the_services(|| run(Plan::new().users(4).loops(5), get(service.at("/headers/slow/100"))));
}

#[test]
fn a_service_that_does_one_thing_at_a_time_is_the_services_limit() {
    let url = one_at_a_time(Duration::from_millis(10), "ok");
    is_the_services(|| {
        let summary = run(Plan::new().users(10).time(SECOND), get(url.clone()));
        assert!(summary.whole.in_flight > 6.0, "the queue is in the service: {}", summary.whole.in_flight);
        summary
    });
}

#[test]
fn users_that_rest_and_think_are_as_asked() {
    let service = Service::start();
    let url = service.at("/delay/30");
    let check = move |user: &mut User| -> CheckResult {
        user.get(&url).send()?.expect_status(200)?;
        user.think(Duration::from_millis(50));
        Ok(())
    };
    let plan = Plan::new().users(20).time(SECOND).wait(Duration::from_millis(100));
    is_the_services(|| run(plan.clone(), check.clone()));
}

#[test]
fn a_hung_service_is_the_services_limit() {
    let service = Service::start();
    let http = perfloop::HttpSettings::default().timeout(Duration::from_millis(300));
    is_the_services(|| {
        let plan = Plan::new().users(3).loops(2).http(http.clone());
        let summary = run(plan, get(service.at("/fault/hang")));
        assert_eq!(summary.whole.totals.exception, 6);
        summary
    });
}

/// A service that answers each request with this after so long, one at a time.
fn one_at_a_time(time: Duration, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (turn, answer) = (Arc::new(Mutex::new(())), Arc::new(answer));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, turn, answer) = (stream.unwrap(), Arc::clone(&turn), Arc::clone(&answer));
            thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while let Some(Ok(line)) = lines.next() {
                    if line.is_empty() {
                        {
                            let _turn = turn.lock().unwrap();
                            thread::sleep(time);
                        }
                        if stream.write_all(answer.as_bytes()).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    url
}
