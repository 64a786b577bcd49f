//! What the README and the book say of the command line is true, and they say all; their links lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{none, perfloop};

/// All words like `--flag` in a text.
fn flags(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let words = text.split(|c| !is_part(c)).filter_map(|word| {
        let name = word.strip_prefix("--")?.trim_end_matches('-');
        name.starts_with(|c: char| c.is_ascii_lowercase()).then_some(&word[..2 + name.len()])
    });
    words.collect()
}

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The files of the book.
fn book() -> Vec<PathBuf> {
    let files = fs::read_dir(Path::new(ROOT).join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    assert!(files.len() > 15, "{files:?}");
    files
}

/// Guides that tell of the flags of other programs.
const OF_OTHERS: [&str; 5] = ["hurl.md", "k6.md", "kubernetes.md", "locust.md", "locust-workers.md"];

/// The README and the book, without the commands of other programs and the guides that tell of theirs.
fn readme() -> String {
    let book = book().into_iter().filter(|path| !OF_OTHERS.iter().any(|guide| path.ends_with(guide)));
    let texts = book.chain([Path::new(ROOT).join("README.md")]).map(|path| fs::read_to_string(path).unwrap() + "\n");
    let text: String = texts.collect();
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
    assert_eq!(unknown, [""; 0], "in README.md or docs, but in no --help");
}

#[test]
fn every_flag_is_in_the_readme() {
    let (help, readme) = (help(), readme());
    let known = flags(&help);
    assert!(known.contains("--users") && known.contains("--json"), "{help}");
    let untold: Vec<&str> = known.difference(&flags(&readme)).copied().collect();
    assert_eq!(untold, [""; 0], "in --help, but neither in README.md nor in docs");
}

#[test]
fn the_readme_is_read_in_a_few_minutes_and_the_book_has_every_chapter() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    assert!(readme.len() <= 12 * 1024, "{} bytes", readme.len());
    let summary = fs::read_to_string(Path::new(ROOT).join("docs/SUMMARY.md")).unwrap();
    let names = book().into_iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    none(names.filter(|name| name != "SUMMARY.md" && !summary.contains(&format!("]({name})"))));
}

/// Flag of a help, and what the help says of it.
fn flags_of_help(help: &str) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for line in help.lines() {
        let (indent, text) = (line.len() - line.trim_start().len(), line.trim());
        match rows.last_mut() {
            _ if text.ends_with(':') && indent == 0 => {
                rows.push((format!("## {}", text.trim_end_matches(':')), String::new()))
            }
            _ if indent <= 6 && text.starts_with('-') => {
                let (flag, what) = text.split_once("  ").unwrap_or((text, ""));
                rows.push((flag.into(), what.trim().into()));
            }
            Some((flag, what)) if indent > 8 && flag.starts_with('-') => *what = format!("{what} {text}").trim().into(),
            _ => {}
        }
    }
    rows
}

/// The page of all flags, made of the helps.
fn all_flags() -> String {
    let mut page = String::from(
        "# Every flag, as the help has it\n\nThis page is made of `--help`. What is more to say stands under [Flags](flags.md).\n",
    );
    for command in ["", "test", "list", "curl", "compare", "merge", "worker", "locustfile"] {
        let help = perfloop(&[&[command][..usize::from(!command.is_empty())], &["--help"]].concat()).stdout;
        // What stands below the flags is prose.
        let help = help.split("\nExamples:").next().unwrap().split("\nCommands, if").next().unwrap().to_owned();
        let rows = flags_of_help(&help);
        assert!(rows.iter().any(|(flag, _)| flag.starts_with('-')), "{help}");
        let name = format!("perfloop {command}");
        page.push_str(&format!("\n# {}\n", name.trim()));
        let mut is_open = false;
        for (flag, what) in rows {
            if let Some(heading) = flag.strip_prefix("## ") {
                is_open = false;
                if !["Usage", "Arguments"].contains(&heading) && !heading.starts_with("Usage") {
                    page.push_str(&format!("\n**{heading}**\n\n"));
                    is_open = true;
                }
            } else if is_open {
                page.push_str(&format!("- `{flag}`: {}\n", what.replace('<', "&lt;").replace('*', "\\*")));
            }
        }
    }
    page.replace("**Options**\n\n\n", "")
}

