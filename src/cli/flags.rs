//! Flags of a run: one for each field of its specification that people give by hand, and a few that only a command line has.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::{page_args, search_args};
use crate::job::fields::{Field, Kind};

pub(super) const LOAD: &str = "Load";
const REQUEST: &str = "Requests";
const HURL: &str = "Hurl files";
const FEED: &str = "Data";
const EXPECT: &str = "Expectations";
pub(super) const GATES: &str = "Gates";
pub(super) const OUTPUT: &str = "Output";

/// Targets, which stand without a flag.
pub(super) const TARGETS: &str = "targets";
pub(super) const DRY_RUN: &str = "dry-run";
pub(super) const CONFIG: &str = "config";
pub(super) const SPEC: &str = "spec";

/// Flag of one field.
struct Flag {
    /// Name of the field, which is that of the flag.
    name: &'static str,
    /// Name of its value in the help; empty for a switch.
    value: &'static str,
    heading: &'static str,
    help: &'static str,
    short: Option<char>,
    alias: Option<&'static str>,
    default: Option<&'static str>,
}

const fn flag(name: &'static str, value: &'static str, heading: &'static str, help: &'static str) -> Flag {
    Flag { name, value, heading, help, short: None, alias: None, default: None }
}

impl Flag {
    const fn short(self, letter: char) -> Flag {
        Flag { short: Some(letter), ..self }
    }

    const fn alias(self, name: &'static str) -> Flag {
        Flag { alias: Some(name), ..self }
    }

    const fn default(self, text: &'static str) -> Flag {
        Flag { default: Some(text), ..self }
    }
}

