//! Lines of `.http` files, told apart.

/// A line of the file, with its number.
pub(super) type Line<'a> = (usize, &'a str);

/// Where one request ends and the next begins.
pub(super) const SEPARATOR: &str = "###";

/// Variables that are defined before the line of a request: number, name and value.
pub(super) fn definitions(lines: &[Line<'_>]) -> Vec<(usize, String, String)> {
    let mut all = Vec::new();
    let mut is_before = true;
    for (number, line) in lines {
        let text = line.trim();
        let defined = text.strip_prefix('@').and_then(|rest| rest.split_once('='));
        if line.starts_with(SEPARATOR) {
            is_before = true;
        } else if let Some((name, value)) = defined.filter(|(name, _)| is_before && !name.trim().contains(' ')) {
            all.push((*number, name.trim().to_owned(), value.trim().to_owned()));
        } else if !text.is_empty() && comment(text).is_none() {
            is_before = false;
        }
    }
    all
}

/// The rest of a line that is a comment.
pub(super) fn comment(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("//").or_else(|| line.strip_prefix('#'))?;
    Some(rest.trim_start_matches(['#', '/']).trim())
}

/// The address of a request, which goes on, on lines that are further in, and the lines behind it.
pub(super) fn address<'a, 'b>(lines: &'b [Line<'a>]) -> Option<(String, &'b [Line<'a>])> {
    let ((_, first), mut rest) = lines.split_first()?;
    let mut url = first.trim().to_owned();
    while let Some(((_, line), behind)) = rest.split_first() {
        let text = line.trim();
        let is_further_in = line.starts_with([' ', '\t']) && !text.is_empty();
        if !(comment(text).is_some() && is_further_in) {
            let is_query = text.starts_with(['?', '&']);
            if !is_query && (!is_further_in || is_header(text)) {
                break;
            }
            url.push_str(text);
        }
        rest = behind;
    }
    Some((url, rest))
}

/// Method and address of a request's line.
pub(super) fn method_and_url(line: &str) -> (String, &str) {
    let (method, url) = match line.split_once(char::is_whitespace) {
        Some((word, url)) if is_method(word) => (word.to_ascii_uppercase(), url.trim()),
        _ => ("GET".to_owned(), line),
    };
    (method, url.rsplit_once(" HTTP/").map_or(url, |(url, _)| url).trim())
}

/// In capitals, or one that is known in small letters too.
fn is_method(word: &str) -> bool {
    let known = ["get", "post", "put", "delete", "patch", "head", "options"];
    word.chars().all(|c| c.is_ascii_uppercase() || c == '-') || known.contains(&word.to_ascii_lowercase().as_str())
}

/// Name of a header, a colon, and a blank: no address goes on so.
fn is_header(text: &str) -> bool {
    let is_of_names = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.split_once(": ").is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_of_names))
}

/// A time like `5`, `500 ms` or `2 m`, as Hurl has it.
pub(super) fn limit(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let count: u32 = words.next()?.parse().ok()?;
    match words.next().unwrap_or("s") {
        "ms" => Some(format!("{count}ms")),
        "s" => Some(format!("{count}s")),
        "m" => Some(format!("{}s", count.checked_mul(60)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_a_header_or_a_comment_begins() {
        let lines =
            [(1, "get http://a/x"), (2, "  ?q=1"), (3, "  # not now"), (4, "  &r=2"), (5, "  Accept: y"), (6, "")];
        let (url, rest) = address(&lines).expect("an address");
        assert_eq!((url.as_str(), rest.len()), ("get http://a/x?q=1&r=2", 2));
        assert_eq!(method_and_url(&url), ("GET".to_owned(), "http://a/x?q=1&r=2"));
        let (url, rest) = address(&[(1, "http://a/x HTTP/1.1"), (2, "// a comment")]).expect("an address");
        assert_eq!((method_and_url(&url), rest.len()), (("GET".to_owned(), "http://a/x"), 1));
    }

    #[test]
    fn variables_are_defined_before_requests_and_not_in_bodies() {
        let lines = [(1, "@a = 1"), (2, "POST http://a"), (3, ""), (4, "@b=2"), (5, "###"), (6, "@c=3"), (7, "GET x")];
        let names: Vec<String> = definitions(&lines).into_iter().map(|(_, name, _)| name).collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn times_have_their_units() {
        for (given, expected) in [("5", Some("5s")), ("500 ms", Some("500ms")), ("2 m", Some("120s")), ("soon", None)] {
            assert_eq!(limit(given).as_deref(), expected);
        }
    }
}
