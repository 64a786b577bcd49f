//! Variables of the environment that Hurl reads: `HURL_VARIABLE_host=...`, `HURL_INSECURE=1`.

use std::ffi::OsString;

use crate::error::Error;
use crate::job::fields::Field;
use crate::job::given::{Given, Source};

/// Switches, by what follows `HURL_`, and their flags.
const SWITCHES: [(&str, &str); 10] = [
    ("COMPRESSED", "--compressed"),
    ("CONTINUE_ON_ERROR", "--continue-on-error"),
    ("HTTP10", "--http1.0"),
    ("HTTP11", "--http1.1"),
    ("INSECURE", "--insecure"),
    ("IPV4", "--ipv4"),
    ("IPV6", "--ipv6"),
    ("LOCATION", "--location"),
    ("LOCATION_TRUSTED", "--location-trusted"),
    ("NO_ASSERT", "--no-assert"),
];
/// Flags with a value, by the rest of the variable's name.
const VALUES: [(&str, &str); 10] = [
    ("CONNECT_TIMEOUT", "--connect-timeout"),
    ("DELAY", "--delay"),
    ("JOBS", "--jobs"),
    ("MAX_REDIRS", "--max-redirs"),
    ("MAX_TIME", "--max-time"),
    ("NO_HEADER", "--no-header"),
    ("RETRY", "--retry"),
    ("RETRY_INTERVAL", "--retry-interval"),
    ("USER", "--user"),
    ("USER_AGENT", "--user-agent"),
];

/// Settings that the environment gives to Hurl.
#[derive(Debug, Default)]
pub(super) struct HurlEnvironment {
    /// As words of the command line, with the variable they come from.
    pub(super) flags: Vec<(String, Vec<OsString>)>,
    /// Names and values.
    pub(super) variables: Vec<(String, String)>,
    pub(super) secrets: Vec<(String, String)>,
}

impl HurlEnvironment {
    /// Of this process.
    pub(super) fn read() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))))
    }

    /// Variables and secrets as settings, which all others overrule.
    ///
    /// # Errors
    /// None: any text is a variable's value.
    pub(super) fn given(&self) -> Result<Vec<Given>, Error> {
        let lists =
            [("base-variable", "HURL_VARIABLE", &self.variables), ("base-secret", "HURL_SECRET", &self.secrets)];
        let mut all = Vec::new();
        for (name, prefix, pairs) in lists.into_iter().filter(|(_, _, pairs)| !pairs.is_empty()) {
            let texts = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            if let Some(field) = Field::named(name) {
                all.push(Given::of_texts(field, texts, Source::Variable(prefix.to_owned()))?);
            }
        }
        Ok(all)
    }

    fn of(variables: impl Iterator<Item = (String, OsString)>) -> Self {
        let mut found = HurlEnvironment::default();
        let mut ours: Vec<(String, OsString)> = variables.filter(|(name, _)| name.starts_with("HURL_")).collect();
        ours.sort();
        for (name, value) in ours {
            let key = name["HURL_".len()..].to_owned();
            let text = || value.to_string_lossy().into_owned();
            if let Some(variable) = key.strip_prefix("VARIABLE_").filter(|name| !name.is_empty()) {
                found.variables.push((variable.to_owned(), text()));
            } else if let Some(secret) = key.strip_prefix("SECRET_").filter(|name| !name.is_empty()) {
                found.secrets.push((secret.to_owned(), text()));
            } else {
                let words = words(&key, &value);
                if !words.is_empty() {
                    found.flags.push((name, words));
                }
            }
        }
        found
    }
}

/// A variable as words of the command line. One that switches nothing on is none.
fn words(key: &str, value: &OsString) -> Vec<OsString> {
    let text = value.to_string_lossy();
    if let Some((_, flag)) = SWITCHES.iter().find(|(name, _)| *name == key) {
        let is_on = matches!(text.to_ascii_lowercase().as_str(), "1" | "true");
        return is_on.then(|| OsString::from(*flag)).into_iter().collect();
    } else if key == "HEADER" {
        // Several are kept apart by bars.
        return text.split('|').map(|header| format!("--header={header}").into()).collect();
    }
    let valued = VALUES.iter().find(|(name, _)| *name == key);
    valued.map(|(_, flag)| format!("{flag}={text}").into()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_hurl_become_variables_secrets_and_flags() {
        let rows = [
            ("HURL_VARIABLE_host", "a.test"),
            ("HURL_SECRET_token", "x"),
            ("HURL_INSECURE", "True"),
            ("HURL_COMPRESSED", "0"),
            ("HURL_HEADER", "a:1|b:2"),
            ("HURL_RETRY", "3"),
            ("HURL_UNHEARD_OF", "1"),
            ("PATH", "/bin"),
        ];
        let found = HurlEnvironment::of(rows.into_iter().map(|(name, value)| (name.to_owned(), value.into())));
        assert_eq!(found.variables, [("host".to_owned(), "a.test".to_owned())]);
        assert_eq!(found.secrets, [("token".to_owned(), "x".to_owned())]);
        let flags: Vec<(&str, Vec<&str>)> = found
            .flags
            .iter()
            .map(|(name, words)| (name.as_str(), words.iter().filter_map(|word| word.to_str()).collect()))
            .collect();
        let wanted = [
            ("HURL_HEADER", vec!["--header=a:1", "--header=b:2"]),
            ("HURL_INSECURE", vec!["--insecure"]),
            ("HURL_RETRY", vec!["--retry=3"]),
        ];
        assert_eq!(flags, wanted);
    }
}
