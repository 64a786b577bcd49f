//! Standing of a member with its master, for those who look on.

use std::time::{Instant, SystemTime};

use super::message::Users;
use crate::report::http_log::timestamp;
use crate::report::live::{Loss, MemberNow, MemberState};

/// Standing of a member with its master.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    pub(super) identity: String,
    pub(super) state: MemberState,
    /// Requests of which the master has confirmed that it was told.
    pub(super) confirmed: u64,
    /// Requests that it was told of, and has not confirmed.
    pub(super) unconfirmed: u64,
    pub(super) heartbeats: u64,
    pub(super) answers: u64,
    pub(super) last_answer: Option<Instant>,
    losses: u64,
    last_loss: Option<Loss>,
}

impl Standing {
    /// The master was lost. A connection that cannot be made anew is the same loss.
    pub(super) fn lose(&mut self, why: &str) {
        let was_connected = self.state != MemberState::Unconnected;
        // A first connection that was never made is told as well.
        if was_connected || self.last_loss.is_none() {
            self.last_loss = Some(Loss { time: timestamp(SystemTime::now()), why: why.to_owned() });
        }
        self.losses += u64::from(was_connected);
        self.state = MemberState::Unconnected;
    }

    /// The same with the users that the master wants, and those that are up.
    pub(super) fn now(&self, wanted: &[(String, u32)], up: &Users) -> MemberNow {
        MemberNow {
            identity: self.identity.clone(),
            state: self.state,
            classes: wanted.iter().cloned().map(Into::into).collect(),
            users_told: wanted.iter().map(|(_, users)| *users).sum(),
            users_up: up.all,
            requests_told: self.confirmed + self.unconfirmed,
            requests_unconfirmed: self.unconfirmed,
            heartbeats: self.heartbeats,
            heartbeats_answered: self.answers,
            answered_before_s: self.last_answer.map(|at| (at.elapsed().as_secs_f64() * 10.0).round() / 10.0),
            losses: self.losses,
            last_loss: self.last_loss.clone(),
        }
    }
}
