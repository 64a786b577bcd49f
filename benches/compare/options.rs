//! The command line.

use std::time::Duration;

use crate::testers::Tester;

/// How to call the bench.
pub(crate) const USAGE: &str = "cargo bench --bench compare -- [--quick] [--users N,N] [--only TESTER,TESTER] \
[--rounds N] [--seconds S] | --syscalls";

/// What is compared, and for how long.
#[derive(Debug)]
pub(crate) struct Options {
    /// Levels: numbers of users.
    pub(crate) users: Vec<usize>,
    /// Runs of each tester at each level.
    pub(crate) rounds: usize,
    /// Length of a run.
    pub(crate) time: Duration,
    /// Those compared, if they are installed.
    pub(crate) testers: Vec<Tester>,
    /// Count system calls instead.
    pub(crate) is_syscalls: bool,
}

impl Options {
    /// Takes cargo's own `--bench` too.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Options {
            users: vec![2, 64, 1000],
            rounds: 5,
            time: Duration::from_secs(3),
            testers: Tester::ALL.to_vec(),
            is_syscalls: false,
        };
        if arguments.iter().any(|argument| argument == "--quick") {
            options.rounds = 2;
            options.time = Duration::from_millis(1500);
        }
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--bench" | "--quick" => {}
                "--syscalls" => options.is_syscalls = true,
                "--users" => options.users = list(value()?, |text| text.parse().ok().filter(|users| *users > 0))?,
                "--only" => options.testers = list(value()?, Tester::of_name)?,
                "--rounds" => options.rounds = one(value()?, |text| text.parse().ok().filter(|rounds| *rounds > 0))?,
                "--seconds" => options.time = one(value()?, seconds)?,
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        Ok(options)
    }
}

/// At least 0.1 and at most an hour.
fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().filter(|seconds| (0.1..=3600.0).contains(seconds)).map(Duration::from_secs_f64)
}

fn one<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, String> {
    parse(text).ok_or_else(|| format!("{text}: not a value for this"))
}

fn list<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    text.split(',').map(|item| one(item.trim(), &parse)).collect()
}
