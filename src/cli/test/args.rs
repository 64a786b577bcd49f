//! The flags of `perfloop test`: Hurl's, under Hurl's names.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use url::Url;

use super::hurl_args::HurlArgs;
use crate::job::hurl_values::{parse_count, parse_milliseconds, parse_seconds, parse_tls_max, parse_tls_min};
use crate::job::values::{CertificateFile, Resolved, parse_host};
use crate::units::parse_bytes;

/// Run each Hurl file once, as a functional test.
#[derive(Debug, Parser)]
#[command(name = "perfloop test", bin_name = "perfloop test", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(super) struct TestArgs {
    /// Hurl files, and folders that are read for *.hurl
    #[arg(value_name = "FILE", required_unless_present = "globs")]
    pub(super) files: Vec<PathBuf>,

    /// Files whose names match, like 'tests/**/*.hurl' (repeatable)
    #[arg(long = "glob", value_name = "GLOB", help_heading = RUN)]
    pub(super) globs: Vec<String>,

    /// Files that are run at a time [default: one for each core]
    #[arg(long, value_name = "N", help_heading = RUN)]
    pub(super) jobs: Option<u32>,

    /// How often all files are run
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = RUN)]
    pub(super) repeat: u32,

    /// Go on with the next entry of a file after one that failed
    #[arg(long, help_heading = RUN)]
    pub(super) continue_on_error: bool,

    /// First entry of each file that is run, counted from 1
    #[arg(long, value_name = "N", help_heading = RUN)]
    pub(super) from_entry: Option<usize>,

    /// Last entry of each file that is run
    #[arg(long, value_name = "N", help_heading = RUN)]
    pub(super) to_entry: Option<usize>,

    /// Expect nothing of the answers
    #[arg(long, alias = "ignore-asserts", help_heading = RUN)]
    pub(super) no_assert: bool,

    /// Take one result of a JSONPath as a list too
    #[arg(long, help_heading = RUN)]
    pub(super) no_jsonpath_coercion: bool,

    /// Rest before each entry, in milliseconds without a unit
    #[arg(long, value_name = "TIME", value_parser = parse_milliseconds, help_heading = RUN)]
    pub(super) delay: Option<Duration>,

    #[command(flatten)]
    pub(super) hurl: HurlArgs,

    /// What a URL that begins with / is relative to, and the variable host
    #[arg(long, value_name = "URL", value_parser = parse_host, help_heading = REQUEST)]
    pub(super) host: Option<Url>,

    /// Header of every request, like 'Accept: text/html' (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", help_heading = REQUEST)]
    pub(super) headers: Vec<String>,

    /// Header that is not sent (repeatable)
    #[arg(long = "no-header", value_name = "NAME", help_heading = REQUEST)]
    pub(super) no_headers: Vec<String>,

    /// User and password for basic authentication
    #[arg(short, long, value_name = "USER:PASSWORD", help_heading = REQUEST)]
    pub(super) user: Option<String>,

    /// What the requests say they come from
    #[arg(short = 'A', long, value_name = "NAME", help_heading = REQUEST)]
    pub(super) user_agent: Option<String>,

    /// Follow redirects
    #[arg(short = 'L', long, help_heading = REQUEST)]
    pub(super) location: bool,

    /// Follow redirects, and send user and password to other hosts too
    #[arg(long, help_heading = REQUEST)]
    pub(super) location_trusted: bool,

    /// Most redirects that are followed; -1 is without end [default: 50]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true, help_heading = REQUEST)]
    pub(super) max_redirs: Option<i64>,

    /// Ask for compressed answers and unpack them
    #[arg(long, help_heading = REQUEST)]
    pub(super) compressed: bool,

    /// Bytes kept of an answer's body; what looks at a longer one is a runtime error
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, default_value = "16MiB", help_heading = REQUEST)]
    pub(super) max_body: usize,

    /// Leave /../ and /./ in the path of a URL
    #[arg(long, help_heading = REQUEST)]
    pub(super) path_as_is: bool,

    /// Longest time of a request, in seconds without a unit [default: 300]
    #[arg(short, long, value_name = "TIME", value_parser = parse_seconds, help_heading = REQUEST)]
    pub(super) max_time: Option<Duration>,

    /// Longest time to make a connection, in seconds without a unit [default: 300]
    #[arg(long, value_name = "TIME", value_parser = parse_seconds, help_heading = REQUEST)]
    pub(super) connect_timeout: Option<Duration>,

    /// Speak HTTP/1.0
    #[arg(short = '0', long = "http1.0", help_heading = REQUEST)]
    pub(super) http10: bool,

    /// Speak HTTP/1.1, which is spoken anyhow
    #[arg(long = "http1.1", help_heading = REQUEST)]
    pub(super) http11: bool,

    /// Connect to IPv4 addresses only
    #[arg(short = '4', long, conflicts_with = "ipv6", help_heading = REQUEST)]
    pub(super) ipv4: bool,

    /// Connect to IPv6 addresses only
    #[arg(short = '6', long, help_heading = REQUEST)]
    pub(super) ipv6: bool,

    /// Connect through this proxy, like http://127.0.0.1:3128
    #[arg(short = 'x', long, value_name = "URL", help_heading = REQUEST)]
    pub(super) proxy: Option<String>,

    /// Connect to this address for this host and port (repeatable)
    #[arg(long, value_name = "HOST:PORT:ADDRESS", value_parser = Resolved::parse, help_heading = REQUEST)]
    pub(super) resolve: Vec<Resolved>,

    /// Connect to another host and port for this one (repeatable)
    #[arg(long = "connect-to", value_name = "HOST:PORT:HOST:PORT", help_heading = REQUEST)]
    pub(super) connect_to: Vec<String>,

    /// Accept any certificate
    #[arg(short = 'k', long, help_heading = REQUEST)]
    pub(super) insecure: bool,

    /// Trust the certificates in this PEM file, and only these
    #[arg(long, value_name = "FILE", help_heading = REQUEST)]
    pub(super) cacert: Option<PathBuf>,

    /// PEM file with the certificate to show to services that ask for one
    #[arg(short = 'E', long, value_name = "FILE[:PASSWORD]", value_parser = CertificateFile::parse, help_heading = REQUEST)]
    pub(super) cert: Option<CertificateFile>,

    /// PEM file with the private key of --cert [default: it is in the same file]
    #[arg(long, value_name = "FILE", help_heading = REQUEST)]
    pub(super) key: Option<PathBuf>,

    /// Lowest version of TLS, 1.2 or 1.3
    #[arg(long, value_name = "VERSION", value_parser = parse_tls_min, help_heading = REQUEST)]
    tls_min: Option<String>,

    /// Highest version of TLS, 1.2 or 1.3
    #[arg(long, value_name = "VERSION", value_parser = parse_tls_max, help_heading = REQUEST)]
    tls_max: Option<String>,

    /// Show every request and answer on stderr, secrets masked
    #[arg(short, long, help_heading = OUTPUT)]
    pub(super) verbose: bool,

    /// Write the results as JUnit test cases; - is stdout
    #[arg(long, alias = "junit", value_name = "FILE", help_heading = OUTPUT)]
    pub(super) report_junit: Option<PathBuf>,

    /// Colours, even when nobody sees them
    #[arg(long, conflicts_with = "no_color", help_heading = OUTPUT)]
    pub(super) color: bool,

    /// No colours
    #[arg(long, help_heading = OUTPUT)]
    pub(super) no_color: bool,

    /// This is what perfloop test does anyhow
    #[arg(long, hide = true)]
    test: bool,

    /// Files are run at a time anyhow
    #[arg(long, hide = true)]
    parallel: bool,

    /// There is no other
    #[arg(long, hide = true)]
    no_output: bool,

    /// There is one line for each file anyhow
    #[arg(long, hide = true)]
    progress_bar: bool,
}

