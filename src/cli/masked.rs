//! The command line as a report may show it.

use super::dry_run::without_password;
use super::values::without_key_password;
use crate::exchange::{MASK, is_secret};

/// The words without the passwords and the headers that hold secrets, which whoever reads a report need not know.
pub(super) fn masked(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut flag = None;
    let mask = |word: String| {
        let value_of = flag.take();
        match (word.split_once('='), word.as_str()) {
            (Some((flag @ ("--basic-auth" | "--cert" | "--header" | "--secret"), value)), _) => {
                format!("{flag}={}", hidden(flag, value))
            }
            (Some((flag, value)), _) if flag.starts_with("--") => format!("{flag}={}", without_password(value)),
            (_, "--basic-auth" | "--cert" | "--header" | "--secret") => {
                flag = Some(word.clone());
                word
            }
            // Letters may be joined, as in -LH.
            (_, letters) if is_letters(letters) && letters.ends_with('H') => {
                flag = Some(word.clone());
                word
            }
            _ => match (value_of, word.strip_prefix("-H")) {
                (Some(flag), _) => hidden(&flag, &word),
                (None, Some(header)) => format!("-H{}", hidden("-H", header)),
                (None, None) => without_password(&word),
            },
        }
    };
    words.map(mask).collect()
}

fn is_letters(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| letters.chars().all(|c| c.is_ascii_alphabetic()))
}

/// The value of a flag, without its secret.
fn hidden(flag: &str, value: &str) -> String {
    if flag == "--secret" {
        return format!("{}={MASK}", value.split('=').next().unwrap_or_default());
    }
    match value.split_once(':') {
        _ if flag == "--cert" => without_key_password(value),
        Some((user, _)) if flag == "--basic-auth" => format!("{user}:{MASK}"),
        Some((name, _)) if is_secret(name.trim()) => format!("{name}: {MASK}"),
        _ => value.to_owned(),
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
            ("--basic-auth=ann:secret", "-Hcookie:a", "--basic-auth=ann:***", "-Hcookie: ***"),
            ("--header=Cookie: a=b", "http://a.test/?a=b", "--header=Cookie: ***", "http://a.test/?a=b"),
        ];
        for (first, second, first_shown, second_shown) in rows {
            let shown = masked([first, second].into_iter().map(str::to_owned));
            assert_eq!(shown, [first_shown, second_shown]);
        }
    }
}
