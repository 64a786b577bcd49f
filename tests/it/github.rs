//! What GitHub Actions shows of a run, and the step of the action, run as GitHub would.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Reports, Service, perfloop, start};

/// Writes a test whose assert on line 4 fails.
fn failing(place: &Reports, service: &Service) -> String {
    let path = place.path("shop.hurl");
    fs::write(&path, format!("GET {}\nHTTP 200\n[Asserts]\nheader \"X-None\" exists\n", service.at("/fast"))).unwrap();
    path
}

#[test]
fn failed_checks_and_crossed_gates_are_annotated_with_file_and_line_and_summed_up() {
    let (service, place) = (Service::start(), Reports::new());
    let (hurl, summary) = (failing(&place, &service), place.path("summary.md"));
    fs::write(&summary, "# before\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
    command.args(["--loops", "3", "--fail-if", "fails > 2", &hurl]);
    let output = start(command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary)).wait();
    assert_eq!(output.code, Some(1), "{output:?}");
    let lines: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with("::")).collect();
    let file = hurl.replace(':', "%3A");
    assert!(lines.iter().any(|line| line.starts_with("::error title=gate crossed::fail if fails > 2")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with(&format!("::error file={file},line=4,title="))), "{lines:?}");
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("# before\n### ❌ perfloop: 3 checks in "), "{text}");
    assert!(text.contains("| 3 |") && text.contains("❌ crossed"), "{text}");
}

#[test]
fn nothing_is_annotated_elsewhere_and_the_flag_asks_for_it() {
    let (service, place) = (Service::start(), Reports::new());
    let hurl = failing(&place, &service);
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        command.args(["--loops", "1", &hurl]).args(more).env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        start(&mut command).wait().stdout
    };
    assert!(!run(&[]).contains("::error"));
    assert!(run(&["--github"]).contains("::error"));
}

#[test]
fn markdown_has_the_checks_and_no_markup_of_a_service() {
    let (service, place) = (Service::start(), Reports::new());
    let file = place.path("run.md");
    let name = service.at("/echo?<b>|`x`");
    let output = perfloop(&["--loops", "2", "--no-grouping", "--markdown", &file, &name]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("### ✅ perfloop: 2 checks in "), "{text}");
    assert!(!text.contains("<b>") && !text.contains("|`x`"), "{text}");
    let row = text.lines().find(|line| line.contains("/echo")).unwrap();
    assert!(row.contains("| 2 | 0 | 0 |"), "{row}");
}

#[test]
fn the_step_of_the_action_runs_reports_and_compares_with_the_runs_before() {
    let (service, place) = (Service::start(), Reports::new());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/github/run.sh");
    let programs = Path::new(env!("CARGO_BIN_EXE_perfloop")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let (report, baseline, summary, outputs) =
        (place.path("report"), place.path("baseline"), place.path("summary.md"), place.path("outputs"));
    let step = |url: &str| {
        let mut command = Command::new("bash");
        command.arg(&script).env("PATH", &path).env("ARGS", format!("--users 2 --loops 60 --quiet '{url}'"));
        command.env("REPORT", &report).env("BASELINE", &baseline).env("KEEP", "1").env("TOLERANCE", "50%");
        command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_OUTPUT", &outputs);
        start(&mut command).wait()
    };
    let kept = || fs::read_dir(&baseline).unwrap().count();
    let first = step(&service.at("/delay/5"));
    assert_eq!((first.code, kept()), (Some(0), 1), "{first:?}");
    assert!(fs::read_to_string(&outputs).unwrap().contains("html="));
    // The same name, ten times slower: the run is good, and worse than the one before.
    let file = fs::read_dir(&baseline).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("/delay/5", "/delay/50")).unwrap();
    let slower = step(&service.at("/delay/50"));
    assert_eq!(slower.code, Some(1), "{slower:?}");
    assert!(slower.stdout.contains("::error title=slower than the base::"), "{}", slower.stdout);
    assert_eq!(kept(), 1, "what is worse is no base");
    assert!(fs::read_to_string(&summary).unwrap().contains("#### Against the base"));
    let wrong = step("--no-such-flag");
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}
