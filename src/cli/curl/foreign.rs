//! Requests as browsers copy them for others than curl.

/// Who a text was copied for, by the words that tell.
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

/// What a text is that is no command of curl, if it is known.
pub(super) fn name(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
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
            ("curl http://a.test/ -d 'fetch('", None),
            ("fetcher.hurl", None),
            ("\u{fc}", None),
        ] {
            assert_eq!(name(text), wanted, "{text}");
        }
    }
}
