//! Each sign where it is plain, and just below where it would be.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::asked::{Asked, AskedLoad};
use crate::end::{End, EndReason, MachineUse};
use crate::ids::CheckId;
use crate::moment::Moment;
use crate::names::Names;
use crate::nanos::Nanos;
use crate::outcome::{Outcome, Reason};
use crate::sample::{
    Answer, CheckSample, Level, Plateau, RequestSample, RequestTimes, Sample, Traffic, UserEvent, UserSample,
};
use crate::stats::{Stats, Timing};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// A run that is told sample by sample, all of it at full load.
struct Run {
    stats: Stats,
    names: Arc<Names>,
    start: Moment,
    level: Level,
}

impl Run {
    fn new(users: u32) -> Run {
        let names = Arc::new(Names::new(["shop", "login"]));
        let (mut stats, start) = (Stats::new(Arc::clone(&names), users, false), Moment::now());
        let up = || Sample::User(UserSample { at: start, event: UserEvent::Released { late: Duration::ZERO } });
        (0..users).for_each(|_| stats.add(&mut up()));
        let mut run = Run { stats, names, start, level: Level::NONE };
        run.level(1, users, Duration::ZERO);
        run
    }

    fn level(&mut self, number: u16, users: u32, at: Duration) {
        self.level = Level(number);
        let (from, what) = (self.start + at, Plateau::Users(users));
        self.stats.add(&mut Sample::Level { level: self.level, what, from, asked: None });
    }

    fn exchange(&mut self, name: &str, at: Duration, times: RequestTimes, traffic: Traffic, answer: Answer) {
        self.stats.add(&mut Sample::Request(RequestSample {
            request: self.names.request(name),
            check: None,
            level: self.level,
            ended: self.start + at,
            times,
            lateness: None,
            traffic,
            answer,
        }));
    }

    /// An answer of so many milliseconds.
    fn answer(&mut self, name: &str, at: Duration, ms: f64) {
        let times = RequestTimes { first_byte: Duration::from_secs_f64(ms / 1e3).into(), ..RequestTimes::default() };
        self.exchange(name, at, times, Traffic::default(), Answer::Status(200));
    }

    /// A check of one request that was answered with this status within a millisecond.
    fn check(&mut self, check: u16, name: &str, at: Duration, status: u16) {
        let times = RequestTimes { first_byte: MS.into(), ..RequestTimes::default() };
        self.exchange(name, at, times, Traffic::default(), Answer::Status(status));
        let request = Some(self.names.request(name));
        let fail = Reason { message: format!("status {status} instead of 200"), detail: None, request };
        let outcome = if status == 200 { Outcome::Pass } else { Outcome::Fail(fail) };
        self.stats.add(&mut Sample::Check(CheckSample {
            check: CheckId(check),
            level: self.level,
            ended: self.start + at,
            tpr: MS.into(),
            elapsed: MS.into(),
            busy: MS.into(),
            idle: Nanos::ZERO,
            hooks: Nanos::ZERO,
            requests: 1,
            answered: 1,
            blamed: CheckSample::blamed_by(&outcome),
            asked: true,
            opens_iteration: true,
            outcome: outcome.into(),
        }));
    }

    fn summary(&self) -> Summary {
        let machine = MachineUse { processors: 4, own_share: 0.1, busy_share: Some(0.3), ..MachineUse::default() };
        let end = Some(End { reason: EndReason::TimeUp, duration: SECOND, abandoned: 0, machine });
        let asked = Asked { load: AskedLoad::Users, keeps: true, resumes: true, ..Asked::default() };
        Summary { end, asked, blocks: self.stats.blocks(), ..self.stats.summary(Duration::ZERO) }
    }

    fn signs(&self) -> Vec<Sign> {
        self.summary().diagnoses().iter().map(|one| one.sign).collect()
    }

    fn text(&self) -> String {
        self.summary().diagnoses().iter().map(|one| format!("{one}\n")).collect()
    }
}

