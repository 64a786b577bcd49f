//! The users API's users, in the database that was chosen.

#[cfg(feature = "mongodb")]
mod mongodb;
mod sqlite;

use std::io;

use serde_json::Value;

#[cfg(feature = "mongodb")]
use self::mongodb::MongoDb;
use self::sqlite::Sqlite;
use crate::database::Database;

/// The users, each with a number, a name and an email: the same answers whatever database keeps them.
pub(crate) enum Users {
    Sqlite(Sqlite),
    #[cfg(feature = "mongodb")]
    MongoDb(MongoDb),
}

/// Calls a method of the database that is chosen.
macro_rules! of_database {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        match $self {
            Self::Sqlite(users) => users.$method($($argument),*).await,
            #[cfg(feature = "mongodb")]
            Self::MongoDb(users) => users.$method($($argument),*).await,
        }
    };
}

impl Users {
    /// Opens the database. What connects does so on the runtime that this runs on.
    pub(crate) async fn open(database: &Database) -> io::Result<Self> {
        match database {
            Database::Memory => Sqlite::open(None).map(Self::Sqlite),
            Database::Sqlite(file) => Sqlite::open(Some(file)).map(Self::Sqlite),
            #[cfg(feature = "mongodb")]
            Database::MongoDb(url) => MongoDb::open(url).await.map(Self::MongoDb),
        }
    }

    /// Adds a user.
    pub(crate) async fn create(&self, name: String, email: String) -> Result<Value, String> {
        of_database!(self.create(name, email))
    }

    /// The newest users, newest first.
    pub(crate) async fn list(&self, limit: u32) -> Result<Value, String> {
        of_database!(self.list(limit))
    }

    /// The newest user of that name.
    pub(crate) async fn find(&self, name: String) -> Result<Option<Value>, String> {
        of_database!(self.find(name))
    }
}
