//! Panics of checks: caught, told with their source line, and kept off the terminal.
//!
//! Without this a failing `assert!` under load would print thousands of lines about threads.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

thread_local! {
    /// `None` outside of a check; inside, what the hook has heard.
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs the function; a panic becomes one line that says where and what.
pub(crate) fn catch<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let ours = HEARD.with_borrow_mut(|heard| heard.as_mut().map(|heard| *heard = describe(info)).is_some());
            if !ours {
                previous(info);
            }
        }));
    });
    HEARD.set(Some(String::new()));
    let result = panic::catch_unwind(AssertUnwindSafe(function));
    let heard = HEARD.take().unwrap_or_default();
    result.map_err(|_| heard)
}

/// Calls a function inside of one that is caught already, such as a hook within a check.
pub(crate) fn catch_nested<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    let outer = HEARD.take();
    let result = catch(function);
    HEARD.set(outer);
    result
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("panicked without a message");
    let message: Vec<&str> = message.lines().map(str::trim).collect();
    let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
    format!("{}{place}", message.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_one_line_with_its_place() {
        let error = catch(|| assert_eq!(1, 2)).expect_err("it panics");
        assert!(error.starts_with("assertion `left == right` failed, left: 1, right: 2 (src"), "{error}");
        assert!(error.contains("panics.rs:"), "{error}");
        assert_eq!(catch(|| 7), Ok(7));
    }
}
