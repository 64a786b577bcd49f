//! Requests that all users send, and the copy of each that a user has.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::prepared::Prepared;
use crate::ids::RequestId;

/// Request that all users send, each from a copy of its own: threads that count references of one value wait for each other.
#[derive(Debug, Clone)]
pub(crate) struct SharedRequest {
    /// Number among the shared requests of the process.
    pub(super) index: usize,
    pub(crate) request: Prepared,
}

impl SharedRequest {
    pub(crate) fn name(&self) -> &str {
        &self.request.name
    }

    /// Number of the request among the shared ones of the process.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn new(request: Prepared) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        SharedRequest { index: MADE.fetch_add(1, Ordering::Relaxed), request }
    }
}

/// State of a copy that was filled for the next time it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// Nothing was changed in it: method, URL, headers, body and settings are those of the last time.
    AsBefore,
    Anew,
}

/// Copy of a shared request.
#[derive(Debug)]
pub(super) struct OwnRequest {
    pub(super) id: RequestId,
    pub(super) request: Prepared,
    /// Its head as it goes out, as long as nothing is changed in it.
    pub(super) head: Option<Vec<u8>>,
}

/// Copies of the shared requests that one user has sent, by their numbers.
#[derive(Debug, Default)]
pub(super) struct OwnRequests(Vec<Option<Box<OwnRequest>>>);

impl OwnRequests {
    pub(super) fn get(&self, index: usize) -> Option<&Prepared> {
        self.0.get(index)?.as_deref().map(|own| &own.request)
    }

    /// Takes a copy out for the time it is sent.
    pub(super) fn take(&mut self, index: usize) -> Option<Box<OwnRequest>> {
        self.0.get_mut(index)?.take()
    }

    pub(super) fn put(&mut self, index: usize, own: Box<OwnRequest>) {
        if self.0.len() <= index {
            self.0.resize_with(index + 1, || None);
        }
        self.0[index] = Some(own);
    }
}
