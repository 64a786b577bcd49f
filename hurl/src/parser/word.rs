//! Words with a meaning, and what to say of one without.

use super::input::{Fault, Input, found, here, offset, rest};
use crate::source::Span;

/// More characters are no misspelt word.
const LONGEST: usize = 40;

/// The word that stands next, and where.
pub(super) fn word<'s>(input: &Input<'s>) -> (&'s str, Span) {
    word_of(input, |c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// The next characters that fit, and their place. Nothing is read.
pub(super) fn word_of<'s>(input: &Input<'s>, fits: impl Fn(char) -> bool) -> (&'s str, Span) {
    let text = rest(input);
    let word = &text[..text.find(|c| !fits(c)).unwrap_or(text.len())];
    (word, Span::new(offset(input), offset(input) + word.len()))
}

/// That none of the known words stands here, and which may have been meant.
pub(super) fn unknown(input: &Input<'_>, reading: &'static str, known: &[&str]) -> Fault {
    unknown_of(input, reading, known, known)
}

/// [`unknown`] where only some of the known words are worth telling.
pub(super) fn unknown_of(input: &Input<'_>, reading: &'static str, known: &[&str], meant: &[&str]) -> Fault {
    let (word, span) = word(input);
    if word.is_empty() {
        return Fault::new(reading, format!("expected {}{}", or(known), found(input)), here(input));
    }
    Fault::new(reading, not_known_of(word, known, meant), span)
}

/// `'isNul' is not known; did you mean 'isNumber'?`
pub(super) fn not_known(word: &str, known: &[&str]) -> String {
    not_known_of(word, known, known)
}

/// [`not_known`] where only some of the known words are worth telling.
pub(super) fn not_known_of(word: &str, known: &[&str], meant: &[&str]) -> String {
    let shown: String = word.chars().take(LONGEST).collect();
    match nearest(word, meant) {
        Some(meant) => format!("'{shown}' is not known; did you mean '{meant}'?"),
        None => format!("'{shown}' is not known; expected {}", or(known)),
    }
}

/// The known word that is hardly different, or at least begins alike.
pub(super) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &word);
    let (distance, known) = known.iter().map(|known| (distance(known), *known)).min()?;
    let in_common = known.to_lowercase().chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let is_near = distance <= 2 && distance * 2 < known.len().max(2) || distance <= 3 && in_common >= 4;
    is_near.then_some(known)
}

/// `a, b or c`
fn or(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [words @ .., last] => format!("{} or {last}", words.join(", ")),
    }
}
