//! How long a reader keeps the numbers to itself, with as many rows as there may be.

use std::time::Instant;

use super::*;
use crate::names::MAX_REQUEST_NAMES;
use crate::stats::rows::Reading;

/// Longest time for which the statistics are held. A debug build takes some times as long.
const LONGEST: Duration = if cfg!(debug_assertions) { Duration::from_millis(40) } else { Duration::from_millis(2) };

/// Five hundred requests, whose times spread over four decades, in two levels.
fn stats() -> Stats {
    let names = Arc::new(Names::new(["check"]));
    let requests: Vec<_> = (0..MAX_REQUEST_NAMES).map(|number| names.request(&format!("GET /{number}"))).collect();
    let (mut stats, start) = (Stats::new(names, 10_000, false), Moment::now());
    for level in [0, 1] {
        stats.add(&mut Sample::Level { level: Level(level), what: Plateau::Users(10_000), from: start, asked: None });
        for (number, request) in requests.iter().enumerate() {
            for step in 0..40_u32 {
                let time = Duration::from_micros(100) * 10_u32.pow(step % 5) + Duration::from_micros(number as u64);
                let times = RequestTimes { first_byte: time.into(), stamped: true, ..RequestTimes::default() };
                stats.add(&mut Sample::Request(RequestSample {
                    check: Some(CheckId(0)),
                    request: *request,
                    level: Level(level),
                    ended: start + time,
                    times,
                    answer: Answer::Status(200),
                    traffic: Traffic::default(),
                    lateness: None,
                }));
            }
        }
    }
    stats
}

/// The longest time that one look at the statistics takes, and how many rows were read.
fn longest_hold(stats: &Stats) -> (Duration, usize) {
    let (mut reading, mut longest) = (Reading::default(), Duration::ZERO);
    loop {
        let began = Instant::now();
        let goes_on = stats.read_rows(PartOf::Whole, &mut reading);
        longest = longest.max(began.elapsed());
        if !goes_on {
            return (longest, reading.done().rows.len());
        }
    }
}

#[test]
fn rows_of_five_hundred_requests_are_read_without_keeping_those_who_count() {
    let stats = stats();
    // A machine that others use as well takes the processor away at times.
    let best = (0..10).map(|_| longest_hold(&stats)).min().expect("ten");
    assert_eq!(best.1, MAX_REQUEST_NAMES + 3);
    assert!(best.0 <= LONGEST, "{:?}", best.0);
    let counts = (0..10).map(|_| {
        let began = Instant::now();
        let counts = stats.counts(Duration::ZERO);
        (began.elapsed(), counts.whole.request_totals.answered)
    });
    let best = counts.min().expect("ten");
    assert_eq!(best.1, 2 * 40 * MAX_REQUEST_NAMES as u64);
    assert!(best.0 <= LONGEST, "{:?}", best.0);
}