#[rustfmt::skip]
const FLAGS: &[Flag] = &[
    flag("users", "N", LOAD, "Number of users, each a thread that behaves as one client [default: 1]").short('u'),
    flag("time", "TIME", LOAD, "How long to run, like 30, 30s or 1m30s [default: 10s if there is no --loops and no --requests]").short('t').alias("run-time"),
    flag("loops", "N", LOAD, "Iterations of each user [default: as many as --time allows]"),
    flag("requests", "N", LOAD, "Requests in all, over all users; checks that make several may make some more").short('n'),
    flag("ramp-up", "TIME", LOAD, "Spread the users' starts evenly over this time"),
    flag("spawn-rate", "RATE", LOAD, "Start so many users each second (also 12/m)").short('r'),
    flag("wait", "TIME", LOAD, "Rest of each user between two iterations; 5s-9s is evenly distributed between the two"),
    flag("pace", "TIME", LOAD, "Begin each user's iterations at fixed times so far apart"),
    flag("stages", "TIME:N,...", LOAD, "Users who come and go: each stage takes its time and ends with its number, like 30s:100,5m:100,30s:0"),
    flag("rate", "RATE", LOAD, "Iterations that begin each second, whatever the answers do: 200/s, 12/m, or stages like 30s:200,5m:200"),
    flag("poisson", "", LOAD, "Let the arrivals of --rate come as independent people do, instead of evenly"),
    flag("max-users", "N", LOAD, "Most users that --rate may take [default: 1000]"),
    flag("warmup", "TIME", LOAD, "Time at the start in which nothing is measured, before --time and --loops"),
    flag("stop-timeout", "TIME", LOAD, "Time that running checks get at the stop before they are cut off").default("10s"),
    flag("seed", "N", LOAD, "What all random choices follow from: the same seed makes the same choices [default: another in each run]"),
    flag("part", "K/N", LOAD, "Do part K of N of the run, like 3/8, and leave the others to other machines; `perfloop merge` adds up their reports"),
    flag("start-at", "MOMENT", LOAD, "Start the first user at this moment, like 2026-11-25T12:00:00Z or seconds since 1970"),
    flag("tags", "TAG,...", LOAD, "Run only checks with one of these tags").short('T'),
    flag("exclude-tags", "TAG,...", LOAD, "Run no check with one of these tags").short('E'),
    flag("stack-size", "BYTES", LOAD, "Stack of each user's thread, at least 256KiB").default("512KiB"),
    flag("method", "METHOD", REQUEST, "HTTP method [default: GET, or POST with a body]").short('X'),
    flag("header", "NAME: VALUE", REQUEST, "Header to send, like 'Accept: text/html' (repeatable); 'Accept:' keeps one back, 'X-Empty;' has no value").short('H'),
    flag("data", "DATA", REQUEST, "Body to send, as a form's unless a header gives another Content-Type; @FILE reads it from a file").short('d'),
    flag("json-data", "JSON", REQUEST, "Body to send as JSON, with the headers that say so; @FILE reads it from a file"),
    flag("basic-auth", "USER:PASS", REQUEST, "User and password for basic authentication"),
    flag("host", "URL", REQUEST, "What a TARGET or URL that begins with / is relative to, like http://127.0.0.1:5000"),
    flag("location", "", REQUEST, "Follow up to 10 redirects, each hop a request of its own").short('L'),
    flag("compressed", "", REQUEST, "Ask for compressed answers and unpack them"),
    flag("max-body", "BYTES", REQUEST, "Bytes kept of an answer's body; what looks at a longer one is an exception").default("16MiB"),
    flag("timeout", "TIME", REQUEST, "Longest time of a request, from the look-up of the name to the last byte").alias("max-time").default("30s"),
    flag("connect-timeout", "TIME", REQUEST, "Longest time to make a connection [default: only --timeout limits it]"),
    flag("no-keepalive", "", REQUEST, "Make a new connection for every request"),
    flag("insecure", "", REQUEST, "Accept any certificate"),
    flag("cacert", "FILE", REQUEST, "Trust the certificates in this PEM file, and only these"),
    flag("cert", "FILE[:PASSWORD]", REQUEST, "PEM file with the certificate to show to services that ask for one"),
    flag("key", "FILE", REQUEST, "PEM file with the private key of --cert [default: it is in the same file]"),
    flag("tls-resume", "WHOSE", REQUEST, "Whether a user's new connections resume its earlier TLS sessions").default("user"),
    flag("proxy", "URL", REQUEST, "Connect through this proxy, like http://127.0.0.1:3128 or socks5://127.0.0.1:1080"),
    flag("resolve", "HOST:PORT:IP", REQUEST, "Connect to this address for this host and port (repeatable; several: IP,IP)"),
    flag("variable", "NAME=VALUE", HURL, "Variable for Hurl files; {user}, {iteration} and {column} in it are filled in (repeatable)"),
    flag("variables-file", "FILE", HURL, "File with a NAME=VALUE on each line (repeatable)"),
    flag("secret", "NAME=VALUE", HURL, "Variable whose value is shown nowhere (repeatable)"),
    flag("secrets-file", "FILE", HURL, "File with a secret NAME=VALUE on each line (repeatable)"),
    flag("file-root", "DIR", HURL, "Folder whose files Hurl files may send or compare with [default: that of each Hurl file]"),
    flag("retry", "N", HURL, "How often an entry is tried again whose asserts did not hold; -1 is without end [default: 0]"),
    flag("retry-interval", "TIME", HURL, "Rest before each of these tries, in milliseconds without a unit [default: 1000]"),
    flag("setup", "FILE", HURL, "Hurl file that each user runs once before its work; what it captures is handed on"),
    flag("teardown", "FILE", HURL, "Hurl file that each user runs once after its work"),
    flag("keep-session", "", HURL, "Keep variables and cookies of one iteration for the next"),
    flag("expect-status", "CODES", EXPECT, "Statuses that pass, like 200, 2xx or 200,204 [default: 100-399]"),
    flag("expect-json", "PATH=VAL", EXPECT, "Value that a JSON body must have, like code=1 or items[0].id=7 (repeatable)"),
    flag("expect-contains", "TEXT", EXPECT, "Text that the body must contain (repeatable)"),
    flag("expect-header", "HEADER", EXPECT, "Header whose value must contain a text, like 'Content-Type: json' (repeatable)"),
    flag("fail-if", "EXPR", GATES, "What must not happen, like 'p95 > 450ms' or 'GET /cart: fail_ratio > 1%' (repeatable)"),
    flag("threshold", "EXPR", GATES, "What must hold, in k6's words, like 'p(95)<450' or 'rate<0.01' (repeatable)"),
    flag("until", "PRECISION", GATES, "End the run as soon as half of the interval (95 %) of a value is at most this share of it, like 'p95 5%' (repeatable); --time is then the longest [default: 5m]"),
    flag("feed", "FILE", FEED, "CSV file with a row of values for each iteration: {column} in a request or an expectation is its value"),
    flag("feed-order", "ORDER", FEED, "Which row comes next: circular, random or unique [default: circular]"),
    flag("feed-end", "END", FEED, "What follows the last unique row: stop, fail or again [default: stop]"),
    flag("github", "", OUTPUT, "Annotate crossed gates and failed checks, and write the summary of the step, as GitHub Actions has them [default: where GITHUB_ACTIONS is true]"),
    flag("quiet", "", OUTPUT, "Write nothing to stderr during the run: no progress, only the tables at the end"),
    flag("name", "PATTERN=NAME", OUTPUT, "Tell requests whose names fit a pattern as one, like '/orders/*=/orders/{id}' (repeatable); the first that fits counts"),
    flag("no-grouping", "", OUTPUT, "Tell requests apart by each number and id in their paths, however many there are"),
    flag("verbose", "", OUTPUT, "Show all tables at the end: phases, percentiles, evidence and gates, also where all is well"),
    flag("stats-interval", "TIME", OUTPUT, "Time between two lines of statistics").default("5s"),
    flag("html", "FILE", OUTPUT, "Write the numbers as a page with charts that needs no network; - is stdout"),
    flag("json", "FILE", OUTPUT, "Write the numbers as JSON; - is stdout"),
    flag("csv", "PREFIX", OUTPUT, "Write Locust's four CSV files: PREFIX_stats.csv, PREFIX_stats_history.csv, PREFIX_failures.csv, PREFIX_exceptions.csv"),
    flag("junit", "FILE", OUTPUT, "Write the checks as JUnit test cases; - is stdout"),
    flag("markdown", "FILE", OUTPUT, "Write outcome, checks, gates and failures as Markdown; - is stdout"),
    flag("hlog", "FILE", OUTPUT, "Write the times as an interval log of HdrHistogram; - is stdout"),
    flag("samples", "FILE", OUTPUT, "Write a line for each request as it ends: CSV, or JMeter's columns if FILE ends in .jtl; - is stdout"),
    flag("metrics-addr", "ADDRESS", OUTPUT, "Answer GET /metrics in OpenMetrics text during the run, like 127.0.0.1:9646; port 0 takes a free one"),
    flag("otel", "URL", OUTPUT, "Send the numbers to a collector of OpenTelemetry during the run, by OTLP over HTTP, like http://127.0.0.1:4318 (where perfloop is built with its feature otel)"),
    flag("log-http", "FILE", OUTPUT, "Write every request and answer, secrets masked; - is stdout, where the tables follow"),
    flag("secret-name", "NAME", OUTPUT, "Name of headers, parameters and JSON members whose values are shown nowhere, beside Authorization, cookies, api_key and the like (repeatable)"),
    flag("show-secrets", "", OUTPUT, "Show in --log-http what stands under names of secrets, such as Authorization and cookies"),
];

