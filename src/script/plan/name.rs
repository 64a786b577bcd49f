//! Name of a request: its method and the path of its URL, as they are written.

use perfloop_hurl::ast::{Expr, Piece, Template};

/// `GET /users/{{id}}` of `GET https://{{host}}/users/{{id}}?full=1`: ids must not make as many names.
pub(super) fn name(method: &str, url: &Template) -> String {
    let written = written(url);
    let path = path(&written);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    format!("{method} {}", if path.is_empty() { "/" } else { path })
}

/// Part of a URL after scheme and authority. A URL that is nothing but a place stays as it is.
fn path(written: &str) -> &str {
    if let Some((_, rest)) = written.split_once("://") {
        return rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
    }
    match written.starts_with("{{").then(|| written.find('/')).flatten() {
        Some(at) => &written[at..],
        None => written,
    }
}

/// The template as it stands in the file.
fn written(template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Place(place) => match &place.expr {
            Expr::Variable(name) => format!("{{{{{name}}}}}"),
            Expr::NewDate => "{{newDate}}".into(),
            Expr::NewUuid => "{{newUuid}}".into(),
        },
    };
    template.pieces.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use perfloop_hurl::ast::Placeholder;

    use super::*;

    fn template(text: &str) -> Template {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").expect("closed");
            if !before.is_empty() {
                pieces.push(Piece::Text(before.into()));
            }
            let place = Placeholder { expr: Expr::Variable(name.into()), span: Default::default() };
            pieces.push(Piece::Place(place));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Template { pieces, span: Default::default() }
    }

    #[test]
    fn a_request_is_named_by_its_method_and_its_path_as_written() {
        let rows = [
            ("http://a.test/login", "GET /login"),
            ("https://{{host}}:{{port}}/users/{{id}}?full={{full}}", "GET /users/{{id}}"),
            ("{{base}}/users/{{id}}#top", "GET /users/{{id}}"),
            ("{{base}}users", "GET {{base}}users"),
            ("{{url}}", "GET {{url}}"),
            ("http://a.test", "GET /"),
            ("http://a.test?q=1", "GET /"),
            ("/relative", "GET /relative"),
        ];
        for (url, wanted) in rows {
            assert_eq!(name("GET", &template(url)), wanted, "{url}");
        }
    }
}
