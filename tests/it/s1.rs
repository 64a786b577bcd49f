//! The threaded tester's own figures, to be reproduced on the mock service, or bettered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use perfloop::{CheckResult, EndReason, Plan, User};

use crate::support::{Service, alone, best_of_three, hold, perfloop, run};

/// `GET /json` as the team's functional test has it.
fn hello(service: &Service) -> impl Fn(&mut User) -> CheckResult + Send + Sync + 'static {
    let url = service.at("/json");
    move |user| {
        user.get(&url).send()?.expect_status(200)?.expect_json("code", 1)?;
        Ok(())
    }
}

#[test]
fn two_users_with_five_loops_make_ten_passes_at_the_services_pace() {
    let _machine = alone();
    best_of_three(|| {
        let service = Service::with_default_delay();
        let summary = run(Plan::new().users(2).loops(5), hello(&service));
        let totals = &summary.whole.totals;
        assert_eq!((totals.pass, totals.ended(), totals.unfinished), (10, 10, 0));
        assert_eq!(service.total_hits(), 10);
        assert_eq!(summary.end.unwrap().reason, EndReason::LoopsDone);
        let (min, mean) = (totals.tpr.min().unwrap(), totals.tpr.mean().unwrap());
        assert!(min >= Duration::from_millis(200), "no answer comes before its delay is over: {min:?}");
        let rate = summary.whole.passes_per_s(totals);
        hold(mean < Duration::from_millis(205), || format!("TPR mean {mean:?}"))?;
        hold((9.6..=10.0).contains(&rate), || format!("{rate} passes/s"))
    });
}

#[test]
fn two_users_and_a_hundred_loops_are_cut_short_by_five_seconds() {
    let _machine = alone();
    best_of_three(|| {
        let output = perfloop(&["--users", "2", "--loops", "100", "--time", "5", "--json", "-"]);
        assert_eq!(output.code, Some(0), "{output:#?}");
        let json = output.json();
        let totals = &json["totals"];
        assert_eq!(json["run"]["end"], "time_up");
        assert_eq!((&totals["fail"], &totals["exception"], &totals["unfinished"]), (&0.into(), &0.into(), &0.into()));
        let number = |key: &str| totals[key].as_f64().unwrap();
        let mean = totals["tpr_ms"]["mean"].as_f64().unwrap();
        hold((48.0..=50.0).contains(&number("pass")), || format!("{} passes", totals["pass"]))?;
        hold((200.0..205.0).contains(&mean), || format!("TPR mean {mean} ms"))?;
        hold((9.6..=10.0).contains(&number("rps")), || format!("{} rps", totals["rps"]))?;
        hold(output.took < Duration::from_secs(6), || format!("{:?} in all", output.took))
    });
}

#[test]
fn the_timer_does_not_hold_a_run_whose_loops_are_done() {
    let output = perfloop(&["--loops", "1", "--time", "50"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stdout.contains("(all loops done): 1 pass, 0 fail, 0 exception"), "{}", output.stdout);
    assert!(output.took < Duration::from_secs(20), "{:?}", output.took);
}

#[test]
fn the_first_and_the_last_line_name_the_embedded_mock_service() {
    let output = perfloop(&["--users", "2", "--loops", "1"]);
    let lines: Vec<&str> = output.stdout.lines().collect();
    let (first, last) = (lines[0], lines[lines.len() - 1]);
    assert!(first.contains("2 users, 1 loop"), "{first}");
    assert!(first.contains("embedded mock service http://127.0.0.1:"), "{first}");
    assert!(last.contains("embedded mock service http://127.0.0.1:"), "{last}");
    let json = perfloop(&["--loops", "1", "--json", "-"]).json();
    let target = json["run"]["target"].as_str().unwrap();
    assert!(target.starts_with("embedded mock service http://127.0.0.1:"), "{target}");
}

#[test]
fn statistics_are_printed_periodically_on_stderr_and_once_at_the_end_on_stdout() {
    let output = perfloop(&["--users", "2", "--time", "1.5", "--stats-interval", "0.4"]);
    let periodic: Vec<&str> = output.stderr.lines().filter(|line| line.contains("rps  TPR mean")).collect();
    // On a busy machine the end takes longer than the 200 ms of an answer, and one user longer than the other.
    assert!((2..=6).contains(&periodic.len()), "one line each 0.4 s of 1.5 s to 1.7 s: {periodic:#?}");
    assert!(periodic[0].contains("2 users  pass "), "{periodic:#?}");
    assert!(periodic.iter().all(|line| line.contains("  pass ")), "{periodic:#?}");
    assert_eq!(output.stdout.matches("TPR of passes, ms").count(), 1, "{}", output.stdout);
    assert!(output.stdout.contains("(time up):"), "{}", output.stdout);
}

#[test]
fn a_ramp_up_spreads_the_starts_evenly() {
    starts_are_apart(Plan::new().ramp_up(Duration::from_millis(800)), Duration::from_millis(200));
}

#[test]
fn a_spawn_rate_spaces_the_starts() {
    starts_are_apart(Plan::new().spawn_rate(5.0), Duration::from_millis(200));
}

/// Of four users of this plan, each starts so long after the one before.
fn starts_are_apart(plan: Plan, gap: Duration) {
    let _machine = alone();
    best_of_three(|| {
        let starts = Arc::new(Mutex::new(BTreeMap::new()));
        let seen = Arc::clone(&starts);
        let note = move |user: &mut User| {
            seen.lock().unwrap().insert(user.id(), Instant::now());
        };
        let summary = run(plan.clone().users(4).loops(1), note);
        let starts: Vec<Instant> = starts.lock().unwrap().values().copied().collect();
        assert_eq!((summary.whole.totals.pass, starts.len()), (4, 4));
        for (user, start) in (0..).zip(&starts) {
            let (after, wanted) = (start.saturating_duration_since(starts[0]), gap * user);
            let late = Duration::from_millis(50);
            hold(after + late >= wanted && after <= wanted + late, || {
                format!("user {user} started after {after:?}, not {wanted:?}")
            })?;
        }
        Ok(())
    });
}
