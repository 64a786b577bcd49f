//! `feed` and the flags that go with it.

use std::fs;
use std::path::Path;

use super::spec::RunSpec;
use super::values::FeedOrder;
use crate::error::Error;
use crate::load::{Feed, Resource, Row};
use crate::report::bytes;

/// Memory that the rows take, as far as the length of their file tells.
pub(crate) fn need(spec: &RunSpec) -> Option<Resource> {
    fs::metadata(spec.feed.as_deref()?).ok().map(|file| Resource::of_feed(file.len()))
}

/// # Errors
/// When memory cannot hold the rows.
fn fits(path: &Path, need: &Resource) -> Result<(), Error> {
    match need.limit.filter(|_| !need.is_met()) {
        None => Ok(()),
        Some(limit) => Err(Error::usage(format!(
            "‹feed› {}: may take {} of memory, and there is {}; {}",
            path.display(),
            bytes(need.needed),
            bytes(limit),
            need.remedy
        ))),
    }
}

/// The rows of `feed`.
///
/// # Errors
/// When its flags contradict one another, or the file cannot be used.
pub(crate) fn open(spec: &RunSpec) -> Result<Option<Feed<Row>>, Error> {
    if spec.feed_end.is_some() && spec.feed_order.as_deref() != Some(&FeedOrder::Unique) {
        return Err(Error::usage(
            "‹feed-end› is for rows that are given once; give ‹feed-order› unique too, or leave it out",
        ));
    }
    let Some(path) = spec.feed.as_deref() else { return Ok(None) };
    need(spec).map_or(Ok(()), |need| fits(path, &need))?;
    let feed = Feed::untyped(path).map_err(|error| Error::usage(format!("‹feed› {error}")))?;
    let feed = match spec.feed_order.as_deref().copied().unwrap_or(FeedOrder::Circular) {
        FeedOrder::Circular => feed.circular(),
        FeedOrder::Random => feed.random(),
        FeedOrder::Unique => feed.unique(),
    };
    Ok(Some(feed.at_end(spec.feed_end.as_deref().copied().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_memory_cannot_hold_are_refused_before_they_are_read() {
        let told = |limit| {
            let need = Resource { limit, ..Resource::of_feed(1024) };
            fits(Path::new("a.csv"), &need).map_err(|error| error.to_string())
        };
        assert_eq!((told(Some(4096)), told(None)), (Ok(()), Ok(())));
        let refused = "feed a.csv: may take 4.0 KiB of memory, and there is 4.0 KiB; use fewer rows, or fewer columns";
        assert_eq!(told(Some(4095)), Err(refused.to_owned()));
    }
}
