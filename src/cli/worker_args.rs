//! Words of `perfloop worker`: those about the master, and those that operators pass to any worker of Locust.

use std::ffi::OsString;

use clap::{Arg, ArgAction};

use crate::error::Error;

const MASTER: &str = "Master";
/// Port of a master that says nothing else.
const DEFAULT_PORT: u16 = 5557;
/// Variables that name the master, the first that is set first.
const HOST_VARIABLES: [&str; 2] = ["LOCUST_MASTER_NODE_HOST", "LOCUST_MASTER_HOST"];
const PORT_VARIABLES: [&str; 2] = ["LOCUST_MASTER_NODE_PORT", "LOCUST_MASTER_PORT"];
/// A machine has no use for more members.
const MOST_MEMBERS: usize = 256;

/// Flags of Locust that mean nothing here, without a value.
const SWITCHES: [&str; 24] = [
    "--worker",
    "--slave",
    "--headless",
    "--headful",
    "--autostart",
    "--web-login",
    "--modern-ui",
    "--legacy-ui",
    "--class-picker",
    "--enable-rebalancing",
    "--equal-weights",
    "--csv-full-history",
    "--print-stats",
    "--only-summary",
    "--reset-stats",
    "--skip-log-setup",
    "--skip-log",
    "--show-task-ratio",
    "--show-task-ratio-json",
    "--build",
    "--list",
    "-l",
    "--version",
    "--dashboard-extend",
];

/// Flags of Locust that mean nothing here, with a value.
const VALUES: [&str; 24] = [
    "-f",
    "--locustfile",
    "-P",
    "--web-port",
    "--web-host",
    "--web-base-path",
    "--web-auth",
    "--tls-cert",
    "--tls-key",
    "--autoquit",
    "--expect-workers",
    "--expect-workers-max-wait",
    "--master-bind-host",
    "--master-bind-port",
    "--config-users",
    "--json-file",
    "--logfile",
    "--loglevel",
    "--exit-code-on-error",
    "-s",
    "--processes",
    "--profile",
    "--hatch-rate",
    "--percentiles-to-chart",
];

const LEVELS: [&str; 5] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/// What the command line says of the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WorkerArgs {
    pub(super) host: String,
    pub(super) port: u16,
    /// Workers that this process is in the eyes of the master.
    pub(super) members: usize,
    /// Times are rounded as Locust rounds them.
    pub(super) rounds_as_locust: bool,
}

/// Words of a command line, parted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parted {
    pub(super) worker: WorkerArgs,
    /// Those of a run.
    pub(super) rest: Vec<OsString>,
    /// Those of Locust that mean nothing here.
    pub(super) ignored: Vec<String>,
}

/// The flags of a worker, for the help.
pub(super) fn args() -> Vec<Arg> {
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).help_heading(MASTER)
    };
    vec![
        value("master-host", "HOST", "Machine of the Locust master [default: LOCUST_MASTER_HOST, or this one]"),
        value("master-port", "PORT", "Port of the master [default: LOCUST_MASTER_PORT, or 5557]"),
        value("as", "N", "Be so many workers in the eyes of the master, so that a large machine gets a larger share [default: 1]"),
        Arg::new("locust-buckets").long("locust-buckets").action(ArgAction::SetTrue).help_heading(MASTER).help(
            "Round times as Locust does, to whole milliseconds at best; else times below 1 ms are told to the microsecond",
        ),
    ]
}

/// Parts the words of a command line.
///
/// # Errors
/// A flag of a worker without its value, or with one that is none.
pub(super) fn part(words: &[OsString], variable: impl Fn(&str) -> Option<String>) -> Result<Parted, Error> {
    let mut given = Given::default();
    let (mut rest, mut ignored) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(text) = word.to_str().filter(|text| text.starts_with('-')) else {
            rest.push(word.clone());
            continue;
        };
        if text == "--" {
            rest.push(word.clone());
            rest.extend(words.by_ref().cloned());
            break;
        }
        let (flag, inline) = text.split_once('=').map_or((text, None), |(flag, value)| (flag, Some(value.to_owned())));
        let mut value = || {
            let next = || words.next().map(|word| word.to_string_lossy().into_owned());
            inline
                .clone()
                .or_else(next)
                .ok_or_else(|| Error::usage(format!("{flag}: its value is missing; give it too")))
        };
        match flag {
            "--master-host" => given.host = Some(value()?),
            "--master-port" => given.port = Some(value()?),
            "--as" => given.members = Some(value()?),
            "--locust-buckets" => given.rounds_as_locust = true,
            "--worker" | "--slave" => {}
            flag if SWITCHES.contains(&flag) => ignored.push(text.to_owned()),
            flag if VALUES.contains(&flag) => {
                let value = value()?;
                ignored.push(if inline.is_some() { text.to_owned() } else { format!("{flag} {value}") });
            }
            "-L" => {
                let level = words.clone().next().and_then(|word| word.to_str()).filter(|word| LEVELS.contains(word));
                match level {
                    Some(level) => {
                        ignored.push(format!("-L {level}"));
                        words.next();
                    }
                    None => rest.push(word.clone()),
                }
            }
            "-H" => {
                let value = value()?;
                // To Locust it is the host, and to perfloop a header.
                let is_host = value.starts_with("http://") || value.starts_with("https://");
                rest.push(if is_host { "--host".into() } else { "-H".into() });
                rest.push(value.into());
            }
            _ => rest.push(word.clone()),
        }
    }
    Ok(Parted { worker: given.settled(variable)?, rest, ignored })
}

