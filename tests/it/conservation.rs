//! Nothing is lost and nothing counted twice: `requests sent = answered + exceptions + unfinished`, and what arrived
//! at the service is what was sent, less what it never accepted.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use perfloop::{CheckResult, EndReason, HttpSettings, LoadTest, Plan, Summary, User};
use serde_json::Value;

use crate::support::{REFUSED, Service, alone, eventually, finish, perfloop, spawn};

/// What perfloop says it did with the requests it made.
#[derive(Debug, PartialEq)]
struct Books {
    sent: u64,
    answered: u64,
    exceptions: u64,
    unfinished: u64,
    never_accepted: u64,
    resent: u64,
}

impl Books {
    fn of(summary: &Summary) -> Self {
        let totals = &summary.whole.request_totals;
        Books {
            sent: totals.sent(),
            answered: totals.answered,
            exceptions: totals.exceptions(),
            unfinished: totals.unfinished,
            never_accepted: totals.never_accepted,
            resent: totals.resent,
        }
    }

    fn of_json(json: &Value) -> Self {
        let sum = |key: &str| json["requests"].as_array().unwrap().iter().map(|row| row[key].as_u64().unwrap()).sum();
        Books {
            sent: sum("count"),
            answered: sum("answered"),
            exceptions: sum("exceptions"),
            unfinished: sum("unfinished"),
            never_accepted: sum("never_accepted"),
            resent: sum("resent"),
        }
    }

    /// Of an unfinished request nobody knows whether it had reached the service when it was cut off, and of one that
    /// was sent again because its connection had died, whether the first send had; any other did, or is said not to have.
    fn balance(&self, service: &Service) {
        let hits = service.total_hits();
        assert_eq!(self.sent, self.answered + self.exceptions + self.unfinished, "{self:?}");
        let accepted = self.sent - self.never_accepted;
        let possible = accepted - self.unfinished..=accepted + self.resent;
        assert!(possible.contains(&hits), "{hits} hits of {possible:?}: {self:?}, {:?}", service.hits());
    }
}

/// One path for each way a request can end by itself.
const MIX: [&str; 4] = ["/fast", "/status/500", "/fault/reset", "/fault/close"];

/// A check for each outcome, and how many requests they have asked for.
fn mix(plan: Plan, service: &Service) -> (LoadTest, Arc<AtomicU64>) {
    let asked = Arc::new(AtomicU64::new(0));
    let urls = MIX.map(|path| service.at(path)).into_iter().chain([REFUSED.to_owned()]);
    let test = urls.fold(LoadTest::new(plan), |test, url| {
        let asked = Arc::clone(&asked);
        test.check(&url.clone(), move |user: &mut User| -> CheckResult {
            asked.fetch_add(1, Ordering::SeqCst);
            user.get(&url).send()?.expect_status(200)?;
            Ok(())
        })
    });
    (test, asked)
}

/// Every exchange on a connection of its own.
fn fresh_connections() -> HttpSettings {
    HttpSettings::default().keep_alive(false)
}

#[test]
fn a_mix_of_outcomes_ended_by_its_loops_balances() {
    let service = Service::start();
    let (test, asked) = mix(Plan::new().users(3).loops(4).http(fresh_connections()), &service);
    let summary = finish(test);
    let totals = &summary.whole.totals;
    assert_eq!((totals.pass, totals.fail, totals.exception, totals.unfinished), (12, 12, 36, 0));
    assert_eq!(asked.load(Ordering::SeqCst), 60);
    let books = Books { sent: 60, answered: 24, exceptions: 36, unfinished: 0, never_accepted: 12, resent: 0 };
    assert_eq!(Books::of(&summary), books);
    assert_eq!(service.hits(), MIX.map(|path| (path.to_owned(), 12)).into());
}

