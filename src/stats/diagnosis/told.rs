//! Diagnosis as it is told: the sign, a line, what speaks for it and what to do.

use std::fmt;
use std::time::Duration;

use super::evidence::Evidence;
use super::sign::Sign;

/// Diagnosis: what the numbers show of the service, said in a line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Sign that was seen.
    pub sign: Sign,
    /// What it says.
    pub text: String,
    /// What to do about it.
    pub remedy: String,
    /// Numbers that speak for it.
    pub evidence: Vec<Evidence>,
    /// Moments that it is about, from the start of the run; empty for a sign of all the time.
    pub moments: Vec<Duration>,
}

impl Diagnosis {
    pub(super) fn new(sign: Sign, text: String, remedy: &str, evidence: Vec<Evidence>) -> Self {
        Diagnosis { sign, text, remedy: remedy.to_owned(), evidence, moments: Vec::new() }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.text, self.remedy)
    }
}
