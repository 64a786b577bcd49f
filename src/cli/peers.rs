//! The words of other tools, k6, wrk, oha, hey, ab, Locust, JMeter, Gatling, vegeta, Goose, curl and hurl, and what is
//! written here instead.

use std::ffi::OsString;

use clap::Command;
use clap::error::ErrorKind;

use super::cli_error;
use crate::job::fields::Field;
use crate::job::given::{Given, Source};

/// Remedy for another tool's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Here {
    /// Text to write. In braces stands the value, under the name that it has here.
    Flag(&'static str),
    /// Advice in words, where no flag alone is the same.
    Advice(&'static str),
}

use Here::{Advice, Flag};

const NO_PAGE: Here = Advice("leave it out: a run begins at once, and ends by itself, unless it is perfloop serve");
const ONE_PROCESS: Here = Advice(
    "one process makes the load; run perfloop on several machines, and give their --json files to perfloop merge",
);
const NO_SCRIPT: Here = Advice("no scripts are run; give a URL or a Hurl file as TARGET, or write the checks in Rust");
const HTTP_1: Here = Advice("HTTP/1.1 only is spoken; leave it out");
const SPOKEN: Here = Advice("leave it out: HTTP/1.1 is spoken anyhow");
const TIMES: Here = Advice("write --loops N for each user, or --requests N for all of them");
const REPORTS: Here = Advice("write --json FILE, --csv PREFIX, --html FILE or --samples FILE");
const SHOWN: Here = Advice("write --log-http - with --loops 1, which shows requests and answers");
const FOLLOWED: Here = Advice("redirects are followed only with --location, and then up to 10");
const SIGNED: Here = Advice("only basic authentication is known: write --basic-auth USER:PASS, or a --header");
const OF_A_FILE: Here = Advice("it can stand in a Hurl file, below [Options]");
const TESTED: Here = Advice("it is for perfloop test FILE, which runs each file once");
const UNSEEN: Here = Advice("leave it out: a load shows no bodies");
const FORM: Here = Advice("paste the whole command, like perfloop curl -- curl URL -F name=value");
const FAMILY: Here = Advice("write --resolve HOST:PORT:IP with an address of that kind");
const KEPT: Here = Advice("leave it out: connections are kept, unless --no-keepalive is given");
const NO_JAR: Here = Advice("cookies are kept for each user, and in no file; write --header 'Cookie: NAME=VALUE'");
const NO_COLOR: Here = Advice("set the variable NO_COLOR=1 for tables without colours");

/// The words, those of one meaning in a line. Letters that tools use for different things name all of them.
const PEERS: &[(&[&str], Here)] = &[
    // How much load.
    (
        &["-c", "--vus", "--concurrency", "--concurrent", "--connections", "--clients", "--num-users"],
        Flag("--users {N}"),
    ),
    (&["--threads"], Advice("each user is a thread of its own; write --users N for wrk's connections")),
    (&["-z", "--duration", "--test-time", "--runtime"], Flag("--time {TIME}")),
    (&["--iterations", "--iteration"], TIMES),
    (&["-i"], Advice("write --loops N for k6's iterations, --method HEAD for ab's, --log-http - for curl's")),
    (&["--stage", "--test-plan"], Flag("--stages {TIME:N,...}")),
    (&["-s"], Advice("write --stages TIME:N, --timeout TIME or --quiet, as it is meant; scripts are not run")),
    (&["-q", "-R", "--rps", "--qps", "--rate-limit", "--arrival-rate", "--throttle-requests"], Flag("--rate {RATE}")),
    (&["--burst-rate", "--burst-delay"], Advice("arrivals of --rate are even, or come as people do with --poisson")),
    (&["--hatch-rate"], Flag("--spawn-rate {RATE}")),
    (&["--rampup", "--ramp", "--startup-time"], Flag("--ramp-up {TIME}")),
    (&["--think-time", "--sleep", "--delay"], Flag("--wait {TIME}")),
    (&["--min-iteration-duration"], Flag("--pace {TIME}")),
    (&["--max-vus", "--max-workers"], Flag("--max-users {N}")),
    (&["--pre-allocated-vus"], Advice("leave it out: --rate takes users as they are needed, up to --max-users N")),
    (&["--graceful-stop"], Flag("--stop-timeout {TIME}")),
    (
        &["--reset-stats", "--no-reset-metrics"],
        Advice("write --warmup TIME: what comes before its end is in no number"),
    ),
    (&["--headless", "--no-web", "--no-autostart", "--autoquit", "--no-telnet", "--no-websocket"], NO_PAGE),
    (&["--autostart"], Flag("--web")),
    (&["--web-host", "--web-port"], Advice("write --web-addr HOST:PORT with --web, or with perfloop serve")),
    (&["--master", "--worker", "--workers", "--manager", "--expect-workers", "--processes"], ONE_PROCESS),
    (&["--cpus"], Advice("leave it out: all processors are used that the system gives; taskset gives fewer")),
    // What is tested.
    (&["--script", "--locustfile", "--simulation", "--testfile", "--scenario", "--scenarios"], NO_SCRIPT),
    (&["-f"], Advice("no scripts are run; give a URL or a Hurl file as TARGET; statuses from 400 on fail anyhow")),
    (&["--targets", "--urls-from-file"], Advice("give the URLs as TARGETs, or as a column of --feed FILE.csv")),
    (&["--url"], Advice("give the URL by itself, as TARGET")),
    (&["--env"], Flag("--variable {NAME=VALUE}")),
    (&["-e"], Advice("write --variable NAME=VALUE, --csv PREFIX or --header 'Referer: URL', as it is meant")),
    (&["--show-task-ratio", "--scenarios-list"], Advice("perfloop list shows the checks and their shares")),
    (&["--fail"], Advice("leave it out: statuses from 400 on fail anyhow; --expect-status CODES says otherwise")),
    (&["--exit-code-on-error"], Advice("write --fail-if EXPR, which says when a run ends with exit code 1")),
    // What is sent.
    (&["--request", "--request-method"], Flag("--method {METHOD}")),
    (&["-m"], Advice("write --method METHOD, or --timeout TIME for curl's")),
    (&["-I", "--head"], Flag("--method HEAD")),
    (&["-G", "--get"], Advice("leave it out, and put the query into the URL")),
    (&["-D", "--body-file", "--post-file", "--body"], Flag("--data @{FILE}")),
    (&["-p"], Advice("write --data @FILE for ab's; HTTP/1.1 sends one request at a time on a connection")),
    (&["--data-raw", "--data-ascii", "--data-binary"], Flag("--data {DATA}")),
    (&["-F", "--form", "--form-string", "--data-urlencode", "--url-query"], FORM),
    (&["--content-type"], Flag("--header 'Content-Type: {TYPE}'")),
    (&["--accept"], Flag("--header 'Accept: {TYPE}'")),
    (&["--user-agent"], Flag("--header 'User-Agent: {NAME}'")),
    (
        &["-A"],
        Advice("write --header 'User-Agent: NAME', --header 'Accept: TYPE' or --basic-auth USER:PASS, as it is meant"),
    ),
    (&["--referer"], Flag("--header 'Referer: {URL}'")),
    (&["-C"], Flag("--header 'Cookie: {NAME=VALUE}'")),
    (&["-b", "--cookie", "--cookie-jar"], NO_JAR),
    (
        &["--no-cookie-store"],
        Advice("leave it out: a URL's check keeps what its user is sent, a Hurl file begins anew"),
    ),
    (&["-a", "--auth", "--authentication", "--oauth2-bearer"], SIGNED),
    (&["--user"], Advice("did you mean --users N, or --basic-auth USER:PASS?")),
    (&["--digest", "--negotiate", "--ntlm", "--aws-sigv4", "--anyauth"], SIGNED),
    (&["--netrc", "--netrc-file", "--netrc-optional"], SIGNED),
    (&["--no-header"], Advice("write --header 'NAME:', which keeps one back")),
    // How it is sent.
    (
        &["--disable-keepalive", "--no-keep-alive", "--no-connection-reuse", "--no-vu-connection-reuse"],
        Flag("--no-keepalive"),
    ),
    (&["--keepalive", "--keep-alive"], KEPT),
    (&["-k"], Advice("write --insecure; for ab's leave it out, as connections are kept anyhow")),
    (&["--insecure-skip-tls-verify", "--skip-verify", "--accept-invalid-certs"], Flag("--insecure")),
    (&["--disable-redirects", "--redirects", "--max-redirects", "--max-redirs"], FOLLOWED),
    (&["--disable-compression", "--no-gzip"], Advice("leave it out: without --compressed nothing asks for it")),
    (&["--gzip"], Flag("--compressed")),
    (&["--http2", "--http3", "--h2", "--h2c", "--http2-prior-knowledge", "--http-version", "-0", "--http1.0"], HTTP_1),
    (&["--http1.1"], SPOKEN),
    (&["-x"], Flag("--proxy {URL}")),
    (&["--no-proxy", "--noproxy"], Advice("leave it out: without --proxy none is used")),
    (&["--proxy-header"], Advice("proxies get no headers of their own")),
    (&["--connect-to"], Advice("write --resolve HOST:PORT:IP, which connects to another address")),
    (&["-4", "-6", "--ipv4", "--ipv6"], FAMILY),
    (&["--unix-socket", "--vsock-addr"], Advice("connections are TCP")),
    (&["--haproxy-protocol"], Advice("nothing is sent before a request")),
    (
        &["--dns", "--dns-ttl", "--resolvers"],
        Advice("names are looked up as this machine does; write --resolve HOST:PORT:IP"),
    ),
    (&["--interface", "--local-ips"], Advice("connections come from the address that this machine chooses")),
    (&["--socket-timeout", "--read-timeout", "--request-timeout"], Flag("--timeout {TIME}")),
    (&["--limit-rate"], Advice("answers are read as fast as they come")),
    (&["--max-filesize"], Advice("bodies are read to their end; --max-body BYTES says how much is kept")),
    (&["--root-certs"], Flag("--cacert {FILE}")),
    (&["--pinnedpubkey"], Advice("write --cacert FILE, which trusts only what is in it")),
    (&["--ssl-no-revoke"], Advice("leave it out: whether a certificate was revoked is not asked")),
    (&["--location-trusted", "--path-as-is", "--tls-max", "--tls-min", "--no-jsonpath-coercion"], OF_A_FILE),
    // What is shown and written.
    (&["-o", "--out", "--output", "--output-format"], REPORTS),
    (&["--summary-export", "--report-json"], Flag("--json {FILE}")),
    (&["--report-file", "--report-html"], Flag("--html {FILE}")),
    (&["--report-junit"], Flag("--junit {FILE}")),
    (&["--report-tap"], Advice("write --junit FILE")),
    (&["-l", "-g", "--request-log"], Flag("--samples {FILE}")),
    (&["--csv-full-history"], Advice("leave it out: --csv writes the whole history")),
    (&["--latency"], Advice("leave it out: percentiles are shown anyhow")),
    (&["--summary-trend-stats"], Advice("the percentiles are always the same; --hlog FILE has all times")),
    (&["-v", "--very-verbose", "--verbosity", "--debug", "--http-debug"], SHOWN),
    (&["--silent", "--no-tui", "--only-summary"], Flag("--quiet")),
    (&["--progress-bar"], Advice("leave it out: the progress is shown, unless --quiet is given")),
    (&["--running-metrics"], Flag("--stats-interval {TIME}")),
    (&["--loglevel", "--log-level"], Advice("there is one kind of messages; --quiet leaves out the progress")),
    (&["--color", "--no-color", "--disable-color"], NO_COLOR),
    (&["--curl"], Advice("--html FILE and --json FILE show what failed as commands of curl")),
    (&["--error-format"], Advice("leave it out: errors have one form")),
    (&["--fail-with-body"], Advice("--html FILE and --json FILE show what failed, with bodies")),
    (&["--include", "--pretty", "--no-pretty", "--no-output"], UNSEEN),
    // hurl's.
    (&["--test"], Advice("write perfloop test FILE, which runs each file once")),
    (&["--parallel"], Advice("leave it out: --users N says how many run the files at a time")),
    (&["--glob"], Advice("give the files or their folder as TARGETs")),
    (&["--interactive"], Advice("nothing stops between requests; --log-http - with --loops 1 shows them")),
    (&["--continue-on-error", "--from-entry", "--to-entry", "--no-assert", "--ignore-asserts"], TESTED),
];

/// Words that other tools begin with, or that are programs, as the first TARGET.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["run", "start", "exec", "load", "bench", "attack"], "is no command, and none is needed; leave it out"),
    (&["version"], "is no URL; did you mean perfloop --version?"),
    (&["help"], "is no URL; did you mean perfloop --help?"),
    (&["hurl"], "is no URL; write perfloop FILE for load, or perfloop test FILE"),
    (&["wget", "http", "https", "xh"], "is another program; write the request for curl, as perfloop curl -- curl URL"),
    (&["$", "%", ">"], "is the prompt of a shell; leave it out"),
    (&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "is a method; write it as --method METHOD, before the URL"),
];

