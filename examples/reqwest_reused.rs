//! Functional tests that a team has already, on a client of their own, taken over as they are.
//!
//! `cargo run --release --example reqwest_reused` runs each once, and
//! `cargo run --release --example reqwest_reused -- --users 5 --time 3` as load:
//!
//! ```text
//! 75 checks in 3.01 s (time up): 75 pass, 0 fail, 0 exception
//! …
//! check                    pass  fail  exception  unfinished    rps   mean    p50     p90     p95     p99    max
//! says_hello                 40     0          0           0  13.28  201.0  200.7  203.4*  203.4*  203.4*  203.4
//! says_hello_to_who_posts    35     0          0           0  11.62  200.6  200.6  200.8*  200.8*  200.9*  200.9
//! ```
//!
//! perfloop sees none of the requests: a check's time is what the whole of it took, by the thread's clock.

#![forbid(unsafe_code)]

use std::error::Error;
use std::sync::LazyLock;
use std::time::Duration;

use mock_service::{MockService, Settings};
use perfloop::{ErrorClass, Harness};
use reqwest::blocking::Client;
use serde::Deserialize;

#[derive(Deserialize)]
struct Hello {
    code: u32,
    message: String,
}

/// As the tests had it before: one client for all of them, which gives up after a second.
static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().timeout(Duration::from_secs(1)).build().expect("a client"));

#[perfloop::check]
fn says_hello() -> Result<(), reqwest::Error> {
    let hello: Hello = CLIENT.get(url("/json")).send()?.error_for_status()?.json()?;
    assert_eq!(hello.code, 1);
    assert_eq!(hello.message, "Hello, World!");
    Ok(())
}

#[perfloop::check]
fn says_hello_to_who_posts() -> Result<(), reqwest::Error> {
    let answer = CLIENT.post(url("/json")).body("{}").send()?;
    assert_eq!(answer.status(), 200);
    assert!(answer.text()?.contains("Hello"));
    Ok(())
}

/// Where no variable says it, the mock service answers. It ends with the program.
fn url(path: &str) -> String {
    static SERVICE: LazyLock<MockService> =
        LazyLock::new(|| MockService::start(Settings::default()).expect("a mock service"));
    let host = std::env::var("PERFLOOP_HOST").unwrap_or_else(|_| SERVICE.url());
    format!("{host}{path}")
}

/// No usable answer is an exception. For a timeout only reqwest's own type tells; all other errors perfloop judges.
fn class_of(error: &(dyn Error + 'static)) -> Option<ErrorClass> {
    let error: &reqwest::Error = error.downcast_ref()?;
    error.is_timeout().then_some(ErrorClass::Exception)
}

fn main() {
    Harness::new().classify(class_of).main()
}
