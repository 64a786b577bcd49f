//! The flags.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use url::Url;

use super::feed::{FeedOrder, parse_end, parse_order};
use super::hurl::args::HurlArgs;
use super::hurl::values::{refuse_jobs, refuse_repeat};
use super::values::{
    CertificateFile, Resolved, json_file, parse_address, parse_certificate, parse_host, parse_proxy,
    parse_rate_over_time, parse_resolve, parse_resume, parse_u32, parse_u64, parse_wait,
};
use crate::load::{AtEnd, RateOverTime, Stages, Statuses, TlsResume, Wait};
use crate::renaming::Renaming;
use crate::stats::Gate;
use crate::units::{parse_bytes, parse_duration, parse_rate};

/// Functional API tests as load tests: one thread per user, and numbers that are the server's.
#[derive(Debug, Parser)]
#[command(
    name = "perfloop",
    version,
    allow_negative_numbers = true,
    max_term_width = 100,
    override_usage = "perfloop [OPTIONS] [TARGET]..."
)]
pub(super) struct Args {
    /// URLs, Hurl files and folders of these, each URL and file a check of its own; without one, the mock service
    /// inside perfloop
    #[arg(value_name = "TARGET")]
    pub(super) targets: Vec<String>,

    /// Number of users, each a thread that behaves as one client [default: 1]
    #[arg(short, long, value_name = "N", value_parser = parse_u32, help_heading = LOAD)]
    pub(super) users: Option<u32>,

    /// How long to run, like 30, 30s or 1m30s [default: 10s if there is no --loops and no --requests]
    #[arg(short, long, alias = "run-time", value_name = "TIME", value_parser = parse_duration, help_heading = LOAD)]
    pub(super) time: Option<Duration>,

    /// Iterations of each user [default: as many as --time allows]
    #[arg(long, value_name = "N", value_parser = parse_u64, help_heading = LOAD)]
    pub(super) loops: Option<u64>,