const TARGETS_HELP: &str = "URLs, Hurl files and folders of these, each URL and file a check of its own; without one, the mock service inside perfloop";

/// Command of a run, with its flags in the order of the help.
pub(super) fn command() -> Command {
    let targets = Arg::new(TARGETS).value_name("TARGET").action(ArgAction::Append).help(TARGETS_HELP);
    let dry_run = Arg::new(DRY_RUN).long(DRY_RUN).action(ArgAction::SetTrue).help_heading(OUTPUT);
    let dry_run =
        dry_run.help("Show the plan and what it takes of this machine, without any traffic; --json - prints it");
    let path = |name: &'static str, help: &'static str| {
        let flag = Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf));
        flag.help(help).help_heading(OUTPUT)
    };
    let is_output = |flag: &&Flag| flag.heading == OUTPUT;
    Command::new("perfloop")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Functional API tests as load tests: one thread per user, and numbers that are the server's.")
        .allow_negative_numbers(true)
        .max_term_width(100)
        .override_usage("perfloop [OPTIONS] [TARGET]...")
        .arg(targets)
        .args(FLAGS.iter().filter(|flag| !is_output(flag)).map(arg))
        .arg(dry_run)
        .args(FLAGS.iter().filter(is_output).map(arg))
        .arg(path(CONFIG, "Read settings from this file [default: perfloop.toml, if there is one]"))
        .arg(path(SPEC, "Run again what a JSON report tells, or a file of settings; flags change what they name"))
        .args(page_args::args())
        .args([refused("repeat", refuse_repeat), refused("jobs", refuse_jobs)])
}

fn arg(flag: &Flag) -> Arg {
    let field = Field::named(flag.name);
    let action = match field.map(|field| field.kind) {
        Some(Kind::Switch) => ArgAction::SetTrue,
        Some(Kind::List | Kind::Words) => ArgAction::Append,
        _ => ArgAction::Set,
    };
    let mut arg = Arg::new(flag.name).long(flag.name).action(action).help(flag.help).help_heading(flag.heading);
    if !flag.value.is_empty() {
        arg = arg.value_name(flag.value).value_parser(value_parser!(OsString));
    }
    if let Some(letter) = flag.short {
        arg = arg.short(letter);
    }
    if let Some(alias) = flag.alias {
        arg = arg.alias(alias);
    }
    match flag.default {
        Some(text) => arg.default_value(text),
        None => arg,
    }
}

/// Hidden flag of functional tests that a load has another word for.
fn refused(name: &'static str, refuse: fn(&str) -> Result<String, String>) -> Arg {
    Arg::new(name).long(name).hide(true).value_parser(refuse)
}

fn refuse_repeat(_: &str) -> Result<String, String> {
    Err("is for perfloop test; under load --loops says how often a user runs the files".into())
}

fn refuse_jobs(_: &str) -> Result<String, String> {
    Err("is for perfloop test; under load --users says how many run the files at a time".into())
}

/// Name of a field on a command line: its flag, `TARGET`, or the key that it has in a file.
pub(super) fn name_of(field: &str) -> String {
    match field {
        TARGETS => "TARGET".into(),
        name if name == SPEC || FLAGS.iter().any(|flag| flag.name == name) || search_args::has(name) => {
            format!("--{name}")
        }
        name => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_is_one_of_a_field_and_has_a_value_unless_it_is_a_switch() {
        for flag in FLAGS {
            let field = Field::named(flag.name).unwrap_or_else(|| panic!("{} is no field", flag.name));
            assert_eq!(field.is_switch(), flag.value.is_empty(), "{}", flag.name);
        }
        command().debug_assert();
    }
}
