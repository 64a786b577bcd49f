//! How many users an API bears, answered by the tool: *if no response time over 450 ms is accepted, how many requests a
//! second, and how many users?*
//!
//! The API works for 8.5 ms on each answer, one after another, as over the only connection of a database; users rest for
//! 2 to 3 s. `cargo run --release --example testing_types` runs each check once, and in under a minute
//! `-- --capacity --within 'p95 < 450ms' --start 50 --level-time 2s` says:
//!
//! ```text
//! 336 users (336 to 350) at 117.7 rps: p95 412.9 ms of 450.0 ms; missed at 351
//!   users (p95 527.6 ms of 450.0 ms)
//! …
//! level; times in ms       rps    p50    p95        95 %    p99  fail %    verdict
//! 351 users             118.02  490.7  556.6  524.3 to ?  569.8    0.00     missed
//! 336 users, confirmed  117.66  361.7  412.9  381.7 to ?  447.3    0.00        met
//! 351 users, again      118.04  478.0  527.6  501.2 to ?  537.0    0.00     missed
//! ```
//!
//! With `-- --time 8` users come in stages, each plateau with its numbers, and the answer is left to the reader:
//!
//! ```text
//! level       from    for     rps  fail %     p50     p95      p99  in flight
//! 100 users  0.5 s  3.3 s   43.17    0.00   23.83  331.2*   352.3*       2.86
//! 500 users  4.5 s  3.5 s  117.86    0.00  1918.6  2770.5  2881.9*     191.55
//! ```
//!
//! In a browser, `-- --web` shows either while it goes on, on <http://127.0.0.1:8089>: with goals, *Start* begins a search
//! whose levels come in as points of a chart. *Edit* takes other users while a run goes on, *Stop* ends it.
//!
//! Other loads replace the stages: users who start at a rate, `-- --users 40 --spawn-rate 20`, or requests that come
//! at a rate whatever the answers do, `-- --rate 100/s --time 3`:
//!
//! ```text
//! 300 checks in 3 s (time up): 300 pass, 0 fail, 0 exception
//! 300 requests: 300 answered, 7 connections, 314.7 KiB in, 38.4 KiB out
//! answers by status: 200: 140, 204: 160
//! ```

#![forbid(unsafe_code)]

use std::time::Duration;

use mock_service::{MockService, Settings};
use perfloop::{CheckResult, Harness, Plan, User, UserClass, between};

/// Time of the service for an answer: 117 a second.
const ANSWER_TIME: Duration = Duration::from_micros(8500);

fn list(user: &mut User) -> CheckResult {
    user.get("/tests").send()?.expect_status(200)?.expect_json_at("[0].title")?;
    Ok(())
}

fn add(user: &mut User) -> CheckResult {
    let body = format!(r#"{{"title": "type {} of user {}"}}"#, user.iteration(), user.id());
    user.post("/tests").header("content-type", "application/json").body(body).send()?.expect_status(204)?;
    Ok(())
}

fn main() -> std::io::Result<()> {
    // It answers where PERFLOOP_HOST names no other service.
    let service = MockService::start(Settings { tests_time: ANSWER_TIME, ..Settings::default() })?;
    let client = UserClass::new("client").check(list, 1).check(add, 1);
    let (climb, stay) = (Duration::from_millis(500), Duration::from_millis(3500));
    let levels = [100, 500].into_iter().flat_map(|users| [(climb, users), (stay, users)]);
    Harness::new()
        .host(&service.url())
        .plan(Plan::new().stages(levels).wait(between(Duration::from_secs(2), Duration::from_secs(3))))
        .class(client)
        .main()
}
