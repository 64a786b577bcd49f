//! The edges of a load: its beginning and end, what comes and goes in between, and what authors' code does to it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use perfloop::{Check, EndReason, LoadTest, Outcome, Plan, User, UserClass};

use crate::support::{Service, alone, eventually, join_within, run, spawn};

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
    // Two users get through 40 at the best, and through fewer on a machine that others use.
    assert!((60..=85).contains(&summary.dropped), "{}", summary.dropped);
    let warning = format!("{} arrivals were dropped", summary.dropped);
    assert!(summary.warnings().iter().any(|told| told.to_string().starts_with(&warning)), "{warning}");
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

#[test]
fn loops_begin_with_the_first_one_that_ends_after_the_warm_up() {
    let service = Service::start();
    let plan = Plan::new().users(2).loops(3).warmup(500 * MS);
    let summary = run(plan, get(service.at("/delay/200")));
    assert_eq!(summary.whole.totals.pass, 6);
    assert_eq!(summary.warmup.unwrap().section.totals.pass + 6, service.total_hits());
}

#[test]
fn users_that_are_still_wished_for_at_the_stop_do_not_hold_the_end() {
    let _alone = alone();
    let run = LoadTest::new(Plan::new().time(60 * SECOND)).check("rests", |_: &mut User| thread::sleep(300 * MS));
    let run = run.start().unwrap();
    eventually("the user is up", || run.live().summary().users_up == 1);
    run.set_users(1000);
    thread::sleep(10 * MS);
    run.stop();
    let summary = join_within(run, SOON);
    assert_eq!((summary.end.unwrap().abandoned, summary.users_up), (0, 0));
}

#[test]
fn users_come_and_go_as_somebody_wants_them_also_to_nobody_and_back() {
    let service = Service::start();
    let test = LoadTest::new(Plan::new().users(3).time(60 * SECOND).wait(5 * MS));
    let run = test.check("check", get(service.at("/fast"))).start().unwrap();
    for users in [3, 8, 0, 5, 0, 2] {
        run.set_users(users);
        eventually("so many are up", || run.live().summary().users_up == users);
    }
    run.stop();
    let summary = join_within(run, SOON);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.unfinished), (service.total_hits(), 0));
    assert_eq!(summary.users_up, 0);
}

#[test]
fn a_shape_that_panics_ends_the_run_and_says_so() {
    let shape = |time: Duration| if time < 300 * MS { Some(2) } else { panic!("no idea") };
    let run = LoadTest::new(Plan::new().shape(shape)).check("rests", |_: &mut User| thread::sleep(MS)).start().unwrap();
    let summary = join_within(run, SOON);
    assert!(summary.whole.totals.pass > 0 && summary.hook_panic.unwrap().starts_with("no idea"));
}

#[test]
fn a_hook_that_blocks_does_not_hold_the_end() {
    let plan = Plan::new().users(2).time(300 * MS);
    let test = LoadTest::new(plan).check("rests", |_: &mut User| thread::sleep(MS));
    let began = Instant::now();
    let run = test.on_spawning_complete(|_| thread::sleep(10 * SECOND)).start().unwrap();
    join_within(run, SOON);
    assert!(began.elapsed() < SOON);
}

#[test]
fn classes_with_no_place_for_all_are_at_full_load_when_theirs_are_up() {
    let class = UserClass::new("admin").fixed(3).with_check(Check::new("rests", |_: &mut User| thread::sleep(MS)), 1);
    let spawned = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&spawned);
    let test = LoadTest::new(Plan::new().users(10).time(300 * MS)).class(class);
    let run = test.on_spawning_complete(move |users| seen.store(users, Ordering::SeqCst)).start().unwrap();
    let summary = join_within(run, SOON);
    assert_eq!(spawned.load(Ordering::SeqCst), 3);
    assert!(summary.full_load.is_some());
}

