//! The architecture, held by reading the sources: who may name whom, and who owns what.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::none;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What all parts speak in, and which therefore knows none of them.
const VOCABULARY: [&str; 15] = [
    "asked",
    "ids",
    "phase",
    "look_alikes",
    "printable",
    "redact",
    "units",
    "outcome",
    "sample",
    "error",
    "names",
    "nearest",
    "queue",
    "exchange",
    "end",
];
/// More than this is more than one thing.
const MAX_LINES: usize = 400;

/// A source file without its comments and its tests.
struct Source {
    /// From `src` on: `load/http/client.rs`.
    path: String,
    code: String,
}

impl Source {
    /// The top-level module it belongs to.
    fn module(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The top-level modules it names.
    fn names(&self) -> BTreeSet<&str> {
        self.code.split("crate::").skip(1).map(leading_identifier).collect()
    }

    /// It calls a library by its name.
    fn uses(&self, library: &str) -> bool {
        self.code.match_indices(library).any(|(at, _)| {
            let is_whole = !self.code[..at].ends_with(|c: char| is_identifier(c) || c == ':' || c == '.');
            let rest = &self.code[at + library.len()..];
            is_whole && (rest.starts_with("::") || (self.code[..at].ends_with("use ") && rest.starts_with(';')))
        })
    }
}

fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn leading_identifier(text: &str) -> &str {
    text.split(|c| !is_identifier(c)).next().unwrap_or_default()
}

/// All sources below a folder of the repository.
fn sources(folder: &str) -> Vec<Source> {
    let folder = Path::new(ROOT).join(folder);
    let mut files = Vec::new();
    collect(&folder, &mut files);
    assert!(!files.is_empty(), "no sources in {}", folder.display());
    files.sort();
    let source = |file: PathBuf| Source {
        path: file.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned(),
        code: code_of(&fs::read_to_string(&file).unwrap()),
    };
    files.into_iter().map(source).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What stands in there belongs to the `tests.rs` beside it.
            if !path.ends_with("tests") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// The text without comments, and without the tests at its end.
fn code_of(text: &str) -> String {
    let without_comments = text.lines().map(|line| match line.trim_start() {
        line if line.starts_with("//") => "",
        _ => line.split_once(" // ").map_or(line, |(code, _)| code),
    });
    let code: Vec<&str> = without_comments.take_while(|line| *line != "#[cfg(test)]").collect();
    code.join("\n")
}

#[test]
fn tests_stand_at_the_end_of_their_file() {
    // Everything after them would escape the other rules.
    let mut broken = Vec::new();
    for folder in ["src", "hurl/src", "mock_service/src"] {
        let mut files = Vec::new();
        collect(&Path::new(ROOT).join(folder), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let Some((_, tests)) = text.split_once("#[cfg(test)]\n") else { continue };
            let is_last = ["mod tests;\n", "pub(crate) mod tests;\n"].contains(&tests)
                || (tests.starts_with("mod tests {") && tests.find("\n}\n") == Some(tests.len() - 3));
            if !is_last {
                broken.push(file.display().to_string());
            }
        }
    }
    none(broken);
}

#[test]
fn the_two_halves_and_the_reports_do_not_know_one_another() {
    let halves = [
        ("load", &["stats", "report", "cli", "job", "load_test", "script"][..]),
        ("stats", &["load", "report", "cli", "job", "load_test", "script"]),
        ("report", &["cli", "job", "load_test", "load", "script", "web"]),
        ("web", &["cli", "script"]),
        ("worker", &["cli", "script", "web"]),
        ("otel", &["cli", "job", "script", "web", "worker"]),
        ("script", &["cli", "job", "stats"]),
        ("job", &["cli", "web"]),
    ];
    let vocabulary = VOCABULARY.map(|module| (module, &["load", "stats", "report", "cli", "job", "load_test"][..]));
    let sources = sources("src");
    let mut broken = Vec::new();
    for (module, forbidden) in halves.into_iter().chain(vocabulary) {
        let mut files = sources.iter().filter(|source| source.module() == module).peekable();
        assert!(files.peek().is_some(), "there is no module {module} any more");
        for source in files {
            let names = source.names();
            let found = forbidden.iter().filter(|name| names.contains(**name));
            broken.extend(found.map(|name| format!("{} names crate::{name}", source.path)));
        }
    }
    none(broken);
}

#[test]
fn the_command_line_is_named_by_nobody_but_the_crate_and_its_binary() {
    let sources = sources("src");
    let others = sources.iter().filter(|source| !["cli", "lib", "main"].contains(&source.module()));
    let broken = others.filter(|source| source.names().contains("cli") || source.code.contains("perfloop::cli"));
    none(broken.map(|source| source.path.clone()));
}

#[test]
fn no_two_modules_import_each_other() {
    let sources = sources("src");
    let modules: BTreeSet<&str> =
        sources.iter().map(Source::module).filter(|name| *name != "lib" && *name != "main").collect();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| modules.contains(source.module())) {
        let of_module = source.names();
        let unknown: Vec<_> = of_module.iter().filter(|name| !modules.contains(**name)).collect();
        assert!(unknown.is_empty(), "{} names crate::{unknown:?}: name the module itself", source.path);
        let is_top =
            source.path == format!("{}.rs", source.module()) || source.path == format!("{}/mod.rs", source.module());
        assert!(!is_top || !source.code.contains("super::"), "{}: name what is above by crate::", source.path);
        imports.entry(source.module()).or_default().extend(of_module);
    }

    // What imports nothing that is left cannot be part of a cycle.
    let mut left = imports;
    while let Some(free) =
        left.iter().find(|(module, others)| others.iter().all(|other| other == *module || !left.contains_key(other)))
    {
        let free = *free.0;
        left.remove(free);
    }
    assert!(left.is_empty(), "a cycle lies in {left:#?}");
}

/// Where a dependency may be called from: a file, or a folder.
const OWNERS: [(&str, &[&str]); 71] = [
    ("aes", &["load/http/tls/identity.rs"]),
    ("axum", &["web/"]),
    (
        "base64",
        &[
            "load/user/authorization.rs",
            "stats/timing.rs",
            "script/eval/filter.rs",
            "script/certificate.rs",
            "load/http/tls/pem.rs",
            "redact.rs",
            "redact/forms.rs",
            "cli/curl/mod.rs",
            "job/target/url.rs",
            "import/har.rs",
            "import/write.rs",
        ],
    ),
    ("brotli-decompressor", &["load/http/decoding.rs"]),
    ("cbc", &["load/http/tls/identity.rs"]),
    ("chrono", &["script/eval/", "script/certificate.rs"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("console", &["cli/"]),
    ("cookie_store", &["load/user/cookies.rs", "load/user/set_cookie.rs"]),
    ("crossbeam", &["queue.rs"]),
    ("csv", &["load/user/feed/", "report/locust/", "report/samples.rs"]),
    ("ctrlc", &["cli/"]),
    ("des", &["load/http/tls/identity.rs"]),
    ("encoding_rs", &["script/eval/"]),
    (
        "fastrand",
        &[
            "load/",
            "stats/change_points.rs",
            "stats/compare/",
            "script/eval/text.rs",
            "script/session.rs",
            "worker/identity.rs",
            "cli/otel.rs",
        ],
    ),
    ("futures-util", &["web/events.rs"]),
    ("getrandom", &["web/guard.rs"]),
    ("flate2", &["load/http/decoding.rs"]),
    ("glob", &["cli/test/", "renaming.rs"]),
    ("hdrhistogram", &["stats/timing.rs", "report/hlog.rs"]),
    ("htmlize", &["script/eval/filter.rs"]),
    ("hyper", &["outcome/telltale.rs", "web/server.rs"]),
    ("hyper-util", &["outcome/telltale.rs", "web/server.rs"]),
    ("imara-diff", &["script/eval/difference.rs"]),
    ("indicatif", &["cli/"]),
    ("inventory", &["cli/registry.rs"]),
    ("jiff", &["units.rs", "report/http_log.rs", "load/http/tls/words.rs"]),
    ("libtest-mimic", &["cli/harness.rs"]),
    ("maud", &["report/html/"]),
    ("md-5", &["load/http/hashes.rs", "load/http/tls/identity.rs"]),
    ("memchr", &["load/http/"]),
    ("nix", &["load/os/", "moment.rs"]),
    ("opentelemetry-proto", &["report/otlp.rs"]),
    ("p521", &["load/http/tls/p521.rs"]),
    // A lock may be wanted anywhere but in what only holds or writes data.
    (
        "parking_lot",
        &[
            "load/",
            "queue.rs",
            "stats/collector.rs",
            "names.rs",
            "script/files.rs",
            "script/hurl_checks.rs",
            "cli/signals.rs",
            "web/",
            "worker/work.rs",
        ],
    ),
    (
        "percent-encoding",
        &["load/http/proxy.rs", "script/eval/filter.rs", "load/user/authorization.rs", "import/", "cli/otel.rs"],
    ),
    ("perfloop-hurl", &["script/", "import/mod.rs", "import/write.rs"]),
    ("perfloop-macros", &["lib.rs"]),
    ("perfloop-mock-service", &["job/target/"]),
    ("pkcs8", &["load/http/tls/identity.rs"]),
    ("prometheus-client", &["report/open_metrics.rs"]),
    ("prost", &["report/otlp.rs"]),
    ("psl", &["load/user/set_cookie.rs"]),
    ("quick-junit", &["report/junit.rs", "cli/test/junit.rs"]),
    ("regex", &["script/eval/", "import/script.rs", "import/statements.rs"]),
    ("rmp-serde", &["worker/message.rs"]),
    ("rmpv", &["worker/message.rs"]),
    ("rustls", &["load/http/tls"]),
    ("saphyr-parser", &["import/document.rs"]),
    ("rustls-native-certs", &["load/http/tls/setup.rs"]),
    (
        "serde",
        &[
            "import/document.rs",
            "load/user/request.rs",
            "load/user/response.rs",
            "load/user/feed/",
            "report/live/",
            "report/model/",
            "report/json/",
            "job/",
            "script/template/",
            "web/",
            "worker/message.rs",
        ],
    ),
    (
        "serde_json",
        &[
            "import/",
            "load/user/capture.rs",
            "load/user/request.rs",
            "load/user/response.rs",
            "report/html/data.rs",
            "report/html/overlay.rs",
            "report/json/",
            "report/locust/page.rs",
            "report/model/",
            "report/run_info.rs",
            "cli/",
            "job/",
            "script/eval/json.rs",
            "script/template/",
            "redact/forms.rs",
            "web/",
        ],
    ),
    ("serde_path_to_error", &["report/model/read.rs"]),
    ("sha2", &["load/http/hashes.rs", "load/http/tls/p521.rs", "web/guard.rs"]),
    ("signal-hook", &["cli/signals.rs"]),
    ("strsim", &["nearest.rs"]),
    ("tempfile", &["job/output.rs", "web/folder.rs"]),
    ("socket2", &["load/http/transport.rs", "worker/zmtp.rs"]),
    ("stacker", &["load/http/tls.rs"]),
    ("textwrap", &["report/text/"]),
    ("thread-priority", &["load/os/"]),
    ("tokio", &["web/"]),
    ("toml", &["job/"]),
    ("ureq", &["lib.rs", "load/http/"]),
    ("url", &["load/", "cli/", "import/har.rs", "job/", "script/", "redact/forms.rs"]),
    ("uuid", &["script/eval/"]),
    ("webpki-roots", &["load/http/tls/setup.rs"]),
    ("x509-parser", &["script/certificate.rs", "load/http/tls/"]),
    ("xmloxide", &["script/eval/document/dtd.rs", "script/eval/document/html.rs"]),
];

/// What a dependency is called in code.
fn library(dependency: &str) -> String {
    match dependency {
        "perfloop-mock-service" => "mock_service".into(),
        "md-5" => "md5".into(),
        other => other.replace('-', "_"),
    }
}

#[test]
fn a_dependency_is_called_only_by_its_owners() {
    let sources = sources("src");
    let mut broken = Vec::new();
    for (dependency, owners) in OWNERS {
        let library = library(dependency);
        let callers: Vec<&str> =
            sources.iter().filter(|source| source.uses(&library)).map(|s| s.path.as_str()).collect();
        let is_owned = |caller: &&str| owners.iter().any(|owner| caller.starts_with(owner));
        broken.extend(
            callers.iter().filter(|caller| !is_owned(caller)).map(|caller| format!("{caller} calls {library}")),
        );
        let idle = owners.iter().filter(|owner| !callers.iter().any(|caller| caller.starts_with(**owner)));
        broken.extend(idle.map(|owner| format!("{owner} owns {library} but does not call it")));
    }
    none(broken);
}

#[test]
fn every_dependency_has_an_owner() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
    let mut section = "";
    let mut dependencies = BTreeSet::new();
    for line in manifest.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if let Some((name, _)) = line.split_once([' ', '=', '.'])
            && (section == "dependencies" || (section.starts_with("target.") && section.ends_with(".dependencies")))
        {
            dependencies.insert(name);
        }
    }
    assert_eq!(dependencies, OWNERS.map(|(dependency, _)| dependency).into());
}

/// Flags in a text: two dashes and a word.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("--").filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let name = text[at + 2..].split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default();
        let is_flag =
            name.len() > 1 && !name.starts_with('-') && before.is_none_or(|c| !c.is_alphanumeric() && c != '-');
        is_flag.then_some(name)
    })
}