/// Answers of which so many in a hundred came so long after their heads, with bodies of this size.
fn held_back(answers: u32, of_hundred: u32, receive: Duration, body_bytes: u64) -> Run {
    let mut run = Run::new(1);
    for n in 0..answers {
        let receive = if n % 100 < of_hundred { receive } else { MS / 100 };
        let times = RequestTimes { first_byte: MS.into(), receive: receive.into(), ..RequestTimes::default() };
        let traffic = Traffic { body_bytes, ..Traffic::default() };
        run.exchange("GET /", MS * 50 * n, times, traffic, Answer::Status(200));
    }
    run
}

#[test]
fn bodies_that_come_forty_milliseconds_late_were_held_back() {
    let run = held_back(200, 90, MS * 40, 500);
    assert_eq!(run.signs(), [Sign::BodyHeldBack]);
    let text = run.text();
    assert!(text.starts_with("in 90 % of the answers to GET / the body came about 40 ms after the head"), "{text}");
    assert!(text.contains("TCP_NODELAY"), "{text}");
}

#[test]
fn bodies_that_come_at_other_times_or_seldom_or_are_large_were_not_held_back() {
    let cases = [
        held_back(99, 90, MS * 40, 500),
        held_back(200, 45, MS * 40, 500),
        held_back(200, 90, MS * 36, 500),
        held_back(200, 90, MS * 48, 500),
        held_back(200, 90, MS * 40, 17 * 1024),
    ];
    for (place, run) in cases.iter().enumerate() {
        assert_eq!(run.signs(), [], "{place}");
    }
}

/// Connections of so many users, each as long in the making as it says.
fn connections(users: u32, times: &[(u32, Duration)]) -> Run {
    let mut run = Run::new(users);
    for (place, connect) in times.iter().flat_map(|(count, time)| (0..*count).map(|_| *time)).enumerate() {
        let times = RequestTimes { connect: connect.into(), first_byte: MS.into(), ..RequestTimes::default() };
        let traffic = Traffic { new_connection: true, ..Traffic::default() };
        run.exchange("GET /", MS * 10 * place as u32, times, traffic, Answer::Status(200));
    }
    run
}

#[test]
fn connections_that_take_whole_seconds_met_a_full_backlog() {
    let run = connections(1000, &[(300, MS), (25, MS * 1012), (10, MS * 3050)]);
    assert_eq!(run.signs(), [Sign::BacklogFull]);
    let text = run.text();
    assert!(text.starts_with("35 of 335 connections took 1 s, 3 s to make"), "{text}");
}

#[test]
fn connections_that_are_slow_by_other_times_or_few_met_no_full_backlog() {
    assert_eq!(connections(1000, &[(300, MS), (19, MS * 1012)]).signs(), []);
    assert_eq!(connections(1000, &[(60, MS), (39, MS * 1012)]).signs(), []);
    assert_eq!(connections(1000, &[(300, MS), (25, MS * 1012), (10, MS * 600)]).signs(), []);
    assert_eq!(connections(1000, &[(300, MS), (25, MS * 1400)]).signs(), []);
}

#[test]
fn a_look_up_of_five_seconds_met_a_silent_name_server() {
    let of = |resolve: Duration| {
        let mut run = Run::new(1);
        let times = RequestTimes { resolve: resolve.into(), first_byte: MS.into(), ..RequestTimes::default() };
        let traffic = Traffic { new_connection: true, ..Traffic::default() };
        run.exchange("GET /", SECOND * 11, times, traffic, Answer::Status(200));
        run
    };
    assert_eq!(of(MS * 5012).signs(), [Sign::NameServerSilent]);
    assert!(of(MS * 5012).text().starts_with("looking up a name took 5.01 s"));
    assert_eq!(of(MS * 10_020).signs(), [Sign::NameServerSilent]);
    for other in [MS * 4900, MS * 5600, MS * 80, MS * 9000] {
        assert_eq!(of(other).signs(), [], "{other:?}");
    }
}

/// So many requests of one user, of which each makes a connection with TLS; of a hundred, so many resume a session.
fn with_tls(requests: u32, tls: Duration, resumed: u32) -> Run {
    let mut run = Run::new(1);
    for n in 0..requests {
        let times = RequestTimes {
            connect: (MS / 10).into(),
            tls: tls.into(),
            first_byte: (MS * 4).into(),
            ..RequestTimes::default()
        };
        let traffic = Traffic { new_connection: true, tls_resumed: n % 100 < resumed, ..Traffic::default() };
        run.exchange("GET /", MS * 10 * n, times, traffic, Answer::Status(200));
        // So that connections are kept now and then.
        (0..n % 2).for_each(|_| run.answer("GET /", MS * 10 * n, 4.0));
    }
    run
}

