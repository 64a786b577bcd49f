//! The load half: runs checks, and knows nothing of what is made of their samples.

mod check;
mod crew;
mod http;
mod open;
mod os;
mod outlook;
mod pace;
mod panics;
mod plan;
mod recorder;
mod request;
mod response;
mod runner;
mod stop;
mod user;

pub(crate) use check::Check;
pub use http::{HttpSettings, TlsResume};
pub(crate) use outlook::Need;
pub use plan::Plan;
pub use request::RequestBuilder;
pub(crate) use request::{Prepared, SharedRequest, basic_auth};
pub use response::{Response, Statuses};
pub(crate) use runner::{Parts, start};
pub(crate) use stop::Stop;
pub use user::User;