/// Files of other tools, by the end of their name.
const FILES: &[(&str, &str)] = &[
    (".js", "a script of k6"),
    (".ts", "a script of k6"),
    (".py", "a script in Python"),
    (".lua", "a script in Lua"),
    (".jmx", "a plan of JMeter"),
    (".scala", "a simulation of Gatling"),
];

/// Remedy for an unknown flag, by the words it stands among; `None` if no tool has it, or
/// the command does not make a load.
pub(super) fn advice(command: &Command, flag: &str, words: &[OsString]) -> Option<String> {
    match here(flag).filter(|here| is_known(command, *here))? {
        Advice(sentence) => Some(sentence.to_owned()),
        Flag(template) => {
            let value = value(flag, words).filter(|value| is_plain(value));
            let filled = value.map(|value| fill(template, value)).filter(|filled| is_right(command, filled));
            Some(format!("write {}", filled.unwrap_or_else(|| template.replace(['{', '}'], ""))))
        }
    }
}

/// Remedy for an unknown setting, where `written` makes of a key how it is written there.
pub(super) fn setting(command: &Command, key: &str, written: fn(&str) -> String) -> Option<String> {
    let flag = if key.chars().count() == 1 { format!("-{key}") } else { format!("--{key}") };
    match here(&flag).filter(|here| is_known(command, *here))? {
        Advice(sentence) => Some(sentence.to_owned()),
        Flag(template) => {
            let (flag, value) = sides(template);
            let key = written(flag.trim_start_matches('-'));
            let is_whole = value.is_none_or(|value| value.starts_with('{') && value.ends_with('}'));
            let shown = template.replace(['{', '}'], "");
            Some(if is_whole { format!("did you mean {key}?") } else { format!("write {key}, like {shown}") })
        }
    }
}

