//! Commands of the README and of the book: each runs as it stands there, ends as is said, and prints what is shown of it.
//!
//! `RENEW_DOCS=1 cargo test --release --test it documents` writes what they print now into the documents. A `…` stands for
//! lines that are left out, and stays.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Service, words};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The service of the documents.
const SERVICE: &str = "http://127.0.0.1:5000";
/// Columns of the tables that are shown.
const WIDTH: &str = "80";
/// The line in place of lines that are left out.
const LEFT_OUT: &str = "…";

/// A command of a document, and what is shown of its output.
#[derive(Debug)]
struct Example {
    command: String,
    /// Lines of the document that are its output.
    first: usize,
    shown: Vec<String>,
    code: Option<i32>,
}

/// A document, and the folder that its commands run in.
struct Document {
    path: PathBuf,
    lines: Vec<String>,
    folder: tempfile::TempDir,
}

impl Document {
    fn read(path: &Path) -> Self {
        let lines = fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(Path::new(ROOT).join("examples"), folder.path().join("examples")).unwrap();
        let document = Document { path: path.to_owned(), lines, folder };
        for example in document.examples() {
            if let Some(file) = example.command.strip_prefix("cat ") {
                fs::write(document.folder.path().join(file), example.shown.join("\n") + "\n").unwrap();
            }
        }
        document
    }

    /// Kind and lines of each block between fences.
    fn blocks(&self) -> Vec<(String, Vec<String>)> {
        let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
        let mut is_open = false;
        for line in &self.lines {
            match line.strip_prefix("```") {
                Some(kind) if !is_open => blocks.push((kind.to_owned(), Vec::new())),
                Some(_) => {}
                None if is_open => blocks.last_mut().unwrap().1.push(line.clone()),
                None => continue,
            }
            is_open ^= line.starts_with("```");
        }
        blocks
    }

    /// The commands of all blocks of a console or a shell.
    fn examples(&self) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        let (mut kind, mut is_command) = (None, false);
        for (at, line) in self.lines.iter().enumerate() {
            if let Some(of) = line.strip_prefix("```") {
                kind = kind.is_none().then_some(of).filter(|of| !of.is_empty());
                is_command = false;
                continue;
            }
            let command = match kind {
                Some("console") => line.strip_prefix("$ "),
                Some("sh") if !is_command => Some(line.as_str()),
                Some("sh") => None,
                _ => continue,
            };
            if let Some(command) = command {
                examples.push(Example { command: command.into(), first: at + 1, shown: Vec::new(), code: None });
                is_command = line.ends_with('\\');
                continue;
            }
            let last = examples.last_mut().unwrap();
            if is_command {
                last.command = last.command.trim_end_matches('\\').to_owned() + line.trim_start();
                last.first = at + 1;
                is_command = line.ends_with('\\');
            } else {
                last.shown.push(line.clone());
            }
        }
        for at in 1..examples.len() {
            if examples[at].command == "echo $?" {
                examples[at - 1].code = Some(examples[at].shown[0].parse().unwrap());
            }
        }
        examples
    }

    /// Writes the settings that the chapter on them shows, for its commands that look at them.
    fn give_settings(&self, example: &Example) {
        if self.path.ends_with("settings.md") && !example.shown.is_empty() {
            let (_, settings) = self.blocks().into_iter().find(|(kind, _)| kind == "toml").unwrap();
            fs::write(self.folder.path().join("perfloop.toml"), settings.join("\n")).unwrap();
        }
    }

    /// Gives a command the reports that it reads and no command before it has written.
    fn give_reports(&self, words: &[String], service: &Service) {
        let read = words.windows(2).filter(|pair| !matches!(pair[0].as_str(), "--json" | "--html"));
        for name in read.map(|pair| &pair[1]).filter(|word| word.ends_with(".json")) {
            if !self.folder.path().join(name).exists() {
                let run = ["perfloop", &service.at("/json"), "--users", "2", "--loops", "5", "--json", name];
                self.run(&run.map(str::to_owned), service);
            }
        }
    }

    /// Runs words as a command. Returns the exit code and all that it prints, in the order in which a terminal shows it.
    fn run(&self, words: &[String], service: &Service) -> (Option<i32>, String) {
        let printed = self.folder.path().join("printed");
        let file = File::create(&printed).unwrap();
        let variables = words.iter().take_while(|word| !word.starts_with("perfloop")).filter_map(|w| w.split_once('='));
        let arguments = words.iter().skip_while(|word| !word.starts_with("perfloop")).skip(1);
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        command
            .current_dir(self.folder.path())
            .args(arguments)
            .env("COLUMNS", WIDTH)
            .envs(variables)
            .stdin(Stdio::null());
        let ended = command.stdout(file.try_clone().unwrap()).stderr(file).status().unwrap();
        (ended.code(), fs::read_to_string(printed).unwrap().replace(&service.url(), SERVICE))
    }
}

