//! Ends what a user's clients are blocked on, from another thread.

use std::sync::Arc;

use parking_lot::Mutex;
use ureq::Agent;

/// Both ends are the same: the user adds its clients, and who cuts the run off interrupts them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<Mutex<Clients>>);

#[derive(Debug, Default)]
struct Clients {
    agents: Vec<Agent>,
    is_interrupted: bool,
}

impl Interrupt {
    /// From now on every exchange of these clients ends at once, and none can be begun.
    pub(crate) fn interrupt(&self) {
        let mut clients = self.0.lock();
        clients.is_interrupted = true;
        clients.agents.drain(..).for_each(Agent::shutdown);
    }

    /// One more, which may come too late.
    pub(super) fn add(&self, agent: Agent) {
        let mut clients = self.0.lock();
        if clients.is_interrupted {
            agent.shutdown();
        } else {
            clients.agents.push(agent);
        }
    }
}