    /// Requests in all, over all users; checks that make several may make some more
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_u64, help_heading = LOAD)]
    pub(super) requests: Option<u64>,

    /// Spread the users' starts evenly over this time
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "spawn_rate", help_heading = LOAD)]
    pub(super) ramp_up: Option<Duration>,

    /// Start so many users each second (also 12/m)
    #[arg(short = 'r', long, value_name = "RATE", value_parser = parse_rate, help_heading = LOAD)]
    pub(super) spawn_rate: Option<f64>,

    /// Rest of each user between two iterations; 5s-9s is evenly distributed between the two
    #[arg(long, value_name = "TIME", value_parser = parse_wait, help_heading = LOAD)]
    pub(super) wait: Option<Wait>,

    /// Begin each user's iterations at fixed times so far apart
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "wait", help_heading = LOAD)]
    pub(super) pace: Option<Duration>,

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
    #[arg(long, value_name = "N", value_parser = parse_u32, requires = "rate", help_heading = LOAD)]
    pub(super) max_users: Option<u32>,

    /// Time at the start in which nothing is measured, before --time and --loops
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = LOAD)]
    pub(super) warmup: Option<Duration>,

    /// Time that running checks get at the stop before they are cut off
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10s", help_heading = LOAD)]
    pub(super) stop_timeout: Duration,

    /// What all random choices follow from: the same seed makes the same choices [default: another in each run]
    #[arg(long, value_name = "N", value_parser = parse_u64, help_heading = LOAD)]
    pub(super) seed: Option<u64>,

    /// Run only checks with one of these tags
    #[arg(short = 'T', long, value_name = "TAG,...", value_delimiter = ',', help_heading = LOAD)]
    pub(super) tags: Vec<String>,

    /// Run no check with one of these tags
    #[arg(short = 'E', long, value_name = "TAG,...", value_delimiter = ',', help_heading = LOAD)]
    pub(super) exclude_tags: Vec<String>,

    /// Stack of each user's thread, at least 256KiB
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, default_value = "512KiB", help_heading = LOAD)]
    pub(super) stack_size: usize,

    /// HTTP method [default: GET, or POST with a body]
    #[arg(short = 'X', long, value_name = "METHOD", help_heading = REQUEST)]
    pub(super) method: Option<String>,

    /// Header to send, like 'Accept: text/html' (repeatable); 'Accept:' keeps one back, 'X-Empty;' has no value
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", help_heading = REQUEST)]
    pub(super) headers: Vec<String>,

    /// Body to send, as a form's unless a header gives another Content-Type; @FILE reads it from a file
    #[arg(short = 'd', long, value_name = "DATA", help_heading = REQUEST)]
    pub(super) data: Option<String>,

    /// Body to send as JSON, with the headers that say so; @FILE reads it from a file
    #[arg(long, value_name = "JSON", conflicts_with = "data", help_heading = REQUEST)]
    pub(super) json_data: Option<String>,

    /// What was pasted, if that is where the request comes from.
    #[arg(skip)]
    pub(super) pasted: Option<Pasted>,

    /// User and password for basic authentication
    #[arg(long, value_name = "USER:PASS", help_heading = REQUEST)]
    pub(super) basic_auth: Option<String>,

    /// What a TARGET or URL that begins with / is relative to, like http://127.0.0.1:5000
    #[arg(long, value_name = "URL", value_parser = parse_host, help_heading = REQUEST)]
    pub(super) host: Option<Url>,

    /// Follow up to 10 redirects, each hop a request of its own
    #[arg(short = 'L', long, help_heading = REQUEST)]
    pub(super) location: bool,

    /// Ask for compressed answers and unpack them
    #[arg(long, help_heading = REQUEST)]
    pub(super) compressed: bool,

    /// Bytes kept of an answer's body; what looks at a longer one is an exception
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, default_value = "16MiB", help_heading = REQUEST)]
    pub(super) max_body: usize,

    /// Longest time of a request, from the look-up of the name to the last byte
    #[arg(long, alias = "max-time", value_name = "TIME", value_parser = parse_duration, default_value = "30s", help_heading = REQUEST)]
    pub(super) timeout: Duration,

    /// Longest time to make a connection [default: only --timeout limits it]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = REQUEST)]
    pub(super) connect_timeout: Option<Duration>,

    /// Make a new connection for every request
    #[arg(long, help_heading = REQUEST)]
    pub(super) no_keepalive: bool,

    /// Accept any certificate
    #[arg(long, help_heading = REQUEST)]
    pub(super) insecure: bool,

    /// Trust the certificates in this PEM file, and only these
    #[arg(long, value_name = "FILE", help_heading = REQUEST)]
    pub(super) cacert: Option<PathBuf>,

    /// PEM file with the certificate to show to services that ask for one
    #[arg(long, value_name = "FILE[:PASSWORD]", value_parser = parse_certificate, help_heading = REQUEST)]
    pub(super) cert: Option<CertificateFile>,

    /// PEM file with the private key of --cert [default: it is in the same file]
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = REQUEST)]
    pub(super) key: Option<PathBuf>,

    /// Whether a user's new connections resume its earlier TLS sessions
    #[arg(long, value_name = "WHOSE", value_parser = parse_resume, default_value = "user", help_heading = REQUEST)]
    pub(super) tls_resume: TlsResume,

    /// Connect through this proxy, like http://127.0.0.1:3128 or socks5://127.0.0.1:1080
    #[arg(long, value_name = "URL", value_parser = parse_proxy, help_heading = REQUEST)]
    pub(super) proxy: Option<Url>,

    /// Connect to this address for this host and port (repeatable; several: IP,IP)
    #[arg(long, value_name = "HOST:PORT:IP", value_parser = parse_resolve, help_heading = REQUEST)]
    pub(super) resolve: Vec<Resolved>,

    #[command(flatten)]
    pub(super) hurl: HurlArgs,

    #[arg(long, hide = true, value_parser = refuse_repeat)]
    repeat: Option<u32>,

    #[arg(long, hide = true, value_parser = refuse_jobs)]
    jobs: Option<u32>,

    /// Statuses that pass, like 200, 2xx or 200,204 [default: 100-399]
    #[arg(long, value_name = "CODES", help_heading = EXPECT)]
    pub(super) expect_status: Option<Statuses>,

    /// Value that a JSON body must have, like code=1 or items[0].id=7 (repeatable)
    #[arg(long, value_name = "PATH=VAL", help_heading = EXPECT)]
    pub(super) expect_json: Vec<String>,

    /// Text that the body must contain (repeatable)
    #[arg(long, value_name = "TEXT", help_heading = EXPECT)]
    pub(super) expect_contains: Vec<String>,

    /// Header whose value must contain a text, like 'Content-Type: json' (repeatable)
    #[arg(long, value_name = "HEADER", help_heading = EXPECT)]
    pub(super) expect_header: Vec<String>,

    /// What must not happen, like 'p95 > 450ms' or 'GET /cart: fail_ratio > 1%' (repeatable)
    #[arg(long, value_name = "EXPR", value_parser = Gate::parse_fail_if, help_heading = GATES)]
    pub(super) fail_if: Vec<Gate>,

    /// What must hold, in k6's words, like 'p(95)<450' or 'rate<0.01' (repeatable)
    #[arg(long, value_name = "EXPR", value_parser = Gate::parse_threshold, help_heading = GATES)]
    pub(super) threshold: Vec<Gate>,

    /// CSV file with a row of values for each iteration: {column} in a request or an expectation is its value
    #[arg(long, value_name = "FILE", help_heading = FEED)]
    pub(super) feed: Option<PathBuf>,

    /// Which row comes next: circular, random or unique [default: circular]
    #[arg(long, value_name = "ORDER", value_parser = parse_order, requires = "feed", help_heading = FEED)]
    pub(super) feed_order: Option<FeedOrder>,

    /// What follows the last unique row: stop, fail or again [default: stop]
    #[arg(long, value_name = "END", value_parser = parse_end, requires = "feed", help_heading = FEED)]
    pub(super) feed_end: Option<AtEnd>,

    /// Show the plan and what it takes of this machine, without any traffic
    #[arg(long, help_heading = OUTPUT)]
    pub(super) dry_run: bool,

    /// Write nothing to stderr during the run: no progress, only the tables at the end
    #[arg(long, help_heading = OUTPUT)]
    pub(super) quiet: bool,

    /// Tell requests whose names fit a pattern as one, like '/orders/*=/orders/{id}' (repeatable); the first that fits
    /// counts
    #[arg(long = "name", value_name = "PATTERN=NAME", help_heading = OUTPUT)]
    pub(super) names: Vec<Renaming>,

    /// Tell requests apart by each number and id in their paths, however many there are
    #[arg(long, help_heading = OUTPUT)]
    pub(super) no_grouping: bool,

    /// Show all tables at the end: phases, percentiles, evidence and gates, also where all is well
    #[arg(long, help_heading = OUTPUT)]
    pub(super) verbose: bool,

    /// Time between two lines of statistics
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "5s", help_heading = OUTPUT)]
    pub(super) stats_interval: Duration,

    /// Write the numbers as a page with charts that needs no network; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) html: Option<PathBuf>,

    /// Write the numbers as JSON; - is stdout
    #[arg(long, value_name = "FILE", value_parser = json_file(), help_heading = OUTPUT)]
    pub(super) json: Option<PathBuf>,

    /// Write Locust's four CSV files: PREFIX_stats.csv, PREFIX_stats_history.csv, PREFIX_failures.csv, PREFIX_exceptions.csv
    #[arg(long, value_name = "PREFIX", help_heading = OUTPUT)]
    pub(super) csv: Option<PathBuf>,

    /// Write the checks as JUnit test cases; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) junit: Option<PathBuf>,

    /// Write the times as an interval log of HdrHistogram; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) hlog: Option<PathBuf>,

    /// Write a line for each request as it ends: CSV, or JMeter's columns if FILE ends in .jtl; - is stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) samples: Option<PathBuf>,

    /// Answer GET /metrics in OpenMetrics text during the run, like 127.0.0.1:9646; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, help_heading = OUTPUT)]
    pub(super) metrics_addr: Option<SocketAddr>,

    /// Write every request and answer, secrets masked; - is stdout, where the tables follow
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) log_http: Option<PathBuf>,

    /// Name of headers, parameters and JSON members whose values are shown nowhere, beside Authorization, cookies, api_key
    /// and the like (repeatable)
    #[arg(long, value_name = "NAME", help_heading = OUTPUT)]
    pub(super) secret_name: Vec<String>,

    /// Show in --log-http what stands under names of secrets, such as Authorization and cookies
    #[arg(long, help_heading = OUTPUT)]
    pub(super) show_secrets: bool,
}

/// A pasted command of curl, as far as no flag can tell it.
#[derive(Debug)]
pub(super) struct Pasted {
    /// Instead of `--data`.
    pub(super) body: Option<Vec<u8>>,
}

pub(super) const LOAD: &str = "Load";
const REQUEST: &str = "Requests";
const FEED: &str = "Data";
const EXPECT: &str = "Expectations";
pub(super) const GATES: &str = "Gates";
pub(super) const OUTPUT: &str = "Output";
