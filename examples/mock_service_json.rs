//! One check that is a functional test and, unchanged, a load test.
//!
//! `cargo run --release --example mock_service_json` runs it once:
//!
//! ```text
//! running 1 test
//! test hello ... ok
//! ```
//!
//! `cargo run --release --example mock_service_json -- --users 2 --loops 100 --time 5` runs it as load. Answers take
//! 200 ms, so that 2 users get no more than 10 of them a second:
//!
//! ```text
//! 50 checks in 5.05 s (time up): 50 pass, 0 fail, 0 exception
//! …
//! check               pass  fail  exception  unfinished  passes/s   rps
//! hello                 50     0          0           0      9.90  9.90
//! …
//! TPR of passes, ms    mean    min    p50     p90     p95     p99    max
//! hello               200.9  200.4  200.6  201.0*  202.0*  208.4*  208.4
//! ```

#![forbid(unsafe_code)]

use mock_service::{MockService, Settings};
use perfloop::{CheckResult, Harness, User};

#[perfloop::check]
fn hello(user: &mut User) -> CheckResult {
    user.get("/json").send()?.expect_status(200)?.expect_json("code", 1)?;
    Ok(())
}

fn main() -> std::io::Result<()> {
    // It answers where PERFLOOP_HOST names no other service.
    let service = MockService::start(Settings::default())?;
    Harness::new().host(&service.url()).main()
}
