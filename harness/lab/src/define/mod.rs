//! What is defined in files: workloads, runners, scenarios, and where they are.

mod document;
mod lab_folder;
mod nearest;
mod runner;
mod scenario;
mod workload;

pub use document::{DefineError, read_toml};
pub use lab_folder::LabFolder;
pub use nearest::nearest;
pub use runner::{Configuration, RunnerDefinition, Unsupported};
pub use scenario::{MetricPlan, Scenario, WorkloadPlan};
pub use workload::{ArtifactKind, GUEST_GRANT, GrantFiles, Need, Run, Serve, Workload};
