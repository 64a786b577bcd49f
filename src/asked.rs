//! Load and rests that a plan asked for, as far as they decide what can be advised after its run.

/// Load and rests that a plan asked for. Of runs that were read from a report they are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    pub(crate) load: AskedLoad,
    pub(crate) rest: AskedRest,
    /// Users start one after the other.
    pub(crate) ramps: bool,
    /// Connections are kept for the next request.
    pub(crate) keeps: bool,
    /// TLS sessions are resumed.
    pub(crate) resumes: bool,
}

/// By what a plan says how much load there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum AskedLoad {
    #[default]
    Unknown,
    /// A number of users.
    Users,
    /// Numbers of users over time.
    Stages,
    /// Arrivals a second.
    Rate,
}

/// Rests of users between two iterations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum AskedRest {
    #[default]
    None,
    /// Users rest after each.
    Wait,
    /// Users begin the next when it is due.
    Pace,
}

impl Asked {
    /// Common part of two plans.
    pub(crate) fn and(self, other: Asked) -> Asked {
        if self == other { self } else { Asked::default() }
    }
}
