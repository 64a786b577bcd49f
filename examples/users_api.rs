//! A users API on a database, with made-up people: each user keeps a state of its own from its start to its end.
//!
//! `cargo run --release --example users_api` runs each check once, with the start and the end of its user around it.
//! As load, 20 users rest for 5 to 15 s between two iterations.
//! `cargo run --release --example users_api -- --time 5 --wait 50ms-150ms` does not take so long, and with more
//! `--users` and a `--spawn-rate` finds where the API breaks:
//!
//! ```text
//! 1031 checks in 5 s (time up): 1031 pass, 0 fail, 0 exception
//! 1787 requests: 1787 answered, 20 connections, 598.8 KiB in, 255.3 KiB out
//! …
//! check, its requests  pass  fail  exception  unfinished     rps   mean    p50     p90     p95     p99    max
//! list                  235     0          0           0   46.99  0.318  0.264   0.556   0.714  0.794*  0.830
//! create                756     0          0           0  302.31  0.440  0.367   0.830   0.983   1.32*   1.68
//!   POST /users/        756     0          0           0  151.16  0.256  0.206   0.467   0.555  0.762*  0.926
//! client: on_start       20     0          0           0    4.00  0.663  0.687  0.790*  0.849*  0.858*  0.858
//! client: on_stop        20     0          0           0    4.00  0.524  0.524  0.783*  0.789*  0.794*  0.794
//! of no single check
//!   GET /users          255     0          0           0   50.99  0.344  0.285   0.674   0.734  0.799*  0.830
//!   GET /users/{name}   776     0          0           0  155.15  0.193  0.138   0.432   0.566  0.783*   1.14
//! all                  1031     0          0           0  357.30  0.418  0.353   0.768   0.921    1.16   1.68
//! ```

#![forbid(unsafe_code)]

use std::time::Duration;

use fake::Fake as _;
use fake::faker::internet::en::SafeEmail;
use fake::faker::name::en::Name;
use fake::rand::SeedableRng as _;
use fake::rand::rngs::StdRng;
use mock_service::{MockService, Settings};
use perfloop::{CheckResult, Harness, Plan, User, UserClass, between};
use serde::{Deserialize, Serialize};

/// What the API takes, and gives back with an id of its own.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Person {
    name: String,
    email: String,
}

/// What each user keeps: where its people come from, and the last one it has created.
struct People {
    rng: StdRng,
    last: Option<Person>,
}

/// The same user makes up the same people in each run.
fn begin(user: &mut User) -> CheckResult {
    user.get("/users").query("limit", "1").send()?.expect_status(200)?;
    let rng = StdRng::seed_from_u64(user.id().into());
    user.set_state(People { rng, last: None });
    Ok(())
}

fn list(user: &mut User) -> CheckResult {
    let people: Vec<Person> = user.get("/users").query("limit", "20").send()?.expect_status(200)?.json_as()?;
    if people.len() > 20 { Err("wanted at most 20 people".into()) } else { Ok(()) }
}

/// Creates a person, and reads it back.
fn create(user: &mut User) -> CheckResult {
    let person = new_person(user);
    user.post("/users/").json(&person).send()?.expect_status(200)?.expect_json("name", person.name.as_str())?;
    expect_person(user, &person)?;
    user.state::<People>().last = Some(person);
    Ok(())
}

/// What this user has created last is still there.
fn end(user: &mut User) -> CheckResult {
    match user.state::<People>().last.take() {
        Some(person) => expect_person(user, &person),
        None => Ok(()),
    }
}

/// Made-up names repeat; the user's number and its iteration's keep these apart.
fn new_person(user: &mut User) -> Person {
    let (id, iteration) = (user.id(), user.iteration());
    let rng = &mut user.state::<People>().rng;
    let name: String = Name().fake_with_rng(rng);
    Person { name: format!("{name} {id}-{iteration}"), email: SafeEmail().fake_with_rng(rng) }
}

fn expect_person(user: &mut User, person: &Person) -> CheckResult {
    let found: Person =
        user.get(&format!("/users/{}", person.name)).name("GET /users/{name}").send()?.expect_status(200)?.json_as()?;
    if found == *person { Ok(()) } else { Err(format!("wanted {person:?}, got {found:?}").into()) }
}

fn main() -> std::io::Result<()> {
    // It answers where PERFLOOP_HOST names no other service.
    let service = MockService::start(Settings::default())?;
    let client = UserClass::new("client").on_start(begin).on_stop(end).check(list, 1).check(create, 3);
    let plan = Plan::new().users(20).wait(between(Duration::from_secs(5), Duration::from_secs(15)));
    Harness::new().host(&service.url()).plan(plan).class(client).main()
}
