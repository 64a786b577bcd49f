//! Users over time: classes, weights, stages, shapes, rates, warm-up, hands and hooks, by what the service counted.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use perfloop::{
    Check, CheckResult, CheckSet, LoadTest, Outcome, Plan, Plateau, Summary, User, UserClass, between, pacing,
};
use std::sync::Mutex;

use crate::support::{Service, eventually, finish, join_within, perfloop, run};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn get(url: String) -> impl Fn(&mut User) -> CheckResult + Send + Sync + Clone + 'static {
    move |user| {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    }
}

/// The passes of the checks, by name.
fn passes(summary: &Summary) -> BTreeMap<String, u64> {
    summary.whole.checks.iter().map(|check| (check.name.to_string(), check.pass)).collect()
}

#[test]
fn weights_and_classes_share_out_checks_and_users() {
    let service = Service::start();
    let seen = Arc::new(Mutex::new(BTreeMap::<&str, std::collections::BTreeSet<u32>>::new()));
    let noting = |class: &'static str, path: &str| {
        let (seen, check) = (Arc::clone(&seen), get(service.at(path)));
        move |user: &mut User| {
            seen.lock().unwrap().entry(class).or_default().insert(user.id());
            check(user)
        }
    };
    let shopper = UserClass::new("shopper")
        .weight(3)
        .with_check(Check::new("index", noting("shopper", "/fast")), 2)
        .with_check(Check::new("cart", noting("shopper", "/bytes/10")), 1);
    let admin = UserClass::of("admin", CheckSet::sequence())
        .fixed(1)
        .with_check(Check::new("report", noting("admin", "/status/200")), 1)
        .with_check(Check::new("audit", noting("admin", "/bytes/20")), 1);
    let browser = UserClass::new("browser").with_check(Check::new("look", noting("browser", "/bytes/30")), 1);
    let plan = Plan::new().users(9).loops(300).seed(11);
    let summary = finish(LoadTest::new(plan).class(shopper).class(admin).class(browser));
    let users: Vec<_> = seen.lock().unwrap().iter().map(|(class, users)| (*class, users.len())).collect();
    assert_eq!(users, [("admin", 1), ("browser", 2), ("shopper", 6)]);
    let passes = passes(&summary);
    assert_eq!((passes["report"], passes["audit"], passes["look"]), (300, 300, 600));
    assert_eq!(passes["index"] + passes["cart"], 1800);
    // Chi-square with one degree of freedom stays below 10.8 in 999 of 1000 cases.
    let chi_square =
        (passes["index"] as f64 - 1200.0).powi(2) / 1200.0 + (passes["cart"] as f64 - 600.0).powi(2) / 600.0;
    assert!(chi_square < 10.8, "{passes:?}");
    assert_eq!(service.total_hits(), 300 + 300 + 600 + 1800);
}

#[test]
fn the_same_seed_gives_each_user_the_same_choices() {
    let choices = |seed| {
        let seen = Arc::new(Mutex::new(BTreeMap::<u32, String>::new()));
        let noting = |letter: char| {
            let seen = Arc::clone(&seen);
            Check::new(&letter.to_string(), move |user: &mut User| {
                seen.lock().unwrap().entry(user.id()).or_default().push(letter);
            })
        };
        let class = UserClass::new("user").with_check(noting('a'), 1).with_check(noting('b'), 1);
        let summary = finish(LoadTest::new(Plan::new().users(3).loops(40).seed(seed)).class(class));
        assert_eq!(summary.whole.totals.pass, 120);
        let seen = seen.lock().unwrap().clone();
        assert_eq!(seen.values().collect::<std::collections::BTreeSet<_>>().len(), 3, "users differ");
        seen
    };
    assert_eq!(choices(1), choices(1));
    assert_ne!(choices(1), choices(2));
}

#[test]
fn users_begin_and_end_with_checks_and_state_of_their_own() {
    struct Cart(u32);
    static DROPPED: AtomicU64 = AtomicU64::new(0);
    impl Drop for Cart {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }
    fn login(user: &mut User) {
        user.set_state(Cart(0));
    }
    fn add(user: &mut User) {
        user.state::<Cart>().0 += 1;
    }
    fn logout(user: &mut User) {
        assert_eq!(user.state::<Cart>().0, 5, "five loops");
    }
    let class = UserClass::new("shopper").on_start(login).on_stop(logout).check(add, 1);
    let summary = finish(LoadTest::new(Plan::new().users(4).loops(5)).class(class));
    let wanted = [("add", 20), ("shopper: on_start", 4), ("shopper: on_stop", 4)];
    assert_eq!(passes(&summary), wanted.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!(DROPPED.load(Ordering::SeqCst), 4);

    let refused = UserClass::new("shopper").on_start(|_: &mut User| Outcome::Fail("no".into())).check(add, 1);
    let summary = finish(LoadTest::new(Plan::new().users(4).loops(5)).class(refused));
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.fail), (0, 4), "who cannot begin does nothing");
}

