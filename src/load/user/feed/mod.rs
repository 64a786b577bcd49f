//! Feeds: rows of data that users take, one copy in memory for all of them.

mod file;
mod quotes;
mod table;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::load::user::User;
use crate::outcome::Failure;
pub use table::Row;

/// Rows of data for checks, such as accounts to log in with. A clone is another handle on the same rows, and goes on
/// where the first one stands, also from one run to the next.
///
/// Rows are given in one of three orders: [`circular`](Feed::circular), which is the default, [`random`](Feed::random)
/// or [`unique`](Feed::unique). Users never wait for one another when they take one.
///
/// ```
/// use perfloop::{CheckResult, Feed, LoadTest, Plan, User};
/// # use mock_service::{MockService, Settings};
/// # let service = MockService::start(Settings { delay: std::time::Duration::ZERO, ..Settings::default() })?;
/// # let url = service.url();
///
/// let names = Feed::from_rows(vec!["ann", "bob", "cy"]).unique();
/// let check = move |user: &mut User| -> CheckResult {
///     let name = names.next(user)?;
///     user.get(&format!("{url}/users/{name}")).name("GET /users/{name}").send()?.expect_status(200)?;
///     Ok(())
/// };
/// let summary = LoadTest::new(Plan::new().users(2)).check("user", check).start()?.join()?;
/// assert_eq!(summary.whole.totals.pass, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Feed<T> {
    name: Arc<str>,
    rows: Arc<[T]>,
    order: Order,
    at_end: AtEnd,
    cursor: Arc<Cursor>,
}

/// Reaction when all rows of a [unique](Feed::unique) feed were taken and a check wants one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AtEnd {
    /// The run ends, with [`EndReason::DataUsedUp`](crate::EndReason::DataUsedUp). The check that wanted the row is not
    /// counted, whatever it returns; users that have a row finish their iteration.
    #[default]
    Stop,
    /// The check gets a fail that names the feed.
    Fail,
    /// The rows are given once more, from the first one on.
    Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Circular,
    Random,
    Unique,
}

/// How many rows were taken in turn, alone on its cache lines: all users count here.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Cursor(AtomicU64);

impl<T: DeserializeOwned> Feed<T> {
    /// Reads a CSV file whose first row names the columns; each row below it becomes a `T`, its fields by their names.
    /// The file's path is the feed's name.
    ///
    /// # Errors
    /// One line that names file and line: the file cannot be read, is not UTF-8, is empty or has no rows; a column has
    /// no name or that of another; a row has more or fewer values than there are columns, or does not fit `T`.
    pub fn from_csv(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Self::from_rows(file::read_as(path)?).name(&path.display().to_string()))
    }
}

impl Feed<Row> {
    /// Reads rows whose columns are looked up by name; see [`from_csv`](Self::from_csv).
    ///
    /// # Errors
    /// Those of [`from_csv`](Self::from_csv), without a type to fit.
    pub fn untyped(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Self::from_rows(file::read_rows(path)?).name(&path.display().to_string()))
    }
}

impl<T> Feed<T> {
    /// A feed of rows that are there already. A feed without rows has used them up from the beginning, in any order.
    pub fn from_rows(rows: Vec<T>) -> Self {
        Feed {
            name: "the feed".into(),
            rows: rows.into(),
            order: Order::Circular,
            at_end: AtEnd::default(),
            cursor: Arc::default(),
        }
    }

