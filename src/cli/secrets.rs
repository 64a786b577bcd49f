//! Secrets of the command line: what is known of them before a run, and how its words are shown.

use super::config::Settings;
use super::values::without_key_password;
use crate::load::{Plan, certificate_file};
use crate::printable::foreign;
use crate::redact::{MASK, Redactor};

/// Flags whose values hold a secret wherever it stands in them.
const FLAGS: [&str; 3] = ["basic-auth", "cert", "secret"];

/// The plan with all that the settings give away of secrets: none of it is shown, in no form.
pub(super) fn known_to(mut plan: Plan, settings: &Settings) -> Plan {
    let effective = settings.effective();
    let values = |name: &'static str| {
        effective.iter().filter(move |one| one.name == name).flat_map(|one| one.values.iter().map(String::as_str))
    };
    plan = values("secret-name").fold(plan, Plan::secret_name);
    let mut by_name: Vec<String> = Vec::new();
    for pair in values("basic-auth") {
        // As a pair it stands in a header.
        by_name.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
        by_name.push(pair.to_owned());
    }
    let mut secrets: Vec<String> = Vec::new();
    secrets.extend(values("cert").filter_map(|cert| certificate_file(cert).1));
    secrets.extend(values("secret").filter_map(|secret| Some(secret.split_once('=')?.1.trim().to_owned())));
    let all = effective.iter().flat_map(|one| &one.values);
    by_name.extend(all.flat_map(|value| plan.redactor.secrets_of(value)).map(str::to_owned));
    plan.redactor = by_name.iter().fold(plan.redactor, |redactor, value| redactor.value_by_name(value));
    secrets.iter().fold(plan, |plan, secret| plan.secret(secret))
}

/// The words of a command line without their secrets, which whoever reads a report need not know.
pub(super) fn hidden(words: impl Iterator<Item = String>, redactor: &Redactor) -> Vec<String> {
    let mut flag = None;
    let hide = |word: String| {
        let value_of: Option<String> = flag.take();
        let name = |word: &str| word.strip_prefix("--").filter(|name| FLAGS.contains(name)).map(str::to_owned);
        match word.split_once('=') {
            _ if value_of.is_some() => shown(&value_of.unwrap_or_default(), &word, redactor),
            Some((flag, value)) if flag.starts_with("--") => {
                format!("{flag}={}", shown(flag.trim_start_matches("--"), value, redactor))
            }
            _ => {
                flag = name(&word);
                match word.strip_prefix("-H") {
                    Some(header) => format!("-H{}", redactor.text(header)),
                    None => redactor.text(&word).into_owned(),
                }
            }
        }
    };
    words.map(hide).map(|word| foreign(&word).into_owned()).collect()
}

/// The value of a setting without its secret.
pub(super) fn shown(setting: &str, value: &str, redactor: &Redactor) -> String {
    match (setting, value.split_once(':'), value.split_once('=')) {
        ("basic-auth", Some((user, _)), _) => format!("{user}:{MASK}"),
        ("secret", _, Some((name, _))) => format!("{name}={MASK}"),
        ("cert", ..) => without_key_password(value),
        _ => foreign(&redactor.text(value)).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_the_command_line_are_masked_and_nothing_else_is() {
        let rows = [
            ("-H", "Authorization: Bearer x", "-H", "Authorization: ***"),
            ("--header", "X-A: b", "--header", "X-A: b"),
            ("--secret", "token=x=y", "--secret", "token=***"),
            ("--secret=token=x", "--variable=a=b", "--secret=token=***", "--variable=a=b"),
            ("--basic-auth", "ann:secret", "--basic-auth", "ann:***"),
            ("--cert", "a.pem:secret", "--cert", "a.pem:***"),
            ("--cert=a.pem:secret", "--key=a:b", "--cert=a.pem:***", "--key=a:b"),
            ("-LH", "cookie: a=b", "-LH", "cookie: ***"),
            ("--proxy", "http://ann:secret@a.test/", "--proxy", "http://ann:***@a.test/"),
            ("--proxy=http://ann:secret@a.test/", "--data=a=b", "--proxy=http://ann:***@a.test/", "--data=a=b"),
            ("--basic-auth=ann:secret", "-Hcookie:a", "--basic-auth=ann:***", "-Hcookie:***"),
            ("--header=Cookie: a=b", "http://a.test/?a=b", "--header=Cookie: ***", "http://a.test/?a=b"),
            ("--variable", "u=http://ann:secret@a.test/", "--variable", "u=http://ann:***@a.test/"),
            (
                "--variable=api_key=abc",
                "--json-data={\"token\":\"x\"}",
                "--variable=api_key=***",
                "--json-data={\"token\":\"***\"}",
            ),
        ];
        for (first, second, first_shown, second_shown) in rows {
            let shown = hidden([first, second].into_iter().map(str::to_owned), &Redactor::default());
            assert_eq!(shown, [first_shown, second_shown]);
        }
    }
}
