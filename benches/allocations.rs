//! `cargo bench --bench allocations`: what one request on a kept connection allocates, and that it does not grow.
//!
//! Counts do not depend on what else the machine does, so here an absolute bar is one that noise cannot break.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use mock_service::{MockService, Settings};
use perfloop::{CheckResult, LoadTest, Plan, User};

/// A little above what a request written in a check takes (15 and 1214): boxes for the request and its answer, which go
/// through several hands.
const MOST_ALLOCATIONS: u64 = 13;
const MOST_BYTES: u64 = 1000;
const REQUESTS: u64 = 1000;
/// The first ones make the connection and its buffers.
const WARM_UP: u64 = 10;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
    let url = format!("{}/fast", service.url());
    let seen: Arc<Mutex<Vec<AllocationInfo>>> = Arc::default();
    let noted = Arc::clone(&seen);
    let check = move |user: &mut User| -> CheckResult {
        let mut result = Ok(());
        let info = measure(|| result = user.get(&url).send().map(drop));
        noted.lock().unwrap_or_else(PoisonError::into_inner).push(info);
        Ok(result?)
    };
    let summary = LoadTest::new(Plan::new().loops(WARM_UP + REQUESTS)).check("request", check).start()?.join()?;
    assert_eq!(summary.whole.totals.pass, WARM_UP + REQUESTS, "{:?}", summary.failures);

    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner).split_off(WARM_UP as usize);
    // Where the collector is late, a user counts a few hundred samples itself: no more often than once in a hundred requests.
    seen.sort_by_key(|info| info.count_total);
    let usual = &seen[..seen.len() * 98 / 100];
    let most = |count: fn(&AllocationInfo) -> u64| usual.iter().map(count).max().unwrap_or(0);
    let (allocations, bytes) = (most(|info| info.count_total), most(|info| info.bytes_total));
    let left: i64 = usual.iter().map(|info| info.bytes_current).sum();
    println!(
        "a request allocates {allocations} times, {bytes} bytes in all (at most {MOST_ALLOCATIONS}, {MOST_BYTES})"
    );
    println!("{} requests left {left} bytes behind", usual.len());
    let held = allocations <= MOST_ALLOCATIONS && bytes <= MOST_BYTES && left.unsigned_abs() < REQUESTS;
    println!("{}", if held { "held" } else { "missed" });
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
