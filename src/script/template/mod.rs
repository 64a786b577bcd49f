//! Templates of URL targets: `{column}` of the feed's row, `{user}` and `{iteration}`, escaped for where they stand, and
//! `{{name}}` of any of these as in a Hurl file: as it is, but for the quotes of JSON.

mod position;

use std::fmt;

use perfloop_hurl::Span;
use perfloop_hurl::ast::{Expr, Placeholder};

use super::eval::{Escape, Text, TextPart};

/// The names a template may have in braces. A name that is none of them is text like any other, braces and all.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Names<'a> {
    /// Columns of the feed. They come before the built-in names.
    pub(crate) columns: &'a [String],
}

/// Name of the variable that is the user's number.
pub(crate) const USER: &str = "user";
/// Name of the variable that is the iteration's number.
pub(crate) const ITERATION: &str = "iteration";

/// A text with places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Place(Place),
}

#[derive(Debug, Clone)]
struct Place {
    name: String,
    value: PlaceValue,
    escape: Escape,
    /// Written in two pairs of braces, as in a Hurl file.
    is_double: bool,
}

/// Source of the value of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlaceValue {
    Column,
    /// The number of the user or of the iteration.
    Number,
    /// A function of Hurl files.
    NewDate,
    NewUuid,
}

impl Names<'_> {
    fn find(self, name: &str, is_double: bool) -> Option<PlaceValue> {
        match name {
            _ if self.columns.iter().any(|column| column == name) => Some(PlaceValue::Column),
            USER | ITERATION => Some(PlaceValue::Number),
            "newDate" if is_double => Some(PlaceValue::NewDate),
            "newUuid" if is_double => Some(PlaceValue::NewUuid),
            _ => None,
        }
    }

    /// The place that a text begins with, and what follows it.
    fn place(self, text: &str) -> Option<(Place, &str)> {
        let find = |open: &str, close: &str, is_double: bool| {
            let (name, after) = text.strip_prefix(open)?.split_once(close)?;
            let name = if is_double { name.trim() } else { name };
            let value = self.find(name, is_double)?;
            Some((Place { name: name.to_owned(), value, escape: Escape::default(), is_double }, after))
        };
        find("{{", "}}", true).or_else(|| find("{", "}", false))
    }
}

impl Place {
    fn expr(&self) -> Expr {
        match self.value {
            PlaceValue::Column | PlaceValue::Number => Expr::Variable(self.name.clone()),
            PlaceValue::NewDate => Expr::NewDate,
            PlaceValue::NewUuid => Expr::NewUuid,
        }
    }
}

