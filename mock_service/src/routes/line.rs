//! Lines of `/__endpoints`.

/// Line of an endpoint: its methods and path, and an explanation.
pub(super) type Line = (&'static str, &'static str);

/// Endpoints that belong together, under a title.
pub(super) type Group = (&'static str, Vec<Line>);
