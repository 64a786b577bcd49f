//! What the service promises, seen from a client's end of a socket.

// A panic is how a test says that a step failed.
#![allow(clippy::unwrap_used)]

mod answers;
mod capacity;
mod client;
#[cfg(feature = "cli")]
mod command;
mod faults;
#[cfg(feature = "sqlite")]
mod folder;
mod lifecycle;
#[cfg(feature = "mongodb")]
mod mongodb;
mod scenarios;
mod signs;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "sqlite")]
mod users;
mod witness;
