//! Two classes of users: visitors who choose their checks by weight, and approvers who reach the API only through
//! their team's own client library, whose requests perfloop cannot see.
//!
//! `cargo run --release --example weights_and_sdk` runs each check once. As load, 20 users rest for 5 to 9 s between
//! two iterations; `cargo run --release --example weights_and_sdk -- --time 5 --wait 50ms-90ms` does not take so long:
//!
//! ```text
//! 1425 checks in 5 s (time up): 1390 pass, 35 fail, 0 exception
//! 1420 requests: 1420 answered, 15 connections, 209.7 KiB in, 120.2 KiB out
//! …
//! check, its requests  pass  fail  exception  unfinished     rps   mean     p50     p90     p95     p99    max
//! index                 721     0          0           0  144.31  0.111   0.079   0.257   0.297  0.385*  0.609
//!   GET /               721     0          0           0  144.31  0.110   0.079   0.257   0.292  0.377*  0.609
//! login                 346     0          0           0   69.25  0.113   0.083   0.256   0.291  0.423*  0.692
//!   POST /login         346     0          0           0   69.25  0.113   0.083   0.255   0.291  0.423*  0.692
//! approve               318    35          0           0   70.65  0.265   0.211   0.463   0.524  0.747*  0.841
//!   enrollpushapprove   318    35          0           0   70.65  0.266   0.211   0.463   0.524  0.762*  0.841
//! …
//! failures
//!      35  fail       approve: denied: each tenth push is denied
//!                     from 0.1 s to 5.0 s
//! ```

#![forbid(unsafe_code)]

use std::time::Duration;

use mock_service::{MockService, Settings};
use perfloop::{CheckResult, Harness, Plan, User, UserClass, between};

fn index(user: &mut User) -> CheckResult {
    user.get("/").send()?.expect_status(200)?.expect_contains("Hello, World!")?;
    Ok(())
}

fn login(user: &mut User) -> CheckResult {
    let form = [("username", "ann"), ("password", "secret")];
    user.post("/login").form(&form).send()?.expect_status(200)?.expect_contains("logged in")?;
    Ok(())
}

/// Times the call of the library. What is no `allow` is a failure with its reason.
fn approve(user: &mut User) -> CheckResult {
    user.time_with("enrollpushapprove", |sdk: &mut sdk::Client| -> CheckResult {
        match sdk.approve("ann")? {
            sdk::Decision::Allow => Ok(()),
            sdk::Decision::Deny(why) => Err(format!("denied: {why}").into()),
        }
    })
}

fn main() -> std::io::Result<()> {
    // It answers where PERFLOOP_HOST names no other service.
    let service = MockService::start(Settings::default())?;
    let url = std::env::var("PERFLOOP_HOST").unwrap_or_else(|_| service.url());

    let visitor = UserClass::new("visitor").weight(3).check(index, 2).check(login, 1);
    let approver = UserClass::new("approver")
        .on_start(move |user: &mut User| user.set_state(sdk::Client::new(&url)))
        .check(approve, 1);
    let plan = Plan::new().users(20).wait(between(Duration::from_secs(5), Duration::from_secs(9)));
    Harness::new().host(&service.url()).plan(plan).class(visitor).class(approver).main()
}

/// Stands for a library that the team already has: blocking, with connections and errors of its own.
mod sdk {
    use std::io::{self, Read as _, Write as _};
    use std::net::TcpStream;

    /// A client of the approval service.
    pub(crate) struct Client {
        authority: String,
    }

    /// What became of a push.
    pub(crate) enum Decision {
        Allow,
        /// And why.
        Deny(String),
    }

    impl Client {
        pub(crate) fn new(url: &str) -> Self {
            Client { authority: url.trim_start_matches("http://").trim_end_matches('/').to_owned() }
        }

        /// Asks the phone of this person.
        pub(crate) fn approve(&mut self, person: &str) -> io::Result<Decision> {
            let mut stream = TcpStream::connect(&self.authority)?;
            let (host, length) = (&self.authority, person.len());
            write!(
                stream,
                "POST /enrollpush/approve HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{person}"
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            let (_, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
            let body: serde_json::Value = serde_json::from_str(body)?;
            match body["result"].as_str() {
                Some("allow") => Ok(Decision::Allow),
                _ => Ok(Decision::Deny(body["reason"].as_str().unwrap_or("no reason").to_owned())),
            }
        }
    }
}
