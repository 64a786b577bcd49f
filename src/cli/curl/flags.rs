//! The flags of curl that perfloop knows, and what they are in its own words.

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};

use super::body::{self, Body, Piece};
use super::globs;
use crate::cli::cli_error;

/// Request that curl would make, in perfloop's words.
#[derive(Debug, Default, PartialEq)]
pub(in crate::cli) struct Translated {
    /// Flags and TARGETs, without the program's name.
    pub(in crate::cli) words: Vec<String>,
    /// A body that `--data` cannot hold: bytes that are no text, or an @ in front.
    pub(in crate::cli) body: Option<Vec<u8>>,
}

/// The request, by curl's flags. A value may begin with a dash, as the bodies of browsers do.
#[derive(Debug, clap::Args)]
struct Curl {
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    url: Vec<String>,
    #[arg(short = 'X', long, allow_hyphen_values = true)]
    request: Option<String>,
    #[arg(short = 'H', long, allow_hyphen_values = true)]
    header: Vec<String>,
    #[arg(short, long, visible_alias = "data-ascii", allow_hyphen_values = true)]
    data: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    data_raw: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    data_binary: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    data_urlencode: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    json: Vec<String>,
    #[arg(short = 'F', long, allow_hyphen_values = true)]
    form: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    form_string: Vec<String>,
    #[arg(short = 'G', long)]
    get: bool,
    #[arg(short = 'I', long)]
    head: bool,
    #[arg(short, long)]
    globoff: bool,
    #[arg(long, allow_hyphen_values = true)]
    url_query: Vec<String>,
    #[arg(long = "oauth2-bearer", allow_hyphen_values = true)]
    bearer: Option<String>,
    #[arg(short, long, allow_hyphen_values = true)]
    user: Option<String>,
    #[arg(short = 'A', long, allow_hyphen_values = true)]
    user_agent: Option<String>,
    #[arg(short = 'e', long, allow_hyphen_values = true)]
    referer: Option<String>,
    #[arg(short = 'b', long, allow_hyphen_values = true)]
    cookie: Vec<String>,
    #[arg(short = 'L', long)]
    location: bool,
    #[arg(short = 'k', long)]
    insecure: bool,
    #[arg(long)]
    compressed: bool,
    #[arg(long)]
    no_keepalive: bool,
    #[arg(long)]
    cacert: Option<String>,
    #[arg(short = 'E', long)]
    cert: Option<String>,
    #[arg(long)]
    key: Option<String>,
    #[arg(short = 'x', long)]
    proxy: Option<String>,
    #[arg(long)]
    resolve: Vec<String>,
    #[arg(long)]
    connect_timeout: Option<String>,
    #[arg(short, long)]
    max_time: Option<String>,
    #[command(flatten)]
    ignored: Ignored,
}

/// Flags that say how curl shows things, and those for what perfloop does anyhow.
#[derive(Debug, clap::Args)]
struct Ignored {
    #[arg(short, long)]
    silent: bool,
    #[arg(short = 'S', long)]
    show_error: bool,
    #[arg(short, long)]
    verbose: bool,
    #[arg(short, long)]
    include: bool,
    #[arg(short, long)]
    fail: bool,
    #[arg(long)]
    fail_with_body: bool,
    #[arg(short = '#', long)]
    progress_bar: bool,
    #[arg(long)]
    no_progress_meter: bool,
    #[arg(short = 'O', long)]
    remote_name: bool,
    #[arg(short = 'D', long, allow_hyphen_values = true)]
    dump_header: Option<String>,
    #[arg(long)]
    basic: bool,
    #[arg(short = 'N', long)]
    no_buffer: bool,
    #[arg(long = "http1.1")]
    http1_1: bool,
    #[arg(short, long, allow_hyphen_values = true)]
    output: Vec<String>,
    #[arg(short, long, allow_hyphen_values = true)]
    write_out: Option<String>,
}

/// Translates the words of a command, `curl` the first of them.
///
/// # Errors
/// One line, for a flag that is not known, or what perfloop cannot send.
pub(super) fn translate(words: &[String]) -> Result<Translated, String> {
    let command = Curl::augment_args(Command::new("curl").disable_help_flag(true).disable_version_flag(true));
    let matches = command.args_override_self(true).try_get_matches_from(words).map_err(|error| refused(&error))?;
    let curl = Curl::from_arg_matches(&matches).map_err(|error| refused(&error))?;
    let body = body::of(&pieces(&matches), &curl.form, &curl.form_string)?;
    curl.translated(body)
}

fn refused(error: &clap::Error) -> String {
    match cli_error::unknown_flag(error) {
        Some(flag) => format!(
            "{flag} is a flag of curl that perfloop does not know; leave it out if the request is right without it"
        ),
        None => cli_error::one_line(error, "perfloop curl"),
    }
}

/// All data, in the order in which it stands there.
fn pieces(matches: &ArgMatches) -> Vec<Piece> {
    let of = |id: &str, piece: fn(String) -> Piece| -> Vec<(usize, Piece)> {
        let texts = matches.get_many::<String>(id).unwrap_or_default();
        matches.indices_of(id).into_iter().flatten().zip(texts.map(|text| piece(text.clone()))).collect()
    };
    let mut all = [
        of("data", Piece::Data),
        of("data_raw", Piece::Raw),
        of("data_binary", Piece::Binary),
        of("data_urlencode", Piece::Encoded),
        of("json", Piece::Json),
    ]
    .concat();
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, piece)| piece).collect()
}

