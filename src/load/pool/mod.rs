//! Users as threads: made, started, told what to do and when to stop, and counted.

pub(crate) mod arrivals;
pub(crate) mod asked_rate;
pub(crate) mod control;
pub(crate) mod in_flight;
pub(crate) mod levels;
pub(crate) mod profile;
pub(crate) mod recorder;
pub(crate) mod request_budget;
pub(crate) mod run_state;
pub(crate) mod runner;
pub(crate) mod scheduler;
pub(crate) mod stop;
pub(crate) mod user_loop;
pub(crate) mod user_pool;
pub(crate) mod user_slot;
