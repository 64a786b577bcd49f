//! Diagnoses: what the numbers show of the service, beyond what they are. Each sign is a function of a summary alone, and
//! silent where it is not sure: a false alarm is worse than none.

mod body_held_back;
mod cold_start;
mod connecting;
mod evidence;
mod failures_began;
mod of_one;
mod saturated;
mod sign;
mod slow;
mod slow_bursts;
mod slow_first_answers;
mod told;

pub use evidence::{Evidence, Measure};
pub use sign::Sign;
pub use told::Diagnosis;

use super::summary::Summary;

impl Summary {
    /// Diagnoses: what the numbers show of the service. Of a run that goes on, those that its counts tell.
    pub fn diagnoses(&self) -> Vec<Diagnosis> {
        let signs = [
            failures_began::failures_began,
            of_one::failures_of_one,
            saturated::saturated,
            slow_bursts::slow_bursts,
            cold_start::cold_start,
            slow_first_answers::slow_first_answers,
            of_one::slow_answers_of_one,
            body_held_back::body_held_back,
            connecting::nothing_kept,
            connecting::sessions_not_resumed,
            connecting::backlog_full,
            connecting::name_server_silent,
        ];
        signs.iter().filter_map(|sign| sign(self)).collect()
    }
}

#[cfg(test)]
mod tests;