#[test]
fn a_rest_that_the_stop_cuts_short_is_nobodys_work() {
    let class = UserClass::new("user").wait(between(20 * SECOND, 30 * SECOND)).on_stop(|_: &mut User| ());
    let class = class.with_check(Check::new("check", |_: &mut User| ()), 1);
    let summary = finish(LoadTest::new(Plan::new().users(3).time(SECOND)).class(class));
    assert_eq!(summary.whole.totals.pass, 6);
    assert!(summary.whole.totals.busy < SECOND, "{:?}", summary.whole.totals.busy);
}

#[test]
fn tags_choose_checks_from_the_library_and_names_do_not_matter() {
    let check = |name: &str, tags: &[&str]| Check::new(name, |_: &mut User| ()).tags(tags.iter().copied());
    let test = |plan: Plan| {
        let test = LoadTest::new(plan.loops(1));
        test.with_check(check("read", &["safe"]))
            .with_check(check("write", &[]))
            .with_check(check("wipe", &["safe", "slow"]))
    };
    let ran = |plan| passes(&finish(test(plan))).into_keys().collect::<Vec<_>>();
    assert_eq!(ran(Plan::new()), ["read", "wipe", "write"]);
    assert_eq!(ran(Plan::new().tags(["safe"])), ["read", "wipe"]);
    assert_eq!(ran(Plan::new().tags(["safe"]).exclude_tags(["slow"])), ["read"]);
    let error = test(Plan::new().tags(["none"])).start().expect_err("nothing to run").to_string();
    assert!(error.contains("the tags there are: safe, slow"), "{error}");
}

#[test]
fn stages_bring_users_up_and_down_and_every_plateau_is_a_level() {
    let service = Service::start();
    let stages = "300ms:6,700ms:6,200ms:2,700ms:2,100ms:0";
    let url = service.at("/delay/20");
    let output = perfloop(&[&url, "--stages", stages, "--json", "-", "--quiet"]);
    let json = output.json();
    assert_eq!(output.code, Some(0), "{json:#}");
    assert_eq!(json["totals"]["pass"], service.total_hits());
    let levels: Vec<_> = json["levels"].as_array().unwrap().iter().map(|level| &level["users"]).collect();
    assert_eq!(levels, [6, 2]);
    let passes = |level: usize| json["levels"][level]["totals"]["pass"].as_f64().unwrap();
    // 6 and 2 users, an answer each 20 ms, for 0.7 s and until the first is to leave, at most 50 ms later.
    assert!((100.0..=226.0).contains(&passes(0)) && (35.0..=76.0).contains(&passes(1)), "{json:#}");
    assert_eq!(json["totals"]["at_full_load"]["pass"], json["levels"][0]["totals"]["pass"]);
    assert_eq!(json["run"]["end"], "time_up");
    for (wrong, word) in [("10s", "10s"), ("10s:0", "nobody"), ("5s:1.5", "whole")] {
        let output = perfloop(&[&url, "--stages", wrong]);
        assert!(output.code == Some(2) && output.stderr.contains(word), "{output:#?}");
    }
}

#[test]
fn a_shape_says_how_many_users_and_when_it_ends() {
    let service = Service::start();
    let plan = Plan::new().shape(|time| (time < SECOND).then_some(if time < 500 * MS { 2 } else { 4 }));
    let summary = run(plan, get(service.at("/delay/10")));
    let levels: Vec<_> = summary.levels.iter().map(|level| level.what).collect();
    assert_eq!(levels, [Plateau::Users(2), Plateau::Users(4)]);
    assert_eq!((summary.users, summary.whole.totals.pass), (4, service.total_hits()));
    assert!(summary.end.unwrap().duration < 5 * SECOND);
}

