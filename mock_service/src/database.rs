use std::path::PathBuf;
use std::str::FromStr;

/// Where the users API keeps its users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Database {
    /// An SQLite database in memory, which ends with the service.
    #[default]
    Memory,
    /// This SQLite file; it is made where there is none.
    Sqlite(PathBuf),
    /// The collection `users` of a database that speaks MongoDB's protocol, at a URL such as
    /// `mongodb://localhost:27017/shop`. Without a name in it the database is `mock_service`.
    #[cfg(feature = "mongodb")]
    MongoDb(String),
}

impl FromStr for Database {
    type Err = String;

    /// Reads the path of a file or a URL of MongoDB.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            None => Ok(Self::Sqlite(text.into())),
            Some(("mongodb" | "mongodb+srv", _)) => of_mongodb(text),
            Some((scheme, _)) => {
                Err(format!("no database is known by {scheme}://; give a file or mongodb://HOST/NAME"))
            }
        }
    }
}

#[cfg(feature = "mongodb")]
fn of_mongodb(url: &str) -> Result<Database, String> {
    // Neither the URL nor what is wrong in it is shown: there may be a password in it.
    match mongodb::options::ConnectionString::parse(url) {
        Ok(_) => Ok(Database::MongoDb(url.into())),
        Err(error) => Err(error.kind.to_string()),
    }
}

#[cfg(not(feature = "mongodb"))]
fn of_mongodb(_: &str) -> Result<Database, String> {
    Err("built without the feature `mongodb`; give a file, or build with --features mongodb".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_from_a_url() {
        assert_eq!("users.db".parse(), Ok(Database::Sqlite("users.db".into())));
        let reason = "postgres://localhost/shop".parse::<Database>().expect_err("no database");
        assert!(reason.contains("postgres://"), "{reason}");
    }

    #[test]
    #[cfg(feature = "mongodb")]
    fn a_url_of_mongodb_is_taken_and_a_broken_one_is_refused() {
        let url = "mongodb://localhost:27017/shop";
        assert_eq!(url.parse(), Ok(Database::MongoDb(url.into())));
        for broken in ["mongodb://", "mongodb://host:port/shop", "mongodb://a:secret@h:1:2/shop"] {
            let reason = broken.parse::<Database>().expect_err("no database");
            assert!(!reason.contains("secret"), "{reason}");
        }
    }

    #[test]
    #[cfg(not(feature = "mongodb"))]
    fn a_url_of_mongodb_is_refused_with_the_feature_that_it_needs() {
        assert!(
            "mongodb://localhost/shop".parse::<Database>().expect_err("no database").contains("--features mongodb")
        );
    }
}
