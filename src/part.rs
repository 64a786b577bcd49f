//! Part of a run that several machines carry out together.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// One of the parts of a run that as many machines carry out together.
///
/// Whatever a run counts one by one, each part takes every so many of: its users with their numbers, arrivals of a rate,
/// rows of a feed, requests of a budget. All parts together take each of them once, and do what one machine would.
///
/// ```
/// use perfloop::Part;
///
/// let part: Part = "3/8".parse()?;
/// assert_eq!((part.number(), part.of()), (3, 8));
/// # Ok::<(), perfloop::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    number: u32,
    of: u32,
}

impl Part {
    /// The most parts that a run may have.
    pub const MOST: u32 = 10_000;
    /// The whole, which is the default.
    pub const WHOLE: Part = Part { number: 1, of: 1 };

    /// Part `number` of so many, counted from 1.
    ///
    /// # Errors
    /// When there is no such part.
    pub fn new(number: u32, of: u32) -> Result<Part, Error> {
        if of == 0 || of > Part::MOST {
            return Err(Error::usage(format!("a run has 1 to {} parts, not {of}; write a part like 3/8", Part::MOST)));
        } else if number == 0 || number > of {
            return Err(Error::usage(format!("of {of} parts there is none with the number {number}; give 1 to {of}")));
        }
        Ok(Part { number, of })
    }

    /// Number of the part, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Number of all parts.
    pub fn of(self) -> u32 {
        self.of
    }

    /// True for the one part of a run that has no others.
    pub fn is_whole(self) -> bool {
        self.of == 1
    }

    /// Place in the whole, counted from 0, of what is in this place of the part's own.
    pub(crate) fn place(self, own: u64) -> u64 {
        own.saturating_mul(self.of.into()).saturating_add(u64::from(self.number - 1))
    }

    /// True when what is in this place of the whole, counted from 0, belongs to the part.
    pub(crate) fn takes(self, place: usize) -> bool {
        place % self.of as usize == (self.number - 1) as usize
    }

    /// How many of so many belong to the part.
    pub(crate) fn share(self, whole: u64) -> u64 {
        let (each, rest) = (whole / u64::from(self.of), whole % u64::from(self.of));
        each + u64::from(u64::from(self.number - 1) < rest)
    }

    /// How many of so many users belong to the part.
    pub(crate) fn share_of_users(self, whole: u32) -> u32 {
        // A share is never more than the whole.
        self.share(whole.into()) as u32
    }

    /// The fewest users of the whole of which so many belong to the part.
    pub(crate) fn whole_of_users(self, own: u32) -> u32 {
        match own.checked_sub(1) {
            None => 0,
            Some(last) => u32::try_from(self.place(last.into()).saturating_add(1)).unwrap_or(u32::MAX),
        }
    }
}

/// Parts of a run that numbers are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    of: u32,
    /// In order, each once.
    numbers: Vec<u32>,
}

impl Parts {
    /// Those of the numbers that there can be, of so many.
    pub(crate) fn of(of: u32, numbers: impl IntoIterator<Item = u32>) -> Parts {
        let mut numbers: Vec<u32> = numbers.into_iter().filter(|number| (1..=of).contains(number)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Parts { of, numbers }
    }

    /// How many parts the run has.
    pub fn all(&self) -> u32 {
        self.of
    }

    /// Numbers of those that are there, in order.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Numbers of those that are not there, in order.
    pub fn missing(&self) -> Vec<u32> {
        (1..=self.of).filter(|number| !self.numbers.contains(number)).collect()
    }

    /// Adds others of the same run.
    pub(crate) fn merged(&self, others: &Parts) -> Parts {
        Parts::of(self.of.max(others.of), self.numbers.iter().chain(&others.numbers).copied())
    }

    /// Those that both have.
    pub(crate) fn shared(&self, others: &Parts) -> Vec<u32> {
        self.numbers.iter().copied().filter(|number| others.numbers.contains(number)).collect()
    }
}

impl From<Part> for Parts {
    fn from(part: Part) -> Self {
        Parts::of(part.of, [part.number])
    }
}

/// `part 3 of 8`, `parts 1, 2 and 4 of 8`, `all 8 parts`.
impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.numbers[..] {
            all if all.len() == self.of as usize => write!(f, "all {} parts", self.of),
            [only] => write!(f, "part {only} of {}", self.of),
            several => write!(f, "parts {} of {}", listed(several), self.of),
        }
    }
}