#[test]
fn a_mix_of_outcomes_on_kept_connections_balances() {
    let service = Service::start();
    let (test, _) = mix(Plan::new().users(3).loops(4), &service);
    let books = Books::of(&finish(test));
    // The service closes, or resets, kept connections on which it was asked for that: each such request is sent again.
    let resent = books.resent;
    assert_eq!(books, Books { sent: 60, answered: 24, exceptions: 36, unfinished: 0, never_accepted: 12, resent });
    assert!((1..=24).contains(&resent), "{books:?}");
    // Here every first send did arrive.
    assert_eq!(service.total_hits(), 48 + resent);
}

#[test]
fn a_mix_of_outcomes_ended_by_time_balances() {
    let service = Service::start();
    let time = Duration::from_millis(500);
    let (test, asked) = mix(Plan::new().users(3).time(time).http(fresh_connections()), &service);
    let summary = finish(test);
    assert_eq!(summary.end.unwrap().reason, EndReason::TimeUp);
    let books = Books::of(&summary);
    assert_eq!((books.sent, books.unfinished), (asked.load(Ordering::SeqCst), 0));
    assert!(books.answered > 0 && books.never_accepted > 0, "{books:?}");
    books.balance(&service);
}

#[test]
fn a_mix_of_outcomes_ended_by_an_interrupt_balances() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    let urls = MIX.map(|path| service.at(path));
    let slow = service.at("/delay/200");
    let mut args = vec!["--users", "3", "--time", "50", "--no-keepalive", "--json", file.to_str().unwrap()];
    args.extend(urls.iter().map(String::as_str).chain([REFUSED, &slow]));
    let running = spawn(&args);
    running.is_up();
    // The slow check takes nearly all of the time: the interrupt comes in its midst.
    eventually("every user is at its second round", || service.hits().get("/delay/200") >= Some(&6));
    running.signal("INT");
    let output = running.wait();
    assert_eq!(output.code, Some(130), "{output:#?}");

    let json: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(json["run"]["end"], "stopped");
    let books = Books::of_json(&json);
    assert_eq!(books.unfinished, 0, "what ran had time to end");
    assert!(books.answered > 0 && books.never_accepted > 0, "{books:?}");
    books.balance(&service);
    assert_eq!(
        (&json["totals"]["requests"], &json["totals"]["answered"]),
        (&books.sent.into(), &books.answered.into())
    );
    assert_eq!(json["totals"]["pass"], count_of(&json, "/fast") + count_of(&json, "/delay/200"));
    assert_eq!(count_of(&json, "/delay/200"), service.hits()["/delay/200"]);
}

/// How often a path was asked for, by what perfloop says.
fn count_of(json: &Value, path: &str) -> u64 {
    let mut rows = json["requests"].as_array().unwrap().iter();
    rows.find(|row| row["name"] == format!("GET {path}")).unwrap()["count"].as_u64().unwrap()
}

#[test]
fn a_run_cut_off_by_a_second_interrupt_balances() {
    let service = Service::start();
    let (fast, hang) = (service.at("/fast"), service.at("/fault/hang"));
    let running = spawn(&["--users", "3", "--time", "50", "--json", "-", &fast, REFUSED, &hang]);
    running.is_up();
    eventually("every user hangs", || service.hits().get("/fault/hang") == Some(&3));
    running.signal("INT");
    eventually("the first interrupt is heard", || running.stderr().contains("stopping"));
    running.signal("INT");
    let output = running.wait();
    assert_eq!(output.code, Some(130), "{output:#?}");

    let json = output.json();
    let books = Books::of_json(&json);
    assert_eq!(books, Books { sent: 9, answered: 3, exceptions: 3, unfinished: 3, never_accepted: 3, resent: 0 });
    assert_eq!(service.total_hits(), 6, "what hung had reached the service");
    assert_eq!(json["totals"]["unfinished"], 3);
    assert_eq!(json["checks"][2]["unfinished"], 3);
    assert_eq!(json["checks"][2]["exception"], 0, "a request that was cut off is not counted as lost as well");
    assert!(json["run"]["oldest_unfinished_s"].as_f64().unwrap() > 0.0);
}

