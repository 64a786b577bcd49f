//! The flags.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use url::Url;

use super::feed::{FeedOrder, parse_end, parse_order};
use super::values::{
    Resolved, parse_address, parse_host, parse_rate_over_time, parse_resolve, parse_resume, parse_wait,
};
use crate::load::{AtEnd, Load, Plan, Rate, RateOverTime, Stages, Start, Statuses, TlsResume, Wait};
use crate::stats::Gate;
use crate::units::{parse_bytes, parse_duration, parse_rate};

/// Functional API tests as load tests: one thread per user, and numbers that are the server's.
#[derive(Debug, Parser)]
#[command(name = "perfloop", version, allow_negative_numbers = true, max_term_width = 100, override_usage = "perfloop [OPTIONS] [TARGET]...", after_help = AFTER_HELP)]
pub(super) struct Args {
    /// URLs to test, each a check of its own; without one, the mock service inside perfloop
    #[arg(value_name = "TARGET")]
    pub(super) targets: Vec<String>,

    /// Number of users, each a thread that behaves as one client [default: 1]
    #[arg(short, long, value_name = "N", help_heading = LOAD)]
    pub(super) users: Option<u32>,

    /// Users who come and go: each stage takes its time and ends with its number, like 30s:100,5m:100,30s:0
    #[arg(long, value_name = "TIME:N,...", conflicts_with_all = ["users", "ramp_up", "spawn_rate", "rate"], help_heading = LOAD)]
    pub(super) stages: Option<Stages>,

    /// Iterations that begin each second, whatever the answers do: 200/s, 12/m, or stages like 30s:200,5m:200
    #[arg(long, value_name = "RATE", value_parser = parse_rate_over_time, conflicts_with_all = ["users", "ramp_up", "spawn_rate", "loops", "wait", "pace"], help_heading = LOAD)]
    pub(super) rate: Option<RateOverTime>,

    /// Let the arrivals of --rate come as independent people do, instead of evenly
    #[arg(long, requires = "rate", help_heading = LOAD)]
    pub(super) poisson: bool,

    /// Most users that --rate may take [default: 1000]
    #[arg(long, value_name = "N", requires = "rate", help_heading = LOAD)]
    pub(super) max_users: Option<u32>,

    /// Iterations of each user [default: as many as --time allows]
    #[arg(long, value_name = "N", help_heading = LOAD)]
    pub(super) loops: Option<u64>,

    /// How long to run, like 30, 30s or 1m30s [default: 10s if there is no --loops]
    #[arg(short, long, alias = "run-time", value_name = "TIME", value_parser = parse_duration, help_heading = LOAD)]
    pub(super) time: Option<Duration>,

