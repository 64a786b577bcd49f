//! The flags of hurl that perfloop test has not, and those of a load, each with what to do.

use std::ffi::OsStr;

use super::super::flags;
use crate::error::Error;

const NO_SIGNATURE: &str = "only basic authentication is known";
const HTTP_1: &str = "HTTP/1.1 only is spoken";
const HEADERS: &str = "see --verbose for headers";
const NO_JAR: &str = "cookies are not written to a file";
const COOKIES: &str = "set cookies in the file, by [Cookies]";
const CREDENTIALS: &str = "give --user or variables";
const OUTPUT: &str = "bodies are not written; give an entry the option output";
const NOT_SHOWN: &str = "bodies are not shown; see --verbose for them";

/// Of hurl 8.1 and its letters; some had another name, or were there, in older versions.
const OF_HURL: [(&str, &str); 41] = [
    ("--aws-sigv4", "requests are not signed"),
    ("--cookie", COOKIES),
    ("-b", COOKIES),
    ("--cookie-jar", NO_JAR),
    ("-c", NO_JAR),
    ("--curl", "see --verbose for what is sent"),
    ("--digest", NO_SIGNATURE),
    ("--error-format", "errors have one form; leave it out"),
    ("--fail-with-body", "see --verbose for the bodies"),
    ("--haproxy-protocol", "nothing is sent before a request"),
    ("--http2", HTTP_1),
    ("--http2-prior-knowledge", HTTP_1),
    ("--http3", HTTP_1),
    ("--include", HEADERS),
    ("-i", HEADERS),
    ("--interactive", "give --to-entry to stop after an entry"),
    ("--json", "give --report-junit"),
    ("--limit-rate", "requests go as fast as they can"),
    ("--max-filesize", "bodies are read to their end; --max-body says how much is kept"),
    ("--negotiate", NO_SIGNATURE),
    ("--netrc", CREDENTIALS),
    ("-n", CREDENTIALS),
    ("--netrc-file", CREDENTIALS),
    ("--netrc-optional", CREDENTIALS),
    ("--no-cookie-store", "cookies are kept from entry to entry, and each file begins without any"),
    ("--no-pretty", NOT_SHOWN),
    ("--no-proxy", "without --proxy none is used; leave it out"),
    ("--noproxy", "without --proxy none is used; leave it out"),
    ("--ntlm", NO_SIGNATURE),
    ("--output", OUTPUT),
    ("-o", OUTPUT),
    ("--pinnedpubkey", "give --cacert"),
    ("--pretty", NOT_SHOWN),
    ("--proxy-header", "proxies get no headers of their own"),
    ("--report-html", "give --report-junit, or run the files as load with --html"),
    ("--report-json", "give --report-junit"),
    ("--report-tap", "give --report-junit"),
    ("--ssl-no-revoke", "whether a certificate was revoked is not asked; leave it out"),
    ("--unix-socket", "connections are TCP"),
    ("--verbosity", "give --verbose"),
    ("--very-verbose", "give --verbose, which shows bodies too"),
];

/// Message on a flag of hurl that perfloop has not.
pub(super) fn of_hurl(word: &OsStr) -> Option<Error> {
    let flag = flag(word)?;
    let (_, remedy) = OF_HURL.iter().find(|(name, _)| *name == flag)?;
    Some(Error::usage(format!("{flag} is a flag of Hurl that perfloop has not: {remedy}")))
}

/// Message on a flag of a load.
pub(super) fn of_load(flag: &str) -> Option<Error> {
    let name = flag.strip_prefix("--")?;
    let is_of_load = flags::command().get_arguments().any(|arg| !arg.is_hide_set() && arg.get_long() == Some(name));
    let remedy = "leave out the word test, and the same files are run as load";
    is_of_load.then(|| Error::usage(format!("{flag} is for load, and perfloop test runs each file once; {remedy}")))
}

fn flag(word: &OsStr) -> Option<&str> {
    let word = word.to_str()?;
    // A letter may have its value at once, and words may begin with a dash only there.
    let letter = word.get(..2).filter(|_| word.starts_with('-') && !word.starts_with("--"));
    letter.or_else(|| word.split('=').next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    use crate::cli::test::args::TestArgs;

    #[test]
    fn what_is_refused_is_no_flag_and_stands_there_once() {
        let command = TestArgs::command();
        let mut seen = std::collections::HashSet::new();
        for (flag, _) in OF_HURL {
            let is_taken = command.get_arguments().any(|arg| {
                arg.get_long().is_some_and(|name| flag == format!("--{name}"))
                    || arg.get_short().is_some_and(|letter| flag == format!("-{letter}"))
            });
            assert!(!is_taken && seen.insert(flag), "{flag}");
        }
    }

    #[test]
    fn every_option_of_hurl_is_taken_or_refused_by_name() {
        let all = "aws-sigv4 cacert cert color compressed connect-timeout connect-to continue-on-error cookie cookie-jar \
                   curl delay digest error-format fail-with-body file-root from-entry glob header http1.0 http1.1 http2 \
                   http2-prior-knowledge http3 include insecure ipv4 ipv6 jobs json key limit-rate location \
                   location-trusted max-filesize max-redirs max-time negotiate netrc netrc-file netrc-optional no-assert \
                   no-color no-cookie-store no-header no-jsonpath-coercion no-output no-pretty no-proxy ntlm output \
                   parallel path-as-is pinnedpubkey pretty progress-bar proxy proxy-header repeat report-html report-json \
                   report-junit report-tap resolve retry retry-interval secret secrets-file ssl-no-revoke test tls-max \
                   tls-min to-entry unix-socket user user-agent variable variables-file verbose verbosity very-verbose";
        let command = TestArgs::command();
        let is_taken = |name: &str| command.get_arguments().any(|arg| arg.get_long() == Some(name));
        let silent = all
            .split_whitespace()
            .filter(|name| !is_taken(name) && of_hurl(OsStr::new(&format!("--{name}"))).is_none());
        assert_eq!(silent.collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn a_flag_of_load_says_how_load_is_run() {
        let said = of_load("--users").map(|error| error.to_string()).unwrap_or_default();
        assert!(said.starts_with("--users is for load,") && said.contains("leave out the word test"), "{said}");
        assert!(of_load("--frob").is_none() && of_load("-u").is_none());
    }
}
