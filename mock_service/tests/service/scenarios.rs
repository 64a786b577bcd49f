use std::time::{Duration, Instant};

use mock_service::{MockService, Settings};
use serde_json::json;

use crate::client::{connect, get, post, read_reply, request, send_get, start};

fn start_with(delay_ms: u64, error_rate: f64) -> MockService {
    let settings = Settings { delay: Duration::from_millis(delay_ms), error_rate, ..Settings::default() };
    MockService::start(settings).unwrap()
}

#[test]
fn json_says_hello_to_get_and_post() {
    let service = start_with(0, 0.0);
    for reply in [get(&service, "/json"), post(&service, "/json", "{}")] {
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
        assert_eq!(reply.json(), json!({ "code": 1, "message": "Hello, World!" }));
    }
}

#[test]
fn json_takes_the_delay_and_hardly_longer() {
    let service = start_with(200, 0.0);
    let mut stream = connect(&service);
    let times: Vec<_> = (0..10)
        .map(|_| {
            let begin = Instant::now();
            send_get(&mut stream, "/json");
            read_reply(&mut stream).unwrap();
            begin.elapsed()
        })
        .collect();
    assert!(times.iter().all(|time| *time >= Duration::from_millis(200)), "{times:?}");
    // The median, as other tests may hold up a few on a busy machine.
    let median = { times.clone() }.select_nth_unstable(5).1.to_owned();
    assert!(median < Duration::from_millis(205), "{times:?}");
}

#[test]
fn jitter_spreads_the_delay_around_its_middle() {
    let settings = Settings { delay: Duration::from_millis(20), jitter: true, ..Settings::default() };
    let service = MockService::start(settings).unwrap();
    let mut stream = connect(&service);
    let times: Vec<_> = (0..40)
        .map(|_| {
            let begin = Instant::now();
            send_get(&mut stream, "/json");
            read_reply(&mut stream).unwrap();
            begin.elapsed()
        })
        .collect();
    assert!(times.iter().all(|time| *time >= Duration::from_millis(10)), "{times:?}");
    assert!(times.iter().any(|time| *time < Duration::from_millis(16)), "{times:?}");
    assert!(times.iter().any(|time| *time > Duration::from_millis(24)), "{times:?}");
}

#[test]
fn the_error_rate_is_exact_over_all_scenarios() {
    let service = start_with(0, 0.05);
    let mut stream = connect(&service);
    let mut errors = 0;
    for n in 0..200 {
        send_get(&mut stream, ["/json", "/status", "/tests", "/"][n % 4]);
        let reply = read_reply(&mut stream).unwrap();
        match reply.status {
            200 => {}
            500 => {
                assert_eq!(reply.json()["code"], 0);
                errors += 1;
            }
            status => panic!("{status}"),
        }
    }
    assert_eq!(errors, 10);
}

#[test]
fn errors_do_not_apply_outside_the_scenarios() {
    let service = start_with(0, 1.0);
    assert_eq!(get(&service, "/json").status, 500);
    for path in ["/fast", "/echo", "/__hits"] {
        assert_eq!(get(&service, path).status, 200, "{path}");
    }
}

#[test]
fn fast_answers_at_once_whatever_the_delay() {
    let service = start_with(60_000, 0.0);
    assert_eq!(get(&service, "/fast").json(), json!({ "code": 1 }));
}

#[test]
fn the_pages_are_html() {
    let service = start();
    let pages = [get(&service, "/"), get(&service, "/login"), post(&service, "/login", "username=a&password=b")];
    for page in pages {
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    }
}

#[test]
fn each_tenth_push_is_denied() {
    let service = start();
    let answers: Vec<_> = (0..20).map(|_| post(&service, "/enrollpush/approve", "{}").json()).collect();
    for (n, answer) in answers.iter().enumerate() {
        if n % 10 == 9 {
            assert_eq!(answer["result"], "deny");
            assert!(answer["reason"].is_string());
        } else {
            assert_eq!(answer, &json!({ "result": "allow" }));
        }
    }
}

#[test]
fn testing_types_are_added_to_a_bounded_list() {
    let service = start();
    let before = get(&service, "/tests").json().as_array().unwrap().len();
    assert_eq!(post(&service, "/tests", r#"{"title": "smoke"}"#).status, 204);
    let list = get(&service, "/tests").json();
    assert_eq!(list.as_array().unwrap().len(), before + 1);
    assert_eq!(list[before], json!({ "title": "smoke" }));
    assert_eq!(post(&service, "/tests", "smoke").status, 422);
    (0..120).for_each(|_| drop(post(&service, "/tests", "1")));
    assert_eq!(get(&service, "/tests").json().as_array().unwrap().len(), 100);
}

#[test]
fn movies_are_found_by_id_and_by_title() {
    let service = start();
    assert_eq!(get(&service, "/status").json(), json!({ "status": "up" }));
    let by_id = get(&service, "/api/id/tt0068646").json();
    assert_eq!((by_id["title"].as_str(), by_id["year"].as_u64()), (Some("The Godfather"), Some(1972)));
    assert_eq!(get(&service, "/api/title/The%20godfather/1972").json(), by_id);
    assert_eq!(get(&service, "/api/title/am%C3%A9lie/2001").json()["id"], "tt0211915");
    for unknown in ["/api/id/tt0", "/api/title/The%20godfather/1973"] {
        let reply = get(&service, unknown);
        assert_eq!((reply.status, reply.header("content-type")), (404, Some("application/json")));
    }
}

#[test]
fn a_method_an_endpoint_does_not_have_is_a_405() {
    let service = start();
    assert_eq!(request(&service, "DELETE", "/json", "", "").status, 405);
}

#[cfg(not(feature = "sqlite"))]
#[test]
fn without_a_database_the_users_are_not_implemented() {
    let service = start();
    for path in ["/users", "/users/", "/users/ann"] {
        let reply = get(&service, path);
        assert_eq!(reply.status, 501);
        assert!(reply.text().contains("sqlite"));
    }
}