    /// Time at the start in which nothing is measured, before --time and --loops
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = LOAD)]
    pub(super) warmup: Option<Duration>,

    /// Rest of each user between two iterations; 5s-9s is evenly distributed between the two
    #[arg(long, value_name = "TIME", value_parser = parse_wait, help_heading = LOAD)]
    pub(super) wait: Option<Wait>,

    /// Begin each user's iterations at fixed times so far apart
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "wait", help_heading = LOAD)]
    pub(super) pace: Option<Duration>,

    /// Spread the users' starts evenly over this time
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "spawn_rate", help_heading = LOAD)]
    pub(super) ramp_up: Option<Duration>,

    /// Start so many users each second (also 12/m)
    #[arg(short = 'r', long, value_name = "RATE", value_parser = parse_rate, help_heading = LOAD)]
    pub(super) spawn_rate: Option<f64>,

    /// What all random choices follow from: the same seed makes the same choices [default: another in each run]
    #[arg(long, value_name = "N", help_heading = LOAD)]
    pub(super) seed: Option<u64>,

    /// Run only checks with one of these tags
    #[arg(short = 'T', long, value_name = "TAG,...", value_delimiter = ',', help_heading = LOAD)]
    pub(super) tags: Vec<String>,

    /// Run no check with one of these tags
    #[arg(short = 'E', long, value_name = "TAG,...", value_delimiter = ',', help_heading = LOAD)]
    pub(super) exclude_tags: Vec<String>,

    /// Time that running checks get at the stop before they are cut off
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10s", help_heading = LOAD)]
    pub(super) stop_timeout: Duration,

    /// Stack of each user's thread
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, default_value = "512KiB", help_heading = LOAD)]
    pub(super) stack_size: usize,

    /// What a TARGET or URL that begins with / is relative to, like http://127.0.0.1:5000
    #[arg(long, value_name = "URL", value_parser = parse_host, help_heading = REQUEST)]
    pub(super) host: Option<Url>,

    /// HTTP method [default: GET, or POST with --data]
    #[arg(short = 'X', long, value_name = "METHOD", help_heading = REQUEST)]
    pub(super) method: Option<String>,

    /// Header to send, like 'Accept: text/html' (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", help_heading = REQUEST)]
    pub(super) headers: Vec<String>,

    /// Body to send; @FILE reads it from a file
    #[arg(short = 'd', long, value_name = "DATA", help_heading = REQUEST)]
    pub(super) data: Option<String>,

    /// User and password for basic authentication
    #[arg(long, value_name = "USER:PASSWORD", help_heading = REQUEST)]
    pub(super) basic_auth: Option<String>,

    /// Follow up to 10 redirects, each hop a request of its own
    #[arg(short = 'L', long, help_heading = REQUEST)]
    pub(super) location: bool,

    /// Ask for compressed answers and unpack them
    #[arg(long, help_heading = REQUEST)]
    pub(super) compressed: bool,

    /// Longest time of a request, from the look-up of the name to the last byte
    #[arg(long, alias = "max-time", value_name = "TIME", value_parser = parse_duration, default_value = "30s", help_heading = REQUEST)]
    pub(super) timeout: Duration,

    /// Longest time to make a connection [default: only --timeout limits it]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = REQUEST)]
    pub(super) connect_timeout: Option<Duration>,

    /// Make a new connection for every request
    #[arg(long, help_heading = REQUEST)]
    pub(super) no_keepalive: bool,

    /// Trust the certificates in this PEM file, and only these
    #[arg(long, value_name = "FILE", help_heading = REQUEST)]
    pub(super) cacert: Option<PathBuf>,

    /// PEM file with the certificate to show to services that ask for one
    #[arg(long, value_name = "FILE", requires = "key", help_heading = REQUEST)]
    pub(super) cert: Option<PathBuf>,

    /// PEM file with the private key of --cert
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = REQUEST)]
    pub(super) key: Option<PathBuf>,

    /// Whether a user's new connections resume its earlier TLS sessions
    #[arg(long, value_name = "WHOSE", value_parser = parse_resume, default_value = "user", help_heading = REQUEST)]
    pub(super) tls_resume: TlsResume,

    /// Connect through this proxy, like http://127.0.0.1:3128 or socks5://127.0.0.1:1080
    #[arg(long, value_name = "URL", help_heading = REQUEST)]
    pub(super) proxy: Option<Url>,

    /// Connect to this address for this host and port (repeatable; several: ADDRESS,ADDRESS)
    #[arg(long, value_name = "HOST:PORT:ADDRESS", value_parser = parse_resolve, help_heading = REQUEST)]
    pub(super) resolve: Vec<Resolved>,

    /// Accept any certificate
    #[arg(long, help_heading = REQUEST)]
    pub(super) insecure: bool,

    /// CSV file with a row of values for each iteration: {column} in a request or expectation is its value
    #[arg(long, value_name = "FILE", help_heading = FEED)]
    pub(super) feed: Option<PathBuf>,

    /// Which row comes next: circular, random or unique [default: circular]
    #[arg(long, value_name = "ORDER", value_parser = parse_order, requires = "feed", help_heading = FEED)]
    pub(super) feed_order: Option<FeedOrder>,

    /// What follows the last unique row: stop, fail or again [default: stop]
    #[arg(long, value_name = "END", value_parser = parse_end, requires = "feed", help_heading = FEED)]
    pub(super) feed_end: Option<AtEnd>,

    /// Statuses that pass, like 200, 2xx or 200,204 [default: 100-399]
    #[arg(long, value_name = "STATUSES", help_heading = EXPECT)]
    pub(super) expect_status: Option<Statuses>,

    /// Value that a JSON body must have, like code=1 or items[0].id=7 (repeatable)
    #[arg(long, value_name = "PATH=VALUE", help_heading = EXPECT)]
    pub(super) expect_json: Vec<String>,

    /// Text that the body must contain (repeatable)
    #[arg(long, value_name = "TEXT", help_heading = EXPECT)]
    pub(super) expect_contains: Vec<String>,

    /// Header whose value must contain a text, like 'Content-Type: json' (repeatable)
    #[arg(long, value_name = "NAME: TEXT", help_heading = EXPECT)]
    pub(super) expect_header: Vec<String>,

    /// What must not happen, like 'p95 > 450ms' or 'GET /cart: fail_ratio > 1%' (repeatable)
    #[arg(long, value_name = "EXPR", value_parser = Gate::parse_fail_if, help_heading = GATES)]
    pub(super) fail_if: Vec<Gate>,

    /// What must hold, in k6's words, like 'p(95)<450' or 'rate<0.01' (repeatable)
    #[arg(long, value_name = "EXPR", value_parser = Gate::parse_threshold, help_heading = GATES)]
    pub(super) threshold: Vec<Gate>,

    /// Time between two lines of statistics
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "5s", help_heading = OUTPUT)]
    pub(super) stats_interval: Duration,

    /// No progress, only the tables at the end
    #[arg(long, help_heading = OUTPUT)]
    pub(super) quiet: bool,

    /// Write the numbers as JSON; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) json: Option<PathBuf>,

    /// Write the times as an interval log of HdrHistogram
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) hlog: Option<PathBuf>,

    /// Write Locust's four CSV files, PREFIX_stats.csv and so on
    #[arg(long, value_name = "PREFIX", help_heading = OUTPUT)]
    pub(super) csv: Option<PathBuf>,

    /// Write the checks as JUnit test cases; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) junit: Option<PathBuf>,

    /// Write a line for each request as it ends: CSV, or JMeter's columns if FILE ends in .jtl; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) samples: Option<PathBuf>,

    /// Answer GET /metrics in OpenMetrics text during the run, like 127.0.0.1:9646; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, help_heading = OUTPUT)]
    pub(super) metrics_addr: Option<SocketAddr>,

    /// Write the numbers as a page with charts that needs no network; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) html: Option<PathBuf>,

    /// Write every request and answer, secrets masked; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) log_http: Option<PathBuf>,

    /// Do not mask Authorization and cookies in --log-http
    #[arg(long, help_heading = OUTPUT)]
    pub(super) show_secrets: bool,

    /// Show the plan and what it takes of this machine, without any traffic
    #[arg(long, help_heading = OUTPUT)]
    pub(super) dry_run: bool,
}

