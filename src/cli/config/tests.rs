//! Levels of settings, without files and processes.

use super::*;
use clap::ArgAction;

/// A command that is not perfloop's own.
fn command() -> Command {
    let value = |name: &'static str| Arg::new(name).long(name);
    Command::new("harness")
        .arg(value("jobs").value_parser(value_parser!(u32)))
        .arg(value("wait").conflicts_with("pace"))
        .arg(value("pace"))
        .arg(value("cert").requires("key"))
        .arg(value("key"))
        .arg(value("header").action(ArgAction::Append))
        .arg(Arg::new("quiet").long("quiet").action(ArgAction::SetTrue))
        .arg(Arg::new("filters").value_name("FILTER").action(ArgAction::Append))
}

/// What is read of a command line, variables and the text of a file.
fn settled(words: &str, variables: &[(&str, &str)], text: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("plan.toml");
    std::fs::write(&path, text).expect("file");
    let words: Vec<OsString> = ["harness"].into_iter().chain(words.split_whitespace()).map(Into::into).collect();
    let file = (OsString::from(CONFIG_VARIABLE), path.into_os_string());
    let variables = variables.iter().map(|(name, value)| (OsString::from(*name), OsString::from(*value)));
    read_with(command(), &words, variables.chain([file])).map_err(|refusal| match refusal {
        Refusal::CommandLine(error) => one_line(&error, "harness"),
        Refusal::Other(error) => error.to_string(),
    })
}

fn value(settings: &Settings, key: &str) -> Vec<String> {
    let all = settings.effective();
    all.into_iter().find(|one| one.name == key && one.origin.is_some()).map(|one| one.values).unwrap_or_default()
}

#[test]
fn what_only_the_run_knows_is_nothing_to_another_command() {
    let settings = settled("", &[("PERFLOOP_USERS", "5")], "jobs = 3\nspawn-rate = 10\n").expect("settings");
    assert_eq!(value(&settings, "jobs"), ["3"]);
    let error = settled("", &[], "jbos = 3").expect_err("a mistake");
    assert!(error.contains("line 1: there is no setting 'jbos'; did you mean jobs?"), "{error}");
}

#[test]
fn each_level_overrules_those_below_and_what_they_contradict() {
    for (words, variable, text, wait, pace) in [
        ("", "", "wait = 1", "1", ""),
        ("--wait 3", "PERFLOOP_WAIT=2", "wait = 1", "3", ""),
        ("", "PERFLOOP_WAIT=2", "wait = 1", "2", ""),
        ("--pace 3", "PERFLOOP_WAIT=2", "wait = 1", "", "3"),
        ("--wait 3", "PERFLOOP_PACE=2", "pace = 1", "3", ""),
        ("", "PERFLOOP_PACE=2", "wait = 1", "", "2"),
        // What is itself overruled overrules nothing.
        ("--jobs 1", "PERFLOOP_JOBS=2", "wait = 1", "1", ""),
        // An empty variable is as good as none.
        ("", "PERFLOOP_PACE=", "wait = 1", "1", ""),
    ] {
        let variables: Vec<_> = variable.split_once('=').into_iter().collect();
        let settings = settled(words, &variables, text).expect("settings");
        let found = (value(&settings, "wait").concat(), value(&settings, "pace").concat());
        assert_eq!(found, (wait.into(), pace.into()), "{words} {variable} {text}");
    }
}

#[test]
fn contradictions_within_a_level_are_told_with_their_places() {
    let error = settled("", &[], "wait = 1\npace = 2").expect_err("a contradiction");
    assert!(error.contains("cannot be used with") && error.contains("--wait is from "), "{error}");
    assert!(error.contains("plan.toml line 1, --pace is from ") && error.contains("line 2)"), "{error}");
    let error = settled("--wait 1 --pace 2", &[], "").expect_err("a contradiction");
    assert!(error.contains("cannot be used with") && !error.contains("is from"), "{error}");
}

#[test]
fn what_belongs_together_may_stand_on_different_levels() {
    let settings = settled("--cert a", &[], "key = 'b'").expect("settings");
    assert_eq!((value(&settings, "cert"), value(&settings, "key")), (vec!["a".into()], vec!["b".into()]));
    let error = settled("", &[], "cert = 'a'").expect_err("no key");
    assert!(error.contains("--key") && error.contains("is missing; give it too"), "{error}");
}

#[test]
fn a_switch_is_switched_off_by_a_higher_level() {
    for (variable, is_on) in [("", false), ("0", false), ("false", false), ("1", true), ("true", true)] {
        let settings = settled("", &[("PERFLOOP_QUIET", variable)], "quiet = true").expect("settings");
        assert_eq!(settings.matches.get_flag("quiet"), is_on, "{variable}");
    }
    let settings = settled("--quiet", &[("PERFLOOP_QUIET", "0")], "").expect("settings");
    assert!(settings.matches.get_flag("quiet"));
}

#[test]
fn a_list_is_replaced_whole() {
    let values = |words, variables: &[_]| {
        value(&settled(words, variables, "header = ['a: 1', '-b: 2']").expect("settings"), "header")
    };
    assert_eq!(values("", &[]), ["a: 1", "-b: 2"]);
    assert_eq!(values("", &[("PERFLOOP_HEADER", "c: 3\nd: 4\n")]), ["c: 3", "d: 4"]);
    assert_eq!(values("--header=e", &[("PERFLOOP_HEADER", "c: 3")]), ["e"]);
}

#[test]
fn positionals_of_the_file_count_when_the_command_line_names_none() {
    let text = "filters = ['a', 'b']";
    assert_eq!(value(&settled("--jobs 1", &[], text).expect("settings"), "filters"), ["a", "b"]);
    assert_eq!(value(&settled("--jobs 1 -- c", &[], text).expect("settings"), "filters"), ["c"]);
}

#[test]
fn numbers_are_read_as_they_are_meant() {
    for (text, wanted) in
        [("jobs = 1_000", "1000"), ("jobs = 0x10", "16"), ("wait = 1.5", "1.5"), ("wait = '2s'", "2s")]
    {
        let settings = settled("", &[], text).expect("settings");
        let key = text.split(' ').next().expect("a key");
        assert_eq!(value(&settings, key), [wanted], "{text}");
    }
}

#[test]
fn the_sources_that_are_in_effect_are_named_once() {
    let line = |words, variables: &[_], text| settled(words, variables, text).expect("settings").line();
    let of_file = line("", &[("PERFLOOP_JOBS", "2")], "wait = 1\nkey = 'b'\njobs = 1").expect("a line");
    assert!(of_file.starts_with("settings: ") && of_file.ends_with("plan.toml, PERFLOOP_JOBS"), "{of_file}");
    assert_eq!(line("--wait 1", &[], "wait = 2"), None);
}

#[test]
fn a_flag_is_not_taken_for_one_that_begins_like_it() {
    assert!(mentions("give --time, or less", "--time"));
    assert!(!mentions("give --timeout", "--time"));
}