impl Template {
    pub(crate) fn new(text: &str, names: Names<'_>) -> Self {
        let mut template = Template(Vec::new());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, braced) = rest.split_at(open);
            template.push_text(before);
            rest = match names.place(braced) {
                Some((place, after)) => {
                    template.0.push(Part::Place(place));
                    after
                }
                None => {
                    template.push_text("{");
                    &braced[1..]
                }
            };
        }
        template.push_text(rest);
        template
    }

    /// The template as scripts have it.
    pub(crate) fn compile(&self) -> Text {
        let part = |part: &Part| match part {
            Part::Text(text) => TextPart::Fixed(text.clone()),
            Part::Place(place) => {
                TextPart::Place(Placeholder { expr: place.expr(), span: Span::default() }, place.escape)
            }
        };
        Text::of_parts(self.0.iter().map(part).collect())
    }

    /// True for a text that is always the same.
    pub(crate) fn is_fixed(&self) -> bool {
        self.places().next().is_none()
    }

    /// A name in braces that is none of the names.
    pub(crate) fn unknown_name(&self) -> Option<&str> {
        let braced = self.texts().flat_map(|text| text.split('{').skip(1));
        let mut braced = braced.filter_map(|rest| Some(rest.split_once('}')?.0));
        // Who writes JSON into a query means no name.
        braced.find(|name| !name.is_empty() && !name.contains(['"', ':']))
    }

    /// A word in braces that is none of the names, and looks as if it were meant to be one. JSON and the like have
    /// braces of their own, around more than a word.
    pub(crate) fn unknown_word(&self) -> Option<&str> {
        let is_word =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let braced = self.texts().flat_map(|text| text.split('{').skip(1));
        braced.filter_map(|rest| Some(rest.split_once('}')?.0)).find(|word| is_word(word))
    }

    /// The columns that it takes values of.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.places().filter(|place| place.value == PlaceValue::Column).map(|place| place.name.as_str())
    }

    /// True when it takes the number of this name, the user's or the iteration's.
    pub(crate) fn takes_number(&self, name: &str) -> bool {
        self.places().any(|place| place.value == PlaceValue::Number && place.name == name)
    }

    /// The text with a word for each place that a URL takes as it is.
    pub(crate) fn with_words(&self) -> String {
        let mut numbers = 0..;
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Place(_) => numbers.next().map(word).unwrap_or_default(),
        };
        self.0.iter().map(text).collect()
    }

    /// The template whose text this is when there are [words](Self::with_words) for its places, which are those of
    /// this one.
    pub(crate) fn of_words(&self, text: &str) -> Self {
        let mut template = Template(Vec::new());
        let mut rest = text;
        for (number, place) in self.places().enumerate() {
            if let Some((before, after)) = rest.split_once(&word(number)) {
                template.push_text(before);
                template.0.push(Part::Place(place.clone()));
                rest = after;
            }
        }
        template.push_text(rest);
        template
    }

    /// Both sides of the first of these characters in its text; `None` without one.
    pub(crate) fn split_once(self, at: char) -> Option<(Self, Self)> {
        let mut sides = self.split(at, 2).into_iter();
        sides.next().zip(sides.next())
    }

    pub(crate) fn count(&self) -> usize {
        self.places().count()
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.iter().filter_map(|part| match part {
            Part::Place(place) => Some(place),
            Part::Text(_) => None,
        })
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Place(_) => None,
        })
    }

    fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Part::Text(text.to_owned())),
        }
    }
}

fn word(number: usize) -> String {
    format!("perfloop-place-{number}-")
}

