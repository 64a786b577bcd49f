//! Schedules: due times do not move with the answers, and who was late is told apart.

use std::time::Duration;

use perfloop::{CheckResult, Plan, User};

use crate::support::{Service, alone, best_of_three, hold, perfloop, run};

const MS: Duration = Duration::from_millis(1);

fn get(url: String) -> impl Fn(&mut User) -> CheckResult + Clone {
    move |user| {
        user.get(&url).send()?;
        Ok(())
    }
}

#[test]
fn iterations_begin_at_their_due_times_when_the_service_is_fast_enough() {
    let _alone = alone();
    let service = Service::start();
    let check = get(service.at("/delay/10"));
    best_of_three(|| {
        let summary = run(Plan::new().loops(11).pace(100 * MS), check.clone());
        assert_eq!(summary.whole.totals.pass, 11);
        let (took, requests) = (summary.end.unwrap().duration, &summary.whole.request_totals);
        assert!(took >= 1000 * MS, "{took:?}");
        hold(took < 1100 * MS, || format!("{took:?}"))?;
        hold(requests.server_lateness.max() == Some(Duration::ZERO), || {
            format!("{:?}", requests.server_lateness.max())
        })?;
        assert_eq!(summary.missed, 0);
        hold(requests.tester_lateness.max() < Some(20 * MS), || format!("{:?}", requests.tester_lateness.max()))
    });
}

#[test]
fn a_service_slower_than_the_schedule_is_late_itself_and_the_rest_is_missed() {
    let _alone = alone();
    let service = Service::start();
    let plan = Plan::new().users(2).time(Duration::from_millis(1050)).pace(100 * MS);
    let summary = run(plan, get(service.at("/delay/250")));
    let requests = &summary.whole.request_totals;
    // 11 were due for each user at 0, 100 … 1000 ms; it begins one each 250 ms or so.
    assert_eq!(requests.answered + summary.missed, 22);
    assert!((6..=10).contains(&requests.answered), "{}", requests.answered);
    assert!(requests.server_lateness.max() >= Some(400 * MS), "{:?}", requests.server_lateness.max());
    assert!(requests.corrected_time.max() >= Some(650 * MS), "{:?}", requests.corrected_time.max());
    assert!(requests.response_time.max() < requests.corrected_time.max());
    let lines = summary.warning_lines();
    assert!(lines.iter().any(|line| line.ends_with("the service is too slow for this pace")), "{lines:?}");
}

#[test]
fn only_the_first_request_of_an_iteration_has_a_due_time() {
    let service = Service::start();
    let url = service.at("/fast");
    let summary = run(Plan::new().loops(4).pace(20 * MS), move |user: &mut User| -> CheckResult {
        user.get(&url).send()?;
        user.get(&url).send()?;
        Ok(())
    });
    let requests = &summary.whole.request_totals;
    assert_eq!((requests.answered, requests.tester_lateness.count(), requests.corrected_time.count()), (8, 4, 8));
}

#[test]
fn a_pace_and_a_wait_contradict_one_another() {
    let output = perfloop(&["--pace", "1", "--wait", "1"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("--pace") && output.stderr.contains("--wait"), "{}", output.stderr);
}