/// The flag that stands with one dash where it needs two, as tools in Go have it, and what to write. Letters would be
/// made of it, and of its rest the value of the first one.
pub(super) fn with_one_dash(command: &Command, words: &[OsString]) -> Option<String> {
    let words = words.get(1..).unwrap_or_default();
    words.iter().take_while(|word| *word != "--").filter_map(|word| word.to_str()).find_map(|word| {
        let name = word.strip_prefix('-')?.split('=').next()?;
        let is_name = name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let flag = format!("--{}", Some(name).filter(|name| is_name && !name.starts_with('-'))?);
        let advice = if command.get_arguments().any(|arg| arg.get_long() == Some(&flag[2..])) {
            let rest = &word[1 + name.len()..];
            Some(format!("write {flag}{}", Some(rest).filter(|rest| is_plain(rest)).unwrap_or_default()))
        } else {
            let with_two: Vec<OsString> = words.iter().map(|other| twice(other, word)).collect();
            advice(command, &flag, &with_two)
        };
        advice.map(|advice| format!("there is no flag -{name}; {advice}"))
    })
}

/// Message on a TARGET that another tool would begin with.
pub(super) fn target(word: &str) -> Option<String> {
    let command = COMMANDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, what)| (*what).to_owned());
    command.or_else(|| {
        let (_, what) = FILES.iter().find(|(end, _)| word.ends_with(end) && !word.contains("://"))?;
        Some(format!("is {what}, which is not run; give a URL or a Hurl file, or write the checks in Rust"))
    })
}

