//! How many users an API bears: users in stages, one row of numbers for each plateau, and the answer to the question
//! that everybody asks of it.

#![forbid(unsafe_code)]

use std::time::Duration;

use mock_service::{MockService, Settings};
use perfloop::stats::{LevelSection, Summary};
use perfloop::{CheckResult, Harness, Plan, User, UserClass};

/// Longer than this, 95 of 100 answers must not take.
const BEARABLE: Duration = Duration::from_millis(450);

fn list(user: &mut User) -> CheckResult {
    user.get("/tests").send()?.expect_status(200)?.expect_json_at("[0].title")?;
    Ok(())
}

fn add(user: &mut User) -> CheckResult {
    let body = format!(r#"{{"title": "type {} of user {}"}}"#, user.iteration(), user.id());
    user.post("/tests").header("content-type", "application/json").body(body).send()?.expect_status(204)?;
    Ok(())
}

/// Says up to which plateau the answers were bearable, on stderr: stdout is for the numbers.
fn answer(summary: &Summary) {
    let is_bearable = |level: &&LevelSection| {
        let totals = &level.section.totals;
        totals.fail_ratio() == Some(0.0) && totals.tpr.percentile(95.0).is_some_and(|p95| p95 <= BEARABLE)
    };
    let (limit_ms, levels) = (BEARABLE.as_millis(), &summary.levels);
    if levels.len() < 2 {
        return;
    }
    match levels.iter().take_while(is_bearable).last() {
        Some(LevelSection { what, section, .. }) => {
            let (users, rps) = (what.size(), section.rps(&section.totals));
            eprintln!("p95 is within {limit_ms} ms for up to {users} users, who make {rps:.0} requests/s");
        }
        None => eprintln!("p95 is above {limit_ms} ms from the first level on"),
    }
}

fn main() -> std::io::Result<()> {
    // It answers where PERFLOOP_HOST names no other service.
    let service = MockService::start(Settings::default())?;
    let client = UserClass::new("client").check(list, 1).check(add, 1);
    let (climb, stay) = (Duration::from_millis(500), Duration::from_secs(1));
    let levels = [5, 25, 125].into_iter().flat_map(|users| [(climb, users), (stay, users)]);
    Harness::new()
        .host(&service.url())
        .plan(Plan::new().stages(levels))
        .class(client)
        .prepare(|test| test.on_test_stop(answer))
        .main()
}