/// Words about the master, as they were given.
#[derive(Default)]
struct Given {
    host: Option<String>,
    port: Option<String>,
    members: Option<String>,
    rounds_as_locust: bool,
}

impl Given {
    fn settled(self, variable: impl Fn(&str) -> Option<String>) -> Result<WorkerArgs, Error> {
        let of = |names: [&str; 2]| names.into_iter().find_map(&variable).filter(|value| !value.is_empty());
        let port = match self.port.or_else(|| of(PORT_VARIABLES)) {
            None => DEFAULT_PORT,
            Some(text) => text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
                Error::usage(format!("--master-port '{text}': it is no port; give the one of the master, which is 5557 unless it says otherwise"))
            })?,
        };
        let members = match self.members {
            None => 1,
            Some(text) => text.parse().ok().filter(|count| (1..=MOST_MEMBERS).contains(count)).ok_or_else(|| {
                Error::usage(format!("--as '{text}': give a number of workers from 1 to {MOST_MEMBERS}"))
            })?,
        };
        let host = self.host.or_else(|| of(HOST_VARIABLES)).unwrap_or_else(|| "127.0.0.1".into());
        if host.is_empty() || host.contains(['/', ' ']) {
            return Err(Error::usage(format!(
                "--master-host '{host}': it is no host; give a name or an address, like 10.0.0.5"
            )));
        }
        Ok(WorkerArgs { host, port, members, rounds_as_locust: self.rounds_as_locust })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(line: &str) -> Result<Parted, Error> {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        part(&words, |_| None)
    }

    #[test]
    fn what_operators_pass_is_understood_or_left_out() {
        let line = "--worker --master-port=5999 --master-host m --headless --users 500 -f x.py -t 10m -L INFO \
                    --expect-workers=3 -H http://a.test -H X-A:b a.hurl";
        let Parted { worker, rest, ignored } = parted(line).expect("words");
        assert_eq!(worker, WorkerArgs { host: "m".into(), port: 5999, members: 1, rounds_as_locust: false });
        let rest: Vec<_> = rest.iter().map(|word| word.to_string_lossy()).collect();
        assert_eq!(rest.join(" "), "--users 500 -t 10m --host http://a.test -H X-A:b a.hurl");
        assert_eq!(ignored, ["--headless", "-f x.py", "-L INFO", "--expect-workers=3"]);
    }

    #[test]
    fn variables_name_the_master_where_no_flag_does() {
        let variable = |name: &str| match name {
            "LOCUST_MASTER_HOST" => Some("of-chart".to_owned()),
            "LOCUST_MASTER_NODE_PORT" => Some("6000".to_owned()),
            _ => None,
        };
        let Parted { worker, .. } = part(&[], variable).expect("words");
        assert_eq!((worker.host.as_str(), worker.port), ("of-chart", 6000));
        let words: Vec<OsString> = vec!["--master-host=own".into()];
        assert_eq!(part(&words, variable).expect("words").worker.host, "own");
    }

    #[test]
    fn wrong_values_are_refused_in_a_line() {
        for (line, words) in [
            ("--master-port x", "--master-port 'x': it is no port"),
            ("--master-port 0", "--master-port '0': it is no port"),
            ("--as 0", "--as '0': give a number"),
            ("--master-host http://m", "--master-host 'http://m': it is no host"),
            ("--master-host", "--master-host: its value is missing"),
        ] {
            let error = parted(line).expect_err(line).to_string();
            assert!(error.starts_with(words), "{error}");
        }
    }
}