#[test]
fn many_users_cut_off_in_mid_flight_balance() {
    let _machine = alone();
    let service = Service::start();
    let (fast, slow) = (service.at("/fast"), service.at("/delay/20"));
    let running = spawn(&["--users", "50", "--time", "50", "--json", "-", &fast, &slow]);
    running.is_up();
    eventually("everybody works", || service.total_hits() > 500);
    running.signal("INT");
    running.signal("INT");
    let books = Books::of_json(&running.wait().json());
    assert!(books.unfinished <= 50, "{books:?}");
    books.balance(&service);
}

#[test]
fn unfinished_work_is_counted_with_the_age_of_the_oldest() {
    let service = Service::start();
    let (fast, hang) = (service.at("/fast"), service.at("/fault/hang"));
    let plan = Plan::new().users(2).time(Duration::from_millis(300)).stop_timeout(Duration::from_millis(200));
    let get = |url: String| move |user: &mut User| user.get(&url).send().map(drop);
    let summary = finish(LoadTest::new(plan).check("fast", get(fast)).check("hang", get(hang)));
    let unfinished: Vec<u64> = summary.whole.checks.iter().map(|check| check.unfinished).collect();
    assert_eq!(unfinished, [0, 2]);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (2, 2));
    let oldest = summary.oldest_unfinished.unwrap();
    assert!((Duration::from_millis(300)..Duration::from_secs(5)).contains(&oldest), "{oldest:?}");
    assert!(summary.warnings().iter().any(|warning| warning.to_string().starts_with("2 checks were cut off")));
    let books = Books::of(&summary);
    assert_eq!((books.sent, books.unfinished, service.total_hits()), (4, 2, 4));
}

#[test]
fn two_hundred_users_at_full_speed_balance_exactly() {
    let _machine = alone();
    let service = Service::start();
    let output = perfloop(&["--users", "200", "--time", "2", "--json", "-", "--quiet", &service.at("/fast")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let json = output.json();
    let hits = service.total_hits();
    assert!(hits > 200, "{hits}");
    assert_eq!(
        Books::of_json(&json),
        Books { sent: hits, answered: hits, exceptions: 0, unfinished: 0, never_accepted: 0, resent: 0 }
    );
    assert_eq!(json["totals"]["pass"], hits);
    assert_eq!(json["checks"][0]["tpr_ms"]["count"], hits);
    assert_eq!(service.connections(), 200, "each user keeps its connection");
}

#[test]
fn the_totals_are_the_sums_of_the_checks() {
    let service = Service::start();
    let (test, _) = mix(Plan::new().users(2).loops(3), &service);
    let whole = finish(test).whole;
    let sum = |count: fn(&perfloop::stats::CheckCounters) -> u64| whole.checks.iter().map(count).sum::<u64>();
    assert_eq!(whole.totals.pass, sum(|check| check.pass));
    assert_eq!(whole.totals.fail, sum(|check| check.fail));
    assert_eq!(whole.totals.exception, sum(|check| check.exception));
    assert_eq!(whole.totals.requests, sum(|check| check.requests));
    assert_eq!(whole.totals.tpr.count(), sum(|check| check.tpr.count()));
    assert_eq!(whole.totals.tpr.sum(), whole.checks.iter().map(|check| check.tpr.sum()).sum::<Duration>());
    assert_eq!(whole.totals.ended(), 30);
    assert_eq!(whole.totals.requests, whole.request_totals.answered);
}

#[test]
fn redirect_hops_balance_as_requests_of_their_own() {
    let service = Service::start();
    let json = perfloop(&["--loops", "2", "-L", "--json", "-", &service.at("/redirect/3")]).json();
    assert_eq!(json["totals"]["pass"], 2);
    assert_eq!(
        Books::of_json(&json),
        Books { sent: 8, answered: 8, exceptions: 0, unfinished: 0, never_accepted: 0, resent: 0 }
    );
    assert_eq!(service.total_hits(), 8);
}
