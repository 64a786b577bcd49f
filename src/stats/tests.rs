//! Samples in, numbers out.

use super::*;
use crate::ids::CheckId;
use crate::nanos::Nanos;
use crate::outcome::Outcome;
use crate::outcome::RequestErrorKind;
use crate::phase::Phase;
use crate::sample::{Plateau, RequestTimes, Traffic, UnfinishedSample};

mod memory;
mod reading;

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

/// A run of one check, told step by step.
struct Story {
    stats: Stats,
    start: Moment,
}

impl Story {
    fn new(users: u32) -> Self {
        let names = Arc::new(Names::new(["check"]));
        names.request("GET /");
        let mut story = Story { stats: Stats::new(names, users, true), start: Moment::now() };
        (0..users).for_each(|_| story.user(Duration::ZERO, UserEvent::Released { late: MS }));
        story
    }

    fn user(&mut self, at: Duration, event: UserEvent) {
        self.stats.add(&mut Sample::User(UserSample { at: self.start + at, event }));
    }

    fn check(&mut self, at: Duration, level: Level, outcome: Outcome) {
        self.stats.add(&mut Sample::Check(CheckSample {
            check: CheckId(0),
            level,
            ended: self.start + at,
            tpr: (200 * MS).into(),
            elapsed: (210 * MS).into(),
            busy: (210 * MS).into(),
            idle: Nanos::ZERO,
            hooks: Nanos::ZERO,
            requests: 1,
            answered: u32::from(!matches!(outcome, Outcome::Exception(_))),
            blamed: CheckSample::blamed_by(&outcome),
            asked: true,
            opens_iteration: true,
            outcome: outcome.into(),
        }));
    }

    fn level(&mut self, number: u16, what: Plateau, at: Duration) {
        self.stats.add(&mut Sample::Level { level: Level(number), what, from: self.start + at, asked: None });
    }

    fn request(&mut self, at: Duration, level: Level, answer: Answer) {
        let times = RequestTimes {
            connect: (50 * MS).into(),
            first_byte: (100 * MS).into(),
            receive: (50 * MS).into(),
            ..Default::default()
        };
        let traffic = Traffic { new_connection: true, bytes_in: 10, ..Traffic::default() };
        let request = self.stats.names.request("GET /");
        self.stats.add(&mut Sample::Request(RequestSample {
            request,
            check: Some(CheckId(0)),
            level,
            ended: self.start + at,
            times,
            lateness: None,
            traffic,
            answer,
        }));
    }

    fn request_of(&mut self, at: Duration, times: RequestTimes) {
        let (ended, level, traffic) = (self.start + at, Level::NONE, Traffic::default());
        let (request, check, answer) = (self.stats.names.request("GET /"), Some(CheckId(0)), Answer::Status(200));
        self.stats.add(&mut Sample::Request(RequestSample {
            request,
            check,
            level,
            ended,
            times,
            lateness: None,
            traffic,
            answer,
        }));
    }

    fn answer(&mut self, times: RequestTimes, lateness: Option<crate::sample::Lateness>) {
        let request = self.stats.names.request("GET /");
        let (ended, level, traffic) = (self.start + SECOND, Level::NONE, Traffic::default());
        let (check, answer) = (Some(CheckId(0)), Answer::Status(200));
        self.stats.add(&mut Sample::Request(RequestSample {
            request,
            check,
            level,
            ended,
            times,
            lateness,
            traffic,
            answer,
        }));
    }

    fn summary(&self) -> Summary {
        self.stats.summary(Duration::ZERO)
    }
}

#[test]
fn rates_are_divided_by_the_time_from_the_first_start_to_the_last_end() {
    let mut story = Story::new(2);
    for n in 1..=8 {
        story.request(n * SECOND, Level(1), Answer::Status(200));
        story.check(n * SECOND, Level(1), Outcome::Pass);
    }
    story.check(10 * SECOND, Level::NONE, Outcome::Fail("wrong".into()));
    let summary = story.summary();
    assert_eq!(summary.tested(), 10 * SECOND);
    let whole = &summary.whole;
    assert_eq!((whole.passes_per_s(&whole.totals), whole.rps(&whole.totals)), (0.8, 0.9));
    assert_eq!(whole.totals.tpr.mean(), Some(200 * MS));
    assert_eq!(whole.totals.fail_tpr.count(), 1);
    assert!((whole.in_flight - 8.0 * 0.15 / 10.0).abs() < 1e-9);
}

