use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait for the database; those beyond wait to wait.
const QUEUE: usize = 1_024;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS users_by_name ON users (name);
";

/// The users, in an SQLite database that a thread of its own works on.
pub(crate) struct Sqlite {
    jobs: mpsc::Sender<Job>,
}

type Job = Box<dyn FnOnce(&Connection) + Send>;

impl Sqlite {
    /// Opens the database file, or a database in memory.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let connection = connect(file).map_err(|e| match file {
            Some(file) => io::Error::other(format!("cannot open the database {}: {e}", file.display())),
            None => io::Error::other(format!("cannot open a database in memory: {e}")),
        })?;
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        std::thread::Builder::new().name("mock-users".into()).spawn(move || {
            while let Some(job) = queue.blocking_recv() {
                job(&connection);
            }
        })?;
        Ok(Self { jobs })
    }

    /// Adds a user.
    pub(crate) async fn create(&self, name: String, email: String) -> Result<Value, String> {
        self.run(move |db| {
            db.prepare_cached("INSERT INTO users (name, email) VALUES (?1, ?2)")?.execute(params![name, email])?;
            Ok(json!({ "id": db.last_insert_rowid(), "name": name, "email": email }))
        })
        .await
    }

    /// The newest users, newest first.
    pub(crate) async fn list(&self, limit: u32) -> Result<Value, String> {
        self.run(move |db| {
            db.prepare_cached("SELECT id, name, email FROM users ORDER BY id DESC LIMIT ?1")?
                .query_map([limit], user)?
                .collect::<rusqlite::Result<Vec<_>>>()
                .map(Value::Array)
        })
        .await
    }

    /// The newest user of that name.
    pub(crate) async fn find(&self, name: String) -> Result<Option<Value>, String> {
        self.run(move |db| {
            db.prepare_cached("SELECT id, name, email FROM users WHERE name = ?1 ORDER BY id DESC LIMIT 1")?
                .query_row([name], user)
                .optional()
        })
        .await
    }

    /// Has the database's thread do `work`.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            // Nobody waits for the result any more when the client has hung up.
            let _ = done.send(work(db));
        });
        let stopped = || "the database has stopped".to_string();
        self.jobs.send(job).await.map_err(|_| stopped())?;
        result.await.map_err(|_| stopped())?.map_err(|e| e.to_string())
    }
}

fn connect(file: Option<&Path>) -> rusqlite::Result<Connection> {
    let connection = match file {
        Some(file) => Connection::open(file)?,
        None => Connection::open_in_memory()?,
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

fn user(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "id": row.get::<_, i64>(0)?,
        "name": row.get::<_, String>(1)?,
        "email": row.get::<_, String>(2)?,
    }))
}