impl Curl {
    fn translated(self, body: Option<Body>) -> Result<Translated, String> {
        let mut words = Vec::new();
        let method = self.request.clone().or_else(|| self.head.then(|| "HEAD".into()));
        words.extend(method.map(|method| format!("--method={method}")));
        let (in_url, body) = if self.get { (body, None) } else { (None, body) };
        let query = in_url.as_ref().map(Body::text).transpose()?;
        words.extend(self.headers(body.as_ref())?.into_iter().map(|header| format!("--header={header}")));
        words.extend(self.settings());
        // What a flag can hold is seen in a dry run and in the report.
        let body = match body.map(|body| String::from_utf8(body.bytes)) {
            Some(Ok(text)) if !text.starts_with('@') => {
                words.push(format!("--data={text}"));
                None
            }
            Some(Ok(text)) => Some(text.into_bytes()),
            Some(Err(error)) => Some(error.into_bytes()),
            None => None,
        };
        if self.urls.is_empty() && self.url.is_empty() {
            return Err("there is no URL in it; copy the whole command".into());
        }
        let more = body::encoded_pairs(&self.url_query)?;
        let query: Vec<&str> = more.iter().map(String::as_str).chain(query).collect();
        for url in self.urls.iter().chain(&self.url) {
            let urls = if self.globoff { vec![url.replace('\\', "%5C")] } else { globs::urls(url)? };
            words.extend(urls.iter().map(|url| target(url, &query)));
        }
        Ok(Translated { words, body })
    }

    fn headers(&self, body: Option<&Body>) -> Result<Vec<String>, String> {
        let mut headers = Vec::new();
        for header in &self.header {
            let (name, value) = header.split_once(':').unwrap_or((header, ""));
            let is = |other: &str| name.trim().eq_ignore_ascii_case(other);
            // Those that depend on the body, and on what can be unpacked, are perfloop's.
            let is_own = is("content-length") || (self.compressed && is("accept-encoding") && !value.trim().is_empty());
            if !is_own {
                headers.push(header.clone());
            }
        }
        // As a header it comes before that of a flag of its own.
        let says = |name: &str| {
            let of = |header: &String| {
                header.split([':', ';']).next().is_some_and(|it| it.trim().eq_ignore_ascii_case(name))
            };
            self.header.iter().any(of)
        };
        let mut add = |name: &str, value: Option<&str>| {
            if let Some(value) = value.filter(|_| !says(name)) {
                headers.push(format!("{name}: {value}"));
            }
        };
        add("User-Agent", self.user_agent.as_deref());
        let referer = self.referer.as_deref().map(|text| text.trim_end_matches(";auto"));
        add("Referer", referer.filter(|text| !text.is_empty()));
        add("Authorization", self.bearer.as_ref().map(|token| format!("Bearer {token}")).as_deref());
        // Without a file, it only has curl keep what it is sent, as users of perfloop do.
        let cookies: Vec<&str> = self.cookie.iter().map(String::as_str).filter(|cookie| !cookie.is_empty()).collect();
        if let Some(file) = cookies.iter().find(|cookie| !cookie.contains('=')) {
            return Err(format!("-b {file}: perfloop reads no files of cookies; write them out, like -b 'id=7'"));
        }
        add("Cookie", Some(cookies.join("; ")).filter(|line| !line.is_empty()).as_deref());
        for (name, value) in body.iter().flat_map(|body| &body.headers) {
            add(name, Some(value));
        }
        Ok(headers)
    }

    /// Words of the flags that perfloop has, too.
    fn settings(&self) -> Vec<String> {
        let switches = [
            (self.location, "--location"),
            (self.insecure, "--insecure"),
            (self.compressed, "--compressed"),
            (self.no_keepalive, "--no-keepalive"),
        ];
        let proxy = self.proxy.as_deref().map(proxy);
        // To curl, 0 is no limit.
        let limit = |seconds: &Option<String>| seconds.clone().filter(|text| text.parse() != Ok(0.0));
        let values = [
            ("--basic-auth", self.user.clone()),
            ("--cacert", self.cacert.clone()),
            ("--cert", self.cert.clone()),
            ("--key", self.key.clone()),
            ("--proxy", proxy),
            ("--connect-timeout", limit(&self.connect_timeout)),
            ("--timeout", limit(&self.max_time)),
        ];
        let resolved = self.resolve.iter().map(|text| format!("--resolve={}", text.trim_start_matches('+')));
        let switches = switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, flag)| flag.to_owned());
        let values = values.into_iter().filter_map(|(flag, value)| Some(format!("{flag}={}", value?)));
        switches.chain(values).chain(resolved).collect()
    }
}

/// As curl takes it: without a scheme it is http.
fn target(url: &str, query: &[&str]) -> String {
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let (address, fragment) = url.split_once('#').map_or((url.as_str(), None), |(a, b)| (a, Some(b)));
    let mut target = address.to_owned();
    for pairs in query {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(pairs);
    }
    target + &fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default()
}

fn proxy(url: &str) -> String {
    match url.split_once("://") {
        Some(("socks5-hostname", rest)) => format!("socks5h://{rest}"),
        Some(_) => url.to_owned(),
        None => format!("http://{url}"),
    }
}