#[test]
fn handshakes_that_take_much_of_the_time_and_resume_nothing_are_told() {
    let run = with_tls(200, MS * 3, 0);
    assert_eq!(run.signs(), [Sign::SessionsNotResumed]);
    assert!(
        run.text().starts_with("TLS handshakes took 33 % of the time, 3 ms each, and none of 200 resumed a session")
    );
    assert_eq!(with_tls(200, MS * 3, 1).signs(), []);
    assert_eq!(with_tls(100, MS * 3, 0).signs(), []);
    assert_eq!(with_tls(200, MS, 0).signs(), []);
    let summary = Summary { asked: Asked { keeps: true, ..Asked::default() }, ..run.summary() };
    assert_eq!(summary.diagnoses(), [], "the plan resumes none");
}

#[test]
fn connections_that_the_service_closes_are_told_unless_the_plan_does() {
    let run = connections(1, &[(101, MS)]);
    assert_eq!(run.signs(), [Sign::NothingKept]);
    let text = run.text();
    assert!(text.contains("101 requests, 101 connections, 1 ms each to make, which is 50 % of the time"), "{text}");
    assert_eq!(connections(1, &[(100, MS)]).signs(), []);
    let summary = Summary { asked: Asked::default(), ..run.summary() };
    assert_eq!(summary.diagnoses(), []);
}

/// Answers of one request, each 10 ms, that take so long where `is_slow` says so.
fn over_time(length: Duration, slow_ms: f64, is_slow: impl Fn(Duration) -> bool) -> Run {
    let mut run = Run::new(10);
    let mut at = Duration::ZERO;
    while at < length {
        at += MS * 10;
        run.answer("GET /", at, if is_slow(at) { slow_ms } else { 2.0 });
    }
    // Without one there was no full load.
    run.check(0, "GET /", length, 200);
    run
}

/// In bursts each so many milliseconds, each so long.
fn in_bursts(every: u128, lasts: u128) -> impl Fn(Duration) -> bool {
    move |at| (at.as_millis() + every - 300) % every < lasts
}

#[test]
fn bursts_at_a_steady_interval_are_something_that_runs_by_a_clock() {
    let run = over_time(MS * 5900, 100.0, in_bursts(1000, 100));
    assert_eq!(run.signs(), [Sign::SlowBursts]);
    let diagnosis = &run.summary().diagnoses()[0];
    assert!(diagnosis.text.contains("in 6 bursts, one every 1 s, the first at 300 ms"), "{diagnosis}");
    assert_eq!(diagnosis.moments[1], MS * 1300);
    let long = over_time(SECOND * 200, 100.0, in_bursts(20_000, 500));
    assert_eq!(long.signs(), [Sign::SlowBursts], "by the timeline, whose slots are narrower");
    assert!(long.text().contains("one every 20"), "{}", long.text());
}

#[test]
fn bursts_that_are_few_or_at_odd_times_or_hardly_slow_are_no_clock() {
    assert_eq!(over_time(SECOND * 4, 100.0, in_bursts(1000, 100)).signs(), [], "4 bursts");
    assert_eq!(over_time(SECOND * 6, 20.0, in_bursts(1000, 100)).signs(), [], "not slow enough");
    assert_eq!(over_time(SECOND * 6, 100.0, in_bursts(1000, 20)).signs(), [], "too few");
    let odd = [400, 1100, 2600, 3300, 4700, 5800].map(|ms| MS * ms);
    let at_odd_times = move |at| odd.iter().any(|start| (*start..*start + MS * 100).contains(&at));
    assert_eq!(over_time(SECOND * 6, 100.0, at_odd_times).signs(), []);
    let first_half = |at: Duration| at < SECOND * 6 && in_bursts(1000, 100)(at);
    assert_eq!(over_time(SECOND * 12, 100.0, first_half).signs(), [], "it did not go on");
    let mut stood_still = over_time(SECOND * 6, 100.0, in_bursts(1000, 100)).summary();
    stood_still.stalls.record(SECOND);
    assert_eq!(stood_still.diagnoses(), []);
}