/// The words of a command for this service.
fn words_for(command: &str, service: &Service) -> Vec<String> {
    let word = |word: String| word.replace(SERVICE, &service.url()).replace("127.0.0.1:9646", "127.0.0.1:0");
    words(command).into_iter().map(word).collect()
}

/// A text without what another run may print otherwise: numbers, verdicts, and the words that come and go with them.
fn skeleton(text: &str) -> Vec<String> {
    const UNITS: [&str; 14] = ["us", "ms", "s", "m", "µs", "B", "KiB", "MiB", "GiB", "%", "*", "points", "steady", "#"];
    const VERDICTS: [&str; 8] = ["worse", "better", "no", "difference", "cannot", "be", "told", "held"];
    let mut skeleton = Vec::new();
    for word in text.split_whitespace() {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let has_digits = word.contains(|c: char| c.is_ascii_digit());
        let plain = word.trim_matches(|c: char| matches!(c, ',' | ';' | '*' | ')' | '('));
        if has_digits && letters < 4 || UNITS.contains(&plain) || VERDICTS.contains(&plain) {
            continue;
        }
        let masked = word.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect::<String>();
        let mut parts: Vec<&str> = masked.split('#').collect();
        parts.dedup_by(|a, b| a.is_empty() && b.is_empty());
        skeleton.push(parts.join("#").trim_end_matches('*').to_owned());
    }
    skeleton
}

/// A word is another, or is it with its middle cut out: how much room names have depends on the numbers beside them.
fn is_word(word: &str, wanted: &str) -> bool {
    let is_cut = |cut: &str, whole: &str| {
        cut.split_once('…').is_some_and(|(begin, end)| whole.starts_with(begin) && whole.ends_with(end))
    };
    word == wanted || is_cut(word, wanted) || is_cut(wanted, word)
}

/// Lines whose words depend on how busy the machine is.
fn is_free(line: &str) -> bool {
    let is_of_verdicts =
        ["load:", "times:", "next:", "  whole run", "  the whole run"].iter().any(|start| line.starts_with(start));
    // Whether full load was steady is the machine's, too.
    is_of_verdicts || line.contains("at full load for ")
}

/// The shown lines that the output does not have in this order.
fn missing(shown: &[String], output: &str) -> Vec<String> {
    let output = skeleton(output);
    let (mut at, mut missing) = (0, Vec::new());
    for line in shown.iter().filter(|line| *line != LEFT_OUT && !is_free(line)) {
        let wanted = skeleton(line);
        let is_here = |rest: &[String]| {
            rest.len() >= wanted.len() && rest.iter().zip(&wanted).all(|(word, wanted)| is_word(word, wanted))
        };
        let found = (at..=output.len()).find(|at| is_here(&output[*at..]));
        match found {
            Some(found) => at = found + wanted.len(),
            None => missing.push(line.clone()),
        }
    }
    missing
}

