//! Gates that can never be judged, refused before a run.

use std::time::Duration;

use super::definition::Gate;
use super::metric::Reach;
use super::nearest::remedy;
use crate::error::Error;
use crate::units;

/// Knowledge of a run before it starts.
#[derive(Debug)]
pub(crate) struct Outlook<'a> {
    pub(crate) checks: Vec<&'a str>,
    /// The names of all requests, where they are known before the run.
    pub(crate) requests: Option<Vec<String>>,
    /// Requests have due times.
    pub(crate) is_scheduled: bool,
    pub(crate) time_limit: Option<Duration>,
}

impl Gate {
    /// Refuses what can never be judged.
    ///
    /// # Errors
    /// One line that names the gate and what to write.
    pub(crate) fn validate(&self, outlook: &Outlook<'_>) -> Result<(), Error> {
        let refuse = |why: String| Err(Error::usage(format!("{} '{}': {why}", self.kind.flag(), self.expr)));
        if let Some(limit) = outlook.time_limit.filter(|limit| self.after > *limit) {
            let (after, limit) = (units::short(self.after), units::short(limit));
            return refuse(format!("the run ends after {limit}, before {after}; give it a longer ‹time›"));
        } else if self.metric.needs_schedule() && !outlook.is_scheduled {
            return refuse(
                "only a schedule has corrected times; give a ‹pace› or ‹rate›, or leave out corrected.".into(),
            );
        }
        let Some(name) = self.name.as_deref().filter(|name| !outlook.checks.contains(name)) else { return Ok(()) };
        let (what, requests) = match (self.metric.reach(), &outlook.requests) {
            (Reach::Check, _) => ("check", &[][..]),
            (_, Some(requests)) => ("check or request", &requests[..]),
            (_, None) => return Ok(()),
        };
        let mut known = outlook.checks.clone();
        known.extend(requests.iter().map(String::as_str).filter(|request| !outlook.checks.contains(request)));
        if known.contains(&name) {
            return Ok(());
        }
        refuse(format!("no {what} is named '{name}'; {}", remedy(name, &known)))
    }
}
