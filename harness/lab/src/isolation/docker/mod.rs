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
mod image;
mod import;
mod isolate;
mod load;
mod removal;
mod running;
mod save;
mod silence;
mod socket;
mod sweep;

pub(in crate::isolation) use self::body::{ISOLATION_LABEL, WORKLOAD_LABEL};

use self::configuration::{ALL, Configuration, Network};
pub use self::daemon::{DaemonVersion, DockerHost};
pub use self::image::{Image, ImageRequest};
use super::find::{ask, on_path};
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
        let name = self.configuration.runtime;
        let Some(path) = live.runtimes.get(name) else {
            return Some(format!(
                "the Docker daemon has no runtime `{name}`: install {name}, name it under \"runtimes\" in \
                 /etc/docker/daemon.json, and restart the daemon (or: dockerd --add-runtime {name}=$(command -v {name}))"
            ));
        };
        if let Some(other) = other_runtime(name, path.as_deref()) {
            return Some(other);
        }
        let base = base_image(self.configuration.base)?;
        let is_missing = image::inspect(live, &base).is_ok_and(|base| base.is_none());
        is_missing.then(base::not_possible).flatten()
    }
}

/// That what the daemon starts as the runtime `name` calls itself otherwise. A program that is not
/// to be seen here, as that of a daemon in a container, is taken at its name.
fn other_runtime(name: &str, path: Option<&str>) -> Option<String> {
    let path = path.filter(|path| !path.is_empty()).unwrap_or(name);
    // An absolute path is found as it is.
    let program = on_path(&[path]).ok()?;
    let (shown, said) = (program.display(), ask(&program, &["--version".to_owned()]));
    let what = match &said {
        Ok(said) if said.starts_with(&format!("{name} version")) => return None,
        Ok(said) => format!("calls itself {:?}", said.lines().next().unwrap_or_default()),
        Err(reason) => reason.clone(),
    };
    Some(format!(
        "the Docker daemon's runtime `{name}` is {shown}, which {what}: name {name}'s own program under \
         \"runtimes\" in /etc/docker/daemon.json, and restart the daemon"
    ))
}

impl Isolation for Docker {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        match self.host.live() {
            Ok(live) => Look {
                version: Some(live.version.to_string()),
                missing: self.lacks(&live),
                ..Look::default()
            },
            Err(failure) => Look::missing(failure),
        }
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let is_linked = self.configuration.network == Network::None && workload.serve.is_some();
        is_linked.then(network::not_permitted).flatten()
    }
}
