//! The corpus of Hurl files: `perfloop test` comes to the same verdicts as hurl, whose verdicts are kept beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;

use crate::support::{Output, Service, none, start};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/hurl/corpus");
const VERDICTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/hurl/corpus/verdicts.tsv");
/// It must never be seen.
const SECRET: &str = "s3cr3t";
/// Files that wait take no processor: more of them run at once than there are.
const AT_ONCE: usize = 4;

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Verdict {
    code: i32,
    /// Where the errors are, as line and column.
    places: Vec<(u32, u32)>,
    /// What the first error is about.
    kind: String,
}

impl Verdict {
    fn of(file: &str, output: &Output) -> Self {
        let text = format!("{}\n{}", output.stdout, output.stderr);
        let kind = text.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_default();
        Verdict { code: output.code.unwrap_or(-1), places: places(file, &text), kind: kind.trim().into() }
    }

    fn lines(&self) -> BTreeSet<u32> {
        self.places.iter().map(|(line, _)| *line).collect()
    }

    fn row(&self, file: &str) -> String {
        let places: Vec<String> = self.places.iter().map(|(line, column)| format!("{line}:{column}")).collect();
        format!("{file}\t{}\t{}\t{}\n", self.code, places.join(","), self.kind)
    }

    fn from_row(row: &str) -> (String, Self) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [file, code, places, kind] = columns[..] else { panic!("not a verdict: {row}") };
        let place = |place: &str| place.split_once(':').map(|(l, c)| (l.parse().unwrap(), c.parse().unwrap())).unwrap();
        let places = places.split(',').filter(|place| !place.is_empty()).map(place).collect();
        (file.into(), Verdict { code: code.parse().unwrap(), places, kind: kind.into() })
    }
}

/// Each `FILE:LINE:COLUMN` of a text, once.
fn places(file: &str, text: &str) -> Vec<(u32, u32)> {
    let number = |digits: &str| digits.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok());
    let mut places = Vec::new();
    for (_, rest) in text.match_indices(file).map(|(at, _)| text[at..].split_at(file.len())) {
        let Some((line, column)) = rest.strip_prefix(':').and_then(|rest| rest.split_once(':')) else { continue };
        if let (Ok(line), Some(column)) = (line.parse(), number(column))
            && !places.contains(&(line, column))
        {
            places.push((line, column));
        }
    }
    places
}

/// The recorded verdicts, and the version of the hurl that gave them.
fn recorded() -> (String, BTreeMap<String, Verdict>) {
    let text = fs::read_to_string(VERDICTS).unwrap();
    let (version, rows) = text.split_once('\n').unwrap();
    (version.trim_start_matches("# ").into(), rows.lines().map(Verdict::from_row).collect())
}

