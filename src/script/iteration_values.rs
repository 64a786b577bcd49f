//! Variables that each iteration has of its own: the values of its row of a feed, and the numbers of user and iteration.

use super::eval::{Value, Variables};
use super::template::{ITERATION, Template, USER};
use crate::load::{Feed, Row, User};
use crate::outcome::Failure;

/// Variables of an iteration, as far as templates name them.
#[derive(Debug, Clone, Default)]
pub(crate) struct IterationValues {
    /// Without a column that is named, no row is taken.
    feed: Option<Feed<Row>>,
    columns: Vec<(usize, String)>,
    has_user: bool,
    has_iteration: bool,
}

impl IterationValues {
    /// The variables that these templates name.
    pub(crate) fn of<'a>(templates: impl Iterator<Item = &'a Template> + Clone, feed: Option<&Feed<Row>>) -> Self {
        let known = feed.and_then(|feed| feed.rows().first()).map_or(&[][..], Row::columns);
        let is_named = |name: &str| templates.clone().any(|template| template.columns().any(|column| column == name));
        let columns: Vec<_> = known.iter().enumerate().filter(|(_, name)| is_named(name)).collect();
        let takes = |name: &str| templates.clone().any(|template| template.takes_number(name));
        IterationValues {
            feed: feed.filter(|_| !columns.is_empty()).cloned(),
            columns: columns.into_iter().map(|(index, name)| (index, name.clone())).collect(),
            has_user: takes(USER),
            has_iteration: takes(ITERATION),
        }
    }

    /// A row of the feed is taken.
    pub(crate) fn takes_rows(&self) -> bool {
        self.feed.is_some()
    }

    /// The value of this column is taken.
    pub(crate) fn takes_column(&self, name: &str) -> bool {
        self.columns.iter().any(|(_, column)| column == name)
    }

    /// Sets the variables of the user's iteration.
    ///
    /// # Errors
    /// When the feed has no row for it.
    pub(crate) fn set(&self, user: &mut User, variables: &mut Variables) -> Result<(), Failure> {
        if let Some(feed) = &self.feed {
            let row = feed.of_iteration(user)?;
            for (index, name) in &self.columns {
                variables.set(name.as_str(), Value::from(row.at(*index)));
            }
        }
        let number = |number: u64| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
        if self.has_user {
            variables.set(USER, number(user.id().into()));
        }
        if self.has_iteration {
            variables.set(ITERATION, number(user.iteration()));
        }
        Ok(())
    }
}
