//! Diagnoses: each sign at a service that has the trouble, and none in ordinary runs.
#![cfg(target_os = "linux")]

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use perfloop::stats::{Diagnosis, Sign};
use perfloop::{HttpSettings, LoadTest, Plan, RequestError, Summary, User};

use crate::raw::Raw;
use crate::support::{Reports, Service, alone, best_of_three, finish, hold, none, perfloop, run};

const MS: Duration = Duration::from_millis(1);

fn get(url: String) -> impl Fn(&mut User) -> Result<(), RequestError> {
    move |user| user.get(&url).send().map(drop)
}

fn get_good(url: String) -> impl Fn(&mut User) -> perfloop::CheckResult {
    move |user| {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    }
}

/// The diagnosis of this sign, which must be the only one.
fn only(summary: &Summary, sign: Sign) -> Result<Diagnosis, String> {
    match &summary.diagnoses()[..] {
        [one] if one.sign == sign => Ok(one.clone()),
        others => Err(format!("{others:?}")),
    }
}

#[test]
fn a_service_that_writes_head_and_body_apart_waits_for_the_acknowledgement() {
    let _alone = alone();
    let service = Service::start();
    best_of_three(|| {
        let summary = run(Plan::new().users(4).loops(60), get(service.at("/nagle/500")));
        let told = only(&summary, Sign::BodyHeldBack)?.to_string();
        hold(told.contains("GET /nagle/500") && told.contains("TCP_NODELAY"), || told.clone())
    });
    let large = run(Plan::new().users(2).loops(60), get(service.at("/nagle/100000")));
    assert_eq!(large.diagnoses(), [], "packets that are full wait for nothing");
}

#[test]
fn bursts_of_slow_answers_are_seen_with_their_interval() {
    let _alone = alone();
    let service = Service::start();
    best_of_three(|| {
        let plan = Plan::new().users(10).wait(2 * MS).time(3000 * MS);
        let told = only(&run(plan, get(service.at("/bursts/400/60/80"))), Sign::SlowBursts)?;
        hold(told.text.contains("one every 4") || told.text.contains("one every 39"), || told.text.clone())
    });
}

#[test]
fn a_service_that_fails_from_a_moment_on_is_told_with_the_moment() {
    let _alone = alone();
    let service = Service::start();
    best_of_three(|| {
        let url = service.at(&format!("/fails-after/{}/1300", key()));
        let plan = Plan::new().users(4).wait(5 * MS).time(2500 * MS);
        let told = only(&run(plan, get_good(url)), Sign::FailuresBegan)?;
        let at = told.moments[0];
        hold(at >= 1200 * MS && at < 1500 * MS, || told.text.clone())?;
        hold(told.text.contains("4 users were up") && told.text.contains("(GET http"), || told.text.clone())
    });
}

/// Key of the service that no other attempt has.
fn key() -> u32 {
    static NEXT: Mutex<u32> = Mutex::new(0);
    let mut next = NEXT.lock().unwrap();
    *next += 1;
    *next
}

#[test]
fn failures_and_slow_answers_of_one_request_are_laid_at_it() {
    let service = Service::start();
    let good = get_good(service.at("/fast"));
    let bad = get_good(service.at("/status/503"));
    let test = LoadTest::new(Plan::new().users(2).loops(60)).check("good", good).check("bad", bad);
    let told = only(&finish(test), Sign::FailuresOfOne).unwrap();
    assert!(told.text.starts_with("100 % of the failures are those of GET /status/503"), "{told}");
    let _alone = alone();
    best_of_three(|| {
        let [fast, slow] = ["/fast", "/nth/a/10/90"].map(|path| service.at(path));
        let summary = run(Plan::new().users(4).loops(120), move |user: &mut User| {
            user.get(&fast).send()?;
            user.get(&slow).send().map(drop)
        });
        let told = only(&summary, Sign::SlowAnswersOfOne)?;
        hold(told.text.contains("GET /nth/a/10/90"), || told.text.clone())
    });
}

#[test]
fn slow_answers_of_a_cold_start_are_told_and_none_after_a_warm_up() {
    let _alone = alone();
    let service = Service::start();
    best_of_three(|| {
        let url = service.at(&format!("/cold/{}/300/150", key()));
        let plan = || Plan::new().users(20).wait(5 * MS).time(2500 * MS);
        let told = only(&run(plan(), get(url)), Sign::ColdStart)?;
        hold(told.remedy.contains("(warmup)"), || told.to_string())?;
        let warm = run(plan().warmup(700 * MS), get(service.at(&format!("/cold/{}/300/150", key()))));
        hold(warm.diagnoses().is_empty(), || format!("{:?}", warm.diagnoses()))
    });
}

