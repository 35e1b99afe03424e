//! The identity of what is measured together, and what can become of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Metric;

/// What a workload is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// A process of the host's architecture.
    Native,
    /// A core module importing WASI preview 1.
    Wasip1,
    /// A component importing WASI 0.2.
    Wasip2,
    /// A container image holding a native binary.
    Image,
}

/// The class of the boundary between the workload and its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// A process, protected by the kernel's user and memory separation.
    Process,
    /// A process in namespaces and a cgroup of its own.
    Namespaces,
    /// A process whose system calls a kernel in user space answers, in namespaces.
    UserKernel,
    /// A guest kernel in a virtual machine.
    MicroVm,
    /// A WebAssembly sandbox inside a host process.
    WasmSandbox,
}

/// What already stands when the clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// The kernel alone; for containers the daemon and the image.
    Process,
    /// A fresh runner process that has served another module.
    Resident,
    /// A fresh runner process that has loaded and served this module.
    Loaded,
}

/// What became of a launch, or of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A value was taken from a launch whose output was correct.
    Measured,
    /// What it needs is not on this machine; the reason says how to get it.
    Unavailable,
    /// The isolation cannot do this at all.
    Unsupported,
    /// The launch failed: a crash, a trap, an error.
    Failed,
    /// No first output within the scenario's limit.
    Timeout,
    /// There was output, and it was wrong.
    Mismatch,
    /// Left out by a filter, by `--quick`, or by an interruption.
    NotSelected,
}

/// What is measured together. All of it is identity: two rows that differ in any
/// field are never averaged, mixed or compared silently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// Name of the workload.
    pub workload: String,
    /// What it is compiled for.
    pub target: Target,
    /// `technology/configuration`.
    pub isolation: String,
    /// Class of the boundary.
    pub tier: Tier,
    /// Architecture of the artifact: `x86_64`, `aarch64`.
    pub arch: String,
    /// What is measured.
    pub metric: Metric,
    /// What stands before the clock; null outside cold start.
    pub start: Option<Start>,
    /// Which memory is counted; null outside memory.
    pub scope: Option<String>,
    /// Whatever else tells rows apart, sorted.
    pub params: BTreeMap<String, String>,
}

/// The param of rows whose output is not checked, since nobody knows which is correct; and its value.
pub const UNCHECKED: [&str; 2] = ["checked", "no"];

/// The technology whose rows are controls.
pub const CONTROL: &str = "control";

impl Row {
    /// Whether its output is not checked. Then it is compared with nothing: whether the same was done is
    /// not known.
    pub fn is_unchecked(&self) -> bool {
        let [name, value] = UNCHECKED;
        self.params.get(name).is_some_and(|own| own == value)
    }

    /// Whether it is a control: a program that is started as anybody would start it, with nothing of what
    /// is measured, so that it tells what the machine does.
    pub fn is_control(&self) -> bool {
        self.isolation.split('/').next() == Some(CONTROL)
    }
}

macro_rules! names {
    ($type:ty { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// The name in files and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

names!(Target { Native => "native", Wasip1 => "wasip1", Wasip2 => "wasip2", Image => "image" });
names!(Tier {
    Process => "process",
    Namespaces => "namespaces",
    UserKernel => "user-kernel",
    MicroVm => "micro-vm",
    WasmSandbox => "wasm-sandbox",
});
names!(Start { Process => "process", Resident => "resident", Loaded => "loaded" });
names!(Outcome {
    Measured => "measured",
    Unavailable => "unavailable",
    Unsupported => "unsupported",
    Failed => "failed",
    Timeout => "timeout",
    Mismatch => "mismatch",
    NotSelected => "not-selected",
});

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.workload, self.target, self.isolation)?;
        if let Some(start) = self.start {
            write!(f, " {start}")?;
        }
        write!(f, " {}", self.metric)?;
        if let Some(scope) = &self.scope {
            write!(f, " {scope}")?;
        }
        for (name, value) in &self.params {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_files() {
        for (value, name) in [
            (
                serde_json::to_value(Tier::WasmSandbox),
                Tier::WasmSandbox.name(),
            ),
            (serde_json::to_value(Tier::MicroVm), Tier::MicroVm.name()),
            (
                serde_json::to_value(Outcome::NotSelected),
                Outcome::NotSelected.name(),
            ),
            (
                serde_json::to_value(Start::Resident),
                Start::Resident.name(),
            ),
            (serde_json::to_value(Target::Wasip1), Target::Wasip1.name()),
            (
                serde_json::to_value(Metric::InstantiateWarm),
                Metric::InstantiateWarm.name(),
            ),
        ] {
            assert_eq!(value.expect("serialises"), name);
        }
    }
}
