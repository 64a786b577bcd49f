//! Sources of settings, without processes.

use super::super::flags;
use super::*;

/// Settings of a command line, a variable and the text of a file.
fn read_all(words: &str, variables: &[(&str, &str)], text: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("plan.toml");
    std::fs::write(&path, text).expect("file");
    let words: Vec<OsString> = ["perfloop"].into_iter().chain(words.split_whitespace()).map(Into::into).collect();
    let file = (OsString::from(CONFIG_VARIABLE), path.into_os_string());
    let variables = variables.iter().map(|(name, value)| (OsString::from(*name), OsString::from(*value)));
    let variables = variables.chain([file]).collect();
    let line = read_with(flags::command(), &words, Vec::new(), variables, &HurlEnvironment::default());
    line.map(|line| line.settings).map_err(|refusal| refusal.error("perfloop").text(flags::name_of))
}

fn value(settings: &Settings, name: &str) -> Vec<String> {
    let all = settings.effective();
    all.into_iter().find(|one| one.name == name && one.source.is_some()).map(|one| one.values).unwrap_or_default()
}

#[test]
fn each_source_overrules_those_below_and_what_they_contradict() {
    for (words, variable, text, wait, pace) in [
        ("", "", "wait = 1", "1", ""),
        ("--wait 3", "PERFLOOP_WAIT=2", "wait = 1", "3", ""),
        ("", "PERFLOOP_WAIT=2", "wait = 1", "2", ""),
        ("--pace 3", "PERFLOOP_WAIT=2", "wait = 1", "", "3 s"),
        ("--wait 3", "PERFLOOP_PACE=2", "pace = 1", "3", ""),
        ("", "PERFLOOP_PACE=2", "wait = 1", "", "2 s"),
        // A value that is itself overruled overrules nothing.
        ("--users 1", "PERFLOOP_USERS=2", "wait = 1", "1", ""),
        // An empty variable gives nothing.
        ("", "PERFLOOP_PACE=", "wait = 1", "1", ""),
    ] {
        let variables: Vec<_> = variable.split_once('=').into_iter().collect();
        let settings = read_all(words, &variables, text).expect("settings");
        let found = (value(&settings, "wait").concat(), value(&settings, "pace").concat());
        assert_eq!(found, (wait.into(), pace.into()), "{words} {variable} {text}");
    }
}

#[test]
fn contradictions_within_a_source_are_told_with_their_places() {
    let error = read_all("", &[], "wait = 1\npace = 2").expect_err("a contradiction");
    assert!(error.contains("cannot be used with") && error.contains("--wait is from "), "{error}");
    assert!(
        error.contains("plan.toml:1") && error.contains("--pace is from ") && error.contains("plan.toml:2"),
        "{error}"
    );
    let error = read_all("--wait 1 --pace 2", &[], "").expect_err("a contradiction");
    assert!(error.contains("cannot be used with") && !error.contains("is from"), "{error}");
}

#[test]
fn fields_that_belong_together_may_come_from_different_sources() {
    let settings = read_all("--cert a", &[], "key = 'b'").expect("settings");
    assert_eq!((value(&settings, "cert"), value(&settings, "key")), (vec!["a".into()], vec!["b".into()]));
    let error = read_all("", &[], "key = 'a'").expect_err("no certificate");
    assert!(error.contains("--cert is missing, which --key is about; give it too"), "{error}");
}

#[test]
fn a_switch_is_switched_off_by_a_higher_source() {
    for (variable, is_on) in [("", false), ("0", false), ("false", false), ("1", true), ("true", true)] {
        let settings = read_all("", &[("PERFLOOP_QUIET", variable)], "quiet = true").expect("settings");
        assert_eq!(settings.spec.quiet, is_on, "{variable}");
    }
    let settings = read_all("--quiet", &[("PERFLOOP_QUIET", "0")], "").expect("settings");
    assert!(settings.spec.quiet);
}

#[test]
fn a_list_is_replaced_whole_and_words_are_told_apart_by_commas() {
    let headers = |words, variables: &[_]| {
        read_all(words, variables, "header = ['a: 1', '-b: 2']").expect("settings").spec.headers
    };
    assert_eq!(headers("", &[]), ["a: 1", "-b: 2"]);
    assert_eq!(headers("", &[("PERFLOOP_HEADER", "c: 3\nd: 4\n")]), ["c: 3", "d: 4"]);
    assert_eq!(headers("--header=e;", &[("PERFLOOP_HEADER", "c: 3")]), ["e;"]);
    let tags = |words, text| read_all(words, &[], text).expect("settings").spec.tags;
    assert_eq!(tags("--tags a,b -T c", ""), ["a", "b", "c"]);
    assert_eq!(tags("", "tags = ['a,b', 'c']"), ["a", "b", "c"]);
}

#[test]
fn targets_of_the_file_count_when_the_command_line_names_none() {
    let text = "targets = ['http://a', 'http://b']";
    assert_eq!(read_all("--users 1", &[], text).expect("settings").spec.targets, ["http://a", "http://b"]);
    assert_eq!(read_all("--users 1 -- http://c", &[], text).expect("settings").spec.targets, ["http://c"]);
}

#[test]
fn numbers_are_read_as_they_are_meant() {
    for (text, name, wanted) in [
        ("users = 1_000", "users", "1000"),
        ("users = 0x10", "users", "16"),
        ("wait = 1.5", "wait", "1.5"),
        ("time = '2s'", "time", "2 s"),
    ] {
        assert_eq!(value(&read_all("", &[], text).expect("settings"), name), [wanted], "{text}");
    }
}

#[test]
fn the_sources_that_are_in_effect_are_named_once() {
    let line = |words, variables: &[_], text| read_all(words, variables, text).expect("settings").line();
    let of_file = line("", &[("PERFLOOP_USERS", "2")], "wait = 1\nmethod = 'b'\nusers = 1").expect("a line");
    assert!(of_file.starts_with("settings: ") && of_file.ends_with("plan.toml, PERFLOOP_USERS"), "{of_file}");
    assert_eq!(line("--wait 1", &[], "wait = 2"), None);
}