#[test]
fn users_that_are_told_to_leave_end_their_check_and_are_counted() {
    let check = |_: &mut User| thread::sleep(SECOND);
    let plan = Plan::new().stages([(Duration::ZERO, 4), (500 * MS, 4), (Duration::ZERO, 1), (2 * SECOND, 1)]);
    let summary = run(plan, check);
    // Three leave after their first second; the one that stays goes on to the end.
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.unfinished), (3 + 3, 0));
    assert_eq!(summary.levels.len(), 1, "in the first half second nothing ended");
}

#[test]
fn panics_of_start_check_and_stop_are_fails_and_those_of_hooks_are_nobodys() {
    let panics = |_: &mut User| assert_eq!(1, 2, "on purpose");
    let class = |name| UserClass::new(name).with_check(Check::new("check", panics), 1);
    let test = LoadTest::new(Plan::new().users(4).loops(2))
        .class(class("starts").on_start(panics))
        .class(class("stops").on_stop(panics))
        .on_user_start(|_| panic!("a hook"))
        .on_user_stop(|_| panic!("a hook"));
    let summary = join_within(test.start().unwrap(), SOON);
    // Two that never get started; two with two loops and a stop each.
    assert_eq!((summary.whole.totals.fail, summary.whole.totals.ended()), (2 + 2 * 3, 8));
    assert!(summary.hook_panic.unwrap().starts_with("a hook"));
}

#[test]
fn a_hook_that_makes_a_request_is_told_that_only_checks_do() {
    let service = Service::start();
    let (url, told) = (service.at("/fast"), Arc::new(Mutex::new(String::new())));
    let sink = Arc::clone(&told);
    let test = LoadTest::new(Plan::new().loops(1)).check("check", get(url.clone()));
    let hook = move |user: &mut User| *sink.lock().unwrap() = user.get(&url).send().unwrap_err().to_string();
    let summary = join_within(test.on_user_start(hook).start().unwrap(), SOON);
    assert!(told.lock().unwrap().contains("only checks make requests"), "{told:?}");
    assert_eq!((summary.whole.totals.pass, service.total_hits()), (1, 1));
}

#[test]
fn times_without_end_that_a_check_reports_are_counted() {
    let check = |user: &mut User| {
        user.record("eternity", Duration::MAX, Outcome::Pass);
        user.record("eternity", Duration::MAX, Outcome::Pass);
    };
    let summary = run(Plan::new().loops(3), check);
    assert_eq!((summary.whole.totals.pass, summary.whole.request_totals.answered), (3, 6));
    let five_hundred_years = Duration::from_secs(500 * 365 * 86_400);
    assert!(summary.whole.request_totals.response_time.max() > Some(five_hundred_years), "the longest that is told");
    assert!(summary.whole.request_totals.response_time.mean().is_some());
}

#[test]
fn users_that_do_their_loops_while_others_still_start_do_them_all() {
    let service = Service::start();
    let summary = run(Plan::new().users(20).loops(3).ramp_up(SECOND), get(service.at("/fast")));
    assert_eq!((summary.whole.totals.pass, service.total_hits()), (60, 60));
    assert_eq!((summary.users_up, summary.end.unwrap().reason), (0, EndReason::LoopsDone));
}

#[test]
fn an_interrupt_ends_a_load_of_any_kind() {
    let service = Service::start();
    let url = service.at("/delay/50");
    for load in [["--stages", "1s:20,1s:2,60s:20"], ["--rate", "3s:100,60s:1"], ["--warmup", "60"], ["--pace", "70ms"]]
    {
        let running = spawn(&[load[0], load[1], "--json", "-", &url]);
        running.is_up();
        thread::sleep(700 * MS);
        running.signal("INT");
        let output = running.wait();
        assert_eq!(output.code, Some(130), "{load:?}: {output:#?}");
        assert_eq!(output.json()["totals"]["unfinished"], 0, "{load:?}");
        assert!(output.took < SOON, "{load:?}: {:?}", output.took);
    }
}