#[test]
fn full_load_counts_only_what_ends_while_all_users_are_up() {
    let mut story = Story::new(2);
    story.check(SECOND, Level::NONE, Outcome::Pass);
    story.level(1, Plateau::Users(2), 2 * SECOND);
    for n in 3..=6 {
        story.check(n * SECOND, Level(1), Outcome::Pass);
    }
    story.check(7 * SECOND, Level::NONE, Outcome::Pass);
    let summary = story.summary();
    let full = summary.full_load.expect("full load");
    assert_eq!((full.totals.pass, full.span, full.passes_per_s(&full.totals)), (4, 4 * SECOND, 1.0));
    assert_eq!(summary.whole.totals.pass, 6);
}

#[test]
fn every_plateau_has_numbers_of_its_own_and_the_largest_is_full_load() {
    let mut story = Story::new(4);
    for (number, users, from) in [(1, 2, 0), (2, 4, 10), (3, 2, 20)] {
        story.level(number, Plateau::Users(users), from * SECOND);
        (1..=users).for_each(|n| story.check((from + n) * SECOND, Level(number), Outcome::Pass));
    }
    story.check(30 * SECOND, Level::NONE, Outcome::Pass);
    let summary = story.summary();
    let levels: Vec<_> =
        summary.levels.iter().map(|level| (level.what, level.from, level.section.totals.pass)).collect();
    let wanted =
        [(2, 0, 2), (4, 10, 4), (2, 20, 2)].map(|(users, from, pass)| (Plateau::Users(users), from * SECOND, pass));
    assert_eq!(levels, wanted);
    let full = summary.full_load.expect("full load");
    assert_eq!((full.totals.pass, full.span, summary.whole.totals.pass), (4, 4 * SECOND, 9));
}

#[test]
fn what_ends_in_the_warm_up_is_counted_apart() {
    let mut story = Story::new(1);
    story.stats.add(&mut Sample::MeasureFrom(story.start + 10 * SECOND));
    story.stats.started = None;
    story.user(Duration::ZERO, UserEvent::Released { late: MS });
    story.check(9 * SECOND, Level::NONE, Outcome::Fail("cold".into()));
    story.request(9 * SECOND, Level::NONE, Answer::Status(200));
    story.check(12 * SECOND, Level::NONE, Outcome::Pass);
    let summary = story.summary();
    assert_eq!((summary.tested(), summary.whole.totals.ended(), summary.failures.len()), (2 * SECOND, 1, 0));
    let warmup = summary.warmup.expect("a warm-up");
    assert_eq!((warmup.section.totals.fail, warmup.section.request_totals.answered), (1, 1));
    assert_eq!(warmup.failures[0].message, "cold");
}

#[test]
fn requests_sent_are_answered_lost_or_unfinished() {
    let mut story = Story::new(1);
    story.request(SECOND, Level::NONE, Answer::Status(500));
    let refused = Answer::None { kind: RequestErrorKind::Refused, phase: Phase::Connect };
    let reset = Answer::None { kind: RequestErrorKind::Reset, phase: Phase::Receive };
    story.request(SECOND, Level::NONE, refused);
    story.request(SECOND, Level::NONE, reset);
    let request = Some(story.stats.names.request("GET /"));
    story.stats.add(&mut Sample::Unfinished(UnfinishedSample { check: CheckId(0), request, age: 3 * SECOND }));
    story.stats.add(&mut Sample::Unfinished(UnfinishedSample { check: CheckId(0), request: None, age: SECOND }));
    let summary = story.summary();
    let requests = &summary.whole.request_totals;
    assert_eq!((requests.sent(), requests.answered, requests.exceptions(), requests.unfinished), (4, 1, 2, 1));
    assert_eq!((requests.never_accepted, requests.lost_time.count(), requests.setup.count()), (1, 2, 3));
    assert_eq!(summary.whole.totals.unfinished, 2);
    assert_eq!(summary.warnings(), [Warning::Unfinished { count: 2, oldest: 3 * SECOND }]);
}

#[test]
fn a_fail_on_an_answer_is_counted_at_its_request() {
    let mut story = Story::new(1);
    let request = Some(story.stats.names.request("GET /"));
    story.request(SECOND, Level::NONE, Answer::Status(500));
    let reason = crate::outcome::Reason { message: "wrong".into(), detail: None, request };
    story.check(SECOND, Level::NONE, Outcome::Fail(reason));
    let summary = story.summary();
    assert_eq!((summary.whole.requests[0].failures(), summary.whole.requests[0].exceptions()), (1, 0));
    assert_eq!(&*summary.whole.requests[0].name, "GET /");
}