#[test]
fn slow_first_answers_on_connections_are_told_where_users_come_one_by_one() {
    let _alone = alone();
    let service = Raw::start(|peer| {
        let mut takes = 90 * MS;
        while peer.request().is_some() {
            thread::sleep(std::mem::take(&mut takes));
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    best_of_three(|| {
        let plan = Plan::new().users(40).ramp_up(2500 * MS).wait(5 * MS).time(2900 * MS);
        only(&run(plan, get(service.at("/"))), Sign::SlowFirstAnswers).map(drop)
    });
}

#[test]
fn a_service_with_few_places_is_saturated_and_all_outputs_say_so() {
    let _alone = alone();
    let place = Arc::new(Mutex::new(()));
    let service = Raw::start(move |peer| {
        while peer.request().is_some() {
            let held = place.lock().unwrap();
            thread::sleep(4 * MS);
            drop(held);
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    let reports = Reports::new();
    best_of_three(|| {
        let (json, html) = (reports.path("run.json"), reports.path("run.html"));
        let stages = ["--stages", "100ms:2,1200ms:2,100ms:6,1200ms:6", "--json", &json, "--html", &html];
        let output = perfloop(&[&[service.at("/").as_str()][..], &stages].concat());
        let text = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        hold(text.contains("diagnosis: the service is saturated at about 2"), || text.clone())?;
        let report = reports.json("run.json");
        let [told] = &report["diagnoses"].as_array().unwrap()[..] else { return Err(report["diagnoses"].to_string()) };
        let per_s = told["evidence"]["answers_per_s"].as_f64().unwrap();
        hold(told["kind"] == "saturated" && per_s > 150.0 && per_s < 260.0, || told.to_string())?;
        let page = std::fs::read_to_string(&html).unwrap();
        hold(page.contains("Diagnosis") && page.contains("the service is saturated at about"), || "no line".into())
    });
}

#[test]
fn sessions_that_are_resumed_are_counted_and_nothing_is_said() {
    let service = Service::with_tls();
    let ca = service.ca_pem().unwrap().as_bytes().to_vec();
    let http = HttpSettings::default().keep_alive(false).ca_pem(ca);
    let summary = run(Plan::new().loops(130).http(http), get(service.at_tls("/fast")));
    let requests = &summary.whole.request_totals;
    assert_eq!((requests.tls.count(), requests.tls_resumed), (130, 129));
    assert_eq!(summary.diagnoses(), []);
}

/// What an ordinary run says though nothing is wrong.
fn complaints(what: &str, summary: &Summary) -> Vec<String> {
    summary.diagnoses().iter().map(|one| format!("{what}: {one}")).collect()
}

#[test]
fn nothing_is_said_of_twenty_ordinary_runs() {
    let service = Service::with_delay(20 * MS);
    let (fast, slow) = (service.at("/fast"), service.at("/json"));
    let few = 400 * MS;
    let plans: [(&str, Plan); 9] = [
        ("one user", Plan::new().loops(100)),
        ("one user for a time", Plan::new().time(few)),
        ("ten users", Plan::new().users(10).loops(40)),
        ("fifty users", Plan::new().users(50).time(few)),
        ("a ramp", Plan::new().users(10).ramp_up(300 * MS).time(2 * few)),
        ("a wait", Plan::new().users(20).wait(10 * MS).time(few)),
        ("a pace", Plan::new().users(10).pace(50 * MS).time(2 * few)),
        ("a rate", Plan::new().rate(200.0).time(2 * few)),
        ("stages", Plan::new().stages([(200 * MS, 4), (600 * MS, 4), (200 * MS, 10), (600 * MS, 10)])),
    ];
    let mut broken = Vec::new();
    for (name, plan) in plans {
        for (path, url) in [("instant", &fast), ("20 ms", &slow)] {
            broken.extend(complaints(&format!("{name}, {path}"), &run(plan.clone(), get(url.clone()))));
        }
    }
    let (one, other) = (get(fast), get(slow));
    let test = LoadTest::new(Plan::new().users(10).time(2 * few)).check("fast", one).check("slow", other);
    broken.extend(complaints("two checks in step", &finish(test)));
    let reports = Reports::new();
    let file = reports.path("a.hurl");
    let text =
        format!("GET {0}/json\nHTTP 200\n\nGET {0}/bytes/2000\nHTTP 200\n\nGET {0}/fast\nHTTP 200\n", service.url());
    std::fs::write(&file, text).unwrap();
    let json = reports.path("a.json");
    let output = perfloop(&[&file, "--users", "5", "--loops", "40", "--json", &json]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let said = reports.json("a.json")["diagnoses"].to_string();
    broken.extend((said != "[]").then(|| format!("a Hurl file: {said}")));
    none(broken);
}
