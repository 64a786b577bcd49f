//! The live page: start, watch, change and stop a run in a browser, and read the ones before.
//!
//! A *desk* has the runs: the one that goes on and those that are over. A *watcher* looks at the run once a second and
//! makes one snapshot for all who look on. The server hands out snapshots and takes orders; who carries these out (and has
//! the checks) gets them through a channel.

mod about;
mod compare;
mod desk;
mod events;
mod export;
mod files;
mod folder;
mod form;
mod guard;
mod locust;
mod metrics;
mod order;
mod parts;
mod record;
mod reply;
mod routes;
mod run;
mod search;
mod server;
mod start;
mod steer;
mod watcher;

pub(crate) use about::About;
pub(crate) use desk::{Desk, Facts};
pub(crate) use folder::save_report;
pub(crate) use form::{Form, FormClass, refused};
pub(crate) use guard::Access;
pub(crate) use metrics::Metrics;
pub(crate) use order::{Answer, Need, Order, Refused, Shown, Wish};
pub(crate) use routes::router;
pub(crate) use run::Run;
pub(crate) use search::Search;
pub(crate) use server::Server;
pub(crate) use watcher::Watcher;

#[cfg(test)]
mod tests;