fn here(flag: &str) -> Option<Here> {
    PEERS.iter().find(|(flags, _)| flags.contains(&flag)).map(|(_, here)| *here)
}

/// The command takes it. What is said in words is for those that make a load.
fn is_known(command: &Command, here: Here) -> bool {
    let flag = match here {
        Flag(template) => sides(template).0,
        Advice(_) => "--users",
    };
    command.get_arguments().any(|arg| arg.get_long() == flag.strip_prefix("--"))
}

/// A flag and what stands behind it, without the quotes of a shell.
fn sides(text: &str) -> (&str, Option<&str>) {
    match text.split_once(' ') {
        Some((flag, value)) => (flag, Some(value.trim_matches('\''))),
        None => (text, None),
    }
}

fn fill(template: &str, value: &str) -> String {
    let (before, rest) = template.split_once('{').unwrap_or((template, ""));
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    if rest.is_empty() { template.to_owned() } else { format!("{before}{value}{after}") }
}

/// The value that a flag is given: behind `=`, at once behind a letter, or as the next word.
fn value<'a>(flag: &str, words: &'a [OsString]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| {
        let rest = word.to_str()?.strip_prefix(flag)?;
        match rest.strip_prefix('=') {
            Some(value) => Some(value),
            None if rest.is_empty() => words.get(at + 1)?.to_str().filter(|next| !next.starts_with('-')),
            None => Some(rest).filter(|_| !flag.starts_with("--")),
        }
    })
}

/// True for a value that needs no quotes, so that the remedy can be copied.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:,/@%+=".contains(&byte))
}

