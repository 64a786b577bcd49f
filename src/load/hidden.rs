//! Values that a check holds and nobody is to see: they are hidden in all that is kept of its exchanges.

use std::sync::Arc;

use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::exchange::{Exchange, MASK, Message};

/// The values of one run of a check.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hidden {
    /// Known before the run.
    shared: Option<Arc<[String]>>,
    /// Come to be known in it.
    own: Vec<String>,
}

impl Hidden {
    pub(crate) fn new(values: &Arc<[String]>) -> Self {
        Hidden { shared: (!values.is_empty()).then(|| Arc::clone(values)), own: Vec::new() }
    }

    /// All forms in which a value may be sent: as it is, and as it stands in a URL, a form or a JSON text.
    pub(crate) fn forms(value: &str) -> Vec<String> {
        let form: String = byte_serialize(value.as_bytes()).collect();
        let in_url = form.replace('+', "%20");
        let json = value.replace('\\', "\\\\").replace('"', "\\\"");
        // As it was written into the query or the path of a URL, where only what cannot stand there is encoded.
        let written = Url::parse("http://host/").map(|mut url| {
            url.set_query(Some(value));
            let in_query = url.query().unwrap_or_default().to_owned();
            url.set_path(value);
            [in_query, url.path().trim_start_matches('/').to_owned()]
        });
        let mut forms = vec![value.to_owned()];
        for other in [form, in_url, json].into_iter().chain(written.into_iter().flatten()) {
            if !forms.contains(&other) {
                forms.push(other);
            }
        }
        forms.retain(|form| !form.is_empty());
        forms
    }

    /// Hides one more from now on.
    pub(crate) fn add(&mut self, value: &str) {
        self.own.extend(Hidden::forms(value));
    }

    fn values(&self) -> impl Iterator<Item = &String> {
        self.shared.iter().flat_map(|values| values.iter()).chain(&self.own)
    }

    /// Puts a mask in the place of each value.
    pub(crate) fn hide(&self, text: &mut String) {
        for value in self.values() {
            if text.contains(value.as_str()) {
                *text = text.replace(value.as_str(), MASK);
            }
        }
    }

    pub(super) fn hide_in(&self, exchange: &mut Exchange) {
        if self.values().next().is_none() {
            return;
        }
        self.hide(&mut exchange.url);
        self.hide_in_message(&mut exchange.sent);
        match &mut exchange.answer {
            Ok((_, message)) => self.hide_in_message(message),
            Err(reason) => self.hide(reason),
        }
    }

    fn hide_in_message(&self, message: &mut Message) {
        message.headers.iter_mut().for_each(|(_, value)| self.hide(value));
        let before = message.body.len() as u64;
        for value in self.values() {
            replace(&mut message.body, value.as_bytes());
        }
        // Otherwise the body would look as if its end were missing.
        message.body_length = (message.body_length + message.body.len() as u64).saturating_sub(before);
    }
}

/// Puts a mask in the place of these bytes, and of their beginning where the body was cut in the middle of them.
fn replace(body: &mut Vec<u8>, value: &[u8]) {
    let mut at = 0;
    while at < body.len() {
        let rest = &body[at..];
        let is_here =
            rest.starts_with(value) || (rest.len() > 3 && rest.len() < value.len() && value.starts_with(rest));
        if is_here {
            let end = body.len().min(at + value.len());
            body.splice(at..end, MASK.bytes());
            at += MASK.len();
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_hidden_in_every_form_in_which_it_is_sent() {
        let values: Arc<[String]> = Hidden::forms("a b\"c").into();
        let mut hidden = Hidden::new(&values);
        hidden.add("later");
        let mut text = "a b\"c, a+b%22c, a%20b%22c, a b\\\"c, later".to_owned();
        hidden.hide(&mut text);
        assert_eq!(text, "***, ***, ***, ***, ***");
    }

    #[test]
    fn a_body_with_a_mask_is_as_whole_as_it_was() {
        let mut hidden = Hidden::default();
        hidden.add("secret");
        let mut message = Message { body: b"x=secret".to_vec(), body_length: 8, ..Message::default() };
        hidden.hide_in_message(&mut message);
        assert_eq!((&message.body[..], message.body_length), (&b"x=***"[..], 5));
        let mut cut = Message { body: b"secret".to_vec(), body_length: 100, ..Message::default() };
        hidden.hide_in_message(&mut cut);
        assert_eq!((&cut.body[..], cut.body_length), (&b"***"[..], 97));
    }

    #[test]
    fn a_value_is_hidden_in_a_body_also_where_that_was_cut() {
        let mut body = b"x=secret&y=secret&z=secr".to_vec();
        replace(&mut body, b"secret");
        assert_eq!(body, b"x=***&y=***&z=***");
        let mut body = b"se".to_vec();
        replace(&mut body, b"secret");
        assert_eq!(body, b"se");
    }
}
