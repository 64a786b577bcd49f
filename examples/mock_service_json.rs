//! One check that is a functional test and, unchanged, a load test.

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
