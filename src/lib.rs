//! perfloop turns functional tests of an API into load tests, one thread per simulated user, and prints numbers that are the server's.
//!
//! A **check** is a function that makes requests and says whether the answers are right. A **user** is a
//! thread that runs the checks again and again. A [`Plan`] says how many users there are and when they stop;
//! a [`LoadTest`] runs them; a [`Summary`] holds the numbers.
//!
//! ```
//! use perfloop::{CheckResult, LoadTest, Plan, User};
//! # use mock_service::{MockService, Settings};
//! # let service = MockService::start(Settings { delay: std::time::Duration::ZERO, ..Settings::default() })?;
//! # let url = format!("{}/json", service.url());
//!
//! let hello = move |user: &mut User| -> CheckResult {
//!     user.get(&url).send()?.expect_status(200)?.expect_json("code", 1)?;
//!     Ok(())
//! };
//! let summary = LoadTest::new(Plan::new().users(2).loops(5)).check("hello", hello).start()?.join()?;
//!
//! println!("{} of {} passed", summary.whole.totals.pass, summary.whole.totals.ended());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//! - `cli` (default): the command line, [`cli`].
//! - `embedded` (default): the command line's built-in target.
//! - `hurl` (default): Hurl files as checks; `xpath` (default): XPath in them.
//! - `otel`: the numbers of a run for a collector of OpenTelemetry, the flag `--otel`.
//!
//! With `default-features = false` the library alone is built.

// What only the command line uses stands beside what it belongs to.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

mod asked;
mod capacity;
#[cfg(feature = "cli")]
pub mod cli;
mod end;
mod error;
mod exchange;
mod ids;
#[cfg(feature = "hurl")]
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the command line takes more of it than Hurl files do"))]
mod import;
mod input_file;
#[cfg(feature = "cli")]
mod job;
mod load;
mod load_test;
mod logs;
mod look_alikes;
mod mismatch;
mod moment;
mod names;
mod nanos;
mod nearest;
#[cfg(feature = "otel")]
mod otel;
mod outcome;
mod part;
mod phase;
mod printable;
mod queue;
mod redact;
mod renaming;
pub mod report;
mod sample;
#[cfg(feature = "hurl")]
mod script;
pub mod stats;
pub mod units;
#[cfg(feature = "cli")]
mod web;
#[cfg(feature = "cli")]
mod worker;

/// Hurl files as checks: each file is read and compiled once, and run by every user.
#[cfg(feature = "hurl")]
pub mod hurl {
    pub use crate::script::{EntryResult, FileError, FileResult, FileVerdict, HurlChecks, HurlErrors, HurlFiles};
}

/// Names for what `#[perfloop::check]` writes, and for nothing else.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod __private {
    pub use crate::cli::as_test::{Tested, as_test};
    pub use crate::cli::registry::{Registered, inventory};
}

/// Ways into code that reads foreign text, for the targets of `fuzz/` and for nothing else.
#[cfg(fuzzing)]
#[doc(hidden)]
#[allow(missing_docs)]
pub mod fuzzing {
    pub use crate::cli::fuzzing::curl;
    use crate::load::{Stages, read_in_pieces};
    use crate::report::{RunInfo, read_json};
    pub use crate::script::fuzzing::{evaluate, template};
    use crate::stats::Summary;

    /// Status and body of an answer that comes in pieces of this size, as the codec and as the reader of agents has it.
    pub fn answer(bytes: &[u8], size: usize, is_to_head: bool) -> [Option<(u16, Vec<u8>)>; 2] {
        read_in_pieces(bytes, size, is_to_head)
    }

    pub fn import(format: usize, text: &str) -> Result<String, String> {
        use crate::import::{Format, ImportSettings, import};
        // Lines of curl are read elsewhere.
        let (_, format) = Format::ALL[format % (Format::ALL.len() - 1)];
        import(format, text, &ImportSettings::default()).map(|imported| imported.text)
    }

    pub fn report(bytes: &[u8]) -> Result<(Summary, RunInfo), String> {
        read_json(bytes)
    }

    pub fn stages(text: &str) -> Result<String, String> {
        text.parse::<Stages>().map(|stages| stages.to_string())
    }
}

/// The code of the README and of the guides compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../docs/tests.md")]
#[doc = include_str!("../docs/ureq.md")]
#[doc = include_str!("../docs/users.md")]
#[doc = include_str!("../docs/locust.md")]
struct Readme;

pub use capacity::Capacity;
#[cfg(feature = "cli")]
pub use cli::{Harness, harness_main as main};
pub use end::{End, EndReason};
pub use error::{Error, ErrorKind};
pub use exchange::{Exchange, Message};
pub use ids::RequestId;
pub use load::{
    AtEnd, Check, CheckSet, FailureEvent, Feed, HttpSettings, Multipart, Plan, RequestBuilder, RequestEvent, Response,
    Row, Statuses, TlsResume, User, UserClass, Wait, agent, between, constant, exponential, pacing, throughput,
};
pub use load_test::{Live, LoadTest, Run};
pub use outcome::{
    CheckResult, Classify, ErrorClass, Failure, IntoOutcome, Outcome, Reason, RequestError, RequestErrorKind,
};
pub use part::{Part, Parts};
#[cfg(feature = "cli")]
pub use perfloop_macros::check;
pub use phase::Phase;
pub use report::{SampleFormat, Secrets};
pub use sample::{Plateau, RequestTimes, Traffic};
pub use stats::{Gate, GateVerdict, Glance, Summary};
/// Client library that [`User::agent`] is of.
pub use ureq;
