//! Ways for `fuzz/` into what the command line reads.

use super::curl;

/// The words of perfloop for a pasted command of curl.
pub fn curl(command: &str) -> Result<Vec<String>, String> {
    curl::translated(command)
}
