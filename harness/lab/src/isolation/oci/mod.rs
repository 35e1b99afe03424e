//! `oci/*`: the OCI runtimes that stand under every container, with no daemon above them.
//!
//! Each creates, starts and deletes a container from one bundle, as containerd's shims have
//! it done. What is in the bundle's root is what is in the image of `Dockerfile.baseline`.

mod bundle;
mod container;
mod runtime;

use std::net::{Ipv4Addr, SocketAddr};

use labrun_record::{IsolationRecord, Outcome, Start, Target, Tier};

use super::child::{Boundary, Child, Order};
use super::runner::Ready;
use super::{ImageForm, Isolation};
use crate::network::Veth;
use crate::outcome::Failure;
use crate::task::{Task, Way};
pub(crate) use bundle::root;
use container::Container;
use runtime::Runtime;

/// Where a server listens inside the container.
const GUEST_PORT: u16 = 8080;

/// Containers by one OCI runtime.
#[derive(Debug)]
pub struct Oci(Runtime);

impl Oci {
    /// Every runtime that the lab knows, here or not.
    pub fn all() -> impl Iterator<Item = Self> {
        Runtime::all().into_iter().map(Self)
    }
}

impl Isolation for Oci {
    fn name(&self) -> &str {
        self.0.name
    }

    fn tier(&self) -> Tier {
        self.0.tier
    }

    fn summary(&self) -> &str {
        self.0.summary
    }

    fn targets(&self) -> &[Target] {
        &[Target::Image]
    }

    fn starts(&self) -> &[Start] {
        &[Start::Process]
    }

    fn networks(&self) -> &'static [(Way, &'static str)] {
        &[(Way::AsUsers, "veth")]
    }

    fn image_form(&self) -> ImageForm {
        ImageForm::Bundle
    }

    fn program(&self) -> Option<Ready> {
        self.0.tool.ready()
    }

    fn record(&self) -> IsolationRecord {
        let mut record = self.0.tool.record(self, self.0.settings());
        if record.outcome == Outcome::Measured
            && let Some(reason) = runtime::not_permitted(self.0.name)
        {
            record.outcome = Outcome::Unavailable;
            record.reason = Some(reason);
        }
        record
    }
}

impl Boundary for Oci {
    fn prepare<'a>(&'a self, order: &Order<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        let serves = matches!(order.job.task, Task::Serve { .. });
        let listen = serves.then_some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, GUEST_PORT)));
        let veth = if serves {
            let veth = Veth::plan(&order.site.owner).and_then(Veth::fenced);
            Some(veth.map_err(Failure::failed)?)
        } else {
            None
        };
        let bundle = bundle::Bundle::new(order, listen)?;
        Ok(Box::new(Container::new(&self.0, order, bundle, veth)?))
    }
}
