//! The bundle of a container (OCI Runtime Specification, bundle.md and config.md): a root
//! that all containers of a workload share, and a `config.json` of each.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::start;
use crate::cgroup;
use crate::define::GUEST_GRANT;
use crate::isolation::child::LaunchRequest;
use crate::isolation::overlay::Overlay;
use crate::outcome::Failure;
use crate::site::Grant;

/// Folders of a root that something is mounted on. They are made with it: no container
/// changes a root that others use.
const MOUNT_POINTS: [&str; 4] = ["proc", "dev", "sys", "grant"];

/// Makes a root of the folder that holds the binary: what `Dockerfile.baseline` makes on
/// `scratch`, and empty folders to mount on.
pub(crate) fn root(folder: &Path) -> io::Result<()> {
    MOUNT_POINTS
        .iter()
        .try_for_each(|name| fs::create_dir_all(folder.join(name)))
}

/// A bundle of one container; its folder goes with the value.
pub(super) struct Bundle {
    folder: Grant,
    /// Name of the container: nobody else's on this machine.
    pub(super) id: String,
    /// Whether it is that of a server.
    pub(super) serves: bool,
    /// The root of an image of the user's own.
    overlay: Option<Overlay>,
}

impl Bundle {
    /// Writes one. A server listens on `listen`, in the network at [`network`](Self::network).
    pub(super) fn new(
        order: &LaunchRequest<'_>,
        listen: Option<SocketAddr>,
    ) -> Result<Self, Failure> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let failed = Failure::cannot("write a bundle");
        let folder = order.site.folder().map_err(failed)?;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let overlay = order.job.image.as_ref();
        let overlay = overlay.map(|_| Overlay::over(&order.job.artifact, order.site));
        let bundle = Self {
            id: format!("{}{}-{number}", cgroup::PREFIX, order.site.owner),
            folder,
            serves: listen.is_some(),
            overlay: overlay.transpose()?,
        };
        let start = start::Start::of(order, listen);
        if let (Some(overlay), Some(program)) = (&bundle.overlay, start.args.first()) {
            let env = order.job.image_start().map_or(&[][..], |image| &image.env);
            overlay.has_program(program, env, &start.folder)?;
        }
        let config = bundle.config(order, listen, &start);
        fs::write(bundle.path().join("config.json"), config.to_string()).map_err(failed)?;
        fs::create_dir(bundle.state()).map_err(failed)?;
        Ok(bundle)
    }

    /// Its folder.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the runtime keeps what it knows of the container.
    pub(super) fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    /// Where the runtime writes the number of the container's first process.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.path().join("pid")
    }

    /// Where the network of a server is to be found when it is created.
    pub(super) fn network(&self) -> PathBuf {
        self.path().join("network")
    }

    /// What `runc spec` writes, with the program, its grant, its cgroup and its network.
    fn config(
        &self,
        order: &LaunchRequest<'_>,
        listen: Option<SocketAddr>,
        start: &start::Start,
    ) -> Value {
        let root = match &self.overlay {
            Some(overlay) => Some(overlay.root()),
            None => order.job.artifact.parent(),
        };
        let mut network = json!({"type": "network"});
        if listen.is_some() {
            network["path"] = json!(self.network());
        }
        json!({
            "ociVersion": "1.0.2",
            "process": {
                "terminal": false,
                "user": start.user,
                "args": start.args,
                "env": start.env,
                "cwd": start.folder,
                "capabilities": start.capabilities,
                "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
                "noNewPrivileges": true,
            },
            "root": {"path": root, "readonly": self.overlay.is_none()},
            "hostname": "labrun",
            "mounts": mounts(order.folder()),
            "linux": {
                "cgroupsPath": format!("/{}", self.id),
                "resources": {"devices": [{"allow": false, "access": "rwm"}]},
                "namespaces": [
                    {"type": "pid"}, network, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"},
                ],
                "maskedPaths": [
                    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys",
                    "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                    "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
                ],
                "readonlyPaths": [
                    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
                ],
            },
        })
    }
}

fn mounts(grant: Option<&Path>) -> Value {
    let tmpfs = |destination: &str, mode: &str| {
        json!({
            "destination": destination, "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "strictatime", mode, "size=65536k"],
        })
    };
    let mut mounts = vec![
        json!({"destination": "/proc", "type": "proc", "source": "proc"}),
        tmpfs("/dev", "mode=755"),
        json!({
            "destination": "/dev/pts", "type": "devpts", "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
        }),
        tmpfs("/dev/shm", "mode=1777"),
        json!({
            "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
            "options": ["nosuid", "noexec", "nodev"],
        }),
        json!({
            "destination": "/sys", "type": "sysfs", "source": "sysfs",
            "options": ["nosuid", "noexec", "nodev", "ro"],
        }),
        json!({
            "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
            "options": ["nosuid", "noexec", "nodev", "relatime", "ro"],
        }),
    ];
    if let Some(folder) = grant {
        mounts.push(json!({
            "destination": GUEST_GRANT, "type": "bind", "source": folder,
            "options": ["rbind", "rw", "nosuid", "nodev"],
        }));
    }
    Value::Array(mounts)
}
