//! A check where libtest is the harness: a test of its own, which `#[perfloop::check]` writes.

use std::ffi::OsString;
use std::fmt;

use super::harness::{Harness, once};
use super::refusal::Refusal;
use super::registry;
use crate::load_test::LoadTest;

/// Result of such a test.
pub type Tested = Result<(), Untrue>;

/// Why a check did not pass, as it is to be read: libtest shows what a test returns by `Debug`.
pub struct Untrue(String);

impl fmt::Debug for Untrue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs the registered check of this name and place once, with the settings of the file and the environment.
///
/// # Errors
/// When it fails, ends as an exception, or cannot be run.
pub fn as_test(name: &str, file: &str, line: u32) -> Tested {
    let registered = registry::find(name, file, line).ok_or_else(|| Untrue(format!("'{name}' is not registered")))?;
    let program: Vec<OsString> = std::env::args_os().take(1).collect();
    let harness = Harness::of(vec![registered.check()]).ready().map_err(|error| Untrue(error.to_string()))?;
    let refused = |refusal: Refusal| Untrue(refusal.error("this program with").to_string());
    let test = LoadTest::new(harness.plan_of_tests(&program).map_err(refused)?).with_check(registered.check());
    once(test).map_err(|failed| Untrue(failed.message().unwrap_or_default().to_owned()))
}
