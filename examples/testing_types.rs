//! How many users an API bears: users in stages, one row of numbers for each plateau, and the answer to the question
//! that everybody asks of it.
//!
//! `cargo run --release --example testing_types` runs each check once, and with `-- --time 6` the stages:
//!
//! ```text
//! p95 is within 450 ms for up to 125 users, who make 31596 requests/s
//! …
//! level       from    for    rps  fail %    p50    p95    p99  in flight
//! 5 users    0.5 s  1.0 s  33515    0.00  0.072  0.176  0.257       2.74
//! 25 users   2.0 s  1.0 s  34913    0.00  0.368  0.854   1.29      14.09
//! 125 users  3.5 s  1.0 s  31596    0.00   3.41   6.28   8.45     110.75
//! ```
//!
//! In a browser, `-- --web --stages 2s:5,4s:5,2s:25,4s:25,2s:125,4s:125` shows it on <http://127.0.0.1:8089> while it goes
//! on. Under *Charts* the levels are marked, and the response times tell where it bends (these are of a busy machine):
//!
//! ```text
//! state  running    users  125 of 125    rps  14240    failed  0.00 %    p95  13.93 ms    in flight  106.71    3 s left
//!
//! Response times, ms        5 users            25 users           125 users
//! p99                       0.4                2.7                37.5
//! p95                       0.3                1.6                13.9
//! p50                       0.1                0.8                6.4
//! ```
//!
//! *Edit* takes other users while it goes on, *Stop* ends it, and *New test* starts another, which *Charts* lays over this one.
//!
//! Other loads replace the stages: users who start at a rate, `-- --users 40 --spawn-rate 20`, or requests that come
//! at a rate whatever the answers do, `-- --rate 200/s --time 3`:
//!
//! ```text
//! 600 checks in 3 s (time up): 600 pass, 0 fail, 0 exception
//! 600 requests: 600 answered, 13 connections, 793.4 KiB in, 75.8 KiB out
//! answers by status: 200: 294, 204: 306
//! 13 users, at full load for 3 s, 0.04 requests in flight on average
//! ```

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
