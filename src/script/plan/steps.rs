//! Uses of variables by a file, in order, as far as they are known before it is run.

use perfloop_hurl::Span;
use perfloop_hurl::ast::{
    Body, BodyKind, Capture, Compared, Entry, EntryOption, Expr, Field, Filter, FilterKind, GraphQl, Json, Multiline,
    OptionKind, OptionValue, Part, Placeholder, Predicate, PredicateKind, Query, QueryKind, RegexSource, Template,
    VariableValue,
};

/// One thing that is done with a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Without it the file cannot go on.
    Needs(String, Span),
    Sets(String),
    /// A variable whose name only the run tells.
    SetsAny,
}

impl Step {
    /// The variable that it is known to set.
    pub(crate) fn set(&self) -> Option<&str> {
        if let Step::Sets(name) = self { Some(name) } else { None }
    }
}

/// The steps of a file.
pub(super) fn steps(entries: &[Entry]) -> Vec<Step> {
    let mut steps = Steps(Vec::new());
    entries.iter().for_each(|entry| steps.entry(entry));
    steps.0
}

struct Steps(Vec<Step>);

impl Steps {
    fn entry(&mut self, entry: &Entry) {
        let request = &entry.request;
        request.options.iter().for_each(|option| self.option(option));
        if never_runs(&request.options) {
            return;
        }
        let before = self.0.len();
        self.template(&request.url);
        for fields in [&request.query, &request.headers, &request.cookies] {
            self.fields(fields);
        }
        self.fields(request.basic_auth.iter().chain(request.form.iter().flatten()));
        request.multipart.iter().flatten().for_each(|part| self.part(part));
        request.body.iter().for_each(|body| self.body(body));
        if let Some(response) = &entry.response {
            response.captures.iter().for_each(|capture| self.capture(capture));
            self.fields(&response.headers);
            response.body.iter().for_each(|body| self.body(body));
            for assert in &response.asserts {
                self.query(&assert.query);
                assert.filters.iter().for_each(|filter| self.filter(filter));
                self.predicate(&assert.predicate);
            }
        }
        if may_be_left_out(&request.options) {
            let is_need = |step: &Step| matches!(step, Step::Needs(..));
            let sets: Vec<Step> = self.0.drain(before..).filter(|step| !is_need(step)).collect();
            self.0.extend(sets);
        }
    }

    fn option(&mut self, option: &EntryOption) {
        use OptionKind as Kind;
        match &option.kind {
            Kind::Variable { name, value } => {
                if let VariableValue::Text(text) = value {
                    self.template(text);
                }
                self.0.push(Step::Sets(name.clone()));
            }
            Kind::AwsSigV4(text)
            | Kind::CaCert(text)
            | Kind::Cert(text)
            | Kind::Key(text)
            | Kind::ConnectTo(text)
            | Kind::Header(text)
            | Kind::NetRcFile(text)
            | Kind::NoHeader(text)
            | Kind::Output(text)
            | Kind::PinnedPublicKey(text)
            | Kind::Proxy(text)
            | Kind::Resolve(text)
            | Kind::TlsMax(text)
            | Kind::TlsMin(text)
            | Kind::UnixSocket(text)
            | Kind::User(text) => self.template(text),
            Kind::Compressed(value)
            | Kind::Digest(value)
            | Kind::FailWithBody(value)
            | Kind::Location(value)
            | Kind::LocationTrusted(value)
            | Kind::Http10(value)
            | Kind::Http11(value)
            | Kind::Http2(value)
            | Kind::Http2PriorKnowledge(value)
            | Kind::Http3(value)
            | Kind::Insecure(value)
            | Kind::IpV4(value)
            | Kind::IpV6(value)
            | Kind::Negotiate(value)
            | Kind::NetRc(value)
            | Kind::NetRcOptional(value)
            | Kind::NoJsonPathCoercion(value)
            | Kind::Ntlm(value)
            | Kind::PathAsIs(value)
            | Kind::Skip(value)
            | Kind::Verbose(value)
            | Kind::VeryVerbose(value) => self.value(value),
            Kind::ConnectTimeout(value) | Kind::Delay(value) | Kind::MaxTime(value) | Kind::RetryInterval(value) => {
                self.value(value);
            }
            Kind::MaxRedirs(value) | Kind::Repeat(value) | Kind::Retry(value) => self.value(value),
            Kind::LimitRate(value) => self.value(value),
            Kind::Verbosity(_) => {}
        }
    }

