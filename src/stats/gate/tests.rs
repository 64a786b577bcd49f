use super::metric::{Family, Figure, Statistic};
use std::time::Duration;

use super::condition::Operator;
use super::metric::Metric;
use super::*;
use crate::error::Error;

fn time(family: Family, percent: f64) -> Metric {
    Metric::Time(family, Statistic::Percentile(percent))
}

#[test]
fn what_must_not_happen_is_read_with_its_units() {
    let rows = [
        ("p95 > 450ms", None, time(Family::ResponseTime, 95.0), Operator::Above, 450.0),
        ("  p99.99>=0.5s ", None, time(Family::ResponseTime, 99.99), Operator::AtLeast, 500.0),
        ("GET /cart: med < 1 s", Some("GET /cart"), time(Family::ResponseTime, 50.0), Operator::Below, 1000.0),
        ("http://a:80/b: tpr.p50 != 3ms", Some("http://a:80/b"), time(Family::Tpr, 50.0), Operator::Unequal, 3.0),
        ("client_delay.p99 > 50us", None, time(Family::ClientDelay, 99.0), Operator::Above, 0.05),
        ("elapsed.p90 > 1s", None, time(Family::Elapsed, 90.0), Operator::Above, 1000.0),
        ("corrected.p90 > 1s", None, time(Family::Corrected, 90.0), Operator::Above, 1000.0),
        ("setup.max > 1s", None, Metric::Time(Family::Setup, Statistic::Max), Operator::Above, 1000.0),
        ("mean <= 1s", None, Metric::Time(Family::ResponseTime, Statistic::Mean), Operator::AtMost, 1000.0),
        ("fail_ratio > 1%", None, Metric::FAIL_RATIO, Operator::Above, 0.01),
        ("fail_ratio > 0.01", None, Metric::FAIL_RATIO, Operator::Above, 0.01),
        ("tester_share > 10 %", None, Metric::Figure(Figure::TesterShare), Operator::Above, 0.1),
        ("a > b: rps < 100", Some("a > b"), Metric::Figure(Figure::Rps), Operator::Below, 100.0),
        ("missed == 0", None, Metric::Figure(Figure::Missed), Operator::Equal, 0.0),
    ];
    for (text, name, metric, operator, limit) in rows {
        let gate = Gate::fail_if(text).expect(text);
        assert_eq!((gate.name.as_deref(), gate.metric, gate.operator, gate.limit), (name, metric, operator, limit));
        assert_eq!((gate.expr(), gate.kind(), gate.aborts()), (text.trim(), GateKind::FailIf, false));
    }
}

#[test]
fn what_must_hold_is_read_in_the_words_of_k6() {
    let rows = [
        ("p(95)<450", time(Family::ResponseTime, 95.0), 450.0),
        ("http_req_duration: p(99.9) < 450.5", time(Family::ResponseTime, 99.9), 450.5),
        ("p(100)<200", Metric::Time(Family::ResponseTime, Statistic::Max), 200.0),
        ("avg<200", Metric::Time(Family::ResponseTime, Statistic::Mean), 200.0),
        ("http_req_duration:med<200", time(Family::ResponseTime, 50.0), 200.0),
        ("rate<0.01", Metric::FAIL_RATIO, 0.01),
        ("http_req_failed: rate<0.01", Metric::FAIL_RATIO, 0.01),
        ("checks: rate<1", Metric::Figure(Figure::PassRatio), 1.0),
        ("count<100", Metric::Figure(Figure::Requests), 100.0),
        ("http_reqs: rate<100", Metric::Figure(Figure::Rps), 100.0),
        ("iterations: count<100", Metric::Figure(Figure::Ended), 100.0),
        ("iterations: rate<100", Metric::Figure(Figure::EndedPerS), 100.0),
    ];
    for (text, metric, limit) in rows {
        let gate = Gate::threshold(text).expect(text);
        let read = (gate.metric, gate.operator, gate.limit, gate.kind());
        assert_eq!(read, (metric, Operator::Below, limit, GateKind::Threshold), "{text}");
    }
}

