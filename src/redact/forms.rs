//! The forms in which a value may be written: in a URL, a form, JSON, HTML, or base64.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::{SHORTEST, joined};

/// All forms in which a value may be written, the longest first; none of one that is too short to be told from others.
pub(crate) fn forms(value: &str) -> Vec<String> {
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let form: String = byte_serialize(value.as_bytes()).collect();
    let in_url = form.replace('+', "%20");
    let bare: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let json = serde_json::Value::from(value).to_string();
    let json = json.trim_matches('"').to_owned();
    let slashes = json.replace('/', "\\/");
    let ascii: String = json.chars().map(|c| if c.is_ascii() { c.to_string() } else { escaped(c) }).collect();
    let html = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = html.replace('"', "&quot;");
    let html_forms = ["&#x27;", "&#39;", "&apos;"].map(|quote| quoted.replace('\'', quote));
    // As it was written into the query or the path of a URL, where only what cannot stand there is encoded.
    let written = Url::parse("http://host/").map(|mut url| {
        url.set_query(Some(value));
        let in_query = url.query().unwrap_or_default().to_owned();
        url.set_path(value);
        [in_query, url.path().trim_start_matches('/').to_owned()]
    });
    let encoded = [&BASE64_STANDARD, &BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE, &BASE64_URL_SAFE_NO_PAD]
        .map(|engine| engine.encode(value));
    let lower = [&form, &in_url].map(|form| lower_percents(form));
    let all = [value.to_owned(), form, in_url, bare, json, slashes, ascii, html, quoted];
    let all = all.into_iter().chain(html_forms).chain(lower).chain(written.into_iter().flatten()).chain(encoded);
    joined(&[], all.filter(|form| form.len() >= SHORTEST)).to_vec()
}

/// Form with small letters in `%c3`.
fn lower_percents(form: &str) -> String {
    let mut lower = String::with_capacity(form.len());
    let mut left = 0;
    for c in form.chars() {
        left = if c == '%' { 3 } else { left };
        lower.push(if left > 0 { c.to_ascii_lowercase() } else { c });
        left = usize::saturating_sub(left, 1);
    }
    lower
}

/// `\u00e9`, in two where UTF-16 takes two.
fn escaped(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}