    fn capture(&mut self, capture: &Capture) {
        self.template(&capture.name);
        self.query(&capture.query);
        capture.filters.iter().for_each(|filter| self.filter(filter));
        self.0.push(match capture.name.as_text() {
            Some(name) => Step::Sets(name.to_owned()),
            None => Step::SetsAny,
        });
    }

    fn query(&mut self, query: &Query) {
        match &query.kind {
            QueryKind::Header(text)
            | QueryKind::Cookie { name: text, .. }
            | QueryKind::XPath(text)
            | QueryKind::JsonPath(text)
            // That there is no such variable may be what is wanted.
            | QueryKind::Variable(text) => self.template(text),
            QueryKind::Regex(regex) => self.regex(regex),
            QueryKind::Status
            | QueryKind::Version
            | QueryKind::Url
            | QueryKind::Body
            | QueryKind::Duration
            | QueryKind::Bytes
            | QueryKind::RawBytes
            | QueryKind::Sha256
            | QueryKind::Md5
            | QueryKind::Certificate(_)
            | QueryKind::Ip
            | QueryKind::Redirects => {}
        }
    }

    fn filter(&mut self, filter: &Filter) {
        use FilterKind as Kind;
        match &filter.kind {
            Kind::CharsetDecode(text)
            | Kind::DateFormat(text)
            | Kind::Decode(text)
            | Kind::Format(text)
            | Kind::JsonPath(text)
            | Kind::Split(text)
            | Kind::ToDate(text)
            | Kind::UrlQueryParam(text)
            | Kind::XPath(text) => self.template(text),
            Kind::Replace { old, new } => {
                self.template(old);
                self.template(new);
            }
            Kind::ReplaceRegex { pattern, new } => {
                self.regex(pattern);
                self.template(new);
            }
            Kind::Regex(regex) => self.regex(regex),
            Kind::Nth(value) => self.value(value),
            Kind::Base64Decode
            | Kind::Base64Encode
            | Kind::Base64UrlSafeDecode
            | Kind::Base64UrlSafeEncode
            | Kind::Count
            | Kind::DaysAfterNow
            | Kind::DaysBeforeNow
            | Kind::First
            | Kind::HtmlEscape
            | Kind::HtmlUnescape
            | Kind::Last
            | Kind::Location
            | Kind::ToFloat
            | Kind::ToHex
            | Kind::ToInt
            | Kind::ToText
            | Kind::UrlDecode
            | Kind::UrlEncode
            | Kind::Utf8Decode
            | Kind::Utf8Encode => {}
        }
    }

    fn predicate(&mut self, predicate: &Predicate) {
        let PredicateKind::Compare(_, compared) = &predicate.kind else { return };
        match &compared.value {
            Compared::Text(text) | Compared::File(text) => self.template(text),
            Compared::Place(place) => self.place(place),
            Compared::Multiline(multiline) => self.multiline(multiline),
            Compared::Null
            | Compared::Bool(_)
            | Compared::Number(_)
            | Compared::Regex(_)
            | Compared::Base64(_)
            | Compared::Hex(_) => {}
        }
    }

    fn body(&mut self, body: &Body) {
        match &body.kind {
            BodyKind::Json(json) => self.json(json),
            BodyKind::Multiline(multiline) => self.multiline(multiline),
            BodyKind::Oneline(text) | BodyKind::File(text) => self.template(text),
            BodyKind::Xml(_) | BodyKind::Base64(_) | BodyKind::Hex(_) => {}
        }
    }

    fn multiline(&mut self, multiline: &Multiline) {
        match multiline {
            Multiline::Text(text) | Multiline::Json(text) | Multiline::Xml(text) => self.template(text),
            Multiline::GraphQl(GraphQl { query, variables }) => {
                self.template(query);
                variables.iter().for_each(|json| self.json(json));
            }
            Multiline::Raw(_) => {}
        }
    }

    fn json(&mut self, json: &Json) {
        match json {
            Json::Place(place) => self.place(place),
            Json::String(text) => self.template(text),
            Json::List { elements, .. } => elements.iter().for_each(|(_, element, _)| self.json(element)),
            Json::Object { members, .. } => members.iter().for_each(|member| {
                self.template(&member.name);
                self.json(&member.value);
            }),
            Json::Number(_) | Json::Bool(_) | Json::Null => {}
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(field) => self.fields([field]),
            Part::File(part) => {
                self.template(&part.name);
                self.template(&part.file);
                part.content_type.iter().for_each(|text| self.template(text));
            }
        }
    }

