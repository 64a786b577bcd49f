//! Checks that use clients of their own: what their errors are, and what can be said of a load that perfloop cannot see.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use perfloop::stats::{LoadVerdict, TimesVerdict};
use perfloop::{CheckResult, Plan, Summary, User};

use crate::support::{REFUSED, Service, none, run};

const SECOND: Duration = Duration::from_secs(1);

/// The end of a check that only wants an answer.
fn done<T>(_: T) -> CheckResult {
    Ok(())
}

/// Fails and exceptions of the only run of a check, and what it said.
fn ended(body: impl Fn() -> CheckResult + Send + Sync + 'static) -> ((u64, u64), String) {
    let summary = run(Plan::new().loops(1), move |_: &mut User| body());
    let totals = &summary.whole.totals;
    let messages: Vec<String> = summary.failures.iter().map(|group| group.message.clone()).collect();
    ((totals.fail, totals.exception), messages.join("; "))
}

/// The URL of a service that gives this answer to everybody, and then hangs up.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn impatient() -> reqwest::blocking::Client {
    reqwest::blocking::Client::builder().timeout(SECOND / 5).build().unwrap()
}

fn impatient_agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(SECOND / 5)).build().into()
}

const FAIL: (u64, u64) = (1, 0);
const EXCEPTION: (u64, u64) = (0, 1);

#[test]
fn what_got_no_answer_from_reqwest_is_an_exception_and_what_did_is_a_fail() {
    let service = Service::start();
    let (cut, redirects) = (answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), service.at("/redirect/30"));
    let (garbage, hang) = (service.at("/fault/garbage"), service.at("/fault/hang"));
    let (missing, fast) = (service.at("/status/404"), service.at("/fast"));
    type Body = fn(&str) -> CheckResult;
    let cases: [(&str, String, Body, (u64, u64)); 14] = [
        ("refused", REFUSED.into(), |url| done(reqwest::blocking::get(url)?), EXCEPTION),
        ("refused, unwrapped", REFUSED.into(), |url| done(reqwest::blocking::get(url).unwrap()), EXCEPTION),
        ("refused, expected", REFUSED.into(), |url| done(reqwest::blocking::get(url).expect("the cart")), EXCEPTION),
        (
            "refused, in a panic for people",
            REFUSED.into(),
            |url| done(reqwest::blocking::get(url).unwrap_or_else(|error| panic!("no cart: {error}"))),
            EXCEPTION,
        ),
        (
            "refused, in anyhow, unwrapped",
            REFUSED.into(),
            |url| done(reqwest::blocking::get(url).map_err(anyhow::Error::from).unwrap()),
            EXCEPTION,
        ),
        ("too late", hang.clone(), |url| done(impatient().get(url).send()?), EXCEPTION),
        ("too late, unwrapped", hang, |url| done(impatient().get(url).send().unwrap()), EXCEPTION),
        ("no HTTP", garbage, |url| done(reqwest::blocking::get(url)?), EXCEPTION),
        ("half a body", cut.clone(), |url| done(reqwest::blocking::get(url)?.text()?), EXCEPTION),
        ("half a body, unwrapped", cut, |url| done(reqwest::blocking::get(url)?.text().unwrap()), EXCEPTION),
        ("too many redirects", redirects, |url| done(reqwest::blocking::get(url)?), EXCEPTION),
        ("a status", missing.clone(), |url| done(reqwest::blocking::get(url)?.error_for_status()?), FAIL),
        ("a status, unwrapped", missing, |url| done(reqwest::blocking::get(url)?.error_for_status().unwrap()), FAIL),
        ("no JSON", fast, |url| done(reqwest::blocking::get(url)?.json::<Vec<u64>>()?), FAIL),
    ];
    none(cases.into_iter().filter_map(|(name, url, body, wanted)| {
        let (got, message) = ended(move || body(&url));
        (got != wanted).then(|| format!("{name}: {got:?}, {message}"))
    }));
}

