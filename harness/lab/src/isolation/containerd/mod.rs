//! `containerd/*`: containers by containerd's own interface, with no Docker before it: what a
//! Kubernetes node runs underneath, with runc and with runwasi's shims for wasm.
//!
//! What speaks to containerd is a helper, a program of its own, since it is built with a
//! protobuf compiler, which the lab must not need. It asks for what the lab says, and removes
//! it; the lab reads the container's output itself, and looks for itself that nothing is left.

mod absence;
mod configuration;
mod host;
mod isolate;

use std::path::PathBuf;
use std::sync::Arc;

use labrun_record::{IsolationRecord, Outcome, Start, Target, Tier};

use self::configuration::Configuration;
use self::host::Host;
use super::docker::installed;
use super::runner::State;
use super::{Isolation, Packing};
use crate::define::{Need, Workload};
use crate::network;
use crate::task::Way;

/// The name of the helper, and of its folder in `harness/helpers`.
pub const HELPER: &str = "containerd";

/// A container by containerd.
#[derive(Debug)]
struct Containerd {
    configuration: Configuration,
    host: Arc<Host>,
}

/// Every configuration, on the containerd that `CONTAINERD_ADDRESS` names, through a helper.
pub fn isolations(helper: &State) -> Vec<Box<dyn Isolation>> {
    isolations_at(None, helper)
}

/// The same on the one at `address`. What they leave in it, images, goes with the last of
/// them.
pub fn isolations_at(address: Option<&str>, helper: &State) -> Vec<Box<dyn Isolation>> {
    let host = Arc::new(Host::new(address, helper.clone()));
    let isolation = |configuration| {
        let host = Arc::clone(&host);
        Box::new(Containerd {
            configuration,
            host,
        }) as Box<dyn Isolation>
    };
    Configuration::ALL.map(isolation).into()
}

/// Whether `takes` takes any of them.
pub fn is_any(takes: &dyn Fn(&str) -> bool) -> bool {
    Configuration::ALL
        .iter()
        .any(|configuration| takes(configuration.name()))
}

/// Removes what owners that no longer run have in the containerd at `address`; gives how many
/// containers and links that were.
pub fn sweep(address: Option<&str>, helper: &State) -> Result<u32, String> {
    Host::new(address, helper.clone()).sweep()
}

/// Where containerd listens, and which programs beside it the isolation needs; none for one
/// that is not containerd's.
pub fn side_of(isolation: &str) -> Option<(PathBuf, &'static [&'static str])> {
    let mut all = Configuration::ALL.into_iter();
    let found = all.find(|configuration| configuration.name() == isolation)?;
    let named = std::env::var("CONTAINERD_ADDRESS").ok();
    Some((absence::socket(named.as_deref()), found.programs()))
}

impl Containerd {
    /// Its version; or why it cannot be measured here.
    fn live(&self) -> Result<String, String> {
        let configuration = self.configuration;
        let mut programs = configuration.programs().iter();
        if let Some(missing) = programs.find(|program| !installed(program)) {
            return Err(configuration.mend(missing));
        }
        self.host.live()
    }
}

impl Isolation for Containerd {
    fn name(&self) -> &str {
        self.configuration.name()
    }

    fn tier(&self) -> Tier {
        self.configuration.tier()
    }

    fn summary(&self) -> &str {
        self.configuration.summary()
    }

    fn targets(&self) -> &[Target] {
        self.configuration.target()
    }

    fn starts(&self) -> &[Start] {
        &[Start::Process]
    }

    fn networks(&self) -> &'static [(Way, &'static str)] {
        &[(Way::AsUsers, "veth")]
    }

    fn packing(&self) -> Option<Packing> {
        Some(self.configuration.packing())
    }

    fn unsupported(&self, workload: &Workload, target: Target, needs: &[Need]) -> Option<String> {
        if needs.contains(&Need::Stdin)
            && let Some(reason) = self.configuration.endless_stdin()
        {
            return Some(reason.to_owned());
        }
        let serves_wasm = target != Target::Image && workload.serve.is_some();
        serves_wasm.then(|| {
            "a module of WASI p1 opens no socket, and the lab's handler is no program that a shim starts"
                .to_owned()
        })
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let linked = workload.serve.is_some();
        linked.then(network::not_permitted).flatten()
    }

    fn record(&self) -> IsolationRecord {
        let live = self.live();
        IsolationRecord {
            name: self.name().to_owned(),
            tier: self.tier(),
            version: live.as_ref().ok().map(|version| {
                let runtime = self.configuration.version();
                format!(
                    "{version}, {}",
                    runtime.as_deref().unwrap_or("runtime unknown")
                )
            }),
            sha256: None,
            settings: self.configuration.settings(),
            outcome: if live.is_ok() {
                Outcome::Measured
            } else {
                Outcome::Unavailable
            },
            reason: live.err(),
        }
    }
}