#[test]
fn users_are_set_by_hand_while_a_run_goes_on() {
    let service = Service::start();
    let class = |name: &str| UserClass::new(name).with_check(Check::new(name, get(service.at("/delay/5"))), 1);
    let plan = Plan::new().users(2).time(60 * SECOND);
    let run = LoadTest::new(plan).class(class("a")).class(class("b")).start().unwrap();
    let live = run.live();
    let up = |count| eventually("so many users are up", || live.summary().users_up == count);
    up(2);
    run.set_users(6);
    up(6);
    assert!(live.set_class_users("b", 1));
    up(4);
    assert!(!live.set_class_users("c", 1), "there is no such class");
    live.set_users(0);
    up(0);
    live.set_users(3);
    up(3);
    live.stop();
    let summary = join_within(run, 20 * SECOND);
    assert_eq!((summary.whole.totals.ended(), summary.whole.totals.pass), (service.total_hits(), service.total_hits()));
}

/// Set in a process that may open few files.
const FEW_FILES: &str = "FEW_FILES";

#[test]
fn users_that_a_machine_has_no_room_for_are_told_once_and_not_made() {
    if std::env::var_os(FEW_FILES).is_none() {
        let name = "load::users_that_a_machine_has_no_room_for_are_told_once_and_not_made";
        let line = format!("ulimit -n 100; exec \"$0\" --exact {name}");
        let mut again = Command::new("sh");
        again.arg("-c").arg(line).arg(std::env::current_exe().unwrap()).env(FEW_FILES, "1");
        let output = again.output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && stdout.contains("1 passed"), "{output:#?}");
        return;
    }
    let warnings = |summary: &Summary| -> Vec<String> {
        summary.warnings().iter().map(|warning| warning.to_string()).filter(|text| text.contains("no room")).collect()
    };
    let rest = |_: &mut User| thread::sleep(MS);
    let plan = Plan::new().shape(|time| (time < SECOND).then_some(if time < 300 * MS { 2 } else { 50 }));
    let by_shape = run(plan, rest);
    assert!((2..50).contains(&by_shape.users), "{}", by_shape.users);
    assert_eq!(u64::from(by_shape.users) + by_shape.not_made, 50);
    assert_eq!(warnings(&by_shape).len(), 1);

    let run = LoadTest::new(Plan::new().users(2).time(60 * SECOND)).check("check", rest).start().unwrap();
    let live = run.live();
    for users in [50, 40, 50] {
        live.set_users(users);
        let up = by_shape.users.min(users);
        eventually("there is no more room", || {
            let now = live.summary();
            now.not_made == by_shape.not_made && now.users_up == up
        });
    }
    live.stop();
    let by_hand = join_within(run, 20 * SECOND);
    assert_eq!((by_hand.users, by_hand.not_made), (by_shape.users, by_shape.not_made));
    assert_eq!(warnings(&by_hand).len(), 1);
}

#[test]
fn a_rate_begins_iterations_whatever_the_answers_do() {
    let service = Service::start();
    let url = service.at("/delay/50");
    let json = perfloop(&[&url, "--rate", "100/s", "--time", "2", "--json", "-", "--quiet"]).json();
    // Due at 0, 10, … 1990 ms, and perhaps at the end itself.
    let pass = json["totals"]["pass"].as_u64().unwrap();
    let begun = pass + json["totals"]["unfinished"].as_u64().unwrap();
    assert!((195..=201).contains(&(begun + json["run"]["dropped"].as_u64().unwrap())), "{json:#}");
    assert_eq!(json["levels"][0]["rate_per_s"], 100.0);
    // What is cut off at the end may not have reached the service yet.
    let hits = service.total_hits();
    assert!((pass..=begun).contains(&hits), "{hits} hits: {json:#}");
}

#[test]
fn arrivals_for_which_nobody_is_free_are_dropped_counted_and_warned_of() {
    let service = Service::start();
    let url = service.at("/delay/100");
    let output = perfloop(&[&url, "--rate", "60/s", "--max-users", "2", "--time", "2", "--json", "-", "--quiet"]);
    let json = output.json();
    let (pass, dropped) = (json["totals"]["pass"].as_u64().unwrap(), json["run"]["dropped"].as_u64().unwrap());
    assert_eq!(pass, service.total_hits());
    assert!((118..=122).contains(&(pass + dropped)), "{pass} and {dropped}");
    assert!(pass <= 42 && dropped >= 78, "two users answer 20 a second: {pass} and {dropped}");
    let warning = json["warnings"].to_string();
    assert!(warning.contains("dropped, no user was free; give more users (max-users)"), "{warning}");
}

