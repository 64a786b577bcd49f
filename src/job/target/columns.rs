//! Columns of a feed.

use crate::load::{Feed, Row};

pub(super) fn columns(feed: &Feed<Row>) -> &[String] {
    feed.rows().first().map_or(&[], Row::columns)
}