impl TestArgs {
    /// Flags that are options of every entry, under the names that they have there.
    pub(super) fn options(&self) -> Vec<(&'static str, String)> {
        let switches = [
            (self.location, "location"),
            (self.location_trusted, "location-trusted"),
            (self.path_as_is, "path-as-is"),
            (self.http10, "http1.0"),
            (self.ipv4, "ipv4"),
            (self.ipv6, "ipv6"),
            (self.no_jsonpath_coercion, "no-jsonpath-coercion"),
        ];
        let switches = switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| (name, "true".to_owned()));
        let max_redirs = self.max_redirs.map(|times| ("max-redirs", times.to_string()));
        let proxy = self.proxy.iter().map(|proxy| ("proxy", proxy.clone()));
        let connect_to = self.connect_to.iter().map(|route| ("connect-to", route.clone()));
        let no_headers = self.no_headers.iter().map(|name| ("no-header", name.clone()));
        let tls = [("tls-min", &self.tls_min), ("tls-max", &self.tls_max)];
        let tls = tls.into_iter().filter_map(|(name, version)| Some((name, version.clone()?)));
        switches.chain(max_redirs).chain(proxy).chain(connect_to).chain(no_headers).chain(tls).collect()
    }
}

const RUN: &str = "Run";
const REQUEST: &str = "Requests";
const OUTPUT: &str = "Output";

const AFTER_HELP: &str = "\
Example:
  perfloop test tests/ --variable host=http://127.0.0.1:5000

Each flag can also be a variable as Hurl has them: HURL_VARIABLE_host=..., HURL_INSECURE=1.

Exit codes, as Hurl's: 0 all passed, 1 wrong flags, 2 a file that cannot be read as Hurl, 3 no usable answer, 4 an assert did not hold.";
