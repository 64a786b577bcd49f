//! Reports held against one another: what is told, what is refused, and how often chance is taken for a change.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Output, Reports, Service, alone, none, perfloop, rendered, schema_complaints, stamp_all};

impl Reports {
    /// A run against a URL; its times are made the kernel's, of which on a busy machine some may be missing.
    fn run(&self, name: &str, seconds: &str, url: &str) -> String {
        let path = self.path(name);
        let output = perfloop(&["--users", "8", "--time", seconds, "--quiet", "--json", &path, url]);
        assert_eq!(output.code, Some(0), "{output:#?}");
        self.changed(name, name, stamp_all)
    }
}

/// Makes all times of full load longer, as blocks know them.
fn slow_down(report: &mut Value, factor: u64) {
    for block in report["blocks"].as_array_mut().unwrap() {
        for (rows, times) in [("checks", "tpr_ns"), ("requests", "response_time_ns")] {
            for row in block[rows].as_array_mut().unwrap() {
                let longer = row[times].as_object().unwrap().iter();
                let longer =
                    longer.map(|(ns, count)| ((ns.parse::<u64>().unwrap() * factor).to_string(), count.clone()));
                row[times] = longer.collect::<serde_json::Map<_, _>>().into();
            }
        }
    }
}

#[test]
fn a_run_is_no_worse_than_itself_and_worse_than_a_faster_one() {
    let (service, place) = (Service::start(), Reports::new());
    let fast = place.run("fast.json", "0.8", &service.at("/delay/5"));
    let slow = place.changed("fast.json", "slow.json", |report| slow_down(report, 2));
    let same = perfloop(&["compare", &fast, &fast]);
    assert_eq!((same.code, same.stderr.as_str()), (Some(0), ""), "{same:#?}");
    let last = same.stdout.lines().last().unwrap();
    assert!(last == "no difference" || last.ends_with("cannot be told, and nothing is told to be worse"), "{last}");
    assert!(same.stdout.contains("within-run noise only"), "{}", same.stdout);
    let worse = perfloop(&["compare", &fast, &slow]);
    assert_eq!(worse.code, Some(1), "{worse:#?}");
    assert!(worse.stdout.contains("+100.0 %") && worse.stdout.ends_with("\nworse\n"), "{}", worse.stdout);
    let better = perfloop(&["compare", &slow, &fast]);
    assert_eq!(better.code, Some(0), "{better:#?}");
    assert!(better.stdout.lines().last().unwrap().starts_with("better, and nothing "), "{}", better.stdout);
    assert_eq!(perfloop(&["compare", &fast, &slow, "--tolerance", "150%"]).code, Some(0));
    let one = ["--tolerance", "p50=5%", "--tolerance", "150%"];
    assert_eq!(perfloop(&[&["compare", &fast, &slow], &one[..]].concat()).code, Some(1));
}

