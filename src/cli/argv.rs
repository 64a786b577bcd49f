//! Words of a command line, as they may be shown.

use crate::job::secrets::shown;
use crate::printable::foreign;
use crate::redact::Redactor;

/// Flags whose values hold a secret wherever it stands in them.
const FLAGS: [&str; 4] = ["basic-auth", "cert", "secret", "web-token"];

/// Words of a command line without their secrets, for the report.
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
