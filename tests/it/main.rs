//! perfloop as its users see it: the binary and the library, run against the mock service.
#![allow(clippy::unwrap_used)]

mod cli;
mod compare;
mod config;
mod conservation;
mod curl;
mod edges;
mod examples;
mod feed;
mod gates;
mod guide;
mod harness;
mod html;
mod hurl;
mod hurl_cli;
mod hurl_corpus;
mod inputs;
mod json;
mod load;
mod mistakes;
mod outcomes;
mod outputs;
mod pace;
mod raw;
mod readme;
mod requests;
mod routes;
mod s1;
mod stamps;
mod stop;
mod support;
mod tidy;
mod verdicts;