#[test]
fn users_in_step_whose_slow_request_is_always_slow_are_no_bursts() {
    let mut run = Run::new(10);
    for second in 0..8 {
        for user in 0..10 {
            (0..8).for_each(|n| run.answer("GET /fast", SECOND * second + MS * (10 * n + user), 2.0));
            run.answer("GET /slow", SECOND * second + MS * (200 + user), 120.0);
        }
    }
    assert_eq!(run.signs(), []);
}

#[test]
fn slow_answers_of_the_start_alone_are_a_cold_start() {
    let run = over_time(SECOND * 4, 200.0, |at| at <= MS * 400);
    assert_eq!(run.signs(), [Sign::ColdStart]);
    let text = run.text();
    assert!(text.contains("came in the first 500 ms: the start was cold") || text.contains("first 400 ms"), "{text}");
    assert!(text.contains("give a warm-up (warmup)"), "{text}");
}

#[test]
fn slow_answers_that_are_few_or_later_too_are_no_cold_start() {
    assert_eq!(over_time(SECOND * 4, 200.0, |at| at <= MS * 190).signs(), [], "19 of them");
    assert_eq!(over_time(SECOND * 4, 50.0, |at| at <= MS * 400).signs(), [], "not slow enough");
    assert_eq!(over_time(SECOND * 4, 200.0, |at| at <= MS * 400 || (at > MS * 2000 && at <= MS * 2060)).signs(), []);
    assert_eq!(over_time(SECOND * 4, 200.0, |at| at > MS * 200 && at <= MS * 600).signs(), [], "not from the first");
    assert_eq!(over_time(MS * 900, 200.0, |at| at <= MS * 300).signs(), [], "a third of all");
}

/// Answers each 5 ms; each so many-th is the first on its connection, and takes so long.
fn on_connections(every: u32, first_ms: u64, slow_until: Duration) -> Run {
    let mut run = Run::new(10);
    for n in 0..800 {
        let (at, is_first) = (MS * 5 * n, n % every == 0);
        let ms = if is_first && at < slow_until { first_ms } else { 2 };
        let times = RequestTimes { first_byte: Duration::from_millis(ms).into(), ..RequestTimes::default() };
        let traffic = Traffic { new_connection: is_first, ..Traffic::default() };
        run.exchange("GET /", at, times, traffic, Answer::Status(200));
    }
    run.check(0, "GET /", SECOND * 4, 200);
    run
}

#[test]
fn slow_answers_that_are_the_first_on_their_connections_are_told() {
    let run = on_connections(20, 90, SECOND * 4);
    assert_eq!(run.signs(), [Sign::SlowFirstAnswers]);
    let wanted = "100 % of the 40 answers that took more than 52 ms were the first on their connection";
    assert!(run.text().starts_with(wanted), "{}", run.text());
    assert_eq!(on_connections(50, 90, SECOND * 4).signs(), [], "too few");
    assert_eq!(on_connections(20, 40, SECOND * 4).signs(), [], "not slow enough");
    assert_eq!(on_connections(3, 90, MS * 800).signs(), [Sign::ColdStart], "it was the start");
    let summary = run.summary();
    assert_eq!(run.stats.counts(Duration::ZERO).diagnoses(), []);
    assert_eq!(summary.whole.request_totals.first_on_connection.count(), 40);
}

/// Checks each 5 ms, with the status that `of` says.
fn checks(length: Duration, of: impl Fn(Duration) -> u16) -> Run {
    let (mut run, mut at) = (Run::new(2), Duration::ZERO);
    while at < length {
        at += MS * 5;
        run.check(0, "GET /", at, of(at));
    }
    run
}

