//! Clients for requests whose settings are not the plan's.

use std::sync::Arc;

use parking_lot::Mutex;

use super::client::{Client, ClientFactory};
use super::interrupt::Interrupt;
use super::settings::HttpSettings;
use crate::error::Error;

/// What all users share to make them: one factory for each of the settings, made when the first user needs it.
#[derive(Debug, Default)]
pub(crate) struct ClientCache(Mutex<Vec<Arc<ClientFactory>>>);

impl ClientCache {
    /// A client with these settings for user number `turn`.
    ///
    /// # Errors
    /// When the certificates or the proxy of the settings cannot be used.
    pub(crate) fn client(&self, settings: &HttpSettings, turn: u32, interrupt: &Interrupt) -> Result<Client, Error> {
        let mut known = self.0.lock();
        let factory = match known.iter().find(|factory| factory.settings() == settings) {
            Some(factory) => Arc::clone(factory),
            None => {
                let factory = Arc::new(ClientFactory::new(settings)?);
                known.push(Arc::clone(&factory));
                factory
            }
        };
        drop(known);
        Ok(factory.client(turn, interrupt))
    }
}
