//! The end of a run comes soon, whatever its users are doing.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use perfloop::{EndReason, LoadTest, Plan, Run, User};

use crate::support::{Running, Service, eventually, finish, join_within, run, spawn};

const MS_300: Duration = Duration::from_millis(300);
/// Soon, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(5);

fn get(url: String) -> impl Fn(&mut User) -> Result<(), perfloop::RequestError> + Send + Sync + 'static {
    move |user| user.get(&url).send().map(drop)
}

/// Starts a run of one check.
fn start(plan: Plan, service: &Service, path: &str) -> Run {
    LoadTest::new(plan).check("check", get(service.at(path))).start().unwrap()
}

#[test]
fn the_stop_wakes_users_that_rest() {
    let service = Service::start();
    let run = start(Plan::new().users(20).time(SOON * 10).wait(Duration::from_secs(60)), &service, "/fast");
    eventually("all users rest", || run.live().summary().whole.totals.pass == 20);
    thread::sleep(MS_300);
    run.stop();
    let summary = join_within(run, Duration::from_secs(1));
    assert_eq!(summary.end.unwrap().reason, EndReason::Stopped);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.unfinished), (20, 0));
}

#[test]
fn the_stop_wakes_users_that_have_not_started_or_think() {
    let plan = Plan::new().users(2).time(Duration::from_secs(100)).ramp_up(Duration::from_secs(90));
    let run =
        LoadTest::new(plan).check("thinks", |user: &mut User| user.think(Duration::from_secs(60))).start().unwrap();
    eventually("the first user is up", || run.live().summary().users_up == 1);
    run.stop();
    let summary = join_within(run, Duration::from_secs(1));
    assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (1, 0));
}

#[test]
fn the_time_is_up_for_users_that_rest_too() {
    let service = Service::start();
    let plan = Plan::new().users(2).time(MS_300).wait(Duration::from_secs(60));
    let summary = join_within(start(plan, &service, "/fast"), SOON);
    let end = summary.end.unwrap();
    assert_eq!((end.reason, summary.whole.totals.pass), (EndReason::TimeUp, 2));
    assert!(end.duration >= MS_300, "{end:?}");
}

#[test]
fn a_service_that_hangs_does_not_hold_the_end() {
    let service = Service::start();
    let plan = Plan::new().users(5).time(MS_300).stop_timeout(MS_300);
    let summary = join_within(start(plan, &service, "/fault/hang"), SOON);
    let end = summary.end.unwrap();
    assert_eq!((end.reason, end.abandoned), (EndReason::TimeUp, 0));
    assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 5));
}

#[test]
fn a_connection_that_is_never_made_does_not_hold_the_end() {
    // A listener whose queue is full: the kernel leaves further connections unanswered.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let fill = || TcpStream::connect_timeout(&address, Duration::from_millis(200));
    let queued: Vec<_> = (0..5000).map_while(|_| fill().ok()).collect();
    let plan = || Plan::new().users(3).time(MS_300).stop_timeout(MS_300);
    let url = format!("http://{address}/");
    let own = url.clone();
    let by_codec = LoadTest::new(plan()).check("codec", move |user: &mut User| user.get(&own).send().map(drop));
    let by_agent = LoadTest::new(plan()).check("agent", move |user: &mut User| user.agent().get(&url).call().map(drop));
    for test in [by_codec, by_agent] {
        let summary = join_within(test.start().unwrap(), SOON);
        assert_eq!(summary.end.unwrap().abandoned, 0, "no thread is left behind");
        assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 3));
    }
    drop(queued);
}

#[test]
fn a_body_that_drips_does_not_hold_the_end() {
    let service = Service::start();
    let plan = Plan::new().time(MS_300).stop_timeout(MS_300);
    let summary = join_within(start(plan, &service, "/drip/1000000/1"), SOON);
    assert_eq!((summary.end.unwrap().abandoned, summary.whole.totals.unfinished), (0, 1));
}

#[test]
fn the_stop_timeout_lets_a_running_check_end() {
    let service = Service::start();
    let run = start(Plan::new().users(3).time(SOON * 10), &service, "/delay/700");
    eventually("all checks run", || service.total_hits() == 3);
    run.stop();
    let summary = join_within(run, SOON);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.unfinished), (3, 0));
    assert_eq!(service.total_hits(), 3, "no check begins after the stop");
}

#[test]
fn a_check_that_blocks_in_its_own_code_is_abandoned_and_counted_as_unfinished() {
    let plan = Plan::new().time(MS_300).stop_timeout(MS_300);
    let blocks = |_: &mut User| thread::sleep(Duration::from_secs(60));
    let summary = join_within(LoadTest::new(plan).check("blocks", blocks).start().unwrap(), SOON);
    assert_eq!(summary.end.unwrap().abandoned, 1);
    assert_eq!((summary.whole.totals.ended(), summary.whole.totals.unfinished), (0, 1));
    let warnings: Vec<String> = summary.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|warning| warning.starts_with("1 thread could not be interrupted")), "{warnings:?}");
}