#[test]
fn failures_that_begin_after_many_passes_are_told_with_their_moment() {
    let run = checks(SECOND * 4, |at| if at >= MS * 1500 { 503 } else { 200 });
    assert_eq!(run.signs(), [Sign::FailuresBegan]);
    let diagnosis = &run.summary().diagnoses()[0];
    let wanted = "failures began at 1.5 s, after 199 checks had passed: 501 of 601 checks did not pass from about then to the end, which is 83 %. 2 users were up, and 199 requests were answered each second before. The first: shop: status 503 instead of 200";
    assert_eq!((diagnosis.text.as_str(), &diagnosis.moments[..]), (wanted, &[MS * 1500][..]));
    let stretch = checks(SECOND * 6, |at| if at >= MS * 1500 && at <= MS * 2800 { 503 } else { 200 });
    assert_eq!(stretch.signs(), [Sign::FailuresBegan]);
    assert!(stretch.text().contains("from about then to 2.8 s"), "{}", stretch.text());
}

#[test]
fn failures_from_the_start_or_now_and_then_begin_at_no_moment() {
    assert_eq!(checks(SECOND * 4, |at| if at >= MS * 900 { 503 } else { 200 }).signs(), [], "too few before");
    assert_eq!(checks(SECOND * 4, |_| 503).signs(), []);
    let now_and_then = |at: Duration| if at >= MS * 1500 && at.as_millis().is_multiple_of(25) { 503 } else { 200 };
    assert_eq!(checks(SECOND * 4, now_and_then).signs(), []);
    let few = checks(SECOND * 4, |at| if at >= MS * 1500 && at < MS * 1595 { 503 } else { 200 });
    assert_eq!(few.signs(), []);
}

/// So many checks of two requests, one of the first for so many of the second; the first fails so often.
fn two_requests(rounds: u32, of_second: u32, fails: u32, others: u32) -> Run {
    let mut run = Run::new(2);
    for n in 0..rounds {
        run.check(0, "GET /a", MS * 20 * n, if n < fails { 503 } else { 200 });
        (0..of_second).for_each(|k| run.check(0, "GET /b", MS * 20 * n, if n < others && k == 0 { 503 } else { 200 }));
    }
    run
}

#[test]
fn failures_of_one_request_among_several_are_told_with_its_share() {
    let run = two_requests(100, 9, 40, 5);
    assert_eq!(run.signs(), [Sign::FailuresOfOne]);
    let text = run.text();
    let wanted = "89 % of the failures are those of GET /a, which is 10 % of the requests, mostly with status 503";
    assert!(text.starts_with(wanted), "{text}");
    assert_eq!(two_requests(100, 9, 19, 0).signs(), [], "too few");
    assert_eq!(two_requests(100, 0, 40, 0).signs(), [], "the only one");
    let mixed = two_requests(200, 1, 40, 40).summary().diagnoses();
    assert!(mixed[0].text.starts_with("100 % of the failures have the status 503"), "{mixed:?}");
    assert_eq!(two_requests(200, 1, 40, 4).signs(), [Sign::FailuresOfOne], "it is half of all");
}

#[test]
fn failures_of_one_check_are_told_where_no_request_is() {
    let mut run = Run::new(2);
    for n in 0..200 {
        run.check(0, "GET /", MS * 20 * n, 200);
        run.check(1, "GET /", MS * 20 * n, if n % 4 == 0 { 503 } else { 200 });
    }
    assert_eq!(run.signs(), [Sign::FailuresOfOne]);
    assert!(run.text().starts_with("100 % of the failures are those of the check login, which is 50 % of the checks"));
}

#[test]
fn slow_answers_of_one_request_are_told_unless_it_is_always_slow() {
    let of = |every: u32, slow_ms: f64, others: u32| {
        let mut run = Run::new(2);
        for n in 0..800 {
            run.answer("GET /a", MS * 10 * n, if n % every == every - 1 { slow_ms } else { 2.0 });
            (0..2).for_each(|k| {
                run.answer("GET /b", MS * 10 * n, if n % others == others - 1 - k { slow_ms } else { 2.0 })
            });
        }
        run
    };
    let run = of(10, 90.0, u32::MAX);
    assert_eq!(run.signs(), [Sign::SlowAnswersOfOne]);
    let text = run.text();
    assert!(text.starts_with("100 % of the 80 answers that took more than 22 ms are those to GET /a, which is 33 % of the answers and has a median of 2 ms"), "{text}");
    assert_eq!(of(50, 90.0, u32::MAX).signs(), [], "too few");
    assert_eq!(of(1, 90.0, u32::MAX).signs(), [], "it is always slow");
    assert_eq!(of(10, 15.0, u32::MAX).signs(), [], "not slow enough");
    assert_eq!(of(10, 90.0, 20).signs(), [], "others are slow too");
}

