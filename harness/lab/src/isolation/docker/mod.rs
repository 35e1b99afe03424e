//! `docker/*`: containers as users of Docker run them, driven through the daemon's API.
//!
//! Every configuration runs the image of `Dockerfile.baseline` with Docker's defaults;
//! they differ in the network, or in the base under the binary. Nothing here connects
//! to a daemon before it is asked for one.

mod absence;
mod base;
mod body;
mod configuration;
mod container;
mod context;
mod daemon;
mod image;
mod import;
mod isolate;
mod load;
mod removal;
mod running;
mod save;
mod sweep;

pub(crate) use self::absence::installed;
pub(in crate::isolation) use self::body::{ISOLATION_LABEL, WORKLOAD_LABEL};

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use self::configuration::Configuration;
use self::daemon::Daemon;
pub use self::daemon::DaemonVersion;
pub use self::image::{Image, ImageError, ImageRequest};
use super::{Base, Isolation, Look, Profile};
use crate::define::Workload;
use crate::interrupt::Interrupt;
use crate::network;
use crate::owner::Owner;

/// A container.
#[derive(Debug)]
struct Docker {
    profile: Profile,
    configuration: Configuration,
    daemon: Arc<Daemon>,
}

/// Docker on this machine: one daemon, connected to when it is first needed.
#[derive(Debug, Default, Clone)]
pub struct DockerHost(Arc<Daemon>);

impl DockerHost {
    /// The daemon at `host`, in the words of `DOCKER_HOST`; `default()` is the one that
    /// this variable names.
    pub fn at(host: &str) -> Self {
        Self(Arc::new(Daemon::at(host)))
    }

    /// Every configuration.
    pub fn isolations(&self) -> Vec<Box<dyn Isolation>> {
        Configuration::ALL
            .into_iter()
            .map(|configuration| Docker {
                profile: configuration.profile(),
                configuration,
                daemon: Arc::clone(&self.0),
            })
            .map(|docker| Box::new(docker) as Box<dyn Isolation>)
            .collect()
    }

    /// The daemon's version; or why there is none, with the way to mend it.
    pub fn version(&self) -> Result<DaemonVersion, String> {
        self.0.live().map(|live| live.version.clone())
    }

    /// The image that is asked for; built if the daemon does not have it.
    pub fn build_image(&self, request: &ImageRequest<'_>) -> Result<Image, ImageError> {
        let live = self.0.live().map_err(ImageError::Unavailable)?;
        image::build(&live, request)
    }

    /// Lets `read` read what `docker save` would write of an image, until the run is asked
    /// to end. Nothing is kept of it.
    pub fn save<T>(
        &self,
        image: &str,
        interrupt: &Interrupt,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<T, ImageError> {
        let live = self.0.live().map_err(ImageError::Unavailable)?;
        save::save(&live, image, interrupt, read)
    }

    /// The image of a name and tag, if the daemon has it.
    pub fn image(&self, tag: &str) -> Result<Option<Image>, ImageError> {
        let live = self.0.live().map_err(ImageError::Unavailable)?;
        image::inspect(&live, tag)
    }

    /// Has the daemon take every image of an archive.
    pub fn load(&self, archive: &Path, interrupt: &Interrupt) -> Result<(), ImageError> {
        let live = self.0.live().map_err(ImageError::Unavailable)?;
        load::load(&live, archive, interrupt)
    }

    /// Digests of the uncompressed layers of an image, 64 hex digits each, the lowest first.
    pub fn layers(&self, image: &str) -> Result<Vec<String>, ImageError> {
        let live = self.0.live().map_err(ImageError::Unavailable)?;
        save::layers(&live, image)
    }

    /// Removes the containers and links of owners that no longer run; gives how many, and what resists.
    /// With no daemon there is nothing to remove, which is no error.
    pub fn sweep(&self) -> (u32, Vec<String>) {
        sweep::sweep(&self.0)
    }
}

/// Every configuration, on the daemon that `DOCKER_HOST` names.
pub fn isolations() -> Vec<Box<dyn Isolation>> {
    DockerHost::default().isolations()
}

/// The image under the binary, by the name that the daemon has it under; none for `scratch`.
pub fn base_image(base: Base) -> Option<String> {
    match base {
        Base::Scratch => None,
        Base::Debian => Some(base::tag()),
    }
}

/// See [`DockerHost::version`].
pub fn daemon() -> Result<DaemonVersion, String> {
    DockerHost::default().version()
}

/// See [`DockerHost::sweep`].
pub fn sweep() -> (u32, Vec<String>) {
    DockerHost::default().sweep()
}

/// Removes the containers of an owner that still runs; gives what resists.
pub fn remove_all_of(owner: &Owner) -> Vec<String> {
    sweep::remove_all_of(&DockerHost::default().0, owner)
}

/// Builds one image, see [`DockerHost::build_image`].
pub fn build_image(request: &ImageRequest<'_>) -> Result<Image, ImageError> {
    DockerHost::default().build_image(request)
}

impl Isolation for Docker {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        let live = self.daemon.live();
        let version = live.as_ref().ok().map(|live| live.version.to_string());
        let missing = live.and_then(|live| match self.configuration.base() {
            _ if self
                .configuration
                .runtime()
                .is_some_and(|name| !live.has(name)) =>
            {
                Err(no_runtime(self.configuration.runtime().unwrap_or_default()))
            }
            Base::Debian
                if image::inspect(&live, &base::tag()).is_ok_and(|base| base.is_none()) =>
            {
                base::not_possible().map_or(Ok(()), Err)
            }
            _ => Ok(()),
        });
        Look {
            version,
            sha256: None,
            missing: missing.err(),
        }
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let linked = self.configuration == Configuration::NoNetwork && workload.serve.is_some();
        linked.then(network::not_permitted).flatten()
    }
}

/// That the daemon has no such OCI runtime, with the way to give it one.
fn no_runtime(name: &str) -> String {
    format!(
        "the Docker daemon has no runtime `{name}`: install {name}, name it under \"runtimes\" in \
         /etc/docker/daemon.json, and restart the daemon (or: dockerd --add-runtime {name}=$(command -v {name}))"
    )
}
