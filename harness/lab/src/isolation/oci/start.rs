//! What a container's first process is: the lab's own program in the bundle's root, or what an image of the
//! user's own says.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::define::GUEST_GRANT;
use crate::isolation::child::LaunchRequest;
use crate::owner;

/// Where programs are looked for where nothing else is said.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What `runc spec` writes.
const OF_SPEC: [&str; 3] = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

/// What Docker and containerd give. Images are made for these: with three of them one that changes its
/// user could not start.
const OF_ENGINES: [&str; 14] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FSETID",
    "CAP_FOWNER",
    "CAP_MKNOD",
    "CAP_NET_RAW",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETFCAP",
    "CAP_SETPCAP",
    "CAP_NET_BIND_SERVICE",
    "CAP_SYS_CHROOT",
    "CAP_KILL",
    "CAP_AUDIT_WRITE",
];

/// The first process, in the words of the OCI runtime specification.
pub(super) struct Start {
    pub(super) args: Vec<String>,
    pub(super) env: Vec<String>,
    pub(super) folder: PathBuf,
    pub(super) user: Value,
    pub(super) capabilities: Value,
}

impl Start {
    /// That of a launch; its server listens on `listen`.
    pub(super) fn of(order: &LaunchRequest<'_>, listen: Option<SocketAddr>) -> Self {
        let given = order.args(GUEST_GRANT, listen);
        let variables = order.container_variables(listen);
        let (args, mut env, folder, user, capabilities) = match order.job.image_start() {
            None => {
                let args = ["/workload".to_owned()].into_iter().chain(given);
                (
                    args.collect(),
                    variables,
                    PathBuf::from("/"),
                    json!({"uid": 0, "gid": 0}),
                    json!({
                        "bounding": OF_SPEC, "effective": OF_SPEC, "permitted": OF_SPEC,
                        "ambient": OF_SPEC,
                    }),
                )
            }
            Some(image) => {
                let ids = &image.ids;
                (
                    image.args(&given),
                    image.env(&variables),
                    image.working_dir.clone(),
                    json!({"uid": ids.uid, "gid": ids.gid, "additionalGids": ids.groups}),
                    of_image(ids.uid),
                )
            }
        };
        if !env.iter().any(|(name, _)| name == "PATH") {
            env.insert(0, ("PATH".to_owned(), PATH.to_owned()));
        }
        env.push((owner::VARIABLE.to_owned(), order.site.owner.to_string()));
        let env = env.into_iter();
        Self {
            args,
            env: env.map(|(name, value)| format!("{name}={value}")).collect(),
            folder,
            user,
            capabilities,
        }
    }
}

/// The capabilities of an image's first process, as engines of containers give them. One that does not run as
/// root has none of them, as the kernel would have it when the program is executed.
fn of_image(uid: u32) -> Value {
    if uid == 0 {
        json!({"bounding": OF_ENGINES, "effective": OF_ENGINES, "permitted": OF_ENGINES})
    } else {
        json!({"bounding": OF_ENGINES})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_begins_with_capabilities() {
        let root = of_image(0);
        assert_eq!(root["effective"], json!(OF_ENGINES));
        assert_eq!(root["permitted"], json!(OF_ENGINES));
        let other = of_image(1000);
        assert_eq!(other, json!({"bounding": OF_ENGINES}));
    }
}