/// The files of the corpus, such as `pass/status.hurl`.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    for folder in ["pass", "fail", "parse", "dialect"] {
        for entry in fs::read_dir(Path::new(CORPUS).join(folder)).unwrap() {
            files.push(format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    files.sort();
    files
}

/// The services the files speak to, and a copy of the corpus for what they write.
struct Stage {
    folder: TempDir,
    plain: Service,
    asking: Service,
}

impl Stage {
    fn set() -> Self {
        let (plain, asking) = (Service::with_tls(), Service::with_client_certificates());
        let folder = tempfile::tempdir().unwrap();
        for file in files() {
            let to = folder.path().join(&file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(Path::new(CORPUS).join(&file), to).unwrap();
        }
        fs::create_dir(folder.path().join("files")).unwrap();
        for entry in fs::read_dir(Path::new(CORPUS).join("files")).unwrap().map(Result::unwrap) {
            fs::copy(entry.path(), folder.path().join("files").join(entry.file_name())).unwrap();
        }
        let (certificate, key) = asking.client_pem().unwrap();
        let pems = [("ca", plain.ca_pem().unwrap()), ("mtls_ca", asking.ca_pem().unwrap()), ("cert", certificate)];
        for (name, pem) in pems.into_iter().chain([("key", key)]) {
            fs::write(folder.path().join(format!("{name}.pem")), pem).unwrap();
        }
        Stage { folder, plain, asking }
    }

    /// Has a program run one of the files.
    fn run(&self, program: &[String], file: &str) -> Output {
        let variables = [
            ("host", self.plain.url()),
            ("port", self.plain.address().port().to_string()),
            ("tls", self.plain.at_tls("")),
            ("mtls", self.asking.at_tls("")),
            ("endpoint", "echo".into()),
            ("name", "Ann".into()),
            ("count", "3".into()),
            ("ready", "true".into()),
        ];
        let pems = ["ca", "mtls_ca", "cert", "key"].map(|name| (name, format!("{name}.pem")));
        let mut command = Command::new(&program[0]);
        // What the environment says must not change a verdict.
        command.env_clear().current_dir(self.folder.path()).args(&program[1..]).arg(file);
        command.args(["--file-root", ".", "--secret", &format!("token={SECRET}-1")]);
        for (name, value) in variables.into_iter().chain(pems) {
            command.args(["--variable", &format!("{name}={value}")]);
        }
        start(&mut command).wait()
    }
}

/// Has a program run all files.
fn run_all(program: &[String]) -> BTreeMap<String, (Verdict, Output)> {
    let (stage, files) = (Stage::set(), files());
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let output = stage.run(program, file);
                    let verdict = Verdict::of(file, &output);
                    outcomes.lock().unwrap().insert(file.clone(), (verdict, output));
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

/// The hurl to ask, and its version: the one that `HURL` names, or the one in `PATH`.
fn hurl() -> Option<(PathBuf, String)> {
    let in_path =
        || env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join("hurl")).find(|file| file.is_file());
    let hurl = env::var_os("HURL").map(PathBuf::from).or_else(in_path)?;
    let version = Command::new(&hurl).arg("--version").output().unwrap().stdout;
    let version = String::from_utf8_lossy(&version).split(' ').take(2).collect::<Vec<_>>().join(" ");
    Some((hurl, version))
}

#[test]
fn hurl_itself_comes_to_the_recorded_verdicts() {
    let is_recording = env::var_os("RECORD_VERDICTS").is_some();
    let Some((hurl, version)) = hurl().filter(|(_, version)| is_recording || *version == recorded().0) else {
        eprintln!("skipped: the hurl that the verdicts are of is not installed");
        return;
    };
    let outcomes = run_all(&[hurl.to_str().unwrap().into(), "--no-output".into()]);
    let verdicts: BTreeMap<_, _> = outcomes.into_iter().map(|(file, (verdict, _))| (file, verdict)).collect();
    if is_recording {
        let rows: String = verdicts.iter().map(|(file, verdict)| verdict.row(file)).collect();
        fs::write(VERDICTS, format!("# {version}\n{rows}")).unwrap();
    }
    let recorded = recorded().1;
    none(
        verdicts
            .iter()
            .filter(|(file, verdict)| recorded.get(*file) != Some(verdict))
            .map(|(file, verdict)| format!("{file}: {verdict:?}, recorded: {:?}", recorded.get(file))),
    );
}

#[test]
fn the_recorded_verdicts_are_what_the_folders_of_the_corpus_say() {
    let (_, recorded) = recorded();
    assert_eq!(recorded.keys().collect::<Vec<_>>(), files().iter().collect::<Vec<_>>(), "record them anew");
    none(recorded.iter().filter_map(|(file, verdict)| {
        let (folder, _) = file.split_once('/').unwrap();
        let is_meant = match folder {
            "pass" => verdict.code == 0,
            "fail" => matches!(verdict.code, 3 | 4) && !verdict.places.is_empty(),
            "parse" => verdict.code == 2 && !verdict.places.is_empty(),
            _ => verdict.code != 0,
        };
        (!is_meant).then(|| format!("{file}: {verdict:?}"))
    }));
}

#[test]
fn perfloop_comes_to_the_same_verdicts_as_hurl() {
    let outcomes = run_all(&[env!("CARGO_BIN_EXE_perfloop").into(), "test".into()]);
    let (_, recorded) = recorded();
    none(outcomes.iter().filter_map(|(file, (got, output))| {
        // Of hurl 7's dialect hurl 8 knows nothing.
        let wanted = if file.starts_with("dialect/") { Verdict::default() } else { recorded[file].clone() };
        if got.code != wanted.code || got.lines() != wanted.lines() {
            let (code, lines) = (wanted.code, wanted.lines());
            return Some(format!(
                "{file}: {} at lines {:?}, wanted {code} at {lines:?} ({})\n{}",
                got.code,
                got.lines(),
                wanted.kind,
                output.stderr
            ));
        }
        let shown = output.stdout.contains(SECRET) || output.stderr.contains(SECRET);
        shown.then(|| format!("{file}: shows the secret\n{}", output.stderr))
    }));
}

#[test]
fn places_are_found_wherever_they_stand() {
    let text = "error: x\n  --> a/b.hurl:12:7\n a/b.hurl:3:0: y\na/b.hurl: z\na/b.hurl:12:7";
    assert_eq!(places("a/b.hurl", text), [(12, 7), (3, 0)]);
    let verdict = Verdict { code: 4, places: vec![(12, 7), (3, 0)], kind: "x y".into() };
    assert_eq!(Verdict::from_row(verdict.row("a").trim_end()), ("a".into(), verdict));
}
