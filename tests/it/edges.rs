//! The edges of a load: its beginning and end, what comes and goes in between, and what authors' code does to it.

use std::thread;
use std::time::{Duration, Instant};

use perfloop::{LoadTest, Plan, User};

use crate::support::{Service, alone, eventually, join_within, run};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
/// Soon, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(5);

fn get(url: String) -> impl Fn(&mut User) -> Result<(), perfloop::RequestError> + Clone {
    move |user| user.get(&url).send().map(drop)
}

#[test]
fn every_arrival_that_was_due_was_begun_or_dropped() {
    let _alone = alone();
    let service = Service::start();
    let summary = run(Plan::new().rate(50.0).max_users(2).time(2 * SECOND), get(service.at("/delay/100")));
    let pass = summary.whole.totals.pass;
    assert_eq!((pass, pass + summary.dropped), (service.total_hits(), 100), "none is due at the end itself");
    assert!((60..=75).contains(&summary.dropped), "{}", summary.dropped);
}

#[test]
fn an_arrival_whose_user_woke_after_the_stop_is_dropped_and_not_forgotten() {
    let _alone = alone();
    let service = Service::start();
    let summary = run(Plan::new().rate(3000.0).time(SECOND), get(service.at("/fast")));
    let pass = summary.whole.totals.pass;
    assert_eq!((pass, pass + summary.dropped), (service.total_hits(), 3000));
}

#[test]
fn what_is_due_at_the_end_itself_is_neither_begun_nor_missed() {
    let service = Service::start();
    let summary = run(Plan::new().users(10).pace(100 * MS).time(SECOND), get(service.at("/fast")));
    assert_eq!(summary.whole.totals.pass + summary.missed, 100);
    assert_eq!(summary.whole.totals.pass, service.total_hits());
}
