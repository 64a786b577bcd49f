//! The live page in a real browser; each case is in `tests/browser/page.mjs`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Reports, Running, Service, alone, eventually, perfloop, spawn};

/// The page of a perfloop, and its address.
fn page(args: &[&str]) -> (Running, String) {
    let running = spawn(&[args, &["--web-addr", "127.0.0.1:0"]].concat());
    let link = |text: &str| text.lines().find_map(|line| line.strip_prefix("page: ").map(str::to_owned));
    eventually("the page is served", || link(&running.stderr()).is_some());
    let url = link(&running.stderr()).unwrap().trim_end_matches('/').to_owned();
    (running, url)
}

/// Carries out a case, and returns what it printed.
pub(crate) fn browse(case: &str, url: &str, more: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/page.mjs");
    let output = Command::new("node").args([script, case, url, more]).output().expect("node");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{case}: {}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn a_run_is_started_edited_and_stopped_in_the_page_while_two_look_on() {
    let service = Service::start();
    let (_running, url) = page(&["serve", &service.at("/delay/20")]);
    browse("start_edit_stop", &url, "");
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn a_search_is_started_in_the_page_seen_level_by_level_and_stopped() {
    let service = Service::start();
    let (_running, url) = page(&["serve", &service.at("/slots/5?service=10ms")]);
    browse("search", &url, "");
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn the_page_is_used_by_the_keyboard_and_in_the_dark() {
    let service = Service::start();
    let (_running, url) = page(&["serve", "--time", "60", &service.at("/delay/20")]);
    browse("keyboard", &url, "");
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn ten_thousand_users_are_started_halved_and_stopped_in_the_page_and_no_request_is_missed() {
    let _alone = alone();
    let service = Service::start();
    let (_running, url) = page(&["serve", "--wait", "2s-4s", &service.at("/delay/50")]);
    let printed = browse("many_users", &url, "");
    let ended: u64 = printed.lines().find_map(|line| line.strip_prefix("ended ")).unwrap().parse().unwrap();
    assert_eq!(ended, service.total_hits());
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn a_burst_of_failures_is_found_by_its_moment() {
    let service = Service::start();
    let (good, bad) = (service.at("/delay/10"), service.at("/status/500"));
    let (_running, url) = page(&["--web", "--users", "2", "--loops", "150", "--pace", "0.1", &good, &bad]);
    browse("error_burst", &url, "");
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn the_last_numbers_are_shown_however_late_their_answers_come() {
    let service = Service::start();
    let (_running, url) = page(&["serve", &service.at("/delay/10"), &service.at("/status/500")]);
    browse("late_answers", &url, "");
}

/// Answers each request with the scripts that an attacker would like to see run.
fn hostile() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let script = "<script>document.title=\"pwned\"</script>";
            let head = format!("HTTP/1.1 500 {script}\r\nX-Evil: {script}\r\nContent-Length: {}\r\n\r\n", script.len());
            let mut request = [0; 4096];
            while let Ok(1..) = stream.read(&mut request) {
                if stream.write_all(format!("{head}{script}").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    format!("http://{address}")
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn scripts_in_answers_and_names_are_text() {
    let target = format!("{}/<script>alert(1)</script>", hostile());
    let name = "/*/*=<img src=x onerror=document.title=\"pwned\">";
    let expected = "<script>document.title=\"never\"</script>";
    let args =
        ["--web", "-L", "--loops", "30", "--pace", "0.5", "--name", name, "--expect-contains", expected, &target];
    let (_running, url) = page(&args);
    browse("foreign_text", &url, "");
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn reports_of_a_folder_are_opened_laid_over_one_another_and_compared() {
    let reports = Reports::new();
    let folder = reports.path("history");
    std::fs::create_dir(&folder).unwrap();
    for ms in [10, 20, 40] {
        let service = Service::with_delay(Duration::from_millis(ms));
        let json = format!("{folder}/perfloop-{ms}.json");
        let output = perfloop(&["--time", "3", "--quiet", "--json", &json, &service.at("/json")]);
        assert_eq!(output.code, Some(0));
    }
    let (_running, url) = page(&["serve", "--history", &folder]);
    browse("history", &url, "worse");
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn eight_hours_are_drawn_at_once_and_the_first_paint_takes_no_time() {
    let _alone = alone();
    let (service, reports) = (Service::start(), Reports::new());
    let json = reports.path("eight_hours.json");
    perfloop(&["--time", "1", "--quiet", "--json", &json, &service.at("/delay/10")]);
    reports.changed("eight_hours.json", "eight_hours.json", |report| {
        let slot = report["timeline"][0].clone();
        let slots = (0..1800).map(|number| {
            let mut slot: Value = slot.clone();
            slot["t_s"] = json!(number * 16);
            slot["width_s"] = json!(16);
            slot["response_time_ms"]["p95"] = json!(20.0 + f64::from(number % 97));
            slot
        });
        report["timeline"] = slots.collect();
    });
    let folder = std::path::Path::new(&json).parent().unwrap().to_str().unwrap().to_owned();
    let (_running, url) = page(&["serve", "--history", &folder, &service.at("/fast")]);
    println!("{}", browse("eight_hours", &url, "eight_hours"));
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn a_thousand_rows_are_sorted_and_scrolled_without_a_stall() {
    let _alone = alone();
    let service = Service::start();
    let targets: Vec<String> = (0..500).map(|number| service.at(&format!("/delay/5?row={number}"))).collect();
    let mut args = vec!["--web", "--users", "2", "--pace", "15", "--time", "90", "--no-grouping", "-L"];
    args.extend(targets.iter().map(String::as_str));
    let (running, url) = page(&args);
    println!("{}", browse("thousand_rows", &url, ""));
    running.signal("INT");
    thread::sleep(Duration::from_millis(200));
}
