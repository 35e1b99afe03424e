//! What is defined in files: workloads, runners, scenarios, and where they are.

mod acl;
mod arrivals;
mod asked;
pub(crate) mod bounds;
mod build_command;
mod document;
mod environment;
mod expect;
mod fault;
mod given;
mod lab_folder;
mod listening;
mod nearest;
mod need;
mod placeholder;
mod plain;
mod product;
mod rate;
mod requests;
mod run;
mod runner;
mod scenario;
mod secrets;
mod setting;
mod steady;
mod trust;
mod versions;
mod workload;

pub use arrivals::Arrivals;
pub use asked::{Asked, OtherProgram};
pub use bounds::is_of_name;
pub use build_command::BuildCommand;
pub use document::{DefineError, read_toml};
pub use environment::{Environment, said_twice};
pub use expect::Expect;
pub use given::{Given, NativeFacts, target_of};
pub use lab_folder::{Definitions, LabFolder};
pub use listening::listening;
pub(crate) use nearest::hint;
pub use need::Need;
pub use placeholder::mistyped;
pub(crate) use plain::plain;
pub use product::{Find, Hosting, ProductConfiguration, ProductDefinition};
pub use rate::Rate;
pub use requests::Requests;
pub use run::{Run, Serve};
pub use runner::{Build, BuildPrerequisite, Configuration, RunnerDefinition, Unsupported};
pub use scenario::{
    LeftOut, LoadPlan, MemoryPlan, MetricPlan, Model, PlanFile, Scenario, WorkloadPlan,
};
pub use steady::{Calls, Steady};
pub use trust::distrust;
pub use versions::Versions;
pub use workload::{ArtifactKind, GUEST_GRANT, GrantFiles, Workload};
