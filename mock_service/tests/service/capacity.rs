//! Services of known capacity: what clients of a socket see of them is what arithmetic says.

use std::io::BufReader;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use mock_service::MockService;

use crate::client::{connect, get, post, read_reply, send_get, start};

const MS: Duration = Duration::from_millis(1);

/// What the clients of a loop saw.
struct Seen {
    /// From the first request to the last answer.
    took: Duration,
    statuses: Vec<u16>,
    /// Response times, the shortest first.
    times: Vec<Duration>,
}

impl Seen {
    fn per_s(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    fn median_ms(&self) -> f64 {
        self.times[self.times.len() / 2].as_secs_f64() * 1000.0
    }

    fn mean_ms(&self) -> f64 {
        self.times.iter().sum::<Duration>().as_secs_f64() * 1000.0 / self.times.len() as f64
    }
}

/// Clients that each send a request when the answer before has come, so many times.
fn closed_loop(service: &MockService, path: &str, clients: usize, rounds: usize) -> Seen {
    let mut streams: Vec<_> = (0..clients).map(|_| BufReader::new(connect(service))).collect();
    let start = Instant::now();
    let seen: Vec<(u16, Duration)> = thread::scope(|scope| {
        let threads: Vec<_> = streams
            .iter_mut()
            .map(|stream| {
                scope.spawn(move || {
                    let round = |_| {
                        let sent = Instant::now();
                        send_get(stream.get_mut(), path);
                        let reply = read_reply(stream).unwrap();
                        (reply.status, sent.elapsed())
                    };
                    (0..rounds).map(round).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let took = start.elapsed();
    let (statuses, mut times): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
    times.sort();
    Seen { took, statuses, times }
}

/// Each of these is within its bounds: what it is, from where to where, and its value.
fn within(values: &[(&str, std::ops::Range<f64>, f64)]) -> Result<(), String> {
    let beyond = values.iter().filter(|(_, bounds, value)| !bounds.contains(value));
    let beyond: Vec<_> = beyond.map(|(what, bounds, value)| format!("{what} {value} not in {bounds:?}")).collect();
    if beyond.is_empty() { Ok(()) } else { Err(beyond.join(", ")) }
}

/// Keeps the tests that measure from measuring one another.
fn alone() -> MutexGuard<'static, ()> {
    static MEASURES: Mutex<()> = Mutex::new(());
    MEASURES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds if one of three tries does: others use the machine too.
fn best_of_three(mut attempt: impl FnMut() -> Result<(), String>) {
    let broken: Vec<_> = (0..3).map_while(|_| attempt().err()).collect();
    assert!(broken.len() < 3, "{broken:#?}");
}

#[test]
fn five_places_of_ten_milliseconds_answer_500_a_second() {
    let _alone = alone();
    let service = start();
    best_of_three(|| {
        let seen = closed_loop(&service, "/slots/5?service=10ms", 20, 50);
        assert!(seen.statuses.iter().all(|status| *status == 200));
        within(&[("rate", 490.0..510.0, seen.per_s()), ("median", 36.0..44.0, seen.median_ms())])
    });
}

#[test]
fn a_service_that_is_not_full_answers_after_its_time() {
    let _alone = alone();
    let service = start();
    best_of_three(|| {
        let seen = closed_loop(&service, "/slots/5?service=10ms&key=one", 1, 50);
        assert!(seen.times[0] >= 10 * MS, "{:?}", seen.times[0]);
        within(&[("median", 9.9..12.0, seen.median_ms())])
    });
}

#[test]
fn one_place_of_an_exponential_law_answers_one_in_its_mean() {
    let _alone = alone();
    let service = start();
    let mut tries = 0;
    best_of_three(|| {
        tries += 1;
        // A service apart for each try draws the same times again.
        let path = format!("/slots/1?service=5ms&law=exponential&key={tries}");
        let seen = closed_loop(&service, &path, 4, 120);
        assert!(seen.took > 2000 * MS, "{:?}", seen.took);
        within(&[("rate", 180.0..220.0, seen.per_s()), ("mean", 18.0..22.0, seen.mean_ms())])
    });
}

#[test]
fn an_exponential_law_draws_the_same_times_in_each_service() {
    let service = start();
    let times = |key| -> Vec<f64> {
        let path = format!("/slots/3?service=1ms&law=exponential&key={key}");
        (0..20).map(|_| get(&service, &path).json()["service_ms"].as_f64().unwrap()).collect()
    };
    let (first, second) = (times("a"), times("b"));
    assert_eq!(first, second);
    assert!(first.iter().any(|time| *time < 0.5) && first.iter().any(|time| *time > 1.5), "{first:?}");
}

#[test]
fn the_share_that_fails_is_exact_and_takes_its_places_all_the_same() {
    let _alone = alone();
    let service = start();
    for fail in ["50%", "0.5"] {
        best_of_three(|| {
            let seen = closed_loop(&service, &format!("/slots/5?service=10ms&fail={fail}"), 20, 10);
            assert_eq!(seen.statuses.iter().filter(|status| **status == 500).count(), 100, "{fail}");
            // They take 0.4 s, of which a busy machine may need a part to begin and to end.
            within(&[("rate", 400.0..510.0, seen.per_s())])
        });
    }
}

#[test]
fn an_answer_tells_how_long_it_waited_and_was_served() {
    let _alone = alone();
    let service = start();
    let reply = post(&service, "/slots/2?service=1ms", "{}");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    assert_eq!(reply.json(), serde_json::json!({ "waited_ms": 0.0, "service_ms": 1.0 }));
    let mut streams: Vec<_> = (0..3).map(|_| connect(&service)).collect();
    streams.iter_mut().for_each(|stream| send_get(stream, "/slots/1?service=200ms"));
    let mut waited: Vec<f64> =
        streams.iter_mut().map(|stream| read_reply(stream).unwrap().json()["waited_ms"].as_f64().unwrap()).collect();
    waited.sort_by(f64::total_cmp);
    assert!(waited[0] == 0.0 && waited[1] > 0.0 && waited[1] <= 200.0, "{waited:?}");
    assert!(waited[2] > 200.0 && waited[2] <= 400.0, "{waited:?}");
}

#[test]
fn what_is_asked_for_otherwise_is_a_service_of_its_own() {
    let _alone = alone();
    let service = start();
    let mut busy = connect(&service);
    send_get(&mut busy, "/slots/1?service=1s");
    while service.total_hits() < 1 {
        thread::yield_now();
    }
    for path in ["/slots/1?service=10ms", "/slots/2?service=1ms", "/slots/1?service=1ms&key=a"] {
        assert_eq!(get(&service, path).json()["waited_ms"], 0.0, "{path}");
    }
    let same = get(&service, "/slots/1?law=fixed&service=1000ms").json();
    assert!(same["waited_ms"].as_f64().unwrap() > 0.0, "{same}");
    assert_eq!(read_reply(&mut busy).unwrap().json()["waited_ms"], 0.0);
}

/// Times of sending and response times in milliseconds, of requests that are sent each 5 ms whatever the answers do, as long
/// as none takes 400 ms.
fn open_loop(service: &MockService, path: &str) -> Vec<(f64, f64)> {
    const CLIENTS: u32 = 80;
    let mut streams: Vec<_> = (0..CLIENTS).map(|_| BufReader::new(connect(service))).collect();
    // By then all threads are there.
    let start = Instant::now() + 100 * MS;
    let seen: Vec<(Instant, Duration)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS)
            .zip(&mut streams)
            .map(|(client, stream)| {
                scope.spawn(move || {
                    let round = |round: u32| {
                        let due = start + (round * CLIENTS + client) * 5 * MS;
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        let sent = Instant::now();
                        send_get(stream.get_mut(), path);
                        read_reply(stream).unwrap();
                        (sent, sent.elapsed())
                    };
                    (0..3).map(round).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let first = seen.iter().map(|(sent, _)| *sent).min().unwrap();
    let millis = |duration: Duration| duration.as_secs_f64() * 1000.0;
    seen.into_iter().map(|(sent, took)| (millis(sent - first), millis(took))).collect()
}

#[test]
fn a_stall_holds_up_what_would_be_answered_in_it() {
    let _alone = alone();
    let service = start();
    let mut tries = 0;
    best_of_three(|| {
        tries += 1;
        let path = format!("/stall?service=10ms&every=600ms&for=300ms&key={tries}");
        let seen = open_loop(&service, &path);
        // How much longer than the arithmetic of the stall has it, which goes from 600 to 900 ms.
        let late = |from: f64, to: f64, takes: &dyn Fn(f64) -> f64| {
            let of_part = seen.iter().filter(|(sent, _)| (from..to).contains(sent));
            let mut late: Vec<f64> = of_part.map(|(sent, took)| took - takes(*sent)).collect();
            late.sort_by(f64::total_cmp);
            late.get(late.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let longest = seen.iter().map(|(_, took)| *took).fold(0.0, f64::max);
        // All who arrived in the stall are answered at one moment, which takes a busy machine a while.
        within(&[
            ("before", -0.5..3.0, late(0.0, 589.0, &|_| 10.0)),
            ("first half of the stall", -1.0..20.0, late(601.0, 750.0, &|sent| 910.0 - sent)),
            ("second half of the stall", -1.0..20.0, late(750.0, 899.0, &|sent| 910.0 - sent)),
            ("after", -0.5..3.0, late(901.0, 1200.0, &|_| 10.0)),
            ("longest", 300.0..335.0, longest),
        ])
    });
}

#[test]
fn the_stalls_of_a_service_go_by_its_own_first_request() {
    let _alone = alone();
    let service = start();
    let stalled = |path: &str| get(&service, path).json()["stalled_ms"].as_f64().unwrap();
    let first = "/stall?service=0&every=200ms&for=199ms";
    assert_eq!(stalled(first), 0.0);
    thread::sleep(250 * MS);
    assert!(stalled(first) > 0.0);
    assert_eq!(stalled("/stall?service=0&every=200ms&for=199ms&key=another"), 0.0);
}

#[test]
fn what_cannot_be_a_service_is_refused_in_a_line_that_says_what_to_write() {
    let service = start();
    let places = "write /slots/N?service=10ms, with N from 1 to 10000";
    let time = "write service=10ms, from 0 to 60s";
    let refused = [
        ("/slots", places),
        ("/slots/", places),
        ("/slots/0?service=10ms", places),
        ("/slots/10001?service=10ms", places),
        ("/slots/-1?service=10ms", places),
        ("/slots/five?service=10ms", places),
        ("/slots/5", time),
        ("/slots/5?service=", time),
        ("/slots/5?service=10x", time),
        ("/slots/5?service=61s", time),
        ("/slots/5?service=10ms&law=normal", "write law=fixed or law=exponential"),
        ("/slots/5?service=10ms&fail=150%", "write fail=5% or fail=0.05, from 0 to 1"),
        ("/slots/5?service=10ms&fale=5%", "there is no fale=; write service=, law=, fail= or key="),
        ("/slots/5?service=10ms&service=20ms", "write service= once"),
        ("/stall", time),
        ("/stall?service=10ms", "write every=30s, above 0"),
        ("/stall?service=10ms&every=0&for=0", "write every=30s, above 0"),
        ("/stall?service=10ms&every=1s", "write for=1s, shorter than every="),
        ("/stall?service=10ms&every=1s&for=1s", "write for=1s, shorter than every="),
        ("/stall?service=10ms&every=2s&for=1s&law=fixed", "there is no law=; write service=, every=, for= or key="),
    ];
    for (path, line) in refused {
        let reply = get(&service, path);
        assert_eq!((reply.status, reply.json()["error"].as_str()), (400, Some(line)), "{path}");
    }
    let long = format!("/slots/5?service=10ms&key={}", "k".repeat(101));
    assert_eq!(get(&service, &long).status, 400);
}
