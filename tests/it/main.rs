//! perfloop as its users see it: the binary and the library, run against the mock service.
#![allow(clippy::unwrap_used)]

mod cli;
mod config;
mod conservation;
mod feed;
mod harness;
mod html;
mod load;
mod outcomes;
mod pace;
mod readme;
mod requests;
mod routes;
mod s1;
mod stamps;
mod stop;
mod support;
mod tidy;
mod verdicts;
