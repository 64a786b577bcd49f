//! `#[perfloop::check(name = "...", weight = 3, tags = ["a", "b"])]`: what stands between the parentheses.

use proc_macro2::TokenStream;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Error, Lit, LitInt, LitStr, Token};

/// The form of each option.
const OPTIONS: [(&str, &str); 3] =
    [("name", "name = \"the front page\""), ("weight", "weight = 3"), ("tags", "tags = [\"fast\", \"pages\"]")];

/// The options given to the attribute.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) name: Option<String>,
    pub(crate) weight: Option<u32>,
    pub(crate) tags: Vec<String>,
    /// By `#[ignore]` on the function.
    pub(crate) is_ignored: bool,
}

impl Options {
    /// # Errors
    /// Point at the option, and say what to write.
    pub(crate) fn parse(options: TokenStream) -> Result<Options, Error> {
        let mut parsed = Options::default();
        let mut seen: Vec<String> = Vec::new();
        let parser = syn::meta::parser(|option| {
            let key = option.path.get_ident().map(ToString::to_string).unwrap_or_default();
            if seen.contains(&key) {
                return Err(option.error(format!("`{key}` is given twice; keep one of them")));
            }
            match key.as_str() {
                "name" => parsed.name = Some(name(&option)?),
                "weight" => parsed.weight = Some(weight(&option)?),
                "tags" => parsed.tags = tags(&option)?,
                other => return Err(option.error(unknown(other))),
            }
            seen.push(key);
            Ok(())
        });
        parser.parse2(options)?;
        Ok(parsed)
    }
}

/// The literal after `=`.
fn literal(option: &ParseNestedMeta<'_>, how: &str) -> Result<Lit, Error> {
    let wanted = |error: Error| Error::new(error.span(), format!("write `{how}`"));
    option.value().and_then(|value| value.parse()).map_err(wanted)
}

fn name(option: &ParseNestedMeta<'_>) -> Result<String, Error> {
    match literal(option, OPTIONS[0].1)? {
        Lit::Str(text) if !text.value().trim().is_empty() => Ok(text.value()),
        other => Err(Error::new_spanned(other, format!("a name is a text; write `{}`", OPTIONS[0].1))),
    }
}

fn weight(option: &ParseNestedMeta<'_>) -> Result<u32, Error> {
    let whole = |number: &LitInt| number.base10_parse::<u32>().ok();
    match literal(option, OPTIONS[1].1)? {
        Lit::Int(number) if whole(&number) == Some(0) => {
            Err(Error::new_spanned(number, "a check of weight 0 would never run; write 1 or more, or remove the check"))
        }
        Lit::Int(number) => whole(&number).ok_or_else(|| {
            Error::new_spanned(&number, format!("a weight is a whole number up to {}; write `weight = 3`", u32::MAX))
        }),
        other => {
            Err(Error::new_spanned(other, format!("a weight is a whole number above 0; write `{}`", OPTIONS[1].1)))
        }
    }
}

fn tags(option: &ParseNestedMeta<'_>) -> Result<Vec<String>, Error> {
    let wanted = |error: Error| Error::new(error.span(), format!("tags are a list of texts; write `{}`", OPTIONS[2].1));
    let parse = || {
        let inside;
        let value = option.value()?;
        syn::bracketed!(inside in value);
        let tags = Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?;
        Ok(tags)
    };
    let tags = parse().map_err(wanted)?;
    if let Some(empty) = tags.iter().find(|tag| tag.value().trim().is_empty()) {
        return Err(Error::new_spanned(empty, "a tag is not empty; write a word, or remove it"));
    }
    Ok(tags.iter().map(LitStr::value).collect())
}

/// An option that does not exist, and the one that was probably meant.
fn unknown(key: &str) -> String {
    let nearest = OPTIONS.iter().map(|(name, how)| (distance(key, name), how)).min();
    match nearest {
        Some((distance, how)) if distance <= 3 && !key.is_empty() => {
            format!("there is no option `{key}`; did you mean `{how}`?")
        }
        _ => format!("there is no option `{key}`; there are `name`, `weight` and `tags`"),
    }
}

/// Number of letters to change, add or take away to make one word the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}