/// The command would take it.
fn is_right(command: &Command, text: &str) -> bool {
    let (flag, value) = sides(text);
    let word = value.map_or_else(|| flag.to_owned(), |value| format!("{flag}={value}"));
    let is_value = || {
        let field = Field::named(flag.trim_start_matches('-'));
        let texts = value.map(str::to_owned).into_iter().collect();
        field.is_none_or(|field| field.is_switch() || Given::of_texts(field, texts, Source::CommandLine).is_ok())
    };
    match command.clone().try_get_matches_from([String::new(), word]) {
        Ok(_) => is_value(),
        Err(error) => matches!(error.kind(), ErrorKind::MissingRequiredArgument | ErrorKind::ArgumentConflict),
    }
}

/// A word, with two dashes if it is this one.
fn twice(word: &OsString, one: &str) -> OsString {
    if word == one { format!("-{one}").into() } else { word.clone() }
}

/// The cli_error of a command line, told by the words of other tools where it is one of theirs.
pub(super) fn told(command: &Command, error: &clap::Error, words: &[OsString]) -> Option<String> {
    let flag = cli_error::unknown_flag(error)?;
    advice(command, &flag, words).map(|advice| format!("there is no flag {flag}; {advice}"))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::cli::flags;

    /// Remedy for the flag that stands first.
    fn said(line: &str) -> Option<String> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let flag = if line.starts_with("--") { line.split([' ', '=']).next().unwrap_or_default() } else { &line[..2] };
        advice(&flags::command(), flag, &words)
    }

    #[test]
    fn what_is_to_be_written_is_a_flag_and_what_is_not_is_none() {
        let command = flags::command();
        let takes = |word: &str| {
            command.get_arguments().any(|arg| {
                let mut long = arg.get_long().into_iter().chain(arg.get_all_aliases().into_iter().flatten());
                long.any(|name| word == format!("--{name}"))
                    || arg.get_short().is_some_and(|it| word == format!("-{it}"))
            })
        };
        let mut seen = std::collections::HashSet::new();
        for (words, here) in PEERS {
            for word in *words {
                assert!(!takes(word), "{word} is a flag");
                assert!(seen.insert(*word), "{word} stands there twice");
            }
            match here {
                Flag(template) => assert!(takes(sides(template).0), "{template} is no flag"),
                Advice(sentence) => {
                    let flags = sentence.split([' ', ',', ';', ':', '?']).filter(|word| word.starts_with("--"));
                    flags.for_each(|flag| assert!(flag == "--" || takes(flag), "{flag} is no flag: {sentence}"));
                }
            }
        }
    }

    #[test]
    fn a_value_that_is_right_here_too_is_told_with_its_flag() {
        let rows = [
            ("-c 50", "write --users 50"),
            ("-c50", "write --users 50"),
            ("--vus=50", "write --users 50"),
            ("--vus many", "write --users N"),
            ("--vus --quiet", "write --users N"),
            ("-z 30s", "write --time 30s"),
            ("--rps 100", "write --rate 100"),
            ("--stage 30s:10", "write --stages 30s:10"),
            ("-D body.json", "write --data @body.json"),
            ("--user-agent me/1.0", "write --header 'User-Agent: me/1.0'"),
            ("--user-agent it's", "write --header 'User-Agent: NAME'"),
            ("-x 127.0.0.1:1", "write --proxy URL"),
            ("-I", "write --method HEAD"),
            ("--iterations 5", "write --loops N for each user, or --requests N for all of them"),
        ];
        for (line, wanted) in rows {
            assert_eq!(said(line).as_deref(), Some(wanted), "{line}");
        }
        assert_eq!(said("--frob 5"), None);
        assert_eq!(advice(&Command::new("merge"), "--vus", &[]), None);
        assert_eq!(advice(&Command::new("merge"), "--headless", &[]), None);
    }

    #[test]
    fn a_password_is_not_told_again() {
        assert!(said("-a ann:secret").is_some_and(|said| !said.contains("secret")));
        assert!(said("--user ann:secret").is_some_and(|said| !said.contains("secret")));
    }

    #[test]
    fn a_flag_with_one_dash_is_told_with_two() {
        let one = |line: &str| {
            let words: Vec<OsString> = ["perfloop"].into_iter().chain(line.split(' ')).map(OsString::from).collect();
            with_one_dash(&flags::command(), &words)
        };
        let rows = [
            ("-duration=30s http://a.test", Some("there is no flag -duration; write --time 30s")),
            ("-rate=50/s", Some("there is no flag -rate; write --rate=50/s")),
            ("-rate 50", Some("there is no flag -rate; write --rate")),
            ("-disable-keepalive", Some("there is no flag -disable-keepalive; write --no-keepalive")),
            ("-u5 -t30s -Xhead -dhost -d ok", None),
            ("-- -duration=30s", None),
        ];
        for (line, wanted) in rows {
            assert_eq!(one(line).as_deref(), wanted, "{line}");
        }
    }
}
