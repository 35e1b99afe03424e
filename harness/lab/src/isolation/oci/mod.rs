//! `oci/*`: the OCI runtimes that stand under every container, with no daemon above them.
//!
//! Each creates, starts and deletes a container from one bundle, as containerd's shims have
//! it done. What is in the bundle's root is what is in the image of `Dockerfile.baseline`.

mod bundle;
mod container;
mod runtime;

use labrun_record::{IsolationRecord, Outcome, Start, Target, Tier};

use super::child::{Boundary, Child, GUEST, Order};
use super::runner::Ready;
use super::{ImageForm, Isolation};
use crate::outcome::Failure;
use crate::task::Way;
pub(crate) use bundle::root;
use container::Container;
use runtime::Runtime;

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
        let veth = order.veth()?;
        let bundle = bundle::Bundle::new(order, veth.as_ref().map(|_| GUEST))?;
        Ok(Box::new(Container::new(&self.0, order, bundle, veth)?))
    }
}
