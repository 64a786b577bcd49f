//! A check as a Rust function, run once as a test would, and then as load.
//!
//! `cargo run --release --example hello` starts the mock service by itself, and prints something like
//!
//! ```text
//! once: pass
//! 20 users for 2 s: 200 of 200 passed, p95 200.6 ms, 99.8 requests per second
//! ```

use std::time::Duration;

use mock_service::{MockService, Settings};
use perfloop::{CheckResult, HttpSettings, LoadTest, Plan, User};

fn hello(user: &mut User) -> CheckResult {
    user.get("/json").send()?.expect_status(200)?.expect_json("code", 1)?.expect_contains("Hello")?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = MockService::start(Settings::default())?;
    let http = HttpSettings::default().host(service.url().parse()?);
    let plan = Plan::new().http(http);

    let once = LoadTest::new(plan.clone().loops(1)).check("hello", hello).start()?.join()?;
    println!("once: {}", if once.whole.totals.pass == 1 { "pass" } else { "fail" });

    let load = plan.users(20).time(Duration::from_secs(2));
    let summary = LoadTest::new(load).check("hello", hello).start()?.join()?;
    let (section, check) = (&summary.whole, &summary.whole.checks[0]);
    let p95_ms = check.tpr.percentile(95.0).map_or(0.0, perfloop::units::milliseconds);
    println!(
        "20 users for 2 s: {} of {} passed, p95 {p95_ms:.1} ms, {:.1} requests per second",
        check.pass,
        check.ended(),
        section.rps(check)
    );
    Ok(())
}