#[test]
fn targets_may_be_relative_to_a_host() {
    let service = Service::start();
    let output = perfloop(&["/fast", "/bytes/9?x=1", "--host", &service.at(""), "--loops", "1"]);
    assert_eq!((output.code, service.total_hits()), (Some(0), 2));
    let line = format!("1 user, 1 loop: {} {}", service.at("/fast"), service.at("/bytes/9?x=1"));
    assert!(output.stdout.starts_with(&line), "{}", output.stdout);
    for (host, target, word) in [("localhost:80", "/fast", "--host"), (&service.at(""), "fast", "http://fast")] {
        let output = perfloop(&[target, "--host", host]);
        assert!(output.code == Some(2) && output.stderr.contains(word), "{}", output.stderr);
    }
}

#[test]
fn contradictions_of_the_load_are_refused() {
    let url = "http://127.0.0.1:1/";
    for flags in [
        &["--stages", "5s:1", "--users", "2"][..],
        &["--stages", "5s:1", "--ramp-up", "2"],
        &["--rate", "5", "--users", "2"],
        &["--rate", "5", "--wait", "2"],
        &["--rate", "5", "--loops", "2"],
        &["--rate", "5", "--stages", "5s:2"],
        &["--max-users", "5"],
        &["--poisson"],
        &["--rate", "0"],
        &["--wait", "9s-5s"],
    ] {
        let output = perfloop(&[flags, &[url]].concat());
        assert_eq!((output.code, output.stderr.lines().count()), (Some(2), 1), "{flags:?}: {output:#?}");
    }
}

#[test]
fn the_warm_up_is_counted_apart_and_its_failures_decide_too() {
    let service = Service::start();
    let url = service.at("/delay/20");
    let args = ["--users", "2", "--warmup", "500ms", "--json", "-", "--quiet"];
    let output = perfloop(&[&args[..], &["--loops", "5", &url]].concat());
    let json = output.json();
    let warm = json["warmup"]["totals"]["pass"].as_u64().unwrap();
    assert!((10..=52).contains(&warm), "{json:#}");
    // One iteration a user may reach from the warm-up into the run.
    let measured = json["totals"]["pass"].as_u64().unwrap();
    assert!((10..=12).contains(&measured), "{measured}");
    assert_eq!((warm + measured, output.code), (service.total_hits(), Some(0)));

    let cold = AtomicU64::new(0);
    let plan = Plan::new().warmup(200 * MS).time(300 * MS).wait(5 * MS);
    let summary =
        run(
            plan,
            move |_: &mut User| {
                if cold.fetch_add(1, Ordering::SeqCst) == 0 { Outcome::Fail("cold".into()) } else { Outcome::Pass }
            },
        );
    assert_eq!((summary.whole.totals.fail, summary.warmup.unwrap().section.totals.fail), (0, 1));
}

#[test]
fn waits_keep_their_bounds_and_paces_their_number() {
    let gaps = |plan: Plan| {
        let moments = Arc::new(Mutex::new(Vec::<Instant>::new()));
        let sink = Arc::clone(&moments);
        run(plan, move |_: &mut User| sink.lock().unwrap().push(Instant::now()));
        let moments = moments.lock().unwrap().clone();
        moments.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>()
    };
    let gaps_between = gaps(Plan::new().loops(20).wait(between(5 * MS, 15 * MS)));
    assert!(gaps_between.len() == 19 && gaps_between.iter().all(|gap| *gap >= 5 * MS), "{gaps_between:?}");
    assert!(gaps_between.iter().collect::<std::collections::BTreeSet<_>>().len() > 5);
    let paced = gaps(Plan::new().time(500 * MS).wait(pacing(50 * MS)));
    assert!((9..=10).contains(&paced.len()), "due at 0, 50, … 450 ms: {paced:?}");
}

