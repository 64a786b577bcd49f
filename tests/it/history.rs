//! `perfloop history` and `perfloop compare --baseline`: runs of a folder, one after another.

use std::fs;

use crate::support::{Reports, Service, is_refused, perfloop};

/// Keeps a run of answers that take so long, as the run of this number of one service.
fn keep(place: &Reports, service: &Service, number: usize, delay_ms: u32) -> String {
    let (own, url) = (place.path("own.json"), service.at(&format!("/delay/{delay_ms}")));
    let output = perfloop(&["--users", "2", "--loops", "30", "--quiet", "--json", &own, &url]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let text = fs::read_to_string(&own).unwrap().replace(&format!("/delay/{delay_ms}"), "/delay");
    fs::create_dir_all(place.path("runs")).unwrap();
    let path = place.path(&format!("runs/{number:02}.json"));
    fs::write(&path, text).unwrap();
    fs::remove_file(own).unwrap();
    path
}

#[test]
fn a_folder_is_listed_with_the_run_from_which_on_it_was_slower() {
    let (service, place) = (Service::start(), Reports::new());
    for number in 0..14 {
        keep(&place, &service, number, if number < 7 { 5 } else { 25 });
    }
    fs::write(place.path("runs/notes.json"), "{}").unwrap();
    let output = perfloop(&["history", &place.path("runs")]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(
        output.stderr.starts_with("note: left out, history: ") && output.stderr.contains("notes.json"),
        "{output:?}"
    );
    let rows = output.stdout.lines().filter(|line| line.contains("held")).count();
    assert_eq!(rows, 14, "{}", output.stdout);
    for number in ["p50", "rps"] {
        let line = output.stdout.lines().find(|line| line.starts_with(&format!("changed: {number} "))).unwrap();
        assert!(line.ends_with("07.json on"), "{line}");
    }
    let other = perfloop(&["history", &place.path("")]);
    assert_eq!(other.code, Some(2), "{other:?}");
}

#[test]
fn few_runs_and_like_runs_have_no_change() {
    let (service, place) = (Service::start(), Reports::new());
    (0..3).for_each(|number| drop(keep(&place, &service, number, 5)));
    let output = perfloop(&["history", &place.path("runs")]);
    assert!(output.stdout.contains("no change is told; it takes six runs or more"), "{}", output.stdout);
    is_refused(&["history", "none"], &["none", "cannot be read"]);
}

#[test]
fn the_base_is_the_last_run_of_a_folder_that_was_good() {
    let (service, place) = (Service::start(), Reports::new());
    let slow = keep(&place, &service, 0, 80);
    let good = keep(&place, &service, 1, 8);
    let bad = keep(&place, &service, 2, 80);
    let text = fs::read_to_string(&bad).unwrap();
    fs::write(&bad, text.replace("\"crossed\": false", "\"crossed\": true")).unwrap();
    let new = place.path("new.json");
    fs::copy(&slow, &new).unwrap();
    let output = perfloop(&["compare", "--baseline", &place.path("runs"), &new, "--tolerance", "50%"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    let json = perfloop(&["compare", "--baseline", &place.path("runs"), "--new", &new, "--json", "-"]).json();
    assert!(json.to_string().contains(&good) && !json.to_string().contains("02.json"), "{json}");
    fs::remove_file(&good).unwrap();
    fs::remove_file(&slow).unwrap();
    let runs = place.path("runs");
    is_refused(&["compare", "--baseline", &runs, "--new", &new], &["--baseline", "no report in it whose gates held"]);
    is_refused(&["compare", "--new", &new], &["--base or --baseline"]);
    is_refused(&["compare", &new], &["BASE NEW", "--baseline DIR NEW"]);
    is_refused(&["compare", "--baseline", &runs], &["--baseline; give it too"]);
    is_refused(&["compare", "--baseline", &runs, &new, &new], &["one report beside it"]);
    // Whole runs that were merged are judged by nobody.
    let merged = perfloop(&["merge", &new, &bad, "--json", &good]);
    assert_eq!(merged.code, Some(0), "{merged:?}");
    is_refused(&["compare", "--baseline", &runs, "--new", &new], &["--baseline", "no report in it whose gates held"]);
    let listed = perfloop(&["history", &runs]).stdout;
    assert!(listed.lines().any(|line| line.contains(" -  ") && line.ends_with("01.json")), "{listed}");
}