const LOAD: &str = "Load";
const REQUEST: &str = "Requests";
const FEED: &str = "Data";
const EXPECT: &str = "Expectations";
const GATES: &str = "Gates";
const OUTPUT: &str = "Output";

pub(super) const AFTER_HELP: &str = "\
Examples:
  perfloop --users 2 --loops 100 --time 5
  perfloop http://127.0.0.1:5000/json --users 50 --time 30s --expect-status 200 --expect-json code=1

Each flag can also be a key of perfloop.toml (spawn-rate = 10) or a variable (PERFLOOP_SPAWN_RATE=10).

Exit codes: 0 good, 1 a check did not pass or a gate was crossed, 2 wrong input, 3 the run could not be carried out, 130 interrupted.
HTTP/1.1 only: HTTP/2 and 3 are not spoken.";

/// What curl follows at most would be 50; browsers give up at 20. A loop shows before ten.
const MAX_REDIRECTS: u32 = 10;

/// What `--cacert`, `--cert` and `--key` hold.
#[derive(Debug, Default)]
pub(super) struct TlsFiles {
    pub(super) ca: Option<Vec<u8>>,
    pub(super) identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl Args {
    /// The plan these flags make of another, with the files that they name.
    pub(super) fn plan(&self, base: Plan, files: TlsFiles) -> Plan {
        let mut http = base.http.clone().timeout(self.timeout).tls_resume(self.tls_resume);
        http.keep_alive &= !self.no_keepalive;
        http.compressed |= self.compressed;
        http.insecure |= self.insecure;
        if self.location {
            http = http.follow(MAX_REDIRECTS);
        }
        if let Some(limit) = self.connect_timeout {
            http = http.connect_timeout(limit);
        }
        if let Some(pem) = files.ca {
            http = http.ca_pem(pem);
        }
        if let Some((certificate, key)) = files.identity {
            http = http.identity_pem(certificate, key);
        }
        if let Some(proxy) = &self.proxy {
            http = http.proxy(proxy.clone());
        }
        for (host, port, addresses) in &self.resolve {
            for address in addresses {
                http = http.resolve(host, *port, SocketAddr::new(*address, *port));
            }
        }
        if let Some(host) = &self.host {
            http = http.host(host.clone());
        }
        let load = self.load(&base.load);
        let mut plan = base.stop_timeout(self.stop_timeout).stack_size(self.stack_size).http(http);
        plan.load = load;
        plan.seed = self.seed.or(plan.seed);
        plan.warmup = self.warmup.unwrap_or(plan.warmup);
        if !self.tags.is_empty() {
            plan = plan.tags(&self.tags);
        }
        if !self.exclude_tags.is_empty() {
            plan = plan.exclude_tags(&self.exclude_tags);
        }
        if let Some(time) = self.time {
            plan = plan.time(time);
        }
        if self.rate.is_some() {
            // They are the plan's for a load that the flag replaces; beside the flag they are refused.
            plan.loops = None;
            plan.wait = Wait::NONE;
        }
        if let Some(loops) = self.loops {
            plan = plan.loops(loops);
        }
        if let Some(wait) = self.wait {
            plan = plan.wait(wait);
        }
        if let Some(interval) = self.pace {
            plan = plan.pace(interval);
        }
        plan
    }

    fn load(&self, base: &Load) -> Load {
        if let Some(stages) = &self.stages {
            return Load::Stages(stages.clone());
        } else if let Some(of) = &self.rate {
            let max_users = self.max_users.unwrap_or(Plan::DEFAULT_MAX_USERS);
            return Load::Rate(Rate { of: of.clone(), poisson: self.poisson, max_users });
        }
        let (users, start) = match base {
            Load::Users { users, start } => (*users, *start),
            other if self.users.is_none() => return other.clone(),
            _ => (1, Start::RampUp(Duration::ZERO)),
        };
        let start = match (self.spawn_rate, self.ramp_up) {
            (Some(rate), _) => Start::SpawnRate(rate),
            (None, Some(ramp_up)) => Start::RampUp(ramp_up),
            (None, None) => start,
        };
        Load::Users { users: self.users.unwrap_or(users), start }
    }

    /// Takes what has a default, and was not given, from a plan.
    pub(super) fn default_to(&mut self, base: &Plan, was_given: impl Fn(&str) -> bool) {
        if !was_given("stop_timeout") {
            self.stop_timeout = base.stop_timeout;
        }
        if !was_given("stack_size") {
            self.stack_size = base.stack_size;
        }
        if !was_given("timeout") {
            self.timeout = base.http.timeout;
        }
        if !was_given("tls_resume") {
            self.tls_resume = base.http.tls_resume;
        }
    }

    /// The first flag given that describes the request of a TARGET, or what to expect of its answer.
    pub(super) fn target_flag(&self) -> Option<&'static str> {
        let given = [
            (self.method.is_some(), "--method"),
            (!self.headers.is_empty(), "--header"),
            (self.data.is_some(), "--data"),
            (self.basic_auth.is_some(), "--basic-auth"),
            (self.feed.is_some(), "--feed"),
            (self.expect_status.is_some(), "--expect-status"),
            (!self.expect_json.is_empty(), "--expect-json"),
            (!self.expect_contains.is_empty(), "--expect-contains"),
            (!self.expect_header.is_empty(), "--expect-header"),
        ];
        given.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag))
    }

    /// The first flag given that says how to make requests, or what to expect.
    pub(super) fn request_flag(&self) -> Option<&'static str> {
        let given = [
            (self.location, "--location"),
            (self.compressed, "--compressed"),
            (self.cacert.is_some(), "--cacert"),
            (self.insecure, "--insecure"),
            (self.cert.is_some(), "--cert"),
            (!self.resolve.is_empty(), "--resolve"),
            (self.proxy.is_some(), "--proxy"),
        ];
        self.target_flag().or_else(|| given.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag)))
    }
}
