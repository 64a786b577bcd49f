//! HTML, read as libxml2 reads it: tokens are those of HTML 5, the tree is that of HTML 4 with its optional tags.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use xmloxide::html5::tokenizer::{self, State, Token, Tokenizer};

use super::tree::{Attribute, Builder, Element, Kind, Name, Tree};

/// Elements that have no content and no end tag.
const EMPTY: [&str; 13] =
    ["area", "base", "basefont", "br", "col", "frame", "hr", "img", "input", "isindex", "link", "meta", "param"];
/// Attributes whose name is their value when none is written; one that is written, and empty, stays so.
const BOOLEAN: &str =
    "checked|compact|declare|defer|disabled|ismap|multiple|nohref|noresize|noshade|nowrap|readonly|selected";
/// Elements of a head.
const OF_HEAD: [&str; 6] = ["script", "style", "meta", "link", "title", "base"];
/// Elements that end a head without its end tag.
const AFTER_HEAD: &str = "a abbr acronym address b bdo big blockquote body br center cite code dd dfn dir div dl dt em \
    fieldset font form frameset h1 h2 h3 h4 h5 h6 hr i iframe img kbd li listing map menu ol p pre q s samp small span \
    strike strong sub sup table tt u ul var xmp";
/// Elements that end a paragraph without its end tag.
const AFTER_PARAGRAPH: &str = "address blockquote body caption center col colgroup dd dir div dl dt fieldset form \
    frameset h1 h2 h3 h4 h5 h6 head hr li listing menu ol p pre table tbody td tfoot th title tr ul xmp";

/// A boolean attribute with an empty value.
static WRITTEN_EMPTY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r#"(?i)\b((?:{BOOLEAN})[\t\n\f\r ]*=[\t\n\f\r ]*["']?)(["'>])"#)).ok());
/// Stands in such a value, for tokens do not tell it from one that is not there. It is no character of any text.
const NOTHING: char = '\u{fdd0}';

/// The tree of a text, or why there is none.
pub(super) fn parse(text: &str) -> Result<Tree, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        builder: Builder::new(),
        text: String::new(),
        is_verbatim: false,
        has_head: false,
        has_body: false,
        passed_over: 0,
    };
    let text = with_nothing(text);
    let mut tokens = Tokenizer::new(&text);
    while !reader.builder.is_too_much() {
        match tokens.next_token() {
            // Nothing else is a token of its own that often.
            Token::Character(NOTHING) => {}
            Token::Character('\0') => reader.text.push(char::REPLACEMENT_CHARACTER),
            Token::Character(character) => reader.text.push(character),
            token => {
                reader.flush();
                match token {
                    Token::StartTag { name, attributes, self_closing } => {
                        if let Some(state) = reader.start(&name, attributes, self_closing) {
                            tokens.set_last_start_tag(&name);
                            tokens.set_state(state);
                        }
                    }
                    Token::EndTag { name } => reader.end(&name),
                    Token::Comment(mut comment) => {
                        comment.retain(|character| character != NOTHING);
                        reader.builder.add(Kind::Comment(comment));
                    }
                    Token::Doctype { .. } | Token::Character(_) => {}
                    Token::Eof => {
                        if tokens.errors().last().is_some_and(|error| error.code == "eof-in-tag") {
                            reader.start_unfinished(&text);
                        }
                        break;
                    }
                }
            }
        }
    }
    reader.builder.finish()
}

struct Reader {
    builder: Builder,
    /// Characters that are not in the tree yet.
    text: String,
    /// True in an element such as `script`, where nothing but its end tag has a meaning.
    is_verbatim: bool,
    /// There is or was one.
    has_head: bool,
    has_body: bool,
    /// Number of tags `html`, `head` and `body` where there can be none: as many end tags have no meaning.
    passed_over: usize,
}

impl Reader {
    fn current(&self) -> Option<&str> {
        self.builder.names().next_back()
    }

    fn is_in(&self, name: &str) -> bool {
        self.builder.names().any(|open| open == name)
    }

    fn open(&mut self, name: &str, attributes: Vec<Attribute>) {
        self.has_head |= name == "head" || name == "body";
        self.has_body |= name == "body";
        self.builder.open(Element { name: Name::plain(name), attributes, ..Element::default() });
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let is_verbatim = std::mem::take(&mut self.is_verbatim);
        let mut rest = &*text;
        if !is_verbatim && matches!(self.current(), None | Some("html" | "head")) {
            rest = text.trim_start_matches([' ', '\t', '\n', '\u{c}', '\r']);
            self.builder.text(&text[..text.len() - rest.len()], false);
            if !rest.is_empty() {
                if self.current() == Some("head") {
                    self.close_before("p");
                }
                self.imply("p");
            }
        }
        if !rest.is_empty() {
            self.builder.text(rest, is_verbatim);
        }
    }

