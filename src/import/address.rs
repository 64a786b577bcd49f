//! Addresses of requests as other tools write them.

use super::text::Text;

/// An address with a scheme: without one, tools take `http`.
pub(super) fn with_scheme(address: Text) -> Text {
    if address.is_empty()
        || address.starts_with_variable()
        || address.starts_with("http://")
        || address.starts_with("https://")
    {
        return address;
    }
    let mut with_scheme = Text::plain("http://");
    with_scheme.push(address);
    with_scheme
}

/// An address without what stands behind `#`, which is not sent.
pub(super) fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or(address).trim()
}

/// An address whose segment `:name` has its value; without a value it is a variable of this name.
pub(super) fn with_segment(address: &str, name: &str, value: &str) -> String {
    let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
    let value = if value.is_empty() { format!("{{{{{name}}}}}") } else { value.to_owned() };
    let segment =
        |segment: &str| if segment.strip_prefix(':') == Some(name) { value.clone() } else { segment.to_owned() };
    let path = path.split('/').map(segment).collect::<Vec<_>>().join("/");
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_its_segments() {
        for (given, expected) in [("a.test/b", "http://a.test/b"), ("https://a", "https://a"), ("", "")] {
            assert_eq!(with_scheme(Text::plain(given)).raw(), expected);
        }
        assert_eq!(with_segment("http://a:80/:id/x?y=:id", "id", "7"), "http://a:80/7/x?y=:id");
        assert_eq!(with_segment("http://a/:id", "id", ""), "http://a/{{id}}");
        assert_eq!(without_fragment("http://a/b#c "), "http://a/b");
    }
}
