//! The URLs that curl makes of one: braces and brackets have a meaning in it, unless `-g` is given.

/// Most requests that become checks of their own.
const MOST: u64 = 100;

/// The URLs of a pattern. A brace that is text is written `%7B`: without a backslash, `{name}` is a column of a feed
/// or, where there is none, text.
///
/// # Errors
/// When they are more than that.
pub(super) fn urls(pattern: &str) -> Result<Vec<String>, String> {
    let mut urls = vec![String::new()];
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '{', '[']) {
        let (before, found) = rest.split_at(at);
        let (choices, after) = match choices(found) {
            Some((choices, length)) => (choices, &found[length..]),
            None => match found.as_bytes().get(..2) {
                Some(b"\\{") => (vec!["%7B".to_owned()], &found[2..]),
                Some(b"\\}") => (vec!["%7D".to_owned()], &found[2..]),
                Some(b"\\[") => (vec!["[".to_owned()], &found[2..]),
                Some(b"\\]") => (vec!["]".to_owned()], &found[2..]),
                // A URL would take it for a slash.
                _ if found.starts_with('\\') => (vec!["%5C".to_owned()], &found[1..]),
                _ => (vec![found[..1].to_owned()], &found[1..]),
            },
        };
        if urls.len() as u64 * choices.len() as u64 > MOST {
            return Err(format!("{pattern}: curl makes more than {MOST} requests of it; give one of them, or -g"));
        }
        let with = |url: &String| choices.iter().map(|choice| format!("{url}{before}{choice}")).collect::<Vec<_>>();
        urls = urls.iter().flat_map(with).collect();
        rest = after;
    }
    urls.iter_mut().for_each(|url| url.push_str(rest));
    Ok(urls)
}

/// Choices of a pattern at the beginning of a text, and its length: `{a,b}`, `[1-3]`, `[a-e:2]`. What only looks
/// like one, as JSON and the fields of a form do, is none.
fn choices(text: &str) -> Option<(Vec<String>, usize)> {
    let end = text.find(['}', ']'])?;
    let (inner, length) = (&text[1..end], end + 1);
    let is_word = |c: char| c.is_alphanumeric() || "_-.~%".contains(c);
    match (text.as_bytes()[0], text.as_bytes()[end]) {
        (b'{', b'}') if inner.contains(',') && inner.split(',').all(|one| one.chars().all(is_word)) => {
            Some((inner.split(',').map(str::to_owned).collect(), length))
        }
        (b'[', b']') => Some((range(inner)?, length)),
        _ => None,
    }
}

/// The numbers or letters from one to another, both included.
fn range(text: &str) -> Option<Vec<String>> {
    let (ends, step) = text.split_once(':').unwrap_or((text, "1"));
    let (first, last) = ends.split_once('-')?;
    let step = step.parse::<usize>().ok().filter(|step| *step > 0)?;
    // One more than can be used tells that they are too many.
    let most = MOST as usize + 1;
    if let (Ok(from), Ok(to)) = (first.parse::<u64>(), last.parse::<u64>()) {
        let width = if first.starts_with('0') { first.len() } else { 0 };
        return (from <= to).then(|| (from..=to).step_by(step).take(most).map(|n| format!("{n:0width$}")).collect());
    }
    let letter = |text: &str| text.parse::<char>().ok().filter(char::is_ascii_alphabetic);
    let (from, to) = (letter(first)?, letter(last)?);
    (from <= to).then(|| (from..=to).step_by(step).map(String::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_stands_for_those_that_curl_makes_of_it() {
        let rows = [
            ("http://a/?foo\\[\\]=bar&b\\[x\\]=\\{y\\}", "http://a/?foo[]=bar&b[x]=%7By%7D"),
            ("http://a/{id}?q={\"a\":1,\"b\":[1,2]}", "http://a/{id}?q={\"a\":1,\"b\":[1,2]}"),
            ("http://[::1]:80/?a[]=1&b[c]=2", "http://[::1]:80/?a[]=1&b[c]=2"),
            ("http://a/{x,y}/[1-2]", "http://a/x/1 http://a/x/2 http://a/y/1 http://a/y/2"),
            ("http://a/[08-10]", "http://a/08 http://a/09 http://a/10"),
            ("http://a/[a-e:2]", "http://a/a http://a/c http://a/e"),
            ("http://a/\\d{", "http://a/%5Cd{"),
            ("http://a/", "http://a/"),
        ];
        for (pattern, wanted) in rows {
            assert_eq!(urls(pattern).map(|urls| urls.join(" ")).as_deref(), Ok(wanted), "{pattern}");
        }
        assert_eq!(urls("http://a/[1-100]").map(|urls| urls.len()), Ok(100));
        for pattern in ["http://a/[1-101]", "http://a/[1-18446744073709551615]", "http://a/[1-11]{a,b,c,d,e,f,g,h,i,j}"]
        {
            assert!(urls(pattern).is_err_and(|error| error.contains("more than 100 requests")), "{pattern}");
        }
    }
}