#[test]
fn terms_stand_behind_either_in_any_order() {
    for text in ["look after it: p95 > 1s after 1m30s abort", "look after it: p95 > 1s abort after 90"] {
        let gate = Gate::fail_if(text).expect(text);
        let read = (gate.name.as_deref(), gate.after, gate.aborts);
        assert_eq!(read, (Some("look after it"), Duration::from_secs(90), true), "{text}");
    }
    let gate = Gate::threshold("rate<0.01 abort").expect("a gate");
    assert_eq!((gate.after, gate.aborts), (Duration::ZERO, true));
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_write() {
    let of_fail_if = [
        ("", "is no comparison; write it like p95 > 450ms"),
        ("p95", "is no comparison"),
        ("p95 >", "is no comparison"),
        ("p95 = 5ms", "'=' compares nothing; use one of"),
        ("p95 => 5ms", "'=>' compares nothing"),
        ("p(95) < 450", "give threshold for that, or p95 > 450ms here"),
        ("p95 > 450", "write 450ms or 450s"),
        ("p95 > 5%", "write it like 450ms"),
        ("p95 > -5ms", "write it like 450ms"),
        ("fail_rate > 1%", "there is no metric 'fail_rate'; did you mean fail_ratio?"),
        ("trp.p95 > 1s", "did you mean tpr.p95?"),
        ("tpr > 1s", "there is no metric 'tpr'"),
        ("avg > 1s", "did you mean mean?"),
        ("p100 > 1s", "did you mean max?"),
        ("p0 > 1s", "there is no metric 'p0'"),
        ("xyzzy > 1s", "give one like p95, tpr.p99, fail_ratio or rps"),
        ("fail_ratio > 5", "did you mean 5%?"),
        ("fail_ratio > 101%", "write it like 1% or 0.01"),
        ("rps < 100ms", "rps has no unit; write a plain number, like 100"),
        ("rps < many", "write one like 100"),
        ("GET /: missed > 0", "missed is of the whole run; leave out the name"),
        (": p95 > 1s", "the name before the colon is missing"),
        ("p95 > 1s after soon", "after: 'soon' is not a span of time; write it like"),
        ("missed > 0 abort", "only when the run is over; leave out abort"),
    ];
    let of_threshold = [
        ("p95 > 450ms", "write p(95), or give fail-if"),
        ("p(95)<450ms", "k6's times are plain milliseconds; write 450"),
        ("ninety<450", "give avg, min, med, max, p(95), rate, count"),
        ("medi<5", "did you mean med?"),
        ("rate<1%", "is no plain number"),
        ("rate<5", "is no rate, which is 1 at most"),
        ("checks: count>5", "checks has no 'count'; give rate"),
        ("http_req_duration: rate<0.1", "'rate' is none of k6's words"),
        ("http_req_durations: p(95)<5", "did you mean http_req_duration?"),
        ("http_req_duration{a:b}: p(95)<5", "tags are not known here"),
        ("GET /cart: p(95)<5", "give fail-if 'NAME: p95 > 450ms'"),
    ];
    let refused = |gate: Result<Gate, Error>, flag: &str, words: &str| {
        let error = gate.expect_err(words).to_string();
        assert!(error.starts_with(flag) && error.contains(words) && !error.contains('\n'), "{error}: {words}");
    };
    of_fail_if.iter().for_each(|(text, words)| refused(Gate::fail_if(text), "fail-if '", words));
    of_threshold.iter().for_each(|(text, words)| refused(Gate::threshold(text), "threshold '", words));
}

#[test]
fn what_can_never_be_judged_is_refused_before_the_run() {
    let outlook = |are_requests_known: bool| Outlook {
        checks: vec!["GET /cart", "login"],
        requests: are_requests_known.then(|| vec!["GET /cart".to_owned(), "paying".to_owned()]),
        is_scheduled: false,
        time_limit: Some(Duration::from_secs(5)),
    };
    let validated =
        |text: &str, known| Gate::fail_if(text).expect(text).validate(&outlook(known)).map_err(|e| e.to_string());
    assert_eq!(validated("login: tpr.p95 > 1s after 5s", true), Ok(()));
    assert_eq!(validated("GET /other: p95 > 1s", false), Ok(()), "requests have any names");
    assert_eq!(validated("paying: p95 > 1s", true), Ok(()), "it is a request's");
    for (text, known, words) in [
        ("GET /crat: p95 > 1s", true, "no check or request is named 'GET /crat'; did you mean 'GET /cart'?"),
        ("payng: p95 > 1s", true, "no check or request is named 'payng'; did you mean 'paying'?"),
        ("paying: tpr.p95 > 1s", true, "no check is named 'paying'; there are: GET /cart, login"),
        ("logn: tpr.p95 > 1s", false, "no check is named 'logn'; did you mean 'login'?"),
        ("xyzzy: passes_per_s < 1", false, "no check is named 'xyzzy'; there are: GET /cart, login"),
        ("corrected.p95 > 1s", false, "give a pace or rate"),
        ("p95 > 1s after 6s", false, "the run ends after 5 s, before 6 s; give it a longer time"),
    ] {
        let error = validated(text, known).expect_err(text);
        assert!(error.starts_with(&format!("fail-if '{text}': ")) && error.contains(words), "{error}");
    }
}

#[test]
fn numbers_that_differ_by_their_computation_are_equal() {
    assert!(!Operator::Above.holds(3.0 / 1000.0, 0.3 / 100.0));
    assert!(Operator::Equal.holds(0.1 + 0.2, 0.3));
    assert!(Operator::Above.holds(450.0001, 450.0) && !Operator::AtMost.holds(450.0001, 450.0));
    assert!(Operator::Unequal.holds(1.0, 0.0) && Operator::Equal.holds(0.0, 0.0));
}