#[test]
fn the_page_of_all_flags_is_what_the_help_says() {
    let file = Path::new(ROOT).join("docs/all-flags.md");
    let page = all_flags();
    if std::env::var_os("RENEW_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let renew = "renew it by RENEW_DOCS=1 cargo test --test it the_page_of_all_flags";
    assert!(fs::read_to_string(&file).is_ok_and(|known| known == page), "{}: {renew}", file.display());
}

/// The anchor of a heading, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Where the links of a text lead, but for those to other sites.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(target, _)| target).filter(|target| !target.starts_with("http") && !target.contains(' '))
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let others = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "benches/README.md", "hurl/README.md"];
    let others = others.into_iter().chain(["hurl/corpus/README.md", "mock_service/README.md"]);
    let files: Vec<PathBuf> = others.map(|path| Path::new(ROOT).join(path)).chain(book()).collect();
    let mut count = 0;
    let mut broken = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for link in links(&text) {
            count += 1;
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            let is_there = place.is_empty() && target.exists() || {
                let text = fs::read_to_string(&target).unwrap_or_default();
                let headings = text.lines().filter(|line| line.starts_with('#'));
                headings.map(|line| anchor(line.trim_start_matches('#'))).any(|anchor| anchor == place)
            };
            if !is_there {
                broken.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(count > 60, "{count} links");
    none(broken);
}

/// Pages of the built book have no files of the repository beside them.
#[test]
fn no_chapter_of_the_book_links_out_of_the_book() {
    let leads_out = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        let out: Vec<String> = links(&text).filter(|link| link.starts_with("../")).map(str::to_owned).collect();
        out.into_iter().map(|link| format!("{}: {link}", file.display())).collect::<Vec<_>>()
    };
    none(book().iter().flat_map(leads_out));
}

#[test]
fn the_chapter_of_metrics_has_every_metric_that_is_served() {
    let metrics = |path: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
        let rows = text.lines().filter_map(|line| line.trim_start_matches("/// ").strip_prefix("| `perfloop_"));
        rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
    };
    let served = metrics("src/report/open_metrics.rs");
    assert!(served.len() >= 7, "{served:?}");
    assert_eq!(metrics("docs/metrics.md"), served);
}

#[test]
fn every_query_of_the_dashboard_names_metrics_that_are_served() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/metrics.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `perfloop_"));
    let served: BTreeSet<String> = rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect();
    let dashboard = fs::read_to_string(Path::new(ROOT).join("docs/grafana.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut seen = BTreeSet::new();
    for query in queries.map(|target| target["expr"].as_str().unwrap()) {
        let names = names_of(query);
        assert!(!names.is_empty() && names.iter().all(|name| served.contains(name)), "{query}");
        seen.extend(names);
    }
    // None of them is without a panel.
    none(served.into_iter().filter(|name| !seen.contains(name)));
}

/// Metrics that a query names, without what all names begin with.
fn names_of(query: &str) -> Vec<String> {
    let of = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest[..end].trim_end_matches("_bucket").to_owned()
    };
    query.split("perfloop_").skip(1).map(of).collect()
}

#[test]
fn the_changelog_has_notes_of_this_version_and_the_script_prints_them() {
    let notes = |version: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/release/notes.sh");
        let output = Command::new("bash").arg(script).args(version).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (is_told, told) = notes(&[]);
    assert!(is_told && told.contains("### Added\n- ") && !told.contains("\n## "), "{told}");
    assert_eq!(notes(&[env!("CARGO_PKG_VERSION")]), (true, told));
    assert_eq!(notes(&["9.9.9"]), (false, String::new()));
}
