//! Targets that are neither a URL nor a Hurl file, and what was probably meant.

use std::path::Path;

use url::Url;

/// Advice on a target that is none. `text` has words in the places that are filled later.
pub(crate) fn advice(target: &str, text: &str) -> String {
    if target.is_empty() {
        return "is empty; give a URL like http://127.0.0.1:5000/json".into();
    } else if let Some((scheme, rest)) = target.split_once("://") {
        return of_url(scheme, rest, text);
    } else if let Some(rest) = ["https:", "http:", "https//", "http//"].iter().find_map(|it| target.strip_prefix(it)) {
        let scheme = if target.starts_with("https") { "https" } else { "http" };
        return format!("lacks the :// of a URL; write {scheme}://{}", rest.trim_start_matches('/'));
    }
    let path = Path::new(target);
    if path.is_file() {
        return "is a file, but none of Hurl by its name; give one that ends in .hurl, or that perfloop import knows"
            .into();
    } else if target.starts_with('/') {
        let folder = if path.exists() { "" } else { ", and there is no such file or folder" };
        return format!("has no host{folder}; give ‹host› http://127.0.0.1:5000, or the whole URL");
    }
    let first = target.split(['/', '?']).next().unwrap_or_default();
    let may_be_host = first == "localhost" || first == target || first.trim_matches('.').contains(['.', ':', '{']);
    if may_be_host && !matches!(first, "~" | "." | "..") {
        return format!("give the whole URL, http://{target}");
    }
    format!("there is no such file or folder; give one that is there, or a whole URL like http://{target}")
}

/// Advice on a target with `://` in it.
fn of_url(scheme: &str, rest: &str, text: &str) -> String {
    if !matches!(scheme, "http" | "https") && Url::parse(text).is_ok() {
        return format!("perfloop speaks http and https, not '{scheme}'; give a URL like http://127.0.0.1:5000/json");
    } else if rest.is_empty() || rest.starts_with(['/', '\\', '?', '#']) {
        let path = rest.trim_start_matches(['/', '\\']);
        return format!("has no host; write it like {scheme}://127.0.0.1:5000/{path}");
    }
    let why = Url::parse(text).err().map(|error| format!(" ({error})")).unwrap_or_default();
    format!("is no URL{why}; give one like http://127.0.0.1:5000/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_none_is_told_what_was_meant() {
        let whole = "give one that is there, or a whole URL like";
        let rows = [
            ("", "is empty; give a URL like http://127.0.0.1:5000/json".to_owned()),
            ("https//a.test/x", "lacks the :// of a URL; write https://a.test/x".to_owned()),
            ("http:/a.test", "lacks the :// of a URL; write http://a.test".to_owned()),
            ("http:a.test", "lacks the :// of a URL; write http://a.test".to_owned()),
            ("http:///x", "has no host; write it like http://127.0.0.1:5000/x".to_owned()),
            ("https://", "has no host; write it like https://127.0.0.1:5000/".to_owned()),
            ("localhost:5000/x", "give the whole URL, http://localhost:5000/x".to_owned()),
            ("example.com", "give the whole URL, http://example.com".to_owned()),
            ("server", "give the whole URL, http://server".to_owned()),
            ("{host}/x", "give the whole URL, http://{host}/x".to_owned()),
            ("tests/api", format!("there is no such file or folder; {whole} http://tests/api")),
            ("./api", format!("there is no such file or folder; {whole} http://./api")),
            (
                "Cargo.toml",
                "is a file, but none of Hurl by its name; give one that ends in .hurl, or that perfloop import knows"
                    .to_owned(),
            ),
        ];
        for (target, wanted) in rows {
            assert_eq!(advice(target, target), wanted, "{target}");
        }
        let wrong = advice("http://a b/", "http://a b/");
        assert!(
            wrong.starts_with("is no URL (") && wrong.ends_with("give one like http://127.0.0.1:5000/json"),
            "{wrong}"
        );
        assert!(advice("ftp://a.test", "ftp://a.test").starts_with("perfloop speaks http and https, not 'ftp'"));
        assert!(
            advice("/nothing/there", "/nothing/there").starts_with("has no host, and there is no such file or folder;")
        );
    }
}
