/// Raises the number of files the process may open as far as it is allowed to: each connection is one, and the usual
/// limit of 1024 is less than the users a load test has.
#[cfg(unix)]
pub(super) fn allow_many() {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Refused on systems whose real maximum is lower than the one they report; the service then runs with what it has.
    let _ = setrlimit(Resource::Nofile, limit);
}

/// There is no such limit.
#[cfg(not(unix))]
pub(super) fn allow_many() {}
