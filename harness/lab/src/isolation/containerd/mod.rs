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

use self::configuration::Configuration;
use self::host::Host;
use super::docker::installed;
use super::runner::State;
use super::{Isolation, Look, Profile};
use crate::define::Workload;
use crate::network;

/// The name of the helper, and of its folder in `harness/helpers`.
pub const HELPER: &str = "containerd";

/// A container by containerd.
#[derive(Debug)]
struct Containerd {
    profile: Profile,
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
            profile: Configuration::profile(configuration),
            configuration,
            host,
        }) as Box<dyn Isolation>
    };
    Configuration::ALL.map(isolation).into()
}

/// Removes what owners that no longer run have in the containerd at `address`; gives how many
/// containers and links that were.
pub fn sweep(address: Option<&str>, helper: &State) -> Result<u32, String> {
    Host::new(address, helper.clone()).sweep()
}

/// Where containerd listens: the address that `CONTAINERD_ADDRESS` names, or its usual one.
pub fn socket() -> PathBuf {
    let named = std::env::var("CONTAINERD_ADDRESS").ok();
    absence::socket(named.as_deref())
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
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        let live = self.live();
        Look {
            version: live.as_ref().ok().map(|version| {
                let runtime = self.configuration.version();
                format!(
                    "{version}, {}",
                    runtime.as_deref().unwrap_or("runtime unknown")
                )
            }),
            sha256: None,
            missing: live.err(),
        }
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let linked = workload.serve.is_some();
        linked.then(network::not_permitted).flatten()
    }
}
