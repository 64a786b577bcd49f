//! What a plan asked for, as far as it decides what can be advised after its run.

/// What a plan asked for. Of runs that were read from a report it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    pub(crate) load: AskedLoad,
    pub(crate) rest: AskedRest,
    /// Users start one after the other.
    pub(crate) ramps: bool,
    /// Connections are kept for the next request.
    pub(crate) keeps: bool,
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

/// What users do between two iterations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum AskedRest {
    #[default]
    None,
    /// They rest after each.
    Wait,
    /// They begin the next when it is due.
    Pace,
}

impl Asked {
    /// What two plans have in common.
    pub(crate) fn and(self, other: Asked) -> Asked {
        if self == other { self } else { Asked::default() }
    }
}
