//! A movie API under 1000 users, and a hook that shows the requests of each check that did not pass.
//!
//! `cargo run --release --example movies` runs each check once, and with `-- --time 30m` the whole plan. This is over
//! sooner: `cargo run --release --example movies -- --users 200 --spawn-rate 100 --time 5 --wait 500ms-900ms`. One in
//! 213 answers is an error:
//!
//! ```text
//! by_id did not pass: GET http://127.0.0.1:35957/api/id/tt0068646
//!   Host: 127.0.0.1:35957
//!   User-Agent: perfloop/0.1.0
//!   Accept: */*
//!   body of 0 bytes:
//! answer: status 500
//!   content-type: application/json
//!   content-length: 63
//!   date: Sat, 21 Nov 2026 07:16:49 GMT
//!   body of 63 bytes: {"code":0,"message":"an error, as asked for by the error rate"}
//! …
//! 1251 checks in 5.01 s (time up): 1246 pass, 5 fail, 0 exception
//! 1251 requests: 1251 answered, 200 connections, 210.0 KiB in, 121.4 KiB out
//! answers by status: 200: 1246, 500: 5
//! …
//! check, its requests                  pass  fail  exception     rps   mean     p50     p95     p99    max
//! status                                413     4          0   83.43  0.147   0.112   0.331  0.445*  0.576
//!   GET /status                         413     4          0   83.43  0.140   0.100   0.329  0.445*  0.517
//! by_id                                 409     1          0   82.03  0.162   0.113   0.354  0.473*   4.14
//!   GET /api/id/tt0068646               409     1          0   82.03  0.154   0.109   0.349  0.466*   4.14
//! by_title                              424     0          0   84.83  0.161   0.116   0.324  0.418*   7.32
//!   GET /api/title/The godfather/1972   424     0          0   84.83  0.152   0.107   0.317  0.400*   7.28
//! ```
//!
//! In a browser, `-- --web` shows it on <http://127.0.0.1:8089>. A burst of failures stands out in *Charts* as a red bar;
//! a click on it shows what failed in that second, with requests and answers. *Statistics* after 12 s:
//!
//! ```text
//! name                                  ended  failed     rps  failed/s   mean    min    p50    p95    p99     max  bytes
//! status                                1 076       4   89.72      0.33  0.451  0.031  0.160  0.669   3.01   79.16      –
//!   GET /status                         1 076       4   89.72      0.33  0.440  0.030  0.154  0.635   3.01   79.16     15
//! by_id                                 1 064       6   88.72      0.50  0.560  0.033  0.168  0.597   3.71   81.85      –
//!   GET /api/id/tt0068646               1 064       6   88.72      0.50  0.544  0.033  0.161  0.544   3.71   81.85     88
//! by_title                              1 099       5   91.63      0.42  0.430  0.030  0.166  0.552   3.18   67.57      –
//!   GET /api/title/The godfather/1972   1 099       5   91.63      0.42  0.417  0.030  0.163  0.451   3.18   67.57     88
//! all checks                            3 239      15  270.06      1.25  0.480  0.030  0.164  0.596   3.18   81.85      –
//! ```

#![forbid(unsafe_code)]

use std::time::Duration;

use mock_service::{MockService, Settings};
use perfloop::{CheckResult, FailureEvent, Harness, Message, Plan, User, UserClass, between};

fn status(user: &mut User) -> CheckResult {
    user.get("/status").send()?.expect_status(200)?.expect_json("status", "up")?;
    Ok(())
}

fn by_id(user: &mut User) -> CheckResult {
    user.get("/api/id/tt0068646").send()?.expect_status(200)?.expect_json("title", "The Godfather")?;
    Ok(())
}

fn by_title(user: &mut User) -> CheckResult {
    // A space in a path is encoded for the wire.
    user.get("/api/title/The godfather/1972").send()?.expect_status(200)?.expect_json("id", "tt0068646")?;
    Ok(())
}

/// Prints what was sent and what came back, on stderr: stdout is for the numbers.
fn show(failure: &FailureEvent<'_>) {
    for exchange in failure.exchanges {
        eprintln!("{} did not pass: {} {}", failure.check, exchange.method, exchange.url);
        show_message(&exchange.sent);
        match &exchange.answer {
            Ok((status, message)) => {
                eprintln!("answer: status {status}");
                show_message(message);
            }
            Err(message) => eprintln!("no answer: {message}"),
        }
    }
}

fn show_message(message: &Message) {
    for (name, value) in &message.headers {
        eprintln!("  {name}: {value}");
    }
    eprintln!("  body of {} bytes: {}", message.body_length, String::from_utf8_lossy(&message.body));
}

fn main() -> std::io::Result<()> {
    // It answers where PERFLOOP_HOST names no other service, 0.47 % of the requests with an error.
    let service = MockService::start(Settings { error_rate: 0.0047, ..Settings::default() })?;
    let viewer = UserClass::new("viewer").check(status, 1).check(by_id, 1).check(by_title, 1);
    let plan = Plan::new()
        .users(1000)
        .spawn_rate(10.0)
        .time(Duration::from_secs(30 * 60))
        .wait(between(Duration::from_secs(5), Duration::from_secs(9)));
    Harness::new().host(&service.url()).plan(plan).class(viewer).prepare(|test| test.on_failure(show)).main()
}
