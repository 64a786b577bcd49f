//! Values of the fields of a search.

use crate::capacity::By;
use crate::stats::{AtLeast, Gate};

/// Goal that a capacity keeps to.
#[derive(Debug, Clone)]
pub(crate) struct Within(pub(crate) Gate);

impl Within {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Gate::parse_within(text).map(Within)
    }
}

/// Share, 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share(pub(crate) f64);

impl Share {
    /// From `5%` or `0.05`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wanted = || format!("'{text}' is no share; write it like 5% or 0.05");
        let (number, of) =
            text.trim().strip_suffix('%').map_or((text.trim(), 1.0), |number| (number.trim_end(), 100.0));
        let number: f64 = number.parse().map_err(|_| wanted())?;
        if number.is_finite() && number >= 0.0 { Ok(Share(number / of)) } else { Err(wanted()) }
    }
}

/// Least capacity that is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Least(pub(crate) AtLeast);

impl Least {
    /// From `300`, users or arrivals a second, or `117rps`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let number =
            |text: &str| text.trim_end().parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
        let least = match text.trim().strip_suffix("rps") {
            Some(rps) => number(rps).map(AtLeast::Rps),
            None => number(text.trim()).map(AtLeast::Load),
        };
        least.map(Least).ok_or_else(|| format!("'{text}' is no capacity; write it like 300 or 117rps"))
    }
}

pub(crate) fn parse_by(text: &str) -> Result<By, String> {
    match text {
        "users" => Ok(By::Users),
        "rate" => Ok(By::Rate),
        _ => Err(format!("'{text}' is no load to search by; write users or rate")),
    }
}
