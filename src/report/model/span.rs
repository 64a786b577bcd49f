//! Spans of equal width, one after another.

use std::time::Duration;

use super::number::Seconds;
use super::read::Read;

/// Starts and widths of spans that lie in a longer one, with which the last of them ends.
#[derive(Debug)]
pub(super) struct Spans {
    width: Duration,
    whole: Duration,
    next: Duration,
}

impl Spans {
    pub(super) fn of(width: Duration, whole: Duration) -> Self {
        Spans { width, whole, next: Duration::ZERO }
    }
}

impl Iterator for Spans {
    type Item = (Duration, Duration);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next;
        self.next += self.width;
        let width = match self.whole.saturating_sub(start) {
            // Only users came or went in it.
            Duration::ZERO => self.width,
            rest => rest.min(self.width),
        };
        Some((start, width))
    }
}

/// The width of spans by their starts: the last one's may be shorter, and one alone has not become wider yet.
///
/// # Errors
/// The key of the list whose starts do not ascend.
pub(super) fn width(starts: &[Seconds], key: &str) -> Read<Option<Duration>> {
    let [first, second, ..] = *starts else { return Ok(None) };
    match Duration::from(second).checked_sub(first.into()) {
        Some(width) if !width.is_zero() => Ok(Some(width)),
        _ => Err(format!("a wrong {key}")),
    }
}