#[test]
fn hooks_see_everything_and_a_failure_comes_with_its_exchange() {
    let service = Service::start();
    let heard = Arc::new(Mutex::new(BTreeMap::<String, u64>::new()));
    let hear = |what: &str| {
        let (heard, what) = (Arc::clone(&heard), what.to_owned());
        move || *heard.lock().unwrap().entry(what.clone()).or_default() += 1
    };
    let failures = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&failures);
    let url = service.at("/status/500");
    let check = move |user: &mut User| -> CheckResult {
        user.post(&url).header("x-trace", "7").body("hello").send()?.expect_status(200)?;
        Ok(())
    };
    let (start, stop, all_up) = (hear("start"), hear("stop"), hear("all up"));
    let (user_start, user_stop, request) = (hear("user start"), hear("user stop"), hear("request"));
    let test = LoadTest::new(Plan::new().users(2).loops(3).wait(30 * MS))
        .check("broken", check)
        .on_test_start(start)
        .on_test_stop(move |summary| {
            assert_eq!(summary.whole.totals.fail, 6);
            stop();
        })
        .on_spawning_complete(move |users| {
            assert_eq!(users, 2);
            all_up();
        })
        .on_user_start(move |_| user_start())
        .on_user_stop(move |_| user_stop())
        .on_request(move |event| {
            assert_eq!((event.name, event.answer), ("POST /status/500", Ok(500)));
            request();
        })
        .on_failure(move |failure| {
            let exchange = &failure.exchanges[0];
            let header = exchange.sent.headers.iter().any(|header| *header == ("x-trace".into(), "7".into()));
            let status = exchange.answer.as_ref().map(|(status, _)| *status).map_err(Clone::clone);
            sink.lock().unwrap().push((exchange.url.clone(), header, exchange.sent.body.clone(), status));
            assert_eq!(failure.check, "broken");
        });
    assert_eq!(finish(test).hook_panic, None);
    let wanted = [("all up", 1), ("request", 6), ("start", 1), ("stop", 1), ("user start", 2), ("user stop", 2)];
    assert_eq!(*heard.lock().unwrap(), wanted.map(|(what, count)| (what.to_owned(), count)).into());
    let seen = failures.lock().unwrap();
    let wanted = (service.at("/status/500"), true, b"hello".to_vec(), Ok(500));
    assert!(seen.len() == 6 && seen.iter().all(|failure| *failure == wanted), "{seen:?}");
}

#[test]
fn a_slow_hook_is_the_testers_time_and_warned_of_and_a_broken_one_harms_nobody() {
    let service = Service::start();
    let test = |plan| LoadTest::new(plan).check("get", get(service.at("/fast")));
    let slow = test(Plan::new().loops(10)).on_request(|_| std::thread::sleep(5 * MS));
    let summary = finish(slow);
    assert!(summary.whole.totals.hooks >= 50 * MS, "{:?}", summary.whole.totals.hooks);
    let warnings: Vec<String> = summary.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|warning| warning.contains("hooks took")), "{warnings:?}");
    assert!(summary.load_verdict().to_string().starts_with("tester-limited"));

    let broken = finish(test(Plan::new().loops(3)).on_request(|_| panic!("the hook is broken")));
    assert_eq!(broken.whole.totals.pass, 3);
    assert!(broken.hook_panic.unwrap().starts_with("the hook is broken (tests/it/load.rs:"));
    let broken = finish(test(Plan::new().loops(3)).on_test_stop(|_| panic!("at the end")));
    assert_eq!((broken.whole.totals.pass, broken.hook_panic.is_some()), (3, true));
}

#[test]
fn what_a_check_measures_itself_is_a_request_of_its_name() {
    let summary = run(Plan::new().loops(4), |user: &mut User| -> CheckResult {
        let answer = if user.iteration().is_multiple_of(2) { "deny" } else { "allow" };
        user.time("enrollpushapprove", || {
            std::thread::sleep(10 * MS);
            if answer == "allow" { Ok(()) } else { Err(format!("the answer was {answer}")) }
        })?;
        user.record("queue", 3 * MS, Outcome::Pass);
        Ok(())
    });
    let totals = &summary.whole.totals;
    assert_eq!((totals.pass, totals.fail), (2, 2));
    assert_eq!(summary.failures[0].message, "the answer was deny");
    let rows: Vec<_> = summary
        .whole
        .requests
        .iter()
        .map(|row| (row.name.to_string(), row.answered, row.expectations_failed))
        .collect();
    assert_eq!(rows, [("enrollpushapprove".to_owned(), 4, 2), ("queue".to_owned(), 2, 0)]);
    let tpr = totals.tpr.min().unwrap();
    assert!(tpr >= 13 * MS && tpr < totals.elapsed.min().unwrap() + 3 * MS, "{tpr:?}");

    let summary = run(Plan::new().loops(2), |user: &mut User| {
        user.record("queue", MS, Outcome::Exception("the queue is gone".into()));
    });
    assert_eq!(summary.whole.totals.exception, 2, "what was recorded decides");
}