    /// State for the text within the element, where that is not read as usual.
    fn start(&mut self, name: &str, attributes: Vec<tokenizer::Attribute>, is_closed: bool) -> Option<State> {
        self.close_before(name);
        self.imply(name);
        let depth = self.builder.names().len();
        let is_misplaced = match name {
            "html" => depth > 0,
            "head" => depth != 1,
            "body" => self.is_in("body"),
            _ => false,
        };
        if is_misplaced {
            self.passed_over += 1;
        } else {
            self.open(name, attributes.into_iter().map(|read| attribute(name, read)).collect());
        }
        // A tag that is passed over is taken for the one before it.
        let current = self.current()?;
        if is_closed || EMPTY.contains(&current) {
            self.builder.close();
            return None;
        }
        let state = match current {
            "title" | "textarea" => return Some(State::RcData),
            "script" => State::ScriptData,
            "iframe" | "noembed" | "noframes" | "style" | "xmp" => State::RawText,
            "plaintext" => State::Plaintext,
            _ => return None,
        };
        self.is_verbatim = true;
        Some(state)
    }

    /// A tag that the text ends in is not there, but what it is in is.
    fn start_unfinished(&mut self, text: &str) {
        let is_letter = |c: char| c.is_ascii_alphabetic();
        let tag = text.rmatch_indices('<').map(|(at, _)| &text[at + 1..]).find(|tag| tag.starts_with(is_letter));
        let name = tag.and_then(|tag| tag.split(|c: char| c.is_ascii_whitespace() || c == '/').next());
        if let Some(name) = name.map(str::to_ascii_lowercase) {
            self.close_before(&name);
            self.imply(&name);
        }
    }

    fn end(&mut self, name: &str) {
        if self.passed_over > 0 && matches!(name, "html" | "head" | "body") {
            self.passed_over -= 1;
            return;
        }
        // An end tag ends all that is within, unless that weighs more.
        let within = self.builder.names().rev().take_while(|open| *open != name);
        let (count, is_weaker) =
            within.fold((0, true), |(count, is_weaker), open| (count + 1, is_weaker && weight(open) <= weight(name)));
        if count < self.builder.names().len() && is_weaker {
            (0..=count).for_each(|_| self.builder.close());
        }
    }

    /// Ends the elements that a tag ends without saying so.
    fn close_before(&mut self, name: &str) {
        while self.current().is_some_and(|current| ends(current, name)) {
            self.builder.close();
        }
    }

    /// Opens what a tag is in without saying so.
    fn imply(&mut self, name: &str) {
        if name == "html" {
            return;
        }
        if self.current().is_none() {
            self.open("html", Vec::new());
        }
        let depth = self.builder.names().len();
        match name {
            "head" | "body" | "noframes" | "frame" | "frameset" => {}
            name if depth <= 1 && OF_HEAD.contains(&name) => {
                if !self.has_head {
                    self.open("head", Vec::new());
                }
            }
            _ if self.has_body || self.is_in("body") || self.is_in("head") => {}
            _ => self.open("body", Vec::new()),
        }
    }
}

/// The text with something in boolean attributes that are written as empty.
fn with_nothing(text: &str) -> Cow<'_, str> {
    match &*WRITTEN_EMPTY {
        Some(pattern) => pattern.replace_all(text, format!("${{1}}{NOTHING}${{2}}")),
        None => Cow::Borrowed(text),
    }
}

fn attribute(element: &str, read: tokenizer::Attribute) -> Attribute {
    let tokenizer::Attribute { name, mut value } = read;
    if value.is_empty() && BOOLEAN.split('|').any(|boolean| boolean == name) {
        value.clone_from(&name);
    }
    value.retain(|character| character != NOTHING);
    let is_id = name == "id" || (name == "name" && element == "a");
    Attribute { name: Name::plain(name), value, is_id }
}

/// Weight of an element against the end tags of others.
fn weight(name: &str) -> u8 {
    match name {
        "div" => 1,
        "td" | "th" => 2,
        "tr" => 3,
        "thead" | "tbody" | "tfoot" => 4,
        "table" => 5,
        "head" | "body" => 6,
        "html" => 7,
        _ => 0,
    }
}

/// An element ends where a tag of that name begins.
fn ends(open: &str, name: &str) -> bool {
    let before = match open {
        "a" => "a fieldset table td th",
        "address" => "dd dl dt form li ul",
        "b" => "center p td th",
        "big" | "s" | "small" | "strike" | "tt" => "p",
        "caption" | "col" => {
            return (open == name && open == "col")
                || matches!(name, "col" | "colgroup" | "tbody" | "tfoot" | "thead" | "tr");
        }
        "colgroup" => "colgroup tbody tfoot thead tr",
        "dd" => "dt",
        "dir" => "dd dl dt form ul",
        "dl" => "form li",
        "dt" => "dd dl",
        "font" => "center td th",
        "form" | "hr" | "ol" => "form",
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "fieldset form li p table",
        "head" => AFTER_HEAD,
        "i" => "center p td th",
        "legend" => "fieldset",
        "li" => "li",
        "link" | "style" | "title" => "body frameset",
        "listing" | "xmp" | "pre" => "dd dl dt fieldset form li table ul",
        "menu" => "dd dl dt form ul",
        "option" => "optgroup option",
        "p" => AFTER_PARAGRAPH,
        "script" => "noscript",
        "span" => "td th",
        "tbody" => "tbody tfoot",
        "td" | "th" => "tbody td tfoot th tr",
        "tfoot" => "tbody",
        "thead" => "tbody tfoot",
        "tr" => "tbody tfoot tr",
        "u" => "p td th",
        "ul" => "address form menu pre",
        _ => return false,
    };
    before.split_ascii_whitespace().any(|before| before == name)
}