/// Numbers as people list them: `1, 2 and 4`, of many only the first.
pub(crate) fn listed(numbers: &[u32]) -> String {
    const SHOWN: usize = 20;
    let words: Vec<String> = numbers.iter().take(SHOWN).map(u32::to_string).collect();
    match &words[..] {
        _ if numbers.len() > SHOWN => format!("{} and {} more", words.join(", "), numbers.len() - SHOWN),
        [] => "none".into(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl Default for Part {
    fn default() -> Self {
        Part::WHOLE
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Part {
    type Err = Error;

    fn from_str(text: &str) -> Result<Part, Error> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let (number, of) =
            parts.ok_or_else(|| Error::usage(format!("'{text}' is no part of a run; write it like 3/8")))?;
        Part::new(number, of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(of: u32) -> impl Iterator<Item = Part> {
        (1..=of).map(move |number| Part::new(number, of).expect("a part"))
    }

    #[test]
    fn all_parts_together_take_each_place_once() {
        for of in [1, 2, 3, 8] {
            for whole in 0..30_u64 {
                let mut taken: Vec<u64> =
                    parts(of).flat_map(|part| (0..part.share(whole)).map(move |own| part.place(own))).collect();
                taken.sort_unstable();
                assert_eq!(taken, (0..whole).collect::<Vec<_>>(), "{whole} over {of}");
            }
            for place in 0..30 {
                assert_eq!(parts(of).filter(|part| part.takes(place)).count(), 1);
            }
        }
    }

    #[test]
    fn users_of_the_whole_are_found_from_those_of_a_part() {
        for part in parts(3) {
            for own in 0..9 {
                let whole = part.whole_of_users(own);
                assert_eq!(part.share_of_users(whole), own, "{part}");
                assert!(own == 0 || part.share_of_users(whole - 1) == own - 1, "{part}");
            }
        }
    }

    #[test]
    fn parts_that_are_there_and_that_are_missing_are_told() {
        let parts = Parts::of(8, [4, 1, 2, 2, 9, 0]);
        assert_eq!((parts.to_string(), parts.missing()), ("parts 1, 2 and 4 of 8".into(), vec![3, 5, 6, 7, 8]));
        assert_eq!(Parts::from(Part { number: 3, of: 8 }).to_string(), "part 3 of 8");
        let all = parts.merged(&Parts::of(8, parts.missing()));
        assert_eq!((all.to_string(), all.shared(&parts)), ("all 8 parts".into(), vec![1, 2, 4]));
        assert_eq!(Parts::of(40, 1..=22).to_string().split_once("20 and ").map(|two| two.1), Some("2 more of 40"));
    }

    #[test]
    fn what_is_no_part_is_refused_in_a_line() {
        for (text, words) in [
            ("3", "'3' is no part of a run"),
            ("a/b", "'a/b' is no part of a run"),
            ("-1/2", "'-1/2' is no part of a run"),
            ("0/8", "of 8 parts there is none with the number 0"),
            ("9/8", "of 8 parts there is none with the number 9"),
            ("1/0", "a run has 1 to 10000 parts, not 0"),
            ("1/10001", "a run has 1 to 10000 parts, not 10001"),
        ] {
            let error = text.parse::<Part>().expect_err(text).to_string();
            assert!(error.starts_with(words), "{error}");
        }
        assert_eq!("3/8".parse::<Part>().expect("a part").to_string(), "3/8");
    }
}
