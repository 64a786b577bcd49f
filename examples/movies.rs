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
//! 1241 checks in 5.01 s (time up): 1236 pass, 5 fail, 0 exception
//! …
//! check               pass  fail  exception  unfinished  passes/s     rps
//! status               429     3          0           0     85.80   86.40
//! by_id                397     2          0           0     79.40   79.80
//! by_title             410     0          0           0     82.00   82.00
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