/// Levels of users, each 2 s long, with answers per second and the time that each takes.
fn levels(of: &[(u32, u32, f64)]) -> Run {
    let mut run = Run::new(1);
    for (place, (users, per_s, ms)) in (0..).zip(of) {
        let from = SECOND * 2 * place;
        run.level(place as u16 + 2, *users, from);
        (1..=2 * per_s).for_each(|n| run.answer("GET /", from + SECOND * n / *per_s, *ms));
        // The users waited for nothing else.
        run.check(0, "GET /", from + SECOND * 2, 200);
    }
    run
}

#[test]
fn a_rate_that_stands_still_while_users_come_is_the_services_most() {
    let run = levels(&[(5, 250, 20.0), (10, 400, 25.0), (20, 402, 50.0)]);
    assert_eq!(run.signs(), [Sign::Saturated]);
    let text = run.text();
    let wanted = "the service is saturated at about 402 answers/s, as if 8 at a time took 19.9 ms each";
    assert!(text.starts_with(wanted), "{text}");
    assert!(text.contains("instead of 9.9") && text.contains("from 25 ms to 49.9 ms"), "{text}");
}

#[test]
fn a_rate_that_grows_or_times_that_do_not_are_no_saturation() {
    assert_eq!(levels(&[(10, 300, 20.0), (20, 402, 40.0)]).signs(), [], "more were answered");
    assert_eq!(levels(&[(10, 400, 25.0), (14, 402, 35.0)]).signs(), [], "hardly more users");
    assert_eq!(levels(&[(10, 400, 25.0), (20, 402, 25.0)]).signs(), [], "they rested");
    assert_eq!(levels(&[(10, 40, 25.0), (20, 40, 50.0)]).signs(), [], "too few");
    let saturated = levels(&[(10, 400, 25.0), (20, 402, 50.0)]);
    let with = |change: fn(&mut Summary)| {
        let mut summary = saturated.summary();
        change(&mut summary);
        summary.diagnoses().len()
    };
    assert_eq!(with(|_| ()), 1);
    assert_eq!(with(|summary| summary.asked.load = AskedLoad::Rate), 0);
    assert_eq!(with(|summary| summary.whole.totals.busy = SECOND * 100), 0, "the tester held it back");
    assert_eq!(with(|summary| summary.end = None), 0, "nothing is known of the machine");
}

#[test]
fn a_rate_that_stands_still_while_users_come_one_by_one_is_seen_over_time() {
    let of = |grows: bool| {
        let mut run = Run::new(1);
        run.level = Level::NONE;
        for second in 0..12_u32 {
            let users = 4 + 2 * second;
            let up = Sample::User(UserSample {
                at: run.start + SECOND * second,
                event: UserEvent::Released { late: Duration::ZERO },
            });
            (0..if second == 0 { 3 } else { 2 }).for_each(|_| {
                if let Sample::User(UserSample { at, event }) = &up {
                    run.stats.add(&mut Sample::User(UserSample { at: *at, event: *event }));
                }
            });
            let (per_s, ms) = if grows { (users * 50, 20.0) } else { (200, f64::from(users) * 5.0) };
            (1..=per_s).for_each(|n| run.answer("GET /", SECOND * second + SECOND * n / per_s - MS / 10, ms));
        }
        run.check(0, "GET /", SECOND * 12, 200);
        run
    };
    assert_eq!(of(false).signs(), [Sign::Saturated]);
    assert_eq!(of(true).signs(), []);
}

#[test]
fn nothing_is_said_of_a_run_without_answers_or_percentiles() {
    assert_eq!(Run::new(1).signs(), []);
    let run = over_time(SECOND * 6, 100.0, in_bursts(1000, 100));
    let counts = run.stats.counts(Duration::ZERO);
    assert_eq!(counts.diagnoses(), []);
    let times = Timing::evenly(100, SECOND * 4).without_histogram();
    assert_eq!(times.count_between(MS * 38, MS * 46), 0, "nothing is known of them");
}
