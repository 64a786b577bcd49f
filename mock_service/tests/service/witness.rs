use std::collections::BTreeMap;
use std::io::Write;
use std::thread;

use serde_json::json;

use crate::client::{connect, get, post, read_reply, send_get, start};

#[test]
fn each_request_is_counted_once_by_its_path_without_the_query() {
    let service = start();
    get(&service, "/fast");
    get(&service, "/fast?a=1");
    post(&service, "/echo", "{}");
    get(&service, "/api/title/The%20godfather/1972");
    get(&service, "/nowhere");
    let expected = [("/fast", 2), ("/echo", 1), ("/api/title/The%20godfather/1972", 1), ("/nowhere", 1)];
    assert_eq!(service.hits(), BTreeMap::from(expected.map(|(path, count)| (path.to_string(), count))));
    assert_eq!(service.total_hits(), 5);
}

#[test]
fn counts_are_exact_under_load() {
    let service = start();
    thread::scope(|scope| {
        for user in 0..8 {
            let service = &service;
            scope.spawn(move || {
                let mut stream = connect(service);
                for n in 0..500 {
                    send_get(&mut stream, if (n + user) % 2 == 0 { "/fast" } else { "/echo" });
                    assert_eq!(read_reply(&mut stream).unwrap().status, 200);
                }
            });
        }
    });
    assert_eq!(service.hits(), BTreeMap::from([("/fast".into(), 2_000), ("/echo".into(), 2_000)]));
    assert_eq!(service.connections(), 8);
}

#[test]
fn faults_and_answers_nobody_waited_for_are_counted_too() {
    let service = start();
    let mut stream = connect(&service);
    send_get(&mut stream, "/fault/hang");
    drop(stream);
    let mut stream = connect(&service);
    send_get(&mut stream, "/fault/reset");
    let _ = crate::client::read_to_end(stream);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while service.total_hits() < 2 && std::time::Instant::now() < patience {
        thread::yield_now();
    }
    assert_eq!(service.hits(), BTreeMap::from([("/fault/hang".into(), 1), ("/fault/reset".into(), 1)]));
}

#[test]
fn what_never_was_a_request_is_a_connection_but_no_hit() {
    let service = start();
    let mut stream = connect(&service);
    stream.write_all(b"nonsense\r\n\r\n").unwrap();
    let _ = crate::client::read_to_end(stream);
    assert_eq!((service.connections(), service.total_hits()), (1, 0));
}

#[test]
fn the_counts_are_served_and_do_not_count_themselves() {
    let service = start();
    (0..3).for_each(|_| drop(get(&service, "/fast")));
    let expected = json!({ "total": 3, "connections": 4, "paths": { "/fast": 3 } });
    assert_eq!(get(&service, "/__hits").json(), expected);
    assert_eq!(post(&service, "/__reset", "").status, 204);
    assert_eq!(get(&service, "/__hits").json(), json!({ "total": 0, "connections": 6, "paths": {} }));
}

#[test]
fn a_reset_from_the_library_starts_from_zero() {
    let service = start();
    get(&service, "/fast");
    service.reset_hits();
    assert_eq!((service.total_hits(), service.hits().len()), (0, 0));
    get(&service, "/fast");
    assert_eq!(service.total_hits(), 1);
}

#[test]
fn each_listed_endpoint_exists() {
    let service = start();
    let list = get(&service, "/__endpoints").text();
    let endpoints: Vec<_> = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(endpoints.len() > 40, "{list}");
    for line in endpoints {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap();
        let (method, path) = if first.starts_with('/') {
            ("GET", first)
        } else {
            (first.split('|').next().unwrap(), words.next().unwrap())
        };
        // Faults have tests of their own, and some of them no end.
        if path.starts_with("/fault/") {
            continue;
        }
        let method = if method == "ANY" { "GET" } else { method };
        let path = [("{code}", "200"), ("{id}", "tt0068646"), ("{title}", "the%20matrix"), ("{year}", "1999")]
            .iter()
            .fold(path.to_string(), |path, (name, value)| path.replace(name, value));
        let path: String = path.split('{').enumerate().fold(String::new(), |path, (n, part)| match n {
            0 => part.to_string(),
            _ => path + "1" + part.split_once('}').unwrap().1,
        });
        let status = crate::client::request(&service, method, &path, "", "").status;
        assert!(![404, 405].contains(&status), "{method} {path} of {line:?} is {status}");
    }
}

#[test]
fn an_unknown_path_is_a_404_in_json() {
    let service = start();
    let reply = get(&service, "/nowhere");
    assert_eq!((reply.status, reply.json()["path"].as_str()), (404, Some("/nowhere")));
}
