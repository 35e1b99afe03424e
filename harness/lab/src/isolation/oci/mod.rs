//! `oci/*`: the OCI runtimes that stand under every container, with no daemon above them.
//!
//! Each creates, starts and deletes a container from one bundle, as containerd's shims have
//! it done. What is in the bundle's root is what is in the image of `Dockerfile.baseline`.

mod bundle;
mod container;
mod runtime;
mod start;

use labrun_record::Target;

use super::child::{Boundary, Child, LaunchRequest};
use super::runner::Ready;
use super::{Isolation, Look, Packing, Profile};
use crate::define::Workload;
use crate::network;
use crate::outcome::Failure;
use crate::task::NetworkPath;
pub(crate) use bundle::root;
use container::Container;
use runtime::Runtime;

/// Containers by one OCI runtime.
#[derive(Debug)]
pub struct Oci {
    profile: Profile,
    runtime: Runtime,
}

impl Oci {
    /// Every runtime that the lab knows, here or not.
    pub fn all() -> impl Iterator<Item = Self> {
        Runtime::all().into_iter().map(|runtime| Self {
            profile: Profile {
                name: format!("oci/{}", runtime.name),
                tier: runtime.tier,
                summary: format!(
                    "{} by {} alone, image from scratch as a bundle",
                    runtime.makes, runtime.name
                ),
                targets: vec![Target::Image],
                packing: Packing::Root,
                networks: vec![(NetworkPath::AsUsers, "veth")],
                settings: runtime.settings(),
                has_program: true,
                ..Profile::default()
            },
            runtime,
        })
    }
}

impl Isolation for Oci {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        let mut look = Look::at(self.runtime.tool.found());
        if look.missing.is_none() {
            look.missing = runtime::not_permitted(self.name());
        }
        look
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let serves = workload.serve.is_some();
        serves.then(network::not_permitted).flatten()
    }

    fn program(&self) -> Option<Ready> {
        self.runtime.tool.ready()
    }
}

impl Boundary for Oci {
    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        let veth = order.veth()?;
        let bundle = bundle::Bundle::new(order, veth.as_ref().map(|_| order.guest()))?;
        let container = Container::new(&self.runtime, order, bundle, veth)?;
        Ok(Box::new(container))
    }
}