#[test]
fn what_got_no_answer_from_ureq_is_an_exception_and_what_did_is_a_fail() {
    let service = Service::start();
    let (hang, missing, close) = (service.at("/fault/hang"), service.at("/status/404"), service.at("/fault/close"));
    type Body = fn(&str) -> CheckResult;
    let cases: [(&str, String, Body, (u64, u64)); 9] = [
        ("refused", REFUSED.into(), |url| done(ureq::get(url).call()?), EXCEPTION),
        ("refused, unwrapped", REFUSED.into(), |url| done(ureq::get(url).call().unwrap()), EXCEPTION),
        (
            "refused, in anyhow, unwrapped",
            REFUSED.into(),
            |url| done(ureq::get(url).call().map_err(anyhow::Error::from).unwrap()),
            EXCEPTION,
        ),
        ("too late", hang.clone(), |url| done(impatient_agent().get(url).call()?), EXCEPTION),
        ("too late, unwrapped", hang, |url| done(impatient_agent().get(url).call().unwrap()), EXCEPTION),
        ("hung up", close, |url| done(ureq::get(url).call()?), EXCEPTION),
        ("no URL", "ftp://127.0.0.1/".into(), |url| done(ureq::get(url).call()?), EXCEPTION),
        ("a status", missing.clone(), |url| done(ureq::get(url).call()?), FAIL),
        ("a status, unwrapped", missing, |url| done(ureq::get(url).call().unwrap()), FAIL),
    ];
    none(cases.into_iter().filter_map(|(name, url, body, wanted)| {
        let (got, message) = ended(move || body(&url));
        (got != wanted).then(|| format!("{name}: {got:?}, {message}"))
    }));
}

#[test]
fn a_database_that_answers_no_is_a_fail_and_input_and_output_an_exception() {
    let refused = || std::net::TcpStream::connect("127.0.0.1:1");
    let query = || rusqlite::Connection::open_in_memory()?.execute("INSERT INTO none VALUES (1)", []);
    assert_eq!(ended(move || done(query()?)).0, FAIL);
    assert_eq!(ended(move || done(query().unwrap())).0, FAIL);
    assert_eq!(ended(move || done(refused()?)).0, EXCEPTION);
    assert_eq!(ended(move || done(refused().unwrap())).0, EXCEPTION);
    assert_eq!(
        ended(move || {
            assert!(refused().is_ok());
            Ok(())
        })
        .0,
        FAIL,
        "an assertion is one"
    );
}

/// A run of two users with a client of the author's, who each do so many loops.
fn with_ureq(url: String, loops: u64) -> Summary {
    run(Plan::new().users(2).loops(loops), move |_: &mut User| -> CheckResult {
        assert_eq!(ureq::get(&url).call()?.body_mut().read_to_string()?, "{\"code\":1}");
        Ok(())
    })
}

#[test]
fn the_load_of_requests_that_perfloop_cannot_see_is_unknown() {
    let service = Service::with_delay(Duration::from_millis(20));
    let url = service.at("/json");
    let direct = run(Plan::new().users(2).loops(5), {
        let url = url.clone();
        move |_: &mut User| -> CheckResult { done(ureq::get(&url).call()?) }
    });
    assert_eq!(direct.whole.totals.pass, 10);
    assert!(matches!(direct.load_verdict(), LoadVerdict::Unseen(_)), "{:?}", direct.load_verdict());
    assert!(direct.load_verdict().to_string().starts_with("unknown, "));
    assert_eq!(direct.times_verdict(), TimesVerdict::ThreadClock(1.0));
    assert!(direct.load_evidence().last().unwrap().contains("user.time"), "{:?}", direct.load_evidence());
    let timed = run(Plan::new().users(2).loops(5), {
        let url = url.clone();
        move |user: &mut User| -> CheckResult { done(user.time("ureq", || ureq::get(&url).call())?) }
    });
    assert!(!matches!(timed.load_verdict(), LoadVerdict::Unseen(_)), "{:?}", timed.load_verdict());
    let seen =
        run(Plan::new().users(2).loops(5), move |user: &mut User| -> CheckResult { done(user.get(&url).send()?) });
    assert!(!matches!(seen.load_verdict(), LoadVerdict::Unseen(_)), "{:?}", seen.load_verdict());
}

#[test]
fn the_rate_of_a_foreign_client_is_that_of_what_was_answered() {
    let service = Service::start();
    let rate = |summary: &Summary| {
        let whole = &summary.whole;
        (whole.rps(&whole.totals) * whole.span.as_secs_f64()).round() as u64
    };
    let failing = with_ureq(service.at("/fast"), 5);
    assert_eq!((failing.whole.totals.fail, rate(&failing)), (10, 0), "one that never passed may have sent nothing");
    let refused = with_ureq(REFUSED.into(), 5);
    assert_eq!((refused.whole.totals.exception, rate(&refused)), (10, 0));
    assert_eq!(refused.times_verdict(), TimesVerdict::NoAnswers);
    assert!(refused.load_verdict().to_string().starts_with("unknown, "), "{}", refused.load_verdict());
}
