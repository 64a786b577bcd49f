//! What settings make: a load test that can be started, and where its numbers are to be read.

use crate::error::Error;
use crate::job::aim::Aim;
use crate::job::settings::Settings;
use crate::job::spec::RunSpec;
use crate::job::target::Target;
use crate::load::Plan;
use crate::load_test::LoadTest;

/// Load test that settings have made, and that can be started.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) test: LoadTest,
    pub(super) aim: Aim,
    /// Kept as long as the run: the mock service inside perfloop may be a part of it.
    pub(super) target: Option<Target>,
}

impl Made {
    /// With the gates, precisions and goals of the settings.
    ///
    /// # Errors
    /// Settings that no search can have.
    pub(super) fn gated(mut self, spec: &RunSpec) -> Result<Made, Error> {
        let gates = spec.fail_if.iter().map(|gate| gate.0.clone());
        let gates = gates.chain(spec.threshold.iter().map(|gate| gate.0.clone()));
        self.test = gates.fold(self.test, LoadTest::gate);
        self.test = spec.until.iter().fold(self.test, |test, precision| test.until((**precision).clone()));
        if let Some(steering) = spec.steering()? {
            self.test = steering.prepared(self.test);
        }
        Ok(self)
    }
}

/// What a load test is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is started.
    Run,
    /// It is shown, and everything refused that a start would refuse.
    Show,
    /// What it lacks may be given later.
    Form,
}

/// Makes a load test of settings.
pub(super) type Maker<'a> = &'a dyn Fn(&Settings, Purpose) -> Result<Made, Error>;
