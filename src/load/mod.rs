//! The load half: runs checks, and knows nothing of what is made of their samples.

mod check;
mod http;
mod os;
mod plan;
mod pool;
mod user;

pub use check::Check;
pub use check::class::UserClass;
pub(crate) use check::class::{CheckShare, Class, Classes};
pub(crate) use check::hooks::Hooks;
pub use check::hooks::{FailureEvent, RequestEvent};
pub use check::set::CheckSet;
pub(crate) use check::user_hooks::UserHooks;
#[cfg(fuzzing)]
pub(crate) use http::scripted::read_in_pieces;
pub(crate) use http::{
    Added, Body, Family, Headers, Method, RequestOptions, Route, TlsVersions, Uri, Version, certificate_file,
    origin_key, text_of,
};
#[cfg(feature = "hurl")]
pub(crate) use http::{Hashes, unpacked};
pub use http::{HttpSettings, TlsResume};
#[cfg(feature = "otel")]
pub(crate) use http::{Poster, check_header};
pub(crate) use os::CpuUse;
pub use plan::Plan;
pub(crate) use plan::load::{Load, Start};
pub(crate) use plan::rate::{Rate, RateOverTime};
pub(crate) use plan::resources::Resource;
pub(crate) use plan::stages::Stages;
pub use plan::wait::{Wait, between, constant, exponential, pacing, throughput};
pub(crate) use pool::control::{Control, WantedUsers};
pub(crate) use pool::runner::{Parts, start};
pub(crate) use pool::stop::Stop;
pub use user::User;
pub use user::agent::agent;
pub(crate) use user::authorization::{basic_auth, login};
pub use user::feed::{AtEnd, Feed, Row};
pub use user::multipart::Multipart;
pub(crate) use user::multipart::type_by_name;
pub(crate) use user::origin::Origin;
pub(crate) use user::prepared::Prepared;
#[cfg(feature = "hurl")]
pub(crate) use user::redirect::RedirectRules;
pub use user::request::RequestBuilder;
pub use user::response::{Response, Statuses};
pub(crate) use user::session::CookieJar;
pub(crate) use user::shared_requests::{Filled, SharedRequest};
