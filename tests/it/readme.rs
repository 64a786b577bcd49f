//! What the README says of the command line is true, and it says all.

use std::collections::BTreeSet;
use std::fs;

use crate::support::perfloop;

/// All words like `--flag` in a text.
fn flags(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let words = text.split(|c| !is_part(c)).filter_map(|word| {
        let name = word.strip_prefix("--")?.trim_end_matches('-');
        name.starts_with(|c: char| c.is_ascii_lowercase()).then_some(&word[..2 + name.len()])
    });
    words.collect()
}

/// The README without the commands of other programs.
fn readme() -> String {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let of_others = |block: &str| ["cargo ", "mock_service "].iter().any(|program| block.contains(program));
    // Each second part lies within a pair of fences, or of backticks.
    let outside = |text: &str, fence: &str| -> String {
        let parts = text.split(fence).enumerate().filter(|(n, part)| n % 2 == 0 || !of_others(part));
        parts.map(|(_, part)| part).collect::<Vec<_>>().join(" ")
    };
    outside(&outside(&text, "```"), "`")
}

/// Of perfloop and of all its commands.
fn help() -> String {
    let main = perfloop(&["--help"]).stdout;
    let commands = main.lines().filter_map(|line| line.strip_prefix("  perfloop ")?.split(' ').next());
    let commands: BTreeSet<&str> = commands.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase())).collect();
    assert!(commands.contains("list") && commands.contains("compare"), "{main}");
    let of_commands: String = commands.iter().map(|command| perfloop(&[command, "--help"]).stdout).collect();
    main + &of_commands
}

#[test]
fn every_flag_of_the_readme_exists() {
    let help = help();
    let readme = readme();
    let unknown: Vec<&str> = flags(&readme).difference(&flags(&help)).copied().collect();
    assert_eq!(unknown, [""; 0], "in README.md, but in no --help");
}

#[test]
fn every_flag_is_in_the_readme() {
    let (help, readme) = (help(), readme());
    let known = flags(&help);
    assert!(known.contains("--users") && known.contains("--json"), "{help}");
    let untold: Vec<&str> = known.difference(&flags(&readme)).copied().collect();
    assert_eq!(untold, [""; 0], "in --help, but not in README.md");
}
