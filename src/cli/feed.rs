//! `--feed` and the flags that go with it.

use std::fs;
use std::path::Path;

use super::args::Args;
use crate::error::Error;
use crate::load::{AtEnd, Feed, Resource, Row};
use crate::report::bytes;

/// A `--feed-order`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedOrder {
    Circular,
    Random,
    Unique,
}

pub(super) fn parse_order(text: &str) -> Result<FeedOrder, String> {
    match text {
        "circular" => Ok(FeedOrder::Circular),
        "random" => Ok(FeedOrder::Random),
        "unique" => Ok(FeedOrder::Unique),
        _ => Err(format!("'{text}' is no order; give circular, random or unique")),
    }
}

pub(super) fn parse_end(text: &str) -> Result<AtEnd, String> {
    match text {
        "stop" => Ok(AtEnd::Stop),
        "fail" => Ok(AtEnd::Fail),
        "again" => Ok(AtEnd::Again),
        _ => Err(format!("'{text}' is nothing to do; give stop, fail or again")),
    }
}

/// What the rows take of memory, as far as the length of their file tells.
pub(super) fn need(args: &Args) -> Option<Resource> {
    fs::metadata(args.feed.as_ref()?).ok().map(|file| Resource::of_feed(file.len()))
}

/// # Errors
/// When memory cannot hold the rows.
fn fits(path: &Path, need: &Resource) -> Result<(), Error> {
    match need.limit.filter(|_| !need.is_met()) {
        None => Ok(()),
        Some(limit) => Err(Error::usage(format!(
            "--feed {}: may take {} of memory, and there is {}; {}",
            path.display(),
            bytes(need.needed),
            bytes(limit),
            need.remedy
        ))),
    }
}

/// The rows of `--feed`.
///
/// # Errors
/// When its flags contradict one another, or the file cannot be used.
pub(super) fn open(args: &Args) -> Result<Option<Feed<Row>>, Error> {
    if args.feed_end.is_some() && args.feed_order != Some(FeedOrder::Unique) {
        return Err(Error::usage(
            "--feed-end is for rows that are given once; give --feed-order unique too, or leave it out",
        ));
    }
    let Some(path) = &args.feed else { return Ok(None) };
    need(args).map_or(Ok(()), |need| fits(path, &need))?;
    let feed = Feed::untyped(path).map_err(|error| Error::usage(format!("--feed {error}")))?;
    let feed = match args.feed_order.unwrap_or(FeedOrder::Circular) {
        FeedOrder::Circular => feed.circular(),
        FeedOrder::Random => feed.random(),
        FeedOrder::Unique => feed.unique(),
    };
    Ok(Some(feed.at_end(args.feed_end.unwrap_or_default())))
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
        let refused =
            "--feed a.csv: may take 4.0 KiB of memory, and there is 4.0 KiB; use fewer rows, or fewer columns";
        assert_eq!(told(Some(4095)), Err(refused.to_owned()));
    }
}
