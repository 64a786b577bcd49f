//! Signs that are known.

/// Sign of a trouble of the service, by what it leaves in the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sign {
    /// Bodies come 40 ms after their heads: the service waits for an acknowledgement in between.
    BodyHeldBack,
    /// Connections take whole seconds to make: SYNs are not answered, and sent again.
    BacklogFull,
    /// Look-ups of a name take as long as it takes to give a name server up.
    NameServerSilent,
    /// Each answer ends its connection, though it was to be kept.
    NothingKept,
    /// TLS handshakes take much of the time, and none resumes a session.
    SessionsNotResumed,
    /// More requests in flight take longer, and no more of them are answered.
    Saturated,
    /// Answers are slow in bursts at a steady interval.
    SlowBursts,
    /// Failures begin at one moment.
    FailuresBegan,
    /// Failures are those of one request, check or status.
    FailuresOfOne,
    /// Slow answers are those of one request.
    SlowAnswersOfOne,
    /// Slow answers are those of the start.
    ColdStart,
    /// Slow answers are the first on their connections.
    SlowFirstAnswers,
}