#[test]
fn the_timeline_holds_what_the_totals_hold() {
    let mut story = Story::new(3);
    for n in 0..20 {
        story.request(n * SECOND, Level::NONE, Answer::Status(200));
        story.check(n * SECOND, Level::NONE, Outcome::Pass);
    }
    story.user(5 * SECOND, UserEvent::Ended(Life::default()));
    let summary = story.summary();
    let slots = summary.timeline.slots();
    assert_eq!(slots.len(), 20);
    assert_eq!(slots.iter().map(|slot| slot.pass).sum::<u64>(), summary.whole.totals.pass);
    assert_eq!((slots[0].users, summary.users_up), (3, 2));
}

#[test]
fn late_starts_and_pauses_are_warned_of() {
    let mut story = Story::new(1);
    story.user(Duration::ZERO, UserEvent::Released { late: 2 * SECOND });
    story.user(SECOND, UserEvent::Pauses(100 * MS));
    let texts: Vec<String> = story.summary().warnings().iter().map(Warning::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("paused 1 time, 100 ms in all"), "{texts:?}");
    assert!(texts[1].contains("max 2 s"), "{texts:?}");
}

#[test]
fn a_debug_build_of_somebodys_tests_is_told_in_one_line_also_after_a_merge() {
    let of_tests = Summary { is_debug_build: true, ..Story::new(1).summary() };
    let mut merged = Story::new(1).summary();
    assert_eq!(merged.warning_lines(), [""; 0]);
    merged.merge(&of_tests);
    assert_eq!(
        merged.warning_lines(),
        [
            "this is a debug build: it makes less load than it could, and takes more of the machine for it; write `cargo test --release`, `cargo bench`, or `cargo run --release`"
        ]
    );
}

#[test]
fn times_are_exact_when_nearly_all_answers_are_stamped() {
    for (unstamped, wanted) in [(1, TimesVerdict::Exact), (2, TimesVerdict::ThreadClock(0.002))] {
        let mut story = Story::new(1);
        assert_eq!(story.summary().times_verdict(), TimesVerdict::NoAnswers);
        for n in 0..1000 {
            story.answer(RequestTimes { stamped: n >= unstamped, ..Default::default() }, None);
        }
        match (story.summary().times_verdict(), wanted) {
            (TimesVerdict::ThreadClock(got), TimesVerdict::ThreadClock(wanted)) => assert!((got - wanted).abs() < 1e-9),
            (got, wanted) => assert_eq!(got, wanted),
        }
    }
}

#[test]
fn the_load_is_the_testers_when_more_than_a_tenth_of_the_users_time_is() {
    let mut story = Story::new(1);
    assert_eq!(story.summary().load_verdict(), LoadVerdict::NoChecks);
    story.check(SECOND, Level::NONE, Outcome::Pass);
    let LoadVerdict::AsAsked(share) = story.summary().load_verdict() else { panic!("10 of 210 ms are the tester's") };
    assert!((share - 10.0 / 210.0).abs() < 1e-9);
    story.stats.rest.checks[0].busy += 20 * MS;
    let LoadVerdict::TesterLimited(share) = story.summary().load_verdict() else { panic!("30 of 230 ms") };
    assert!((share - 30.0 / 230.0).abs() < 1e-9);
}

#[test]
fn a_service_that_answers_nothing_is_no_fault_of_the_tester() {
    let mut story = Story::new(1);
    let refused = Answer::None { kind: RequestErrorKind::Refused, phase: Phase::Connect };
    story.request(SECOND, Level::NONE, refused);
    story.check(SECOND, Level::NONE, Outcome::Exception("refused".into()));
    assert!(matches!(story.summary().load_verdict(), LoadVerdict::AsAsked(_)), "the users waited for it");
    story.stats.rest.checks[0].busy += SECOND;
    assert_eq!(story.summary().load_verdict(), LoadVerdict::NoAnswers);
    story.request(SECOND, Level::NONE, Answer::Status(200));
    story.check(SECOND, Level::NONE, Outcome::Pass);
    assert!(matches!(story.summary().load_verdict(), LoadVerdict::TesterLimited(_)));
}

