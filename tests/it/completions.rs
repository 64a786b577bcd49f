//! Completions and manual pages: all that the help has, as the programs that read them take it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Reports, is_refused, none, perfloop};

/// Flags that the help of a command has.
fn flags(words: &[&str]) -> Vec<String> {
    let help = perfloop(&[words, &["--help"]].concat()).stdout;
    let flags = help.lines().filter(|line| line.trim_start().starts_with('-'));
    let long = flags.filter_map(|line| {
        let flag = &line[line.find("--")?..];
        Some(flag.split([' ', ',', '=', '[']).next().unwrap().to_owned())
    });
    long.filter(|flag| flag.len() > 2).collect()
}

/// Words of all commands, as the help of perfloop has them.
fn commands() -> Vec<String> {
    let help = perfloop(&["--help"]).stdout;
    let lines = help.lines().skip_while(|line| !line.starts_with("Commands,")).skip(1);
    let words =
        lines.take_while(|line| line.starts_with("  perfloop ")).map(|line| line.split_whitespace().nth(1).unwrap());
    words.map(str::to_owned).collect()
}

#[test]
fn a_shell_completes_all_commands_and_flags() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = perfloop(&["completions", shell]);
        assert_eq!(output.code, Some(0), "{output:?}");
        let missing = |word: &String| {
            let word = if shell == "fish" { word.trim_start_matches("--") } else { word };
            !output.stdout.contains(word)
        };
        none(commands().into_iter().filter(missing).map(|word| format!("{shell}: {word}")));
        none(flags(&[]).into_iter().filter(missing).map(|flag| format!("{shell}: {flag}")));
        none(flags(&["merge"]).into_iter().filter(missing).map(|flag| format!("{shell}: merge {flag}")));
    }
    assert!(commands().len() >= 11, "{:?}", commands());
    is_refused(&["completions", "tcsh"], &["tcsh", "bash"]);
}

#[test]
#[ignore = "needs bash"]
fn bash_itself_completes_a_flag_of_a_command() {
    let place = Reports::new();
    fs::write(place.path("perfloop.bash"), perfloop(&["completions", "bash"]).stdout).unwrap();
    let completed = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let script = format!(
            "source {}; COMP_WORDS=({line}); COMP_CWORD={}; _perfloop perfloop '{}' '{}'; echo \"${{COMPREPLY[@]}}\"",
            place.path("perfloop.bash"),
            words.len() - 1,
            words.last().unwrap(),
            words[words.len() - 2],
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(completed("perfloop --spawn-r"), "--spawn-rate");
    assert_eq!(completed("perfloop compare --tol"), "--tolerance");
}

#[test]
fn each_command_has_a_manual_page_with_all_its_flags() {
    let place = Reports::new();
    let folder = place.path("man");
    let output = perfloop(&["man", &folder]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), ""), "{output:?}");
    let page = |name: &str| fs::read_to_string(Path::new(&folder).join(format!("{name}.1"))).unwrap();
    // A hyphen of the text is one that can be searched for.
    let missing = |page: &str, flag: &String| !page.replace("\\-", "-").contains(flag.as_str());
    let whole = page("perfloop");
    assert!(whole.contains(".TH perfloop 1"), "{}", &whole[..300]);
    none(flags(&[]).into_iter().filter(|flag| missing(&whole, flag)));
    for command in commands() {
        let page = page(&format!("perfloop-{command}"));
        none(
            flags(&[&command]).into_iter().filter(|flag| missing(&page, flag)).map(|flag| format!("{command}: {flag}")),
        );
    }
    is_refused_as_run(&["man", "/proc/none"]);
}

/// Ends with 3 and a line: the words are right, and the place cannot be written to.
fn is_refused_as_run(args: &[&str]) {
    let output = perfloop(args);
    assert_eq!((output.code, output.stderr.lines().count()), (Some(3), 1), "{output:?}");
}
