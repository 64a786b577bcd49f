//! A movie API under 1000 users, and a hook that shows the requests of each check that did not pass.

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