#[test]
fn the_last_ten_seconds_slide_while_the_totals_stay() {
    let mut story = Story::new(1);
    for n in 0..20 {
        let outcome = if n % 4 == 3 { Outcome::Fail("wrong".into()) } else { Outcome::Pass };
        story.request(n * SECOND, Level::NONE, Answer::Status(200));
        story.check(n * SECOND, Level::NONE, outcome);
    }
    let recent = story.stats.recent(story.start + 19 * SECOND + SECOND / 2);
    assert_eq!((recent.pass, recent.fail, recent.answered, recent.span), (7, 3, 10, 9 * SECOND + SECOND / 2));
    assert!((recent.rps() - 10.0 / 9.5).abs() < 1e-9);
    let p99 = recent.percentile(99.0).expect("answers").as_secs_f64();
    assert!((p99 / 0.150 - 1.0).abs() < 0.004, "{p99}");
    let later = story.stats.recent(story.start + 25 * SECOND);
    assert_eq!((later.pass + later.failures(), later.answered, later.span), (4, 4, 9 * SECOND));
    assert_eq!(story.summary().whole.totals.ended(), 20);
}

#[test]
fn the_last_seconds_of_the_warm_up_are_no_part_of_what_is_measured() {
    let mut story = Story::new(1);
    story.stats.add(&mut Sample::MeasureFrom(story.start + 10 * SECOND));
    story.stats.started = Some(story.start + 10 * SECOND);
    story.check(9 * SECOND, Level::NONE, Outcome::Pass);
    let at = |story: &Story, seconds: u32| story.stats.recent(story.start + seconds * SECOND);
    assert_eq!((at(&story, 9).pass, at(&story, 9).is_warm_up), (1, true));
    assert_eq!((at(&story, 11).pass, at(&story, 11).is_warm_up), (0, false));
    story.check(12 * SECOND, Level::NONE, Outcome::Fail("wrong".into()));
    let measured = at(&story, 13);
    assert_eq!((measured.pass, measured.fail, measured.span), (0, 1, 3 * SECOND));
}

#[test]
fn a_request_knows_its_check_if_only_one_makes_it() {
    let names = Arc::new(Names::new(["shop", "login"]));
    let [cart, page, hook] = ["GET /cart", "GET /", "GET /hook"].map(|name| names.request(name));
    let mut stats = Stats::new(Arc::clone(&names), 1, false);
    let ended = Moment::now();
    let makers = [(cart, Some(0)), (cart, Some(0)), (page, Some(0)), (page, Some(1)), (hook, None)];
    for (request, check) in makers {
        let (check, times) = (check.map(CheckId), RequestTimes { first_byte: (MS).into(), ..Default::default() });
        let (level, traffic, answer) = (Level::NONE, Traffic::default(), Answer::Status(200));
        let lateness = None;
        stats.add(&mut Sample::Request(RequestSample {
            request,
            check,
            level,
            ended,
            times,
            lateness,
            traffic,
            answer,
        }));
    }
    let summary = stats.summary(Duration::ZERO);
    let checks: Vec<_> = summary.whole.requests.iter().map(|request| request.check.as_deref()).collect();
    assert_eq!(checks, [Some("shop"), None, None]);
    let mut twice = summary.clone();
    twice.merge(&summary);
    assert_eq!(twice.whole.requests[0].check.as_deref(), Some("shop"));
}

#[test]
fn corrected_times_add_what_the_service_held_back_and_client_delay_what_the_tester_did() {
    let mut story = Story::new(1);
    let times =
        RequestTimes { first_byte: (100 * MS).into(), client_delay: (MS).into(), stamped: true, ..Default::default() };
    story.answer(times, Some(crate::sample::Lateness { server: (50 * MS).into(), tester: (7 * MS).into() }));
    story.user(SECOND, UserEvent::Missed(3));
    let summary = story.summary();
    let row = &summary.whole.requests[0];
    assert_eq!(row.response_time.max(), Some(100 * MS));
    assert_eq!(row.corrected_time.max(), Some(150 * MS));
    assert_eq!(row.client_delay.max(), Some(8 * MS));
    assert_eq!((row.server_lateness.max(), row.tester_lateness.max()), (Some(50 * MS), Some(7 * MS)));
    assert_eq!(summary.warnings(), [Warning::Missed(3)]);
}

#[test]
fn a_schedule_is_divided_by_the_time_its_iterations_stand_for() {
    let mut story = Story::new(1);
    story.stats.add(&mut Sample::Level {
        level: Level(1),
        what: Plateau::Rate(0.2),
        from: story.start,
        asked: Some(AskedRate { per_s: 0.2, interval: 5 * SECOND }),
    });
    for n in 0..3 {
        story.request(n * 5 * SECOND + 200 * MS, Level(1), Answer::Status(200));
        story.check(n * 5 * SECOND + 200 * MS, Level(1), Outcome::Pass);
    }
    let before = story.summary();
    assert_eq!((before.tested(), before.schedule), (10 * SECOND + 200 * MS, None), "nobody knows the end");
    let (asked, from) = (AskedRate { per_s: 0.2, interval: 5 * SECOND }, story.start);
    let until = from + 11 * SECOND;
    story.stats.add(&mut Sample::LevelEnd(until));
    story.stats.add(&mut Sample::Asked { asked, from, until });
    let summary = story.summary();
    let full_load = summary.full_load.as_ref().expect("full load");
    for section in [&summary.whole, full_load, &summary.levels[0].section] {
        assert_eq!((section.span, section.rps(&section.totals)), (15 * SECOND, 0.2));
    }
    assert_eq!(summary.schedule.map(|schedule| (schedule.iterations, schedule.elapsed)), Some((3, 11 * SECOND)));
}

