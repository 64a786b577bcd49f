//! HTTP clients of a user: one with the plan's settings, and one for each of the other settings its requests ask for.

use std::sync::Arc;

use crate::error::Error;
use crate::load::http::agent::AgentMaker;
use crate::load::http::{Client, ClientCache, HttpSettings, Interrupt};

/// Clients of one user.
#[derive(Debug)]
pub(crate) struct Clients {
    main: Client,
    /// Clients with settings other than the plan's, made when they are needed.
    others: Vec<(Arc<HttpSettings>, Client)>,
    cache: Arc<ClientCache>,
    interrupt: Interrupt,
    settings: Arc<HttpSettings>,
    /// Position of the user, counted from 0: users take the addresses of a host in turn.
    turn: u32,
}

impl Clients {
    pub(crate) fn new(
        main: Client,
        settings: Arc<HttpSettings>,
        cache: Arc<ClientCache>,
        interrupt: Interrupt,
        turn: u32,
    ) -> Self {
        Clients { main, others: Vec::new(), cache, interrupt, settings, turn }
    }

    /// Settings of the plan.
    pub(crate) fn settings(&self) -> &HttpSettings {
        &self.settings
    }

    /// Maker of a ureq agent with the plan's settings.
    pub(crate) fn agent_maker(&self) -> AgentMaker {
        self.main.agent_maker()
    }

    /// Client with these settings, or with the plan's; one of other settings is [made](Self::make) before.
    pub(crate) fn of(&self, settings: Option<&Arc<HttpSettings>>) -> &Client {
        let Some(settings) = settings else { return &self.main };
        self.others.iter().find(|(known, _)| known == settings).map_or(&self.main, |(_, client)| client)
    }

    /// Makes the client with these settings, if there is none yet.
    ///
    /// # Errors
    /// When the certificates or the proxy of the settings cannot be used.
    pub(crate) fn make(&mut self, settings: &Arc<HttpSettings>) -> Result<(), Error> {
        if self.others.iter().all(|(known, _)| known != settings) {
            let made = self.cache.client(settings, self.turn, &self.interrupt)?;
            self.others.push((Arc::clone(settings), made));
        }
        Ok(())
    }
}
