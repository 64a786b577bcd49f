use std::thread;
use std::time::{Duration, Instant};

use crate::client::{get, start};

#[test]
fn failures_begin_when_the_time_of_their_key_is_over() {
    let service = start();
    assert_eq!(get(&service, "/fails-after/a/100").status, 200);
    thread::sleep(Duration::from_millis(120));
    assert_eq!(get(&service, "/fails-after/a/100").status, 503);
    assert_eq!(get(&service, "/fails-after/b/100").status, 200, "each key has its own");
}

#[test]
fn slow_answers_come_as_asked_for() {
    let service = start();
    let took = |path: &str| {
        let begin = Instant::now();
        assert_eq!(get(&service, path).status, 200, "{path}");
        begin.elapsed()
    };
    let slow = Duration::from_millis(60);
    assert!(took("/cold/a/50/60") >= slow);
    assert!(took("/nth/a/2/60") < slow && took("/nth/a/2/60") >= slow);
    assert!(took("/cold/a/50/60") < slow, "it is warm by now");
    assert!(took("/bursts/1000/1000/60") >= slow);
    assert!(took("/bursts/1000/0/60") < slow);
    assert_eq!(get(&service, "/bursts/0/1/1").status, 400);
}

#[test]
fn a_body_that_is_held_back_comes_whole() {
    let service = start();
    assert_eq!(get(&service, "/nagle/500").body.len(), 500);
    assert_eq!(get(&service, "/nagle/2000000").status, 400);
}
