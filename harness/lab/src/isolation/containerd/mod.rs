//! `containerd/*`: containers by containerd's own interface, with no Docker before it: what a
//! Kubernetes node runs underneath, with runc and with runwasi's shims for wasm.
//!
//! What speaks to containerd is a helper, a program of its own, since it is built with a
//! protobuf compiler, which the lab must not need. It asks for what the lab says, and removes
//! it; the lab reads the container's output itself, and looks for itself that nothing is left.

mod configuration;
mod host;
mod isolate;
mod shims;
mod socket;

use std::path::PathBuf;
use std::sync::Arc;

use self::configuration::{ALL, Configuration};
use self::host::Host;
use super::runner::Ready;
use super::{Isolation, Look, Profile};
use crate::define::Workload;
use crate::network;
use crate::outcome::Failure;

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
pub fn isolations(helper: &Result<Ready, Failure>) -> Vec<Box<dyn Isolation>> {
    isolations_at(None, helper)
}

/// The same on the one at `address`. What they leave in it, images, goes with the last of
/// them.
pub fn isolations_at(
    address: Option<&str>,
    helper: &Result<Ready, Failure>,
) -> Vec<Box<dyn Isolation>> {
    let host = Arc::new(Host::new(address, helper.clone()));
    let isolation = |configuration: Configuration| {
        let host = Arc::clone(&host);
        Box::new(Containerd {
            profile: configuration.profile(),
            configuration,
            host,
        }) as Box<dyn Isolation>
    };
    ALL.map(isolation).into()
}

/// Removes what owners that no longer run have in the containerd at `address`; gives how many
/// containers and links that were.
pub fn sweep(address: Option<&str>, helper: &Result<Ready, Failure>) -> Result<u32, String> {
    let swept = Host::new(address, helper.clone()).sweep();
    swept.map_err(Failure::into_reason)
}

/// Where containerd listens: the address that `CONTAINERD_ADDRESS` names, or its usual one.
pub fn socket() -> PathBuf {
    let named = std::env::var("CONTAINERD_ADDRESS").ok();
    socket::socket(named.as_deref())
}

impl Containerd {
    /// Its version; or why it cannot be measured here.
    fn live(&self) -> Result<String, Failure> {
        self.configuration.is_here()?;
        self.host.live()
    }
}

impl Isolation for Containerd {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        let looked = self
            .live()
            .and_then(|version| Ok((version, self.configuration.version(&self.host.socket)?)));
        match looked {
            Ok((version, runtime)) => Look {
                version: Some(format!("{version}, {runtime}")),
                ..Look::default()
            },
            Err(failure) => Look::missing(failure),
        }
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let linked = workload.serve.is_some();
        linked.then(network::not_permitted).flatten()
    }
}
