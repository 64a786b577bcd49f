use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;

use super::parameters::Refusal;

/// More services than this are taken for a mistake: they are kept as long as the process runs.
const MAX_SERVICES: usize = 10_000;

/// Services that requests share, one for each of the parameters that were asked for.
#[derive(Debug)]
pub(super) struct Kept<K, S>(Mutex<HashMap<K, Arc<S>>>);

impl<K, S> Default for Kept<K, S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, S> Kept<K, S> {
    /// The service of these parameters, which the first request for it has made.
    pub(super) fn get(&self, key: K, make: impl FnOnce(&K) -> S) -> Result<Arc<S>, Refusal> {
        let mut services = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = services.get(&key) {
            return Ok(Arc::clone(service));
        }
        if services.len() == MAX_SERVICES {
            return Err(Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "too many services"));
        }
        let service = Arc::new(make(&key));
        services.insert(key, Arc::clone(&service));
        Ok(service)
    }
}
