//! `--feed` and the flags that go with it.

use super::args::Args;
use crate::error::Error;
use crate::load::{AtEnd, Feed, Row};

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
    let feed = Feed::untyped(path).map_err(|error| Error::usage(format!("--feed {error}")))?;
    let feed = match args.feed_order.unwrap_or(FeedOrder::Circular) {
        FeedOrder::Circular => feed.circular(),
        FeedOrder::Random => feed.random(),
        FeedOrder::Unique => feed.unique(),
    };
    Ok(Some(feed.at_end(args.feed_end.unwrap_or_default())))
}