/// What is shown of an output: of each part that was shown, the lines from its first to its last.
fn renewed(shown: &[String], output: &str) -> Vec<String> {
    let output: Vec<&str> = output.lines().collect();
    let begins = |line: &str, wanted: &str| {
        let (line, wanted) = (skeleton(line), skeleton(wanted));
        let count = wanted.len().min(3);
        !line.is_empty() && line[..line.len().min(count)] == wanted[..count]
    };
    let (mut at, mut renewed) = (0, Vec::new());
    for (number, part) in shown.split(|line| line == LEFT_OUT).enumerate() {
        if number > 0 {
            renewed.push(LEFT_OUT.to_owned());
        }
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        let start = (at..output.len()).find(|at| begins(output[*at], first));
        let start = start.unwrap_or_else(|| panic!("no line like '{first}' in {output:#?}"));
        let ends = (start..output.len()).filter(|at| begins(output[*at], last));
        let end = ends.min_by_key(|end| (start + part.len() - 1).abs_diff(*end));
        let end = end.unwrap_or_else(|| panic!("no line like '{last}' after '{first}' in {output:#?}"));
        renewed.extend(output[start..=end].iter().map(|line| line.trim_end().to_owned()));
        at = end + 1;
    }
    renewed
}

/// The documents with commands.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let chapters = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = chapters.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    paths.push(root.join("README.md"));
    paths.sort();
    paths
}

/// Whether outputs are written into the documents.
fn renews() -> bool {
    std::env::var_os("RENEW_DOCS").is_some()
}

/// Runs the commands of a document. Returns what is wrong, and how many ran.
fn check(path: &Path) -> (Vec<String>, usize) {
    let mut document = Document::read(path);
    let service = Service::with_default_delay();
    // One chapter compares a service with itself before it got slower.
    let is_compare = path.ends_with("compare.md");
    let delays = [20, 22].map(|millis| Service::with_delay(Duration::from_millis(millis)));
    let (mut wrong, mut count) = (Vec::new(), 0);
    let mut renewed_lines: Vec<(Example, Vec<String>)> = Vec::new();
    for example in document.examples() {
        let command = example.command.replace("cargo run --release -- ", "perfloop ");
        let service = match (is_compare, command.contains("new.json")) {
            (true, is_new) => &delays[usize::from(is_new)],
            (false, _) => &service,
        };
        let mut words = words_for(&command, service);
        let program = words.iter().find(|word| !word.contains('='));
        if program.is_none_or(|word| word != "perfloop") {
            continue;
        }
        document.give_settings(&example);
        document.give_reports(&words, service);
        if example.shown.is_empty() && !is_compare {
            let spans = ["30s", "10s", "5s", "5"];
            let time = words.iter().position(|word| word == "--time").map(|at| at + 1);
            if let Some(at) = time.filter(|at| spans.contains(&words[*at].as_str())) {
                words[at] = "1s".into();
            }
        }
        let (code, output) = document.run(&words, service);
        count += 1;
        let is_verdict = words.iter().any(|word| word == "compare");
        let is_good = if is_verdict { matches!(code, Some(0 | 1)) } else { code == Some(example.code.unwrap_or(0)) };
        if !is_good {
            wrong.push(format!("{}: ends with {code:?}: {output}", example.command));
        } else if renews() && !example.shown.is_empty() {
            let lines = renewed(&example.shown, &output);
            renewed_lines.push((example, lines));
        } else {
            let missing = missing(&example.shown, &output);
            let complaint = || format!("{}: not printed: {missing:#?} in {output}", example.command);
            wrong.extend((!missing.is_empty()).then(complaint));
        }
    }
    // From the end, so that the lines before keep their numbers.
    for (example, lines) in renewed_lines.into_iter().rev() {
        document.lines.splice(example.first..example.first + example.shown.len(), lines);
        fs::write(&document.path, document.lines.join("\n") + "\n").unwrap();
    }
    (wrong, count)
}

#[test]
fn each_command_of_the_documents_runs_and_prints_what_is_shown_of_it() {
    let mut seen = HashSet::new();
    let checks = documents().into_iter().map(|path| move || (check(&path), path));
    // Numbers that people read are those of a machine with nothing else to do.
    let results: Vec<_> = if renews() {
        checks.map(|check| check()).collect()
    } else {
        let threads: Vec<_> = checks.map(std::thread::spawn).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for ((found, ran), path) in results {
        count += ran;
        seen.extend((ran > 0).then(|| path.clone()));
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    assert!(count >= 25 && seen.len() >= 10, "only {count} commands of {seen:?}");
    assert!(
        wrong.is_empty(),
        "renew them by RENEW_DOCS=1 cargo test --release --test it documents: {}",
        wrong.join("\n")
    );
}
