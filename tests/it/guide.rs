//! The guide to Hurl files: its commands end as it says, count what it shows, and its files are those of the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Output, Service, none, start, words};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Where the guide has its service.
const SERVICE: &str = "http://127.0.0.1:5000";

fn guide() -> String {
    fs::read_to_string(Path::new(ROOT).join("docs/hurl.md")).unwrap()
}

/// The contents of all blocks of one kind.
fn blocks<'a>(guide: &'a str, kind: &str) -> Vec<&'a str> {
    let starts = guide.split("\n```").skip(1).step_by(2);
    starts.filter_map(|block| block.split_once('\n')).filter(|(name, _)| *name == kind).map(|(_, text)| text).collect()
}

/// A command as it stands in the guide, with what is shown of it.
#[derive(Debug, Default)]
struct Shown {
    command: String,
    lines: Vec<String>,
    code: i32,
}

impl Shown {
    /// Those of perfloop, in their order.
    fn all(guide: &str) -> Vec<Shown> {
        let mut all: Vec<Shown> = Vec::new();
        for block in blocks(guide, "console") {
            for part in format!("\n{}", block.replace("\\\n", " ")).split("\n$ ").skip(1) {
                let (command, output) = part.split_once('\n').unwrap_or((part, ""));
                match all.last_mut() {
                    Some(last) if command == "echo $?" => last.code = output.trim().parse().unwrap(),
                    _ => all.push(Shown {
                        command: command.into(),
                        lines: output.lines().map(str::to_owned).collect(),
                        code: 0,
                    }),
                }
            }
        }
        all.retain(|shown| shown.command.starts_with("perfloop "));
        all
    }

    /// Runs it in the repository, where it takes a second instead of five.
    fn run(&self, service: &Service) -> Output {
        let words: Vec<String> =
            words(&self.command).iter().map(|word| word.replace(SERVICE, &service.url()).replace("5s", "1s")).collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        start(command.current_dir(ROOT).args(&words[1..])).wait()
    }

    /// It ends by itself after so much work, whatever the time.
    fn is_counted(&self) -> bool {
        ["test ", "list ", "--loops ", "--feed "].iter().any(|word| self.command.contains(word))
    }

    /// What of a line is the same in each run.
    fn stable(&self, line: &str) -> Option<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let cells = line.trim_start().split("  ").next().unwrap_or_default().split(' ').count();
        let is_row = ["examples/", "GET ", "POST ", "user: "].iter().any(|start| line.trim_start().starts_with(start));
        if self.command.starts_with("perfloop list") {
            Some(words.join(" "))
        } else if let Some((count, _)) = line.split_once(" answered,") {
            self.is_counted().then(|| count.to_owned())
        } else if line.contains(" files: ") || line.contains("Executed requests") {
            Some(words[..3].join(" "))
        } else if let Some((file, _)) = line.split_once(" in ").filter(|_| line.contains("success (")) {
            Some(file.to_owned())
        } else {
            // Its name, and where it is always the same also its passes, fails and exceptions.
            is_row.then(|| words[..cells + if self.is_counted() { 3 } else { 0 }].join(" "))
        }
    }
}

#[test]
fn the_guides_commands_end_as_it_says_and_count_what_it_shows() {
    let service = Service::with_default_delay();
    let all = Shown::all(&guide());
    assert!(all.len() >= 8, "{all:#?}");
    let mut held = 0;
    for shown in &all {
        let output = shown.run(&service);
        assert_eq!(output.code, Some(shown.code), "{}: {output:#?}", shown.command);
        let text = format!("{}\n{}", output.stdout, output.stderr);
        let lines: Vec<String> = text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for line in shown.lines.iter().filter_map(|line| shown.stable(line)) {
            assert!(lines.iter().any(|got| got.starts_with(&line)), "{}: no line '{line}' in {text}", shown.command);
            held += 1;
        }
    }
    assert!(held >= 25, "only {held} lines are held against what is printed");
}

#[test]
fn each_file_that_the_guide_shows_is_one_of_the_repository() {
    let guide = guide();
    let shown = [("hurl", ["examples/hurl", "examples/session"]), ("toml", ["examples/hurl", "examples/session"])];
    for (kind, folders) in shown {
        let paths = folders.iter().flat_map(|folder| fs::read_dir(Path::new(ROOT).join(folder)).unwrap());
        let files: BTreeMap<_, _> = paths
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == kind))
            .map(|path| (fs::read_to_string(&path).unwrap().trim_end().to_owned(), path))
            .collect();
        let blocks = blocks(&guide, kind);
        assert!(!blocks.is_empty(), "no {kind}");
        none(blocks.iter().filter(|block| !files.contains_key(block.trim_end())).map(ToString::to_string));
    }
}

#[test]
fn the_guides_load_sends_each_entry_as_often_as_it_counts() {
    let service = Service::start();
    let host = service.url();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        start(command.current_dir(ROOT).args(words).args(["--host", &host])).wait()
    };
    let test = run(&["test", "examples/hurl", "--variable", "name=Ann", "--variable", "email=ann@example.test"]);
    assert_eq!((test.code, service.total_hits()), (Some(0), 3 + 2), "{test:#?}");
    let load = run(&[
        "examples/hurl",
        "--users=5",
        "--loops=4",
        "--variable=name=u{user}-{iteration}",
        "--variable=email=u{user}-{iteration}@example.test",
        "--json=-",
    ]);
    let totals = load.json()["totals"].clone();
    assert_eq!((load.code, &totals["pass"]), (Some(0), &(5 * 4 * 2).into()), "{totals}");
    let hits = service.hits();
    let hit = |path: &str| hits.get(path).copied().unwrap_or_default();
    assert_eq!((hit("/json"), hit("/echo"), hit("/users"), hit("/users/u5-4")), (21, 21, 21, 1));
    assert_eq!(service.total_hits(), 5 + 20 * 5);
}