/// The text as it was written.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Place(place) if place.is_double => write!(f, "{{{{{}}}}}", place.name),
            Part::Place(place) => write!(f, "{{{}}}", place.name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::eval::{Value, Variables};

    fn template(text: &str) -> Template {
        let columns = ["id".to_owned(), "full name".to_owned()];
        Template::new(text, Names { columns: &columns })
    }

    fn rendered(template: &Template) -> String {
        let mut variables = Variables::new();
        let values = [("id", "7"), ("full name", "A/b \"ü\" &<'\n"), ("user", "3"), ("iteration", "9")];
        values.into_iter().for_each(|(name, value)| variables.set(name, Value::from(value)));
        template.compile().render(&variables).expect("a text").into_owned()
    }

    #[test]
    fn only_known_names_are_places() {
        let json = "{\"a\":{\"id\":{id}},\"b\":{x},\"c\":[{}],{user}{{iteration}}{{x}}";
        assert_eq!(rendered(&template(json)), "{\"a\":{\"id\":7},\"b\":{x},\"c\":[{}],39{{x}}");
        assert_eq!(template(json).to_string(), json);
        assert_eq!(rendered(&template("{id")), "{id");
        assert_eq!(rendered(&template("")), "");
        assert!(template("{ID} } {").is_fixed() && !template("{id}").is_fixed());
        assert_eq!(template("{id}{user}{{full name}}").columns().collect::<Vec<_>>(), ["id", "full name"]);
    }

    #[test]
    fn a_column_comes_before_a_built_in_name() {
        let columns = ["user".to_owned()];
        let template = Template::new("{user}", Names { columns: &columns });
        assert!(template.columns().eq(["user"]) && !template.takes_number("user"));
    }

    const RAW: &str = "A/b \"ü\" &<'\n";
    const JSON: &str = "A/b \\\"ü\\\" &<'\\n";
    const ENCODED: &str = "A%2Fb%20%22%C3%BC%22%20%26%3C%27%0A";
    const JSON_ENCODED: &str = "A%2Fb%20%5C%22%C3%BC%5C%22%20%26%3C%27%5Cn";
    const MARKUP: &str = "A/b \"ü\" &amp;&lt;'\n";
    const ATTRIBUTE: &str = "A/b &quot;ü&quot; &amp;&lt;&#39;\n";

    /// Complaint about the rendering of a text whose `@` is a place. `how` says where the text stands.
    fn complaint(how: fn(Template) -> Template, text: &str, wanted: &str) -> Option<String> {
        let got = rendered(&how(template(&text.replace('@', "{full name}"))));
        (got != wanted).then(|| format!("{text}: wanted {wanted:?}, got {got:?}"))
    }

    #[track_caller]
    fn are_right(how: fn(Template) -> Template, rows: &[(&str, String)]) {
        let broken: Vec<_> = rows.iter().filter_map(|(text, wanted)| complaint(how, text, wanted)).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }

    #[test]
    fn a_value_stays_in_its_part_of_a_url() {
        let rows = [
            ("/@/x", format!("/{ENCODED}/x")),
            ("/?q=@&@=1&@", format!("/?q={ENCODED}&{ENCODED}=1&{ENCODED}")),
            ("/?q={\"a\": \"@\"}&r=@", format!("/?q={{\"a\": \"{JSON_ENCODED}\"}}&r={ENCODED}")),
            ("/?q={\"a\": @}", format!("/?q={{\"a\": {ENCODED}}}")),
        ];
        are_right(Template::in_url, &rows);
    }

    #[test]
    fn a_value_that_is_all_of_a_body_is_sent_as_it_is() {
        let rows = [("@", RAW.to_owned()), (" @\n", format!(" {RAW}\n"))];
        for how in [
            |body: Template| body.in_body(None),
            |body: Template| body.in_body(Some("application/json")),
            |body: Template| body.in_body(Some("application/x-www-form-urlencoded")),
            |body: Template| body.in_body(Some("text/xml")),
        ] {
            are_right(how, &rows);
        }
    }

    #[test]
    fn a_value_in_quotes_of_json_is_escaped_and_one_outside_of_them_is_not() {
        let rows = [
            ("{\"a\": \"@\", \"b\": @}", format!("{{\"a\": \"{JSON}\", \"b\": {RAW}}}")),
            ("{\"a\": \"x \\\"@\\\" y\"}", format!("{{\"a\": \"x \\\"{JSON}\\\" y\"}}")),
            ("{\"@\": [@, \"@\"]}", format!("{{\"{JSON}\": [{RAW}, \"{JSON}\"]}}")),
            (" [\"@\"]", format!(" [\"{JSON}\"]")),
            ("\"@\"", format!("\"{JSON}\"")),
            ("{\"a\": 1, @}", format!("{{\"a\": 1, {RAW}}}")),
            ("{\"a\": \"@\"}\n{\"a\": \"@\"}\n", format!("{{\"a\": \"{JSON}\"}}\n{{\"a\": \"{JSON}\"}}\n")),
            ("{\"a\": \"b&c=@\"}", format!("{{\"a\": \"b&c={JSON}\"}}")),
        ];
        are_right(|body| body.in_body(Some("application/vnd.api+json; charset=utf-8")), &rows);
        are_right(|body| body.in_body(None), &rows);
        are_right(|body| body.in_body(Some("text/plain")), &[("{\"a\": \"@\"}", format!("{{\"a\": \"{RAW}\"}}"))]);
        // What only a type tells to be JSON.
        are_right(
            |body| body.in_body(Some("application/json")),
            &[("{\"a\": \"@\",}", format!("{{\"a\": \"{JSON}\",}}"))],
        );
        let graphql = ("{ user(name: \"@\") { id } }", format!("{{ user(name: \"{JSON}\") {{ id }} }}"));
        are_right(|body| body.in_body(Some("application/graphql")), &[graphql]);
    }

    #[test]
    fn a_value_stays_in_its_pair_of_a_form_and_whole_pairs_are_as_they_are() {
        let rows = [
            ("a=@&b[c]=x@y", format!("a={ENCODED}&b[c]=x{ENCODED}y")),
            ("a=1&@", format!("a=1&{RAW}")),
            ("payload={\"text\": \"@\"}", format!("payload={{\"text\": \"{JSON_ENCODED}\"}}")),
        ];
        are_right(|body| body.in_body(None), &rows);
        are_right(|body| body.in_body(Some("application/x-www-form-urlencoded; charset=utf-8")), &rows);
    }

    #[test]
    fn a_value_stays_in_its_text_or_attribute_of_markup() {
        let rows = [
            ("<a b=\"@\" c='@'>@</a>", format!("<a b=\"{ATTRIBUTE}\" c='{ATTRIBUTE}'>{MARKUP}</a>")),
            ("<a><![CDATA[<b>@]]><!-- @ --> @</a>", format!("<a><![CDATA[<b>{RAW}]]><!-- {RAW} --> {MARKUP}</a>")),
        ];
        are_right(|body| body.in_body(None), &rows);
        are_right(|body| body.in_body(Some("application/soap+xml")), &rows);
    }

    #[test]
    fn what_has_no_quotes_of_its_own_is_filled_as_it_is() {
        for text in ["Hello @!", "a,b\n@,1\n", "- a: @", "<@", "two words=@"] {
            are_right(|body| body.in_body(None), &[(text, text.replace('@', RAW))]);
        }
        are_right(|body| body.in_body(Some("text/csv")), &[("a=@", format!("a={RAW}"))]);
        are_right(
            Template::in_line,
            &[("Bearer @", format!("Bearer {RAW}")), ("{\"a\":\"@\"}", format!("{{\"a\":\"{JSON}\"}}"))],
        );
    }

    #[test]
    fn two_pairs_of_braces_are_those_of_a_hurl_file() {
        are_right(|url| url.in_url(), &[("/{@}/@?q={@}", format!("/{RAW}/{ENCODED}?q={RAW}"))]);
        let rows = [("{\"a\": \"{@}\", \"b\": {@}}", format!("{{\"a\": \"{JSON}\", \"b\": {RAW}}}"))];
        are_right(|body| body.in_body(Some("application/json")), &rows);
        are_right(|body| body.in_body(Some("text/xml")), &[("<a>{@}</a>", format!("<a>{RAW}</a>"))]);
        assert_eq!(rendered(&template("{{newUuid}}{{newDate}}")).len(), 36 + 27);
        assert!(template("{newUuid}{newDate}").is_fixed());
    }

    #[test]
    fn unknown_names_are_found_and_json_is_none() {
        let unknown = |text: &str| template(text).unknown_name().map(str::to_owned);
        assert_eq!(unknown("/{id}/{name}"), Some("name".into()));
        assert_eq!(unknown("/?a={\"b\":1}&c={}&d={id}"), None);
        assert_eq!(unknown("/{id}}/{"), None);
    }

    #[test]
    fn a_word_in_braces_may_be_meant_and_more_than_a_word_is_not() {
        let unknown = |text: &str| template(text).unknown_word().map(str::to_owned);
        assert_eq!(unknown("{id} {nmae}"), Some("nmae".into()));
        assert_eq!(unknown("{\"a\":{\"id\":{x_1}}}"), Some("x_1".into()));
        for harmless in ["{\"a\":{}}", "{ login }", "{a: 1}", "{a,b}", "{id}", "{user}", "{", "}{", "{\"a\"}"] {
            assert_eq!(unknown(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn places_are_found_again_in_a_text_with_their_words() {
        let template = template("/{id}/x?{user}={id}");
        let words = template.with_words();
        assert_eq!(template.of_words(&words).to_string(), "/{id}/x?{user}={id}");
        assert_eq!(template.of_words("/none").count(), 0);
    }
}
