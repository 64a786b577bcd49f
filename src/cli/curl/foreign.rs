//! Requests as browsers copy them for others than curl.

/// Words that tell for which program a text was copied.
const FOREIGN: [(&str, &str); 9] = [
    ("fetch(", "JavaScript (fetch)"),
    ("await fetch(", "JavaScript (fetch)"),
    ("const ", "JavaScript"),
    ("Invoke-WebRequest", "PowerShell (Invoke-WebRequest)"),
    ("Invoke-RestMethod", "PowerShell (Invoke-RestMethod)"),
    ("iwr ", "PowerShell (Invoke-WebRequest)"),
    ("irm ", "PowerShell (Invoke-RestMethod)"),
    ("$session", "PowerShell (Invoke-WebRequest)"),
    ("$headers", "PowerShell (Invoke-WebRequest)"),
];

/// Programs like curl, whose flags are others.
const PROGRAMS: [(&str, &str); 5] =
    [("wget", "wget"), ("http", "HTTPie"), ("https", "HTTPie"), ("xh", "xh"), ("hurl", "hurl")];

/// The program like curl that this word starts, if it is known.
pub(super) fn program(word: &str) -> Option<&'static str> {
    PROGRAMS.iter().find(|(program, _)| *program == word).map(|(_, name)| *name)
}

/// Name of a text's kind that is no command of curl; `None` if it is not known.
pub(super) fn name(text: &str) -> Option<&'static str> {
    let text = text.trim_start().trim_start_matches("$ ");
    if let Some(name) = text.split_once([' ', '\t']).and_then(|(word, _)| program(word)) {
        return Some(name);
    }
    let begins = |with: &str| text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    FOREIGN.iter().find(|(begin, _)| begins(begin)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_for_others_has_a_name() {
        for (text, wanted) in [
            ("fetch(\"http://a.test/\", {\n  \"method\": \"GET\"\n});", Some("JavaScript (fetch)")),
            ("await fetch('http://a.test/');", Some("JavaScript (fetch)")),
            ("\ninvoke-webrequest -Uri \"http://a.test/\"", Some("PowerShell (Invoke-WebRequest)")),
            (
                "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession",
                Some("PowerShell (Invoke-WebRequest)"),
            ),
            ("Invoke-RestMethod http://a.test/", Some("PowerShell (Invoke-RestMethod)")),
            ("wget http://a.test/", Some("wget")),
            ("$ http POST a.test name=ann", Some("HTTPie")),
            ("http://a.test/ x", None),
            ("curl http://a.test/ -d 'fetch('", None),
            ("fetcher.hurl", None),
            ("\u{fc}", None),
        ] {
            assert_eq!(name(text), wanted, "{text}");
        }
    }
}
