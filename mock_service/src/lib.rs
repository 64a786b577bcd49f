//! An HTTP service to test load testers and HTTP clients against.
//!
//! It serves the endpoints of common load-testing write-ups, generic endpoints (any status, any delay, any size),
//! and every way an HTTP connection can go wrong. It is also an independent witness: it counts each request it is
//! sent, per path, so that what a client claims to have sent can be checked against what arrived.
//!
//! ```
//! use mock_service::{MockService, Settings};
//!
//! # fn main() -> std::io::Result<()> {
//! let service = MockService::start(Settings::default())?;
//! println!("GET {}/json", service.url());
//! assert_eq!(service.total_hits(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! The service runs on threads of its own and stops when the [`MockService`] is dropped. `GET /__endpoints` lists
//! everything it serves.

mod app;
mod chance;
mod clock;
mod connection;
#[cfg(feature = "sqlite")]
mod database;
mod duration;
mod filler;
mod front;
mod hits;
mod listener;
mod places;
mod routes;
mod script;
mod service;
mod settings;
mod stalls;
#[cfg(feature = "tls")]
mod tls;
mod transport;
#[cfg(feature = "sqlite")]
mod users;

#[cfg(feature = "sqlite")]
pub use database::Database;
pub use service::MockService;
pub use settings::Settings;
