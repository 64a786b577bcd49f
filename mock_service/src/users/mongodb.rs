use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use mongodb::options::ClientOptions;
use mongodb::{Client, Collection, Database, IndexModel};
use serde_json::{Value, json};

/// Database that a URL without a name means.
const DATABASE: &str = "mock_service";
const COLLECTION: &str = "users";
/// Longest time in which no server is found, where the URL gives none.
const FOUND_WITHIN: Duration = Duration::from_secs(5);
/// Tries to find a number that no other service on the same database has taken meanwhile.
const TRIES: usize = 100;

/// The users, in a collection of a server that speaks MongoDB's protocol. Their numbers are its `_id`s.
///
/// What is asked of the server is what the smaller ones among its kind know as well: pipelines instead of sorted finds,
/// and numbers that are counted here instead of by the server.
pub(crate) struct MongoDb {
    database: Database,
    users: Collection<Document>,
    /// Number of the newest user that is known here.
    newest: AtomicI64,
}

impl MongoDb {
    /// Connects to the server, and reads where the numbers of its users go on.
    pub(crate) async fn open(url: &str) -> io::Result<Self> {
        let mut options = ClientOptions::parse(url)
            .await
            .map_err(|e| io::Error::other(format!("the URL of the database: {}", e.kind)))?;
        options.server_selection_timeout.get_or_insert(FOUND_WITHIN);
        options.app_name.get_or_insert_with(|| DATABASE.into());
        let hosts = options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let name = options.default_database.clone().unwrap_or_else(|| DATABASE.into());
        let open = async {
            let database = Client::with_options(options)?.database(&name);
            let users = database.collection(COLLECTION);
            let newest = newest_of(&database).await?;
            // A server that has no indexes finds users by name more slowly.
            let _ = users.create_index(IndexModel::builder().keys(doc! { "name": 1, "_id": -1 }).build()).await;
            Ok(Self { database, users, newest: AtomicI64::new(newest) })
        };
        open.await.map_err(|error: Error| {
            io::Error::other(format!("cannot open the database {name} of {hosts}: {}", error.kind))
        })
    }

    /// Adds a user.
    pub(crate) async fn create(&self, name: String, email: String) -> Result<Value, String> {
        let mut tries = 0;
        loop {
            let id = self.newest.fetch_add(1, Ordering::Relaxed) + 1;
            match self.users.insert_one(doc! { "_id": id, "name": &name, "email": &email }).await {
                Ok(_) => return Ok(json!({ "id": id, "name": name, "email": email })),
                Err(error) => {
                    tries += 1;
                    let newest = newest_of(&self.database).await.map_err(told)?;
                    // Another service has written to the collection; anything else is a failure of the server.
                    if newest < id || tries == TRIES {
                        return Err(told(error));
                    }
                    self.newest.fetch_max(newest, Ordering::Relaxed);
                }
            }
        }
    }

    /// The newest users, newest first.
    pub(crate) async fn list(&self, limit: u32) -> Result<Value, String> {
        if limit == 0 {
            return Ok(json!([]));
        }
        let users = newest_first(&self.database, doc! {}, limit).await.map_err(told)?;
        users.iter().map(user).collect()
    }

    /// The newest user of that name.
    pub(crate) async fn find(&self, name: String) -> Result<Option<Value>, String> {
        let found = newest_first(&self.database, doc! { "name": name }, 1).await.map_err(told)?;
        found.first().map(user).transpose()
    }
}

async fn newest_of(database: &Database) -> Result<i64, Error> {
    let newest = newest_first(database, doc! {}, 1).await?;
    // A collection that others write to as well may have other ids: numbers begin anew beside those.
    Ok(newest.first().and_then(|user| user.get_i64("_id").ok()).unwrap_or(0))
}

/// Users in one batch, which a server ends at 16 MB. Smaller servers keep cursors open beyond their last user, and mix
/// up those of several connections, so that none is gone on with.
async fn newest_first(database: &Database, filter: Document, limit: u32) -> Result<Vec<Document>, Error> {
    let stages = [doc! { "$match": filter }, doc! { "$sort": { "_id": -1 } }, doc! { "$limit": i64::from(limit) }];
    let size = i32::try_from(limit).unwrap_or(i32::MAX);
    let command = doc! { "aggregate": COLLECTION, "pipeline": stages.to_vec(), "cursor": { "batchSize": size } };
    let answer = database.run_command(command).await?;
    let strange = || Error::custom("the answer holds no users");
    let cursor = answer.get_document("cursor").map_err(|_| strange())?;
    if let Ok(open @ 1..) = cursor.get_i64("id") {
        // Whether it could be closed matters to the server alone.
        let _ = database.run_command(doc! { "killCursors": COLLECTION, "cursors": [open] }).await;
    }
    let users = cursor.get_array("firstBatch").map_err(|_| strange())?;
    users.iter().map(|user| user.as_document().cloned().ok_or_else(strange)).collect()
}

fn user(document: &Document) -> Result<Value, String> {
    let field = |name: &str| document.get_str(name).map_err(|e| format!("a user in the database: {e}"));
    let id = document.get_i64("_id").map_err(|e| format!("a user in the database: {e}"))?;
    Ok(json!({ "id": id, "name": field("name")?, "email": field("email")? }))
}

/// What went wrong, without the bytes of the answer.
fn told(error: Error) -> String {
    format!("the database: {}", error.kind)
}
