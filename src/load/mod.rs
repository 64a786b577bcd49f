//! The load half: runs checks, and knows nothing of what is made of their samples.

mod check;
mod cookies;
mod crew;
mod http;
mod multipart;
mod open;
mod os;
mod pace;
mod panics;
mod plan;
mod prepared;
mod recorder;
mod request;
mod response;
mod runner;
mod stop;
mod user;

pub(crate) use check::Check;
pub use http::{HttpSettings, TlsResume};
pub use multipart::Multipart;
pub use plan::Plan;
pub(crate) use prepared::{Prepared, SharedRequest};
pub use request::RequestBuilder;
pub(crate) use request::basic_auth;
pub use response::{Response, Statuses};
pub(crate) use runner::{Parts, start};
pub(crate) use stop::Stop;
pub use user::User;
