//! The machines of a run, and what it took of them.

use serde::{Deserialize, Serialize};

use super::number::{Count, Number, Seconds};
use super::text::Text;
use crate::end::MachineUse;
use crate::report;

/// Machine that perfloop ran on; null for what the system does not tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "host"))]
pub(crate) struct Host {
    /// Kind of operating system, such as `linux`.
    os: Option<Text>,
    /// Version of its kernel.
    kernel: Option<Text>,
    /// Processors that perfloop may use.
    cpus: Option<Count>,
    /// Name that the processors give themselves.
    cpu_model: Option<Text>,
    /// Main memory in bytes.
    memory_bytes: Option<Count>,
}

/// Use of the run's machines; shares are of all processors together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "machine"))]
pub(crate) struct Machine {
    /// Processors of all machines.
    processors: u32,
    /// Processor time of perfloop, in s.
    own_cpu_s: Seconds,
    /// Share of the processors' time that perfloop took, 0 to 1.
    own_share: Number,
    /// Share of the processors' time in which any process worked, 0 to 1; null if the system does not tell.
    #[cfg_attr(test, schemars(range(max = 1)))]
    busy_share: Option<Number>,
    /// Share of the processors' time that the host kept for others, 0 to 1; null if the system does not tell.
    #[cfg_attr(test, schemars(range(max = 1)))]
    steal_share: Option<Number>,
}

impl From<&report::Host> for Host {
    fn from(host: &report::Host) -> Self {
        let text = |text: &Option<String>| text.as_ref().map(Text::from);
        Host {
            os: text(&host.os),
            kernel: text(&host.kernel),
            cpus: host.cpus.map(Count),
            cpu_model: text(&host.cpu_model),
            memory_bytes: host.memory_bytes.map(Count),
        }
    }
}

impl From<Host> for report::Host {
    fn from(host: Host) -> Self {
        report::Host {
            os: host.os.map(String::from),
            kernel: host.kernel.map(String::from),
            cpus: host.cpus.map(|cpus| cpus.0),
            cpu_model: host.cpu_model.map(String::from),
            memory_bytes: host.memory_bytes.map(|bytes| bytes.0),
        }
    }
}

impl From<MachineUse> for Machine {
    fn from(machine: MachineUse) -> Self {
        Machine {
            processors: machine.processors,
            own_cpu_s: machine.own_cpu.into(),
            own_share: Number(machine.own_share),
            busy_share: machine.busy_share.map(Number),
            steal_share: machine.steal_share.map(Number),
        }
    }
}

impl From<&Machine> for MachineUse {
    fn from(machine: &Machine) -> Self {
        MachineUse {
            processors: machine.processors,
            own_cpu: machine.own_cpu_s.into(),
            own_share: machine.own_share.0,
            busy_share: machine.busy_share.map(|share| share.0),
            steal_share: machine.steal_share.map(|share| share.0),
        }
    }
}