#[test]
fn a_cut_from_the_program_ends_a_run_at_once() {
    let service = Service::start();
    let run = start(Plan::new().users(2).time(SOON * 10), &service, "/fault/hang");
    eventually("both hang", || service.total_hits() == 2);
    run.live().cut();
    let summary = join_within(run, SOON);
    assert_eq!((summary.end.unwrap().reason, summary.whole.totals.unfinished), (EndReason::Stopped, 2));
}

#[test]
fn the_numbers_can_be_read_while_a_run_goes_on() {
    let service = Service::start();
    let run = start(Plan::new().users(2).time(SOON * 10).wait(Duration::from_millis(5)), &service, "/fast");
    let live = run.live();
    eventually("some passes", || live.summary().whole.totals.pass >= 10);
    let before = live.summary();
    assert_eq!((before.end, before.users, before.users_up, live.is_stopping()), (None, 2, 2, false));
    eventually("more passes", || live.summary().whole.totals.pass > before.whole.totals.pass);
    run.stop();
    assert!(live.is_stopping());
    let after = join_within(run, SOON);
    assert_eq!(after.whole.totals.pass, live.summary().whole.totals.pass, "what is read at the end is the end");
    assert_eq!((after.whole.request_totals.sent(), after.users_up), (service.total_hits(), 0));
}

#[test]
fn a_dropped_run_goes_on_to_its_end_by_itself() {
    let service = Service::start();
    let done = Arc::new(AtomicU64::new(0));
    let (url, count) = (service.at("/fast"), Arc::clone(&done));
    let check = move |user: &mut User| {
        let answer = user.get(&url).send().map(drop);
        count.fetch_add(1, Ordering::SeqCst);
        answer
    };
    drop(LoadTest::new(Plan::new().users(2).loops(50)).check("check", check).start().unwrap());
    eventually("all loops are done", || done.load(Ordering::SeqCst) == 100);
    assert_eq!(service.total_hits(), 100);
}

#[test]
fn a_second_run_in_the_same_program_starts_from_zero() {
    let service = Service::start();
    for _ in 0..2 {
        let summary = run(Plan::new().users(2).loops(3), get(service.at("/fast")));
        assert_eq!((summary.whole.totals.pass, summary.users_up), (6, 0));
    }
    let (a, b) = (start(Plan::new().loops(5), &service, "/fast"), start(Plan::new().loops(7), &service, "/fast"));
    let (a, b) = (join_within(a, SOON), join_within(b, SOON));
    assert_eq!((a.whole.totals.pass, b.whole.totals.pass), (5, 7), "side by side as well");
    assert_eq!(service.total_hits(), 24);
}

#[test]
fn a_plan_that_cannot_work_is_an_error_before_any_traffic() {
    let service = Service::start();
    let test = LoadTest::new(Plan::new().users(0)).check("check", get(service.at("/fast")));
    assert_eq!(test.start().unwrap_err().kind(), perfloop::ErrorKind::Usage);
    assert!(LoadTest::new(Plan::new()).start().is_err(), "without checks there is nothing to run");
    assert_eq!(service.total_hits(), 0);
}

/// A run that would go on for long, its users in requests of 300 ms.
fn long_run(service: &Service) -> Running {
    let running = spawn(&["--users", "2", "--time", "50", &service.at("/delay/300")]);
    running.is_up();
    eventually("both users are in a request", || service.total_hits() >= 2);
    running
}

#[test]
fn an_interrupt_stops_the_run_and_prints_its_tables() {
    for signal in ["INT", "TERM"] {
        let service = Service::start();
        let running = long_run(&service);
        running.signal(signal);
        let output = running.wait();
        assert_eq!(output.code, Some(130), "{signal}: {output:#?}");
        assert!(output.took < Duration::from_secs(20), "{signal}: {:?}", output.took);
        assert!(output.stdout.contains("(stopped):"), "{signal}: {}", output.stdout);
        assert!(output.stdout.contains("TPR of passes, ms"), "{signal}: {}", output.stdout);
        let passed = format!(": {} pass, 0 fail, 0 exception\n", service.total_hits());
        assert!(output.stdout.contains(&passed), "{signal}: what ran could end: {}", output.stdout);
    }
}

#[test]
fn a_second_interrupt_cuts_a_run_off_at_once() {
    let service = Service::start();
    let running = spawn(&["--users", "2", "--time", "50", "--stop-timeout", "50", &service.at("/fault/hang")]);
    running.is_up();
    eventually("both users hang", || service.total_hits() == 2);
    running.signal("INT");
    eventually("the first interrupt is heard", || running.stderr().contains("interrupt again"));
    thread::sleep(MS_300);
    let second = Instant::now();
    running.signal("TERM");
    let output = running.wait();
    assert!(second.elapsed() < SOON, "{:?}", second.elapsed());
    assert_eq!(output.code, Some(130), "{output:#?}");
    assert!(output.stdout.contains("0 exception, 2 unfinished"), "{}", output.stdout);
}

#[test]
fn passes_before_the_end_of_a_run_without_loops_are_all_counted() {
    let service = Service::start();
    let summary = finish(LoadTest::new(Plan::new().users(4).time(MS_300)).check("check", get(service.at("/fast"))));
    assert_eq!(summary.whole.totals.pass, service.total_hits());
}
