//! The words of a command that was copied for Windows, as cmd.exe and then curl would part them.

/// Error of a command that was cut off.
pub(super) const NO_END: &str = "a quote has no end; copy the whole command";

/// # Errors
/// When a quote has no end.
pub(super) fn split(command: &str) -> Result<Vec<String>, String> {
    words(&without_carets(command))
}

/// Command as cmd.exe hands it on: a caret takes the meaning of what follows it. Between quotes it is text, unless
/// the quotes themselves have carets, as browsers write them.
fn without_carets(command: &str) -> String {
    let everywhere = command.contains("^\"");
    let mut handed = String::new();
    let mut is_quoted = false;
    // One end of a line is one, whatever it is written as.
    let command = command.replace("\r\n", "\n");
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                handed.push(c);
            }
            '^' if everywhere || !is_quoted => match chars.next() {
                // The line goes on. What follows is text, an end of a line too.
                Some('\n') => handed.extend(chars.next()),
                other => handed.extend(other),
            },
            // To what follows, an end of a line that is left is text.
            '\n' | '\r' if !is_quoted => handed.push(' '),
            _ => handed.push(c),
        }
    }
    handed
}

/// A quote in quotes is doubled, or has a backslash before it; one of these is doubled by browsers.
fn words(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None::<String>, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if matches!(c, ' ' | '\t') && !is_quoted {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_default();
        match c {
            '"' if is_quoted && chars.next_if_eq(&'"').is_some() => word.push('"'),
            '"' => is_quoted = !is_quoted,
            '\\' => word.push(chars.next_if(|next| *next == '"' || (*next == '\\' && is_quoted)).unwrap_or('\\')),
            _ => word.push(c),
        }
    }
    words.extend(word);
    if is_quoted { Err(NO_END.into()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_windows_parts_them() {
        for (command, wanted) in [
            // As Chrome and Firefox write them.
            (
                "curl ^\"http://a.test/?a=1^&b=^%^20c^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"x y^\\^\"^}^\"",
                &["curl", "http://a.test/?a=1&b=%20c", "-H", "accept: */*", "--data-raw", "{\"a\":\"x y\"}"][..],
            ),
            (
                "curl ^\"http://a.test^\" --data-raw ^\"a^\n\nb^\\^\\n^\"",
                &["curl", "http://a.test", "--data-raw", "a\nb\\n"],
            ),
            // As older ones did.
            (
                "curl \"http://a.test/\" -H \"A: b^c\" --data \"{\"\"a\"\":\"\"b\"\"}\" --compressed",
                &["curl", "http://a.test/", "-H", "A: b^c", "--data", "{\"a\":\"b\"}", "--compressed"],
            ),
            ("curl \"a\"%\"b\" --data \"x\"^\r\n\r\n\"y\"", &["curl", "a%b", "--data", "x\ny"]),
            ("curl \"a\" -d \"\" -d \"say \"\"hi\"\"\"", &["curl", "a", "-d", "", "-d", "say \"hi\""]),
            ("curl -d \"@C:\\dir\\file\" -d \"{\\\"a\\\":1}\"", &["curl", "-d", "@C:\\dir\\file", "-d", "{\"a\":1}"]),
        ] {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            assert_eq!(split(command), Ok(wanted), "{command}");
        }
        assert!(split("curl \"a").is_err_and(|error| error.contains("copy the whole command")));
    }
}
