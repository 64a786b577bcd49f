//! Rates over a short time: what a schedule asked for is what is reported, and no share exceeds its whole.

use std::time::Duration;

use perfloop::{Plan, Summary, User};

use crate::support::{Service, alone, best_of_three, hold, perfloop, run};

const MS: Duration = Duration::from_millis(1);

fn get(url: String) -> impl Fn(&mut User) -> Result<(), perfloop::RequestError> + Clone {
    move |user| user.get(&url).send().map(drop)
}

/// Of the whole run and of full load. On a machine that is busy an arrival may come too late to be begun.
fn reports(summary: &Summary, answered: u64, rps: f64) -> Result<(), String> {
    let whole = &summary.whole;
    assert_eq!(whole.request_totals.answered + summary.dropped + summary.missed, answered);
    hold(whole.request_totals.answered == answered, || format!("{} answered", whole.request_totals.answered))?;
    let full_load = summary.full_load.as_ref().unwrap();
    [whole, full_load].into_iter().try_for_each(|section| {
        let told = section.rps(&section.totals);
        hold((told - rps).abs() < 0.03 * rps, || format!("{told} instead of {rps} over {:?}", section.span))
    })
}

#[test]
fn a_rate_is_reported_as_it_was_asked_for_however_short_the_run() {
    let _alone = alone();
    let service = Service::start();
    let url = service.at("/fast");
    let at_rate = |per_s: f64, time: Duration| run(Plan::new().rate(per_s).time(time), get(url.clone()));
    best_of_three(|| reports(&at_rate(4.0, 1100 * MS), 5, 4.0));
    best_of_three(|| reports(&at_rate(5.0, 1000 * MS), 5, 5.0));
    best_of_three(|| reports(&at_rate(10.0 / 3600.0, 300 * MS), 1, 10.0 / 3600.0));
    best_of_three(|| reports(&at_rate(100.0, 500 * MS), 50, 100.0));
}

#[test]
fn a_pace_is_reported_as_it_was_asked_for() {
    let _alone = alone();
    let service = Service::start();
    let url = service.at("/fast");
    best_of_three(|| reports(&run(Plan::new().users(3).pace(400 * MS).time(1000 * MS), get(url.clone())), 9, 7.5));
    best_of_three(|| reports(&run(Plan::new().pace(200 * MS).loops(3), get(url.clone())), 3, 5.0));
}

#[test]
fn a_warm_up_and_slow_answers_make_no_rate_higher_than_it_was_asked_for() {
    let _alone = alone();
    let service = Service::start();
    let warm = run(Plan::new().rate(4.0).warmup(400 * MS).time(600 * MS), get(service.at("/fast")));
    let rps = warm.whole.rps(&warm.whole.totals);
    assert!(warm.whole.request_totals.answered == 2 && rps < 4.08, "{rps}");
    let slow = run(Plan::new().rate(4.0).time(1000 * MS), get(service.at("/delay/700")));
    let rps = slow.whole.rps(&slow.whole.totals);
    // Four in the 1.45 s that it takes them.
    assert!(slow.whole.request_totals.answered == 4 && (2.2..2.8).contains(&rps), "{rps}");
}

#[test]
fn a_span_that_is_not_the_time_of_the_run_is_told() {
    let service = Service::start();
    let args = ["--rate", "2", "--time", "1.25", "--json", "/dev/stderr", "--quiet"];
    let output = perfloop(&[&args[..], &[&service.at("/fast")]].concat());
    let told = "rates are over 1.5 s, for which 3 iterations at 2.00/s stand, and not over the 1.25 s of the run";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    let report: serde_json::Value = serde_json::from_str(&output.stderr).unwrap();
    let schedule = &report["run"]["schedule"];
    assert_eq!((&schedule["per_s"], &schedule["iterations"]), (&2.0.into(), &3.into()));
    assert_eq!(report["run"]["tested_s"], 1.5);
    best_of_three(|| {
        let even = perfloop(&["--rate", "4", "--time", "1", "--quiet", &service.at("/fast")]);
        hold(!even.stdout.contains("rates are over"), || even.stdout)
    });
}

#[test]
fn requests_in_flight_never_exceed_the_users() {
    let service = Service::start();
    // The first of them begins in the warm-up, and lies in it for the most part.
    let warm = run(Plan::new().users(2).warmup(500 * MS).time(200 * MS), get(service.at("/delay/550")));
    assert!(warm.whole.request_totals.answered == 4 && warm.whole.in_flight <= 2.0, "{}", warm.whole.in_flight);
    let output = perfloop(&["--users", "2", "--loops", "2", "--json", "-", &service.at("/delay/1300")]);
    let report = output.json();
    let slots: Vec<f64> =
        report["timeline"].as_array().unwrap().iter().map(|slot| slot["in_flight"].as_f64().unwrap()).collect();
    assert!(slots.len() >= 3 && slots.iter().all(|in_flight| (1.5..=2.0).contains(in_flight)), "{slots:?}");
}

#[test]
fn users_wait_no_longer_for_a_processor_than_they_work() {
    let service = Service::start();
    let summary = run(Plan::new().users(200).loops(1), get(service.at("/fast")));
    let (waited, worked) = (summary.run_delay.unwrap(), summary.worked.unwrap());
    assert!(waited <= worked && !worked.is_zero(), "{waited:?} of {worked:?}");
    let rests = run(Plan::new().users(2).time(500 * MS).wait(60_000 * MS), get(service.at("/fast")));
    let worked = rests.worked.unwrap();
    assert!(worked < 500 * MS, "a rest is no work: {worked:?}");
}
