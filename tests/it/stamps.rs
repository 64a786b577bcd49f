//! The number is the service's: answers are timed by the kernel's stamp of their arrival.
#![cfg(target_os = "linux")]

use std::thread;
use std::time::Duration;

use perfloop::stats::TimesVerdict;
use perfloop::{CheckResult, HttpSettings, Plan, User};

use crate::support::{Service, alone, none, run, spawn};

fn plan() -> Plan {
    Plan::new().loops(5).http(HttpSettings::default().follow(3).compressed(true))
}

#[test]
fn every_kind_of_answer_is_stamped() {
    let service = Service::start();
    let mut broken = Vec::new();
    for path in [
        "/fast",
        "/json",
        "/bytes/3000000",
        "/chunked/20/5000",
        "/drip/5/2",
        "/fault/close-delimited",
        "/fault/continue",
        "/gzip",
        "/redirect/2",
        "/status/204",
        "/headers/slow/5",
    ] {
        let url = service.at(path);
        let summary = run(plan(), move |user: &mut User| -> CheckResult {
            user.get(&url).send()?.expect_status(200..=299)?;
            Ok(())
        });
        let requests = &summary.whole.request_totals;
        if requests.answered < 5 || requests.stamped != requests.answered {
            broken.push(format!("{path}: {} of {} stamped", requests.stamped, requests.answered));
        }
        assert_eq!(summary.times_verdict(), TimesVerdict::Exact, "{path}");
    }
    none(broken);
}

#[test]
fn answers_over_tls_are_stamped_too() {
    let service = Service::with_tls();
    let pem = service.ca_pem().unwrap().as_bytes().to_vec();
    let url = service.at_tls("/bytes/300000");
    let summary =
        run(Plan::new().loops(5).http(HttpSettings::default().ca_pem(pem)), move |user: &mut User| -> CheckResult {
            user.get(&url).send()?.expect_status(200)?;
            Ok(())
        });
    let requests = &summary.whole.request_totals;
    assert_eq!((requests.answered, requests.stamped), (5, 5), "{:?}", summary.failures);
    assert_eq!(requests.new_connections, 1);
    // The handshake is setup, and no part of the response time.
    assert!(requests.setup.max() > Some(Duration::ZERO));
    assert!(requests.bytes_in > 5 * 300_000, "encrypted, so more than the bodies: {}", requests.bytes_in);
    assert_eq!(requests.body_bytes, 5 * 300_000);
}

#[test]
fn a_post_of_many_segments_is_timed_from_its_first_byte() {
    let service = Service::start();
    let url = service.at("/delay/50");
    let summary = run(Plan::new().loops(3), move |user: &mut User| -> CheckResult {
        user.post(&url).body(vec![b'x'; 2_000_000]).send()?;
        Ok(())
    });
    let requests = &summary.whole.request_totals;
    assert_eq!((requests.answered, requests.stamped), (3, 3), "{:?}", summary.failures);
    assert!(requests.response_time.min() >= Some(Duration::from_millis(50)), "{:?}", requests.response_time.min());
    assert!(requests.bytes_out > 6_000_000);
}

#[test]
fn a_tester_that_is_stopped_for_a_while_shows_it_as_its_own_delay() {
    let _alone = alone();
    let service = Service::start();
    let running = spawn(&[&service.at("/delay/20"), "--users", "4", "--time", "2.5", "--json", "-"]);
    running.is_up();
    thread::sleep(Duration::from_millis(500));
    running.signal("STOP");
    thread::sleep(Duration::from_millis(1000));
    running.signal("CONT");
    let json = running.wait().json();
    let request = &json["requests"][0];
    let max = |key: &str| request[key]["max"].as_f64().unwrap();
    assert!(max("client_delay_ms") > 700.0, "{request:#}");
    // A read with a time limit that a stop interrupts ends with EINTR when the process goes on (signal(7)).
    assert_eq!((&json["totals"]["exception"], &json["totals"]["fail"]), (&0.into(), &0.into()), "{json:#}");
    // The service knows nothing of it: its answers came in time, and were stamped while nobody read them.
    assert!(max("response_time_ms") < 500.0, "{request:#}");
    assert_eq!(json["run"]["verdicts"]["times"], "exact");
    assert_eq!(json["run"]["verdicts"]["load"], "tester_limited", "{:#}", json["run"]["verdicts"]);
}
