//! The load half: runs checks, and knows nothing of what is made of their samples.

mod arrivals;
mod asked_rate;
mod blame;
mod check;
mod class;
mod cookies;
mod crew;
mod driver;
mod feed;
mod flight;
mod hooks;
mod http;
mod lag;
mod life;
mod location;
mod measured;
mod multipart;
mod open;
mod origin;
mod os;
mod outlook;
mod panics;
mod plan;
mod prepared;
mod recorder;
mod request;
mod request_budget;
mod response;
mod rest;
mod roster;
mod run;
mod runner;
mod session;
mod set;
mod set_cookie;
mod shift;
mod stages;
mod state;
mod stop;
mod user;
mod wait;

pub(crate) use arrivals::{Rate, RateOverTime};
pub use check::Check;
pub use class::UserClass;
pub(crate) use class::{Class, Classes, Outlined};
pub use feed::{AtEnd, Feed, Row};
pub(crate) use hooks::Hooks;
pub use hooks::{FailureEvent, RequestEvent};
pub(crate) use http::{
    Added, Body, Family, Headers, Manner, Method, Route, TlsVersions, Uri, Version, certificate_file, origin_key,
    text_of,
};
#[cfg(feature = "hurl")]
pub(crate) use http::{Hashes, unpacked};
pub use http::{HttpSettings, TlsResume};
pub use multipart::Multipart;
pub(crate) use multipart::type_by_name;
pub(crate) use origin::Origin;
pub(crate) use outlook::Need;
pub use plan::Plan;
pub(crate) use plan::{Load, Start};
pub(crate) use prepared::{Prepared, SharedRequest};
pub use request::RequestBuilder;
pub(crate) use request::{basic_auth, login};
pub use response::{Response, Statuses};
pub(crate) use run::Steering;
pub(crate) use runner::{Parts, start};
pub use set::CheckSet;
pub(crate) use stages::Stages;
pub(crate) use stop::Stop;
pub(crate) use user::CookieJar;
pub use user::User;
pub use wait::{Wait, between, constant, exponential, pacing, throughput};
