//! `--feed` and the flags that go with it.

use std::fs;

use super::args::Args;
use crate::error::Error;
use crate::load::{AtEnd, Feed, Need, Row};
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
    let need = fs::metadata(path).map(|file| Need::of_feed(file.len())).ok();
    if let Some(Need { needed, limit: Some(limit), remedy, .. }) = need.filter(|need| !need.is_met()) {
        let (path, needed, limit) = (path.display(), bytes(needed), bytes(limit));
        return Err(Error::usage(format!(
            "--feed {path}: may take {needed} of memory, and there is {limit}; {remedy}"
        )));
    }
    let feed = Feed::untyped(path).map_err(|error| Error::usage(format!("--feed {error}")))?;
    let feed = match args.feed_order.unwrap_or(FeedOrder::Circular) {
        FeedOrder::Circular => feed.circular(),
        FeedOrder::Random => feed.random(),
        FeedOrder::Unique => feed.unique(),
    };
    Ok(Some(feed.at_end(args.feed_end.unwrap_or_default())))
}
