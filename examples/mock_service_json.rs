//! One check, written with ureq, that is a functional test and, unchanged, a load test.
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
//! 50 checks in 5.01 s (time up): 50 pass, 0 fail, 0 exception
//! 50 requests: 50 answered, 2 connections, 7.2 KiB in, 4.2 KiB out
//! answers by status: 200: 50
//! …
//! check, its requests  pass  fail  exception  unfinished   rps   mean    p50     p90     p95     p99    max
//! hello                  50     0          0           0  9.98  200.3  200.3  200.5*  200.6*  200.6*  200.6
//!   GET /json            50     0          0           0  9.98  200.3  200.3  200.5*  200.6*  200.6*  200.6
//! ```

#![forbid(unsafe_code)]

use mock_service::{MockService, Settings};
use perfloop::{Harness, User, ureq};
use serde_json::Value;

#[perfloop::check]
fn hello(user: &mut User) -> Result<(), ureq::Error> {
    let mut answer = user.agent().get("/json").call()?;
    assert_eq!(answer.status(), 200);
    let body: Value = answer.body_mut().read_json()?;
    assert_eq!(body["code"], 1);
    Ok(())
}

fn main() -> std::io::Result<()> {
    // It answers where PERFLOOP_HOST names no other service.
    let service = MockService::start(Settings::default())?;
    Harness::new().host(&service.url()).main()
}