#[test]
fn three_runs_a_side_are_drawn_as_runs_and_told_as_json() {
    let (service, place) = (Service::start(), Reports::new());
    let fast = place.run("fast.json", "0.5", &service.at("/delay/5"));
    let slow = place.changed("fast.json", "slow.json", |report| slow_down(report, 2));
    let (a, b) = (fast.as_str(), slow.as_str());
    let output = perfloop(&["compare", "--base", a, a, a, "--new", b, b, b, "--json", "-"]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    let told = output.json();
    assert_eq!(schema_complaints("comparison.schema.json", &told), None);
    let mut more = told.clone();
    more["rows"][0]["changes"]["p50"]["more"] = 1.into();
    assert!(schema_complaints("comparison.schema.json", &more).is_some());
    assert_eq!((&told["unit"], &told["worse"], &told["verdict"]), (&"runs".into(), &true.into(), &"worse".into()));
    assert_eq!((told["base"].as_array().unwrap().len(), &told["new"][2]), (3, &b.into()));
    let row = &told["rows"][0];
    assert_eq!((&row["kind"], &row["name"]), (&"check".into(), &"GET /delay/5".into()));
    let p50 = &row["changes"]["p50"];
    assert_eq!((&p50["verdict"], &p50["change"]), (&"worse".into(), &100.0.into()));
    assert!(!output.stderr.contains("within-run noise only"), "{}", output.stderr);
}

#[test]
fn the_page_of_a_comparison_says_what_its_json_does() {
    let (service, place) = (Service::start(), Reports::new());
    let fast = place.run("fast.json", "0.8", &service.at("/delay/5"));
    let slow = place.changed("fast.json", "slow.json", |report| slow_down(report, 2));
    let file = place.path("page.html");
    let output = perfloop(&["compare", &fast, &slow, "--html", &file, "--json", "-"]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    let (json, page) = (output.json(), std::fs::read_to_string(&file).unwrap());
    assert!(page.contains("<p class=\"title\">Worse</p>") && page.contains("within-run noise only"), "{page}");
    let words = |verdict: &str| {
        let changes =
            json["rows"].as_array().unwrap().iter().flat_map(|row| row["changes"].as_object().unwrap().values());
        changes.filter(|change| change["verdict"] == verdict).count()
    };
    for (verdict, shown) in [
        ("worse", "worse"),
        ("better", "better"),
        ("no_difference", "no difference"),
        ("cannot_be_told", "cannot be told"),
    ] {
        let found = page.matches(&format!("<span class=\"words\">{shown}</span>")).count();
        assert_eq!(found, words(verdict), "{verdict}: {page}");
    }
    let bars = page.matches("<svg class=\"interval\"").count();
    assert_eq!(bars, page.matches("class=\"words\"").count() - page.matches("<td class=\"bar\">–</td>").count());
    assert_eq!(page.matches("<script").count(), 2, "the data and the page's own script");
    none(
        [" src=", " href=", "@import", "url(h", "https://"]
            .iter()
            .filter(|word| page.contains(**word))
            .map(|word| word.to_string()),
    );
    let (_, drawn) = page.split_once("id=\"data\">").unwrap();
    let drawn: Value = serde_json::from_str(drawn.split_once("</script>").unwrap().0).unwrap();
    let (base, new) = (drawn["base"]["p50"].as_array().unwrap(), drawn["new"]["p50"].as_array().unwrap());
    assert_eq!(base.len(), new.len());
    none(
        base.iter().zip(new).filter(|(base, new)| base.is_number() != new.is_number()).map(|pair| format!("{pair:?}")),
    );
}

#[test]
fn what_runs_say_of_themselves_is_text_to_the_page_and_what_differs_is_marked() {
    let (service, place) = (Service::start(), Reports::new());
    let attack = "</script><script>alert(1)</script><img src=x>";
    let a = place.run("a.json", "0.5", &service.at("/delay/2"));
    let b = place.changed("a.json", "b.json", |report| {
        report["run"]["plan"] = attack.into();
        report["run"]["command"] = vec![Value::from(attack)].into();
    });
    let output = perfloop(&["compare", &a, &b, "--html", "-"]);
    let page = &output.stdout;
    assert!(output.code.is_some_and(|code| code < 2) && page.starts_with("<!DOCTYPE html>"), "{output:#?}");
    assert_eq!((page.matches("<script").count(), page.matches("<img").count()), (2, 0), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)") && output.stderr.contains("the plan of"), "{output:#?}");
    let marked = |fact: &str| page.contains(&format!("{fact} ≠</th>"));
    assert_eq!(
        ["plan", "target", "users", "machine", "start", "command"].map(marked),
        [true, false, false, false, false, false]
    );
}

#[test]
fn what_cannot_be_told_says_so_in_every_format_and_fails_nothing() {
    let (service, place) = (Service::start(), Reports::new());
    let run = place.run("run.json", "0.5", &service.at("/delay/5"));
    // Nothing lies within a tolerance of nothing.
    let page = place.path("page.html");
    let flags = ["compare", &run, &run, "--tolerance", "0%", "--html", &page];
    let output = perfloop(&flags);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let untold = output.stdout.lines().filter(|line| line.ends_with("  cannot be told")).count();
    assert!(untold >= 6, "rps, p50 and p95 of a check and of a request: {}", output.stdout);
    let last = output.stdout.lines().last().unwrap();
    assert_eq!(last, format!("{untold} of 10 changes cannot be told, and nothing is told to be worse"));
    assert!(output.stdout.contains("\ncannot be told: the change may lie"), "{}", output.stdout);
    let told = perfloop(&["compare", &run, &run, "--tolerance", "0%", "--json", "-"]).json();
    assert_eq!(schema_complaints("comparison.schema.json", &told), None);
    assert_eq!((&told["worse"], &told["verdict"]), (&false.into(), &"cannot_be_told".into()));
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("<span class=\"words\">cannot be told</span>").count(), untold, "{page}");
    assert!(page.contains(last), "{page}");
}

#[test]
fn a_page_that_cannot_be_written_is_refused() {
    let (service, place) = (Service::start(), Reports::new());
    let a = place.run("a.json", "0.5", &service.at("/delay/2"));
    for (flags, words) in [
        (&["--html", "/nowhere/page.html"][..], "--html /nowhere/page.html: the folder /nowhere does not exist"),
        (&["--html", "-", "--json", "-"][..], "--json and --html cannot both write -"),
    ] {
        let Output { code, stdout, stderr, .. } = perfloop(&[&["compare", &a, &a], flags].concat());
        assert_eq!((code, stdout.as_str(), stderr.lines().count()), (Some(2), "", 1), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_draws_both_sides_without_an_error() {
    let (service, place) = (Service::start(), Reports::new());
    let a = place.run("a.json", "1", &service.at("/delay/5"));
    let file = place.path("page.html");
    perfloop(&["compare", &a, &a, "--html", &file]);
    let page = rendered(std::path::Path::new(&file));
    assert!(page.contains("data-charts=\"5\"") && !page.contains("data-error"), "{page}");
    assert_eq!(page.matches("<path class=\"line\" d=\"M").count(), 10, "five charts of two lines");
}

#[test]
fn runs_against_the_embedded_service_are_of_one_target_and_other_ramps_are_other_plans() {
    let place = Reports::new();
    let run = |name: &str, more: &[&str]| {
        let path = place.path(name);
        let output = perfloop(&[&["--users", "40", "--time", "1", "--quiet", "--json", &path], more].concat());
        assert_eq!(output.code, Some(0), "{output:#?}");
        place.changed(name, name, stamp_all)
    };
    let (a, b, ramped) = (run("a.json", &[]), run("b.json", &[]), run("ramped.json", &["--ramp-up", "0.4"]));
    let target = |name: &str| place.json(name)["run"]["target"].as_str().unwrap().to_owned();
    assert_ne!(target("a.json"), target("b.json"), "the ports differ");
    let same = perfloop(&["compare", &a, &b, "--tolerance", "1000%"]);
    assert!(!same.stdout.contains("the target of") && !same.stdout.contains("the plan of"), "{}", same.stdout);
    let other = perfloop(&["compare", &a, &ramped, "--tolerance", "1000%"]);
    assert!(other.stdout.contains("started 10 ms apart"), "{}", other.stdout);
}

#[test]
fn other_plans_and_targets_are_warned_of_and_names_of_one_side_listed() {
    let (service, place) = (Service::start(), Reports::new());
    let a = place.run("a.json", "0.5", &service.at("/delay/2"));
    let (fast, other) = (service.at("/delay/2"), service.at("/fast"));
    let b = place.path("b.json");
    perfloop(&["--users", "2", "--time", "0.5", "--quiet", "--json", &b, &fast, &other]);
    place.changed("b.json", "b.json", stamp_all);
    let output = perfloop(&["compare", &a, &b, "--tolerance", "1000%"]);
    assert!(output.code.is_some_and(|code| code < 2), "{output:#?}");
    for words in ["the users of", "the plan of", "the target of", "only in new: check GET /fast", "request GET /fast"] {
        assert!(output.stdout.contains(words), "{words}: {}", output.stdout);
    }
}

#[test]
fn what_cannot_be_compared_is_refused_in_one_line() {
    let (service, place) = (Service::start(), Reports::new());
    let good = place.run("good.json", "0.5", &service.at("/delay/2"));
    let older = place.changed("good.json", "older.json", |report| report["run"]["schema"] = 1.into());
    let no_blocks =
        place.changed("good.json", "no_blocks.json", |report| report["blocks"] = Vec::<Value>::new().into());
    let by_thread = place.changed("good.json", "by_thread.json", |report| report["requests"][0]["stamped"] = 0.into());
    let strange = place.changed("good.json", "strange.json", |report| report["checks"][0]["name"] = "strange".into());
    let missing = place.path("missing.json");
    let rows: [(&[&str], &[&str]); 10] = [
        (&[], &["missing"]),
        (&[&good], &["two reports are wanted", "BASE NEW", "--baseline DIR NEW"]),
        (&["--base", &good], &["--new"]),
        (&[&good, &missing], &["missing.json", "cannot be read", "--json"]),
        (&[&good, &older], &["older.json", "version 1", "reads 2"]),
        (&[&good, &no_blocks], &["no_blocks.json", "no blocks of full load"]),
        (&[&good, &by_thread], &["good.json", "kernel's stamps", "by_thread.json", "thread's clock", "--force"]),
        (&[&good, &strange], &["no check in common"]),
        (&[&good, &good, "--tolerance", "5"], &["--tolerance", "write it like 5% or p99=10%"]),
        (&[&good, &good, "--tolerance", "p98=5%"], &["'p98' is not compared", "p95"]),
    ];
    none(rows.iter().filter_map(|(args, words)| {
        let Output { code, stdout, stderr, .. } = perfloop(&[&["compare"], *args].concat());
        let is_right = code == Some(2) && stdout.is_empty() && stderr.lines().count() == 1;
        let says = words.iter().all(|word| stderr.contains(word));
        (!is_right || !says).then(|| format!("{args:?}: {code:?} {stderr}"))
    }));
    let forced = perfloop(&["compare", &good, &by_thread, "--force"]);
    assert_eq!(forced.code, Some(0), "{forced:#?}");
    assert!(forced.stdout.contains("thread's clock"), "{}", forced.stdout);
}

#[test]
fn a_run_with_dropped_arrivals_is_warned_of() {
    let (service, place) = (Service::start(), Reports::new());
    let good = place.run("good.json", "0.5", &service.at("/delay/2"));
    let short = place.changed("good.json", "short.json", |report| report["run"]["dropped"] = 3.into());
    let output = perfloop(&["compare", &good, &short]);
    assert!(output.stdout.contains("short.json was not as asked: less than asked, 3 arrivals"), "{}", output.stdout);
}

/// How many of so many pairs are told to be worse, where the service takes so much longer for the second one.
fn told_worse(pairs: u32, base: Duration, new: Duration) -> u32 {
    let (before, now, place) = (Service::with_delay(base), Service::with_delay(new), Reports::new());
    let worse = (0..pairs).filter(|_| {
        let base = place.run("base.json", "1", &before.at("/json"));
        let new = place.run("new.json", "1", &now.at("/json"));
        let output = perfloop(&["compare", &base, &new]);
        if output.code == Some(1) {
            eprintln!("{}", output.stdout);
        }
        output.code == Some(1)
    });
    worse.count() as u32
}

/// `COMPARE_PAIRS` makes it fewer.
fn pairs() -> u32 {
    std::env::var("COMPARE_PAIRS").map_or(20, |pairs| pairs.parse().unwrap())
}

#[test]
#[ignore = "needs a quiet machine"]
fn like_runs_are_hardly_ever_worse() {
    let _alone = alone();
    let (pairs, delay) = (pairs(), Duration::from_millis(5));
    let worse = told_worse(pairs, delay, delay);
    assert!(worse * 20 <= pairs.max(20), "{worse} of {pairs}");
}

#[test]
#[ignore = "needs a quiet machine"]
fn a_tenth_more_delay_is_found() {
    let _alone = alone();
    let pairs = pairs();
    let worse = told_worse(pairs, Duration::from_millis(5), Duration::from_micros(5500));
    assert!(worse * 10 >= pairs * 9, "{worse} of {pairs}");
}