#[test]
fn only_the_command_line_names_flags_variables_and_files_of_settings() {
    // It writes commands of curl.
    let of_curl = "report/curl.rs";
    let below = |source: &Source| !["cli", "main", "lib"].contains(&source.module()) && source.path != of_curl;
    none(sources("src").into_iter().filter(below).filter_map(|source| {
        let found: Vec<&str> = flags(&source.code)
            // Flags of cargo.
            .filter(|name| !["release", "features"].contains(name))
            .chain(["PERFLOOP_", "perfloop.toml"].into_iter().filter(|name| source.code.contains(name)))
            .collect();
        (!found.is_empty()).then(|| format!("{}: {}", source.path, found.join(", ")))
    }));
}

#[test]
fn nothing_panics_or_prints_past_the_reports() {
    let forbidden = [".unwrap()", ".expect(", "todo!", "unimplemented!", "dbg!", "println!", "eprintln!", "print!"];
    let mut broken = Vec::new();
    for source in ["src", "hurl/src"].into_iter().flat_map(sources) {
        let found = forbidden.iter().filter(|words| source.code.contains(**words));
        broken.extend(found.map(|words| format!("{}: {words}", source.path)));
    }
    none(broken);
}

#[test]
fn nothing_is_unsafe() {
    let sources = ["src", "hurl/src", "mock_service/src"].into_iter().flat_map(sources);
    let says_unsafe = |source: &Source| source.code.split(|c| !is_identifier(c)).any(|word| word == "unsafe");
    none(sources.filter(says_unsafe).map(|source| source.path));
}

#[test]
fn no_file_is_too_long() {
    let sources = ["src", "hurl/src", "mock_service/src"].into_iter().flat_map(sources);
    let lengths = sources.map(|source| (source.code.lines().count(), source.path));
    none(lengths.filter(|(lines, _)| *lines > MAX_LINES).map(|(lines, path)| format!("{path}: {lines}")));
}
