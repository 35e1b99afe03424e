//! `docker/*`: containers as users of Docker run them, driven through the daemon's API.
//!
//! Every configuration runs the image of `Dockerfile.baseline` with Docker's defaults;
//! they differ in the network, or in the base under the binary. Nothing here connects
//! to a daemon before it is asked for one.

mod base;
mod body;
mod configuration;
mod container;
mod context;
mod daemon;
mod hold;
mod image;
mod import;
mod isolate;
mod load;
mod removal;
mod running;
mod runtime;
mod save;
mod silence;
mod socket;
mod sweep;

pub(in crate::isolation) use self::body::{ISOLATION_LABEL, WORKLOAD_LABEL};

use self::configuration::{ALL, Configuration, Network};
pub use self::daemon::{DaemonVersion, DockerHost};
pub use self::image::{Image, ImageRequest};
use super::{Base, Isolation, Look, Profile};
use crate::define::Workload;
use crate::network;

/// A container.
#[derive(Debug)]
struct Docker {
    profile: Profile,
    configuration: Configuration,
    host: DockerHost,
}

impl DockerHost {
    /// Every configuration.
    pub fn isolations(&self) -> Vec<Box<dyn Isolation>> {
        let isolation = |configuration: Configuration| {
            Box::new(Docker {
                profile: configuration.profile(),
                configuration,
                host: self.clone(),
            }) as Box<dyn Isolation>
        };
        ALL.map(isolation).into()
    }
}

/// The image under the binary, by the name that the daemon has it under; none for `scratch`.
pub fn base_image(base: Base) -> Option<String> {
    match base {
        Base::Scratch => None,
        Base::Debian => Some(base::tag()),
    }
}

impl Docker {
    /// What the daemon lacks for this configuration, with the way to give it that.
    fn lacks(&self, live: &daemon::Live) -> Option<String> {
        let base = base_image(self.configuration.base)?;
        let is_missing = image::inspect(live, &base).is_ok_and(|base| base.is_none());
        is_missing.then(base::not_possible).flatten()
    }
}

impl Isolation for Docker {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        let live = match self.host.live() {
            Ok(live) => live,
            Err(failure) => return Look::missing(failure),
        };
        let name = self.configuration.runtime;
        let runtime = runtime::version(&live, name);
        let version = runtime.as_ref().ok().and_then(Option::as_deref);
        Look {
            version: Some(live.version.with_runtime(name, version)),
            missing: runtime.err().or_else(|| self.lacks(&live)),
            ..Look::default()
        }
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let is_linked = self.configuration.network == Network::None && workload.serve.is_some();
        is_linked.then(network::not_permitted).flatten()
    }
}
