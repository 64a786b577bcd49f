//! A matrix of what can go wrong with a service, by every way a run can end: all that a run writes says the same, and it is
//! what the service saw.

mod books;
mod kinds;
mod matrix;
mod server;
