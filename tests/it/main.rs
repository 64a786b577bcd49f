//! perfloop as its users see it: the binary and the library, run against the mock service.
#![allow(clippy::unwrap_used)]
// Tables of checks are easier to read with each in a line.
#![allow(clippy::type_complexity, clippy::unit_arg)]

mod agree;
mod cli;
mod compare;
mod config;
mod conservation;
mod counted;
mod curl;
mod edges;
mod examples;
mod faults;
mod feed;
mod foreign;
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
mod lost;
mod mistakes;
mod outcomes;
mod outputs;
mod pace;
mod rates;
mod raw;
mod readme;
mod requests;
mod rests;
mod routes;
mod s1;
mod stalls;
mod stamps;
mod stop;
mod support;
mod tidy;
mod tls;
mod verdicts;
mod wire;
mod written;