    fn fields<'a>(&mut self, fields: impl IntoIterator<Item = &'a Field>) {
        for field in fields {
            self.template(&field.name);
            self.template(&field.value);
        }
    }

    fn regex(&mut self, regex: &RegexSource) {
        if let RegexSource::Text(text) = regex {
            self.template(text);
        }
    }

    fn value<T>(&mut self, value: &OptionValue<T>) {
        if let OptionValue::Place(place) = value {
            self.place(place);
        }
    }

    fn template(&mut self, template: &Template) {
        template.places().for_each(|place| self.place(place));
    }

    fn place(&mut self, place: &Placeholder) {
        if let Expr::Variable(name) = &place.expr {
            self.0.push(Step::Needs(name.clone(), place.span));
        }
    }
}

/// The last option of a kind counts. Of these, what it is decides whether the rest of the entry matters.
fn of_running(options: &[EntryOption]) -> (Option<&OptionValue<bool>>, Option<&OptionValue<i64>>) {
    let skip = options.iter().rev().find_map(|option| match &option.kind {
        OptionKind::Skip(value) => Some(value),
        _ => None,
    });
    let repeat = options.iter().rev().find_map(|option| match &option.kind {
        OptionKind::Repeat(value) => Some(value),
        _ => None,
    });
    (skip, repeat)
}

fn never_runs(options: &[EntryOption]) -> bool {
    matches!(of_running(options), (Some(OptionValue::Literal(true)), _) | (_, Some(OptionValue::Literal(0))))
}

fn may_be_left_out(options: &[EntryOption]) -> bool {
    matches!(of_running(options), (Some(OptionValue::Place(_)), _) | (_, Some(OptionValue::Place(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` is needed, `=a` is set.
    fn told(text: &str) -> String {
        let file = perfloop_hurl::parse(text).expect("a file");
        let told = |step: &Step| match step {
            Step::Needs(name, span) => {
                assert_eq!(&text[span.start..span.end], name);
                name.clone()
            }
            Step::Sets(name) => format!("={name}"),
            Step::SetsAny => "=?".into(),
        };
        steps(&file.entries).iter().map(told).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn all_places_of_an_entry_are_found_in_the_order_in_which_they_are_filled() {
        let text = "POST http://{{a}}/{{b}}\n{{c}}: {{d}}\n[Options]\nvariable: e={{f}}\nheader: X: {{g}}\ndelay: {{h}}\n\
                    [Query]\nq: {{i}}\n[Cookies]\nk: {{j}}\n[BasicAuth]\n{{k}}: {{l}}\n\
                    {\"{{m}}\": [{{n}}, \"{{o}}\"]}\nHTTP 200\nX: {{p}}\n[Captures]\nq: jsonpath \"$.{{r}}\" nth {{s}}\n\
                    [Asserts]\nheader \"{{t}}\" replace \"{{u}}\" \"{{v}}\" == {{w}}\nbody matches \"{{x}}\"\nvariable \"y\" not exists\n\
                    ```\n{{z}}\n```\n";
        assert_eq!(told(text), "f =e g h a b i c d j k l m n o r s =q p z t u v w x");
    }

    #[test]
    fn forms_files_and_graphql_have_places_too() {
        assert_eq!(told("POST http://a\n[Form]\n{{a}}: {{b}}\n"), "a b");
        assert_eq!(told("POST http://a\n[Multipart]\n{{a}}: {{b}}\nf: file,{{c}}.txt; {{d}}\n"), "a b c d");
        assert_eq!(told("POST http://a\nfile,{{a}};\n"), "a");
        assert_eq!(told("POST http://a\n`x {{a}}`\n"), "a");
        assert_eq!(
            told("POST http://a\n```graphql\nquery { a(b: \"{{a}}\") }\nvariables {\"b\": {{c}}}\n```\n"),
            "a c"
        );
        assert_eq!(told("POST http://a\n```raw\n{{a}}\n```\n"), "");
        assert_eq!(told("GET http://a?{{newUuid}}{{newDate}}\n"), "");
    }

    #[test]
    fn what_is_left_out_needs_nothing_and_what_may_be_left_out_only_sets() {
        let entry = |option: &str| {
            format!(
                "GET http://{{{{a}}}}\n[Options]\nvariable: v=1\n{option}\nHTTP 200\n[Captures]\nb: status\n{{{{c}}}}: status\n"
            )
        };
        assert_eq!(told(&entry("skip: false")), "=v a =b c =?");
        assert_eq!(told(&entry("skip: true")), "=v");
        assert_eq!(told(&entry("repeat: 0")), "=v");
        assert_eq!(told(&entry("skip: {{s}}")), "=v s =b =?");
        assert_eq!(told(&entry("repeat: {{s}}")), "=v s =b =?");
    }
}
