//! A database under load: its driver's calls are timed, on one connection per user.
//!
//! `cargo run --release --example sqlite_reused` runs each check once, and
//! `cargo run --release --example sqlite_reused -- --users 5 --time 3` as load:
//!
//! ```text
//! 165307 checks in 3.02 s (time up): 165307 pass, 0 fail, 0 exception
//! 165302 requests: 165302 answered, 0 connections, 0 B in, 0 B out
//! …
//! check, its requests    pass  fail  exception  unfinished    rps   mean     p50     p90     p95     p99    max
//! order                 41284     0          0           0  13690  0.115   0.004   0.007   0.018    1.11  228.8
//!   INSERT order        41284     0          0           0  13690  0.115   0.004   0.007   0.018    1.11  228.8
//! total                124018     0          0           0  41125  0.082   0.011   0.014   0.015    1.08  229.0
//!   SELECT total       124018     0          0           0  41125  0.082   0.011   0.014   0.015    1.08  229.0
//! client: on_start          5     0          0           0   1.66  0.359  0.382*  0.664*  0.664*  0.664*  0.664
//! ```
//!
//! Who finds the database locked sleeps before it asks again: the mean tells nothing of it, the maximum does.

#![forbid(unsafe_code)]

use perfloop::{CheckResult, Harness, User, UserClass};
use rusqlite::Connection;

/// A database in memory that all connections of this program share; a path works as well.
const DATABASE: &str = "file:/orders?vfs=memdb";

fn connect(user: &mut User) -> CheckResult {
    user.set_state(Connection::open(DATABASE)?);
    Ok(())
}

fn order(user: &mut User) -> CheckResult {
    let customer = user.id();
    user.time_with("INSERT order", |connection: &mut Connection| {
        connection.prepare_cached("INSERT INTO orders (customer, cents) VALUES (?1, 1999)")?.execute([customer])
    })?;
    Ok(())
}

fn total(user: &mut User) -> CheckResult {
    let customer = user.id();
    let cents: i64 = user.time_with("SELECT total", |connection: &mut Connection| {
        let sql = "SELECT coalesce(sum(cents), 0) FROM (SELECT cents FROM orders WHERE customer = ?1 LIMIT 100)";
        connection.prepare_cached(sql)?.query_row([customer], |row| row.get(0))
    })?;
    if cents % 1999 == 0 { Ok(()) } else { Err(format!("wanted whole orders, got {cents} cents").into()) }
}

fn main() -> rusqlite::Result<()> {
    // The database lives as long as a connection to it is open.
    let owner = Connection::open(DATABASE)?;
    owner.execute_batch(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, cents INTEGER NOT NULL);
         CREATE INDEX of_customer ON orders (customer);",
    )?;
    let client = UserClass::new("client").on_start(connect).check(order, 1).check(total, 3);
    Harness::new().class(client).main()
}