    /// Name of the feed in messages. Default: the path of its file, or "the feed".
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        Feed { name: name.into(), ..self }
    }

    /// Gives one row after the other, over all users, and begins again after the last. Starts at the first row.
    #[must_use]
    pub fn circular(self) -> Self {
        self.ordered(Order::Circular)
    }

    /// Gives each user rows by its own random sequence, which is the same in every run with the same seed.
    #[must_use]
    pub fn random(self) -> Self {
        self.ordered(Order::Random)
    }

    /// Gives each row once, over all users, in the order of the file. Starts at the first row.
    #[must_use]
    pub fn unique(self) -> Self {
        self.ordered(Order::Unique)
    }

    /// Sets the reaction when [unique](Self::unique) rows are used up. Default: [`AtEnd::Stop`].
    #[must_use]
    pub fn at_end(self, at_end: AtEnd) -> Self {
        Feed { at_end, ..self }
    }

    /// All rows.
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// Takes a row, for a check to go on with. In a [part](crate::Plan::part) of a run, rows that are taken in turn are those
    /// that the other parts do not take.
    ///
    /// # Errors
    /// When no row is left: a fail that names the feed. Passed on with `?`, it ends the check. Take the row before the
    /// check's first request, so that no request is made for a check that is not counted.
    pub fn next(&self, user: &mut User) -> Result<&T, Failure> {
        let index = self.take(user)?;
        Ok(&self.rows[index])
    }

    /// Row that stays the same throughout an iteration, for the one feed of a command line.
    pub(crate) fn of_iteration(&self, user: &mut User) -> Result<&T, Failure> {
        let index = match user.row_of_iteration {
            Some((iteration, index)) if iteration == user.iteration() => index,
            _ => self.take(user)?,
        };
        user.row_of_iteration = Some((user.iteration(), index));
        Ok(&self.rows[index])
    }

    fn ordered(self, order: Order) -> Self {
        Feed { order, cursor: Arc::default(), ..self }
    }

    fn take(&self, user: &mut User) -> Result<usize, Failure> {
        if self.order == Order::Random && !self.rows.is_empty() {
            return Ok(user.rng.usize(..self.rows.len()));
        }
        let turn = user.part.place(self.cursor.0.fetch_add(1, Ordering::Relaxed));
        self.row_at(turn).ok_or_else(|| {
            if self.at_end != AtEnd::Fail {
                user.has_no_row(&self.name);
            }
            Failure::Fail(format!("the rows of {} are used up", self.name).into())
        })
    }

    fn row_at(&self, turn: u64) -> Option<usize> {
        let rows = self.rows.len() as u64;
        let is_once = self.order == Order::Unique && self.at_end != AtEnd::Again;
        let index = if is_once { Some(turn).filter(|turn| *turn < rows) } else { turn.checked_rem(rows) };
        index.map(|index| index as usize)
    }
}

impl<T> Clone for Feed<T> {
    fn clone(&self) -> Self {
        Feed {
            name: Arc::clone(&self.name),
            rows: Arc::clone(&self.rows),
            order: self.order,
            at_end: self.at_end,
            cursor: Arc::clone(&self.cursor),
        }
    }
}

impl<T> fmt::Debug for Feed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("name", &self.name)
            .field("rows", &self.rows.len())
            .field("order", &self.order)
            .field("at_end", &self.at_end)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_five(feed: &Feed<u8>) -> Vec<Option<usize>> {
        (0..5).map(|turn| feed.row_at(turn)).collect()
    }

    #[test]
    fn each_order_gives_its_rows_in_turn() {
        let feed = Feed::from_rows(vec![1, 2]);
        let again = [Some(0), Some(1), Some(0), Some(1), Some(0)];
        let once = [Some(0), Some(1), None, None, None];
        assert_eq!(first_five(&feed), again);
        assert_eq!(first_five(&feed.clone().at_end(AtEnd::Fail)), again, "an end is for unique rows");
        assert_eq!(first_five(&feed.clone().unique()), once);
        assert_eq!(first_five(&feed.clone().unique().at_end(AtEnd::Fail)), once);
        assert_eq!(first_five(&feed.unique().at_end(AtEnd::Again)), again);
    }

    #[test]
    fn a_feed_without_rows_gives_none() {
        let feed = Feed::from_rows(Vec::new());
        for feed in [feed.clone(), feed.clone().random(), feed.clone().unique(), feed.unique().at_end(AtEnd::Again)] {
            assert_eq!(first_five(&feed), [None; 5], "{feed:?}");
        }
    }

    #[test]
    fn a_feed_goes_to_any_thread() {
        fn goes<T: Send + Sync + Clone>() {}
        goes::<Feed<Row>>();
        goes::<Feed<String>>();
    }
}
