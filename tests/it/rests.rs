//! Rests within a check end with the stop, and nothing is sent after one that did.

use std::time::Duration;

use perfloop::hurl::HurlFiles;
use perfloop::{Check, LoadTest, Outcome, Plan, Run, User, UserClass};

use crate::support::{Service, eventually, join_within};

const MINUTE: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(5);

/// Sends a request, rests, and does something else.
fn rests<O: perfloop::IntoOutcome<M>, M>(
    service: &Service,
    then: impl Fn(&mut User, &str) -> O + Send + Sync + 'static,
) -> LoadTest {
    let (first, second) = (service.at("/fast"), service.at("/json"));
    LoadTest::new(Plan::new().users(3).time(MINUTE)).check("rests", move |user: &mut User| {
        user.get(&first).send().unwrap();
        user.think(MINUTE);
        then(user, &second)
    })
}

/// Ends a run by a stop, or by a cut, once so many requests have come.
fn ended(run: Run, service: &Service, hits: u64, cut: bool) -> perfloop::Summary {
    eventually("all rest", || {
        service.total_hits() == hits && run.live().summary().whole.request_totals.answered == hits
    });
    if cut {
        run.live().cut()
    } else {
        run.stop()
    }
    join_within(run, SOON)
}

#[test]
fn a_check_whose_rest_the_stop_ends_sends_nothing_more_and_is_unfinished() {
    for cut in [false, true] {
        let service = Service::start();
        let sends = |user: &mut User, url: &str| user.get(url).send().map(drop);
        let summary = ended(rests(&service, sends).start().unwrap(), &service, 3, cut);
        assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 3), "cut: {cut}");
        let requests = &summary.whole.request_totals;
        assert_eq!((requests.sent(), requests.unfinished, service.total_hits()), (3, 0, 3), "cut: {cut}");
    }
}

#[test]
fn what_a_check_makes_of_it_changes_nothing() {
    let service = Service::start();
    let unwraps = |user: &mut User, url: &str| drop(user.get(url).send().unwrap());
    let summary = ended(rests(&service, unwraps).start().unwrap(), &service, 3, false);
    assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 3));
    let service = Service::start();
    let swallows = |user: &mut User, url: &str| (0..3).for_each(|_| drop(user.get(url).send()));
    let summary = ended(rests(&service, swallows).start().unwrap(), &service, 3, false);
    assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 3));
    let service = Service::start();
    let records = |user: &mut User, _: &str| user.record("late", Duration::ZERO, Outcome::Pass);
    let summary = ended(rests(&service, records).start().unwrap(), &service, 3, false);
    assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 3));
    assert_eq!(summary.whole.request_totals.answered, 3, "what it would measure is not counted");
}

#[test]
fn a_check_that_ends_with_its_rest_is_done() {
    let service = Service::start();
    let summary = ended(rests(&service, |_, _| ()).start().unwrap(), &service, 3, false);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.unfinished), (3, 0));
}

#[test]
fn the_end_of_a_user_has_rests_of_its_own() {
    let service = Service::start();
    let (url, out) = (service.at("/fast"), service.at("/json"));
    let leaves = move |user: &mut User| {
        user.think(Duration::from_millis(50));
        user.get(&out).send().map(drop)
    };
    let check = Check::new("hello", move |user: &mut User| {
        user.get(&url).send().unwrap();
        user.think(MINUTE);
    });
    let class = UserClass::new("shopper").with_check(check, 1).on_stop(leaves);
    let run = LoadTest::new(Plan::new().users(3).time(MINUTE)).class(class).start().unwrap();
    let summary = ended(run, &service, 3, false);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.unfinished, service.hits()["/json"]), (6, 0, 3));
}

#[test]
fn a_user_that_is_not_wanted_any_more_finishes_its_check_with_its_rests() {
    let service = Service::start();
    let (first, second) = (service.at("/fast"), service.at("/json"));
    let check = move |user: &mut User| -> perfloop::CheckResult {
        user.get(&first).send()?;
        user.think(Duration::from_millis(700));
        user.get(&second).send()?;
        Ok(())
    };
    let run = LoadTest::new(Plan::new().users(4).time(MINUTE)).check("rests", check).start().unwrap();
    eventually("all rest", || service.total_hits() == 4);
    run.set_users(1);
    eventually("three have left", || run.live().summary().users_up == 1);
    assert_eq!(service.hits()["/json"], 4);
    run.stop();
    assert!(join_within(run, SOON).whole.totals.pass >= 4);
}

#[test]
fn waits_of_a_file_end_with_the_stop_and_it_sends_nothing_more() {
    let rests = [
        "GET {{host}}/fast\n\nGET {{host}}/json\n[Options]\ndelay: 60s\n",
        "GET {{host}}/fast\n[Options]\nrepeat: 2\n\nGET {{host}}/json\n[Options]\ndelay: 60s\nHTTP 404\n",
        "GET {{host}}/fast\n[Options]\nretry: 3\nretry-interval: 60s\nHTTP 404\n",
        "GET {{host}}/fast\n[Options]\nretry: -1\nretry-interval: 60s\nHTTP 404\n\nGET {{host}}/json\n",
    ];
    for (text, hits) in rests.into_iter().zip([3, 6, 3, 3]) {
        for cut in [false, true] {
            let (service, folder) = (Service::start(), tempfile::tempdir().unwrap());
            let file = folder.path().join("a.hurl");
            std::fs::write(&file, text).unwrap();
            let files = HurlFiles::new().host(service.at("").parse().unwrap()).continue_on_error(true).read([file]);
            let checks = files.unwrap_or_else(|errors| panic!("{errors}")).checks();
            let test = checks.into_iter().fold(LoadTest::new(Plan::new().users(3).time(MINUTE)), LoadTest::with_check);
            let summary = ended(test.start().unwrap(), &service, hits, cut);
            assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 3), "{text} {cut}");
            assert_eq!((service.total_hits(), summary.whole.request_totals.sent()), (hits, hits), "{text} {cut}");
        }
    }
}