#[test]
fn a_request_is_in_flight_only_within_what_is_measured() {
    let mut story = Story::new(0);
    story.stats.add(&mut Sample::MeasureFrom(story.start + SECOND));
    story.user(Duration::ZERO, UserEvent::Released { late: MS });
    let times = RequestTimes { first_byte: (900 * MS).into(), ..RequestTimes::default() };
    story.request_of(SECOND + 100 * MS, times);
    story.request_of(2 * SECOND, times);
    let in_flight = story.summary().whole.in_flight;
    assert!((in_flight - 1.0).abs() < 1e-9, "0.1 and 0.9 of 1 s: {in_flight}");
}

#[test]
fn two_halves_of_a_run_are_the_whole_of_it() {
    let [mut whole, mut even, mut odd] = [4, 2, 2].map(Story::new);
    for story in [&mut whole, &mut even, &mut odd] {
        story.level(1, Plateau::Users(story.stats.users_wanted), Duration::ZERO);
    }
    for n in 1..3000 {
        let half = if n % 2 == 0 { &mut even } else { &mut odd };
        for story in [&mut whole, half] {
            let (at, outcome) = (n * MS, if n % 10 == 0 { Outcome::Fail("wrong".into()) } else { Outcome::Pass });
            story.request(at, Level(1), Answer::Status(200));
            story.answer(RequestTimes { first_byte: (n * MS / 7).into(), stamped: true, ..Default::default() }, None);
            story.check(at, Level(1), outcome);
        }
    }
    let [whole, mut sum, odd] =
        [whole, even, odd].map(|story| Summary { blocks: story.stats.blocks(), ..story.summary() });
    sum.merge(&odd);
    assert_eq!((sum.users, sum.tested()), (whole.users, whole.tested()));
    assert_eq!(sum.blocks, whole.blocks);
    let counts = |section: &Section| {
        let totals = &section.totals;
        (totals.pass, totals.fail, totals.requests, section.request_totals.answered, section.request_totals.bytes_in)
    };
    let full = |summary: &Summary| summary.full_load.clone().expect("full load");
    for (sum, whole) in [(&sum.whole, &whole.whole), (&full(&sum), &full(&whole))] {
        assert_eq!(counts(sum), counts(whole));
        assert!((sum.in_flight - whole.in_flight).abs() < 1e-9, "{} {}", sum.in_flight, whole.in_flight);
        let [mine, theirs] = [sum, whole].map(|section| section.requests[0].response_time.clone());
        assert_eq!((mine.count(), mine.sum(), mine.max()), (theirs.count(), theirs.sum(), theirs.max()));
        for percent in [0.0, 50.0, 90.0, 99.0, 99.9, 100.0] {
            assert_eq!(mine.percentile(percent), theirs.percentile(percent));
        }
    }
    assert_eq!(sum.failures.iter().map(|group| group.count).sum::<u64>(), 299);
    assert_eq!((sum.levels.len(), sum.levels[0].what), (1, Plateau::Users(4)));
    let slots = |summary: &Summary| -> Vec<_> {
        summary.timeline.slots().iter().map(|slot| (slot.users, slot.pass, slot.response_times.clone())).collect()
    };
    assert_eq!(slots(&sum), slots(&whole));
}

#[test]
fn plateaus_of_different_runs_are_not_added() {
    let mut several = Story::new(2);
    for (number, users) in [(1, 1), (2, 2)] {
        several.level(number, Plateau::Users(users), users * SECOND);
        several.check(users * SECOND, Level(number), Outcome::Pass);
    }
    let mut rate = Story::new(2);
    rate.level(1, Plateau::Rate(10.0), Duration::ZERO);
    rate.check(SECOND, Level(1), Outcome::Pass);
    let mut sum = several.summary();
    sum.merge(&rate.summary());
    assert_eq!((sum.levels.len(), sum.whole.totals.pass), (0, 3));
}
