//! A run as data: its specification, where each value comes from, and what is made of it.

pub(crate) mod aim;
pub(crate) mod feed;
pub(crate) mod fields;
pub(crate) mod file;
pub(crate) mod given;
pub(crate) mod headers;
mod hurl_spec;
pub(crate) mod hurl_values;
pub(crate) mod machine;
pub(crate) mod output;
pub(crate) mod outputs;
pub(crate) mod path_text;
pub(crate) mod pipe;
mod plan;
pub(crate) mod proxies;
mod rows;
mod search;
mod search_values;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod spec;
pub(crate) mod spec_file;
pub(crate) mod target;
pub(crate) mod tls_files;
pub(crate) mod values;
pub(crate) mod variables;
pub(crate) mod written;
