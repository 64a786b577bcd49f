//! Weights of checks, as they were planned and as they happened.

use serde::Serialize;

/// Checks of each class, planned and happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Shares of the checks"))]
pub(crate) struct Ratios {
    /// Classes.
    pub(crate) classes: Vec<ClassRatio>,
}

/// Class of users.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "class_ratio"))]
pub(crate) struct ClassRatio {
    /// Name of the class; null for checks without one.
    pub(crate) name: Option<String>,
    /// Share of all runs of checks that was planned for it, 0 to 1.
    pub(crate) planned: f64,
    /// Share of all that ended, 0 to 1; null before any did.
    pub(crate) happened: Option<f64>,
    /// Checks of the class.
    pub(crate) checks: Vec<CheckRatio>,
}

/// Check of a class.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "check_ratio"))]
pub(crate) struct CheckRatio {
    /// Name of the check.
    pub(crate) name: String,
    /// Share of all runs of checks that was planned for it, 0 to 1.
    pub(crate) planned: f64,
    /// Share of all that ended, 0 to 1; null before any did.
    pub(crate) happened: Option<f64>,
    /// Runs that ended.
    pub(crate) count: u64,
}

/// Share that was planned for a check.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planned {
    pub(crate) class: Option<String>,
    pub(crate) check: String,
    pub(crate) share: f64,
}

impl Ratios {
    /// Of what was planned, and of how often each check ended.
    pub(crate) fn of(planned: &[Planned], ended: impl Fn(&str) -> u64) -> Ratios {
        let all: u64 = planned.iter().map(|one| ended(&one.check)).sum();
        let share = |count: u64| (all > 0).then(|| count as f64 / all as f64);
        let mut classes: Vec<ClassRatio> = Vec::new();
        for one in planned {
            let count = ended(&one.check);
            let check = CheckRatio { name: one.check.clone(), planned: one.share, happened: share(count), count };
            match classes.iter_mut().find(|class| class.name == one.class) {
                Some(class) => {
                    class.planned += one.share;
                    class.happened = class.happened.zip(check.happened).map(|(sum, share)| sum + share);
                    class.checks.push(check);
                }
                None => classes.push(ClassRatio {
                    name: one.class.clone(),
                    planned: one.share,
                    happened: check.happened,
                    checks: vec![check],
                }),
            }
        }
        Ratios { classes }
    }
}
