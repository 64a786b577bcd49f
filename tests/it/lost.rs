//! Users that are gone before they do anything: never without a word.

use std::time::{Duration, Instant};

use perfloop::stats::LoadVerdict;
use perfloop::{Check, EndReason, Gate, LoadTest, Outcome, Plan, Summary, User, UserClass};
use serde_json::Value;

use crate::support::{Reports, Service, eventually, finish, join_within, perfloop};

const SOON: Duration = Duration::from_secs(20);

/// Users whose number is among these do not get past their start.
fn class(lost: &'static [u32], service: &Service) -> UserClass {
    let url = service.at("/fast");
    let start = |user: &mut User| if lost.contains(&user.id()) { Outcome::Fail("no".into()) } else { Outcome::Pass };
    let check = move |user: &mut User| user.get(&url).send().map(drop);
    UserClass::new("shopper").on_start(start).with_check(Check::new("hello", check), 1)
}

fn warnings(summary: &Summary) -> Vec<String> {
    summary.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn two_of_five_users_that_are_lost_make_the_load_less_than_asked() {
    let service = Service::start();
    let gate = Gate::fail_if("users_lost > 0").unwrap();
    let ignored = Gate::fail_if("fail_ratio > 90%").unwrap();
    let test = LoadTest::new(Plan::new().users(5).loops(4)).class(class(&[2, 4], &service)).gate(gate).gate(ignored);
    let summary = finish(test);
    assert_eq!((summary.lost, summary.users_lost(), service.total_hits()), (2, 2, 12));
    assert_eq!(summary.load_verdict(), LoadVerdict::UsersLost(2));
    assert_eq!(summary.load_verdict().to_string(), "less than asked, 2 users were lost");
    assert!(warnings(&summary).iter().any(|line| line.starts_with("2 users were lost")), "{:?}", warnings(&summary));
    assert_eq!(summary.gates.iter().map(|gate| gate.crossed).collect::<Vec<_>>(), [true, false]);
    assert_eq!(summary.end.unwrap().reason, EndReason::LoopsDone);
}

#[test]
fn a_run_that_loses_all_users_ends_at_once_and_has_failed_whatever_gates_allow() {
    let service = Service::start();
    let plans = [
        Plan::new().users(3).time(SOON * 10),
        Plan::new().users(3).loops(5),
        Plan::new().rate(50.0).max_users(3).time(SOON * 10),
    ];
    for plan in plans {
        let told = format!("{plan:?}");
        let gate = Gate::fail_if("fail_ratio > 100%").unwrap();
        let test = LoadTest::new(plan).class(class(&[1, 2, 3], &service)).gate(gate);
        let summary = join_within(test.start().unwrap(), SOON);
        assert_eq!(summary.end.unwrap().reason, EndReason::NoUsers, "{told}");
        assert!(!summary.is_good() && summary.lost >= 1, "{told}: {}", summary.lost);
    }
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn arrivals_whose_users_were_lost_are_served_by_others() {
    let service = Service::start();
    let plan = Plan::new().rate(50.0).max_users(10).time(Duration::from_secs(2));
    let summary = finish(LoadTest::new(plan).class(class(&[1, 2], &service)));
    assert_eq!((summary.end.unwrap().reason, summary.lost), (EndReason::TimeUp, 2));
    let served = service.total_hits();
    assert_eq!(served + summary.dropped, 100, "{served} served, {} dropped", summary.dropped);
    assert!(served > 50, "{} dropped", summary.dropped);
}

#[test]
fn a_start_that_the_stop_ends_has_lost_no_user() {
    let service = Service::start();
    let url = service.at("/fast");
    let waits = move |user: &mut User| {
        user.think(Duration::from_secs(60));
        user.get(&url).send().map(drop)
    };
    let class = UserClass::new("shopper").on_start(waits).with_check(Check::new("hello", |_: &mut User| ()), 1);
    let run = LoadTest::new(Plan::new().users(2).time(SOON * 10)).class(class).start().unwrap();
    eventually("both are up", || run.live().summary().users_up == 2);
    run.stop();
    let summary = join_within(run, SOON);
    assert_eq!((summary.lost, summary.whole.totals.unfinished, service.total_hits()), (0, 2, 0));
    assert_eq!(summary.end.unwrap().reason, EndReason::Stopped);
}

#[test]
fn a_setup_that_fails_is_told_in_every_format() {
    let (service, place) = (Service::start(), Reports::new());
    let write = |name: &str, path: &str, status: u32| {
        std::fs::write(place.path(name), format!("GET {}\nHTTP {status}\n", service.at(path))).unwrap();
        place.path(name)
    };
    let (setup, file) = (write("setup.hurl", "/status/500", 200), write("a.hurl", "/fast", 200));
    let (json, html) = (place.path("r.json"), place.path("r.html"));
    let since = Instant::now();
    let output =
        perfloop(&[&file, "--setup", &setup, "--users", "3", "--time", "100", "--json", &json, "--html", &html]);
    assert!(since.elapsed() < SOON, "{:?}", since.elapsed());
    assert_eq!(output.code, Some(1), "{output:#?}");
    for words in ["less than asked, 3 users were lost", "(no user was left)", "3 users, 3 of them lost"] {
        assert!(output.stdout.contains(words), "{words}: {}", output.stdout);
    }
    assert!(!output.stdout.contains("all loops done"), "{}", output.stdout);
    let report = place.json("r.json");
    let run = &report["run"];
    assert_eq!((&run["end"], &run["users_lost"]), (&Value::from("no_users"), &3.into()));
    assert_eq!(run["verdicts"]["load"], "less_than_asked");
    assert!(std::fs::read_to_string(html).unwrap().contains("No user was left"));
    let merged = perfloop(&["merge", &json, &place.changed("r.json", "s.json", |it| it["run"]["seed"] = 1.into())]);
    assert!(merged.stdout.contains("less than asked, 6 users were lost"), "{merged:#?}");
}
