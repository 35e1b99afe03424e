//! The runtime specification of a container, as `ctr run` makes it.
//!
//! The values are those of containerd's `oci` package (`WithDefaultSpec` and
//! `WithDefaultUnixDevices`, containerd 1.6): what a container gets when nothing is said.
//! Kubernetes' runtime service sets the same lists of paths and capabilities.

use labrun_helper_protocol::ContainerSpec;
use serde_json::{Value, json};

use crate::image::ImageConfig;

const CAPABILITIES: [&str; 14] = [
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

const MASKED: [&str; 10] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/sys/firmware",
    "/proc/scsi",
];

const READ_ONLY: [&str; 5] = [
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

const PLAIN: &str = "nosuid,noexec,nodev";
const TMPFS: &str = "nosuid,strictatime,mode=755,size=65536k";
const PTS: &str = "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5";
const SHM: &str = "nosuid,noexec,nodev,mode=1777,size=65536k";
const SYS: &str = "nosuid,noexec,nodev,ro";

/// What is mounted where in every container: target, type, source and options.
const MOUNTS: [(&str, &str, &str, &str); 7] = [
    ("/proc", "proc", "proc", PLAIN),
    ("/dev", "tmpfs", "tmpfs", TMPFS),
    ("/dev/pts", "devpts", "devpts", PTS),
    ("/dev/shm", "tmpfs", "shm", SHM),
    ("/dev/mqueue", "mqueue", "mqueue", PLAIN),
    ("/sys", "sysfs", "sysfs", SYS),
    ("/run", "tmpfs", "tmpfs", TMPFS),
];

/// Type, major and minor number of the devices that may be used; -1 is every one.
const DEVICES: [(&str, i64, i64, &str); 11] = [
    ("c", -1, -1, "m"),
    ("b", -1, -1, "m"),
    ("c", 1, 3, "rwm"),
    ("c", 1, 8, "rwm"),
    ("c", 1, 7, "rwm"),
    ("c", 5, 0, "rwm"),
    ("c", 1, 5, "rwm"),
    ("c", 1, 9, "rwm"),
    ("c", 5, 1, "rwm"),
    ("c", 136, -1, "rwm"),
    ("c", 5, 2, "rwm"),
];

/// Where programs are looked for in an image that says nothing of it.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The specification of what is ordered, from an image with this configuration.
pub(crate) fn spec(order: &ContainerSpec, image: &ImageConfig) -> Value {
    let given = if order.args.is_empty() {
        &image.cmd
    } else {
        &order.args
    };
    let args: Vec<&String> = image.entrypoint.iter().chain(given).collect();
    let mut env: Vec<String> = image.env.clone();
    let has_path = env.iter().any(|variable| variable.starts_with("PATH="));
    if !has_path && !order.env.contains_key("PATH") {
        env.insert(0, PATH.to_owned());
    }
    let given = order.env.iter();
    // What is given comes instead of the image's own of the same name.
    env.retain(|own| {
        let name = own.split('=').next().unwrap_or_default();
        !order.env.contains_key(name)
    });
    env.extend(given.map(|(name, value)| format!("{name}={value}")));
    let namespaces = ["pid", "ipc", "uts", "mount", "network"];
    json!({
        "ociVersion": "1.0.2",
        "process": {
            "user": {
                "uid": order.user.uid, "gid": order.user.gid, "additionalGids": order.user.groups,
            },
            "args": args,
            "env": env,
            "cwd": image.cwd(),
            "capabilities": {"bounding": CAPABILITIES, "effective": CAPABILITIES, "permitted": CAPABILITIES},
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
            "noNewPrivileges": true,
        },
        "root": {"path": "rootfs"},
        "mounts": mounts(order),
        "linux": {
            "resources": {"devices": devices()},
            // Below no cgroup of its own, which nobody would remove.
            "cgroupsPath": format!("/{}", order.id),
            "namespaces": namespaces.map(|kind| json!({"type": kind})),
            "maskedPaths": MASKED,
            "readonlyPaths": READ_ONLY,
        },
    })
}

fn mounts(order: &ContainerSpec) -> Vec<Value> {
    let mount = |target: &str, kind: &str, source: &str, options: &str| {
        let options: Vec<&str> = options.split(',').collect();
        json!({"destination": target, "type": kind, "source": source, "options": options})
    };
    let own = MOUNTS.map(|(target, kind, source, options)| mount(target, kind, source, options));
    let grants = order.grants.iter().map(|grant| {
        let host = grant.host.display().to_string();
        mount(&grant.guest, "bind", &host, "rbind,rw")
    });
    own.into_iter().chain(grants).collect()
}

fn devices() -> Vec<Value> {
    let mut rules = vec![json!({"allow": false, "access": "rwm"})];
    for (kind, major, minor, access) in DEVICES {
        let mut rule = json!({"allow": true, "type": kind, "access": access});
        for (name, number) in [("major", major), ("minor", minor)] {
            if number >= 0 {
                rule[name] = json!(number);
            }
        }
        rules.push(rule);
    }
    rules
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use labrun_helper_protocol::{Grant, Stdin, User};

    use super::*;

    #[test]
    fn arguments_variables_and_grants_are_those_of_the_order_on_the_image() {
        let order = ContainerSpec {
            id: "labrun-1-2-3".to_owned(),
            owner: "1-2".to_owned(),
            labels: BTreeMap::new(),
            runtime: "io.containerd.runc.v2".to_owned(),
            image: "/image.tar".into(),
            image_sha256: String::new(),
            chain: Vec::new(),
            args: vec!["19".to_owned()],
            env: BTreeMap::from([("LABRUN_HOLD".to_owned(), "1".to_owned())]),
            user: User::default(),
            grants: vec![Grant {
                host: "/host".into(),
                guest: "/grant".to_owned(),
            }],
            streams: "/streams".into(),
            stdin: Stdin::Ends,
        };
        let image = ImageConfig {
            entrypoint: vec!["/workload".to_owned()],
            cmd: vec!["default".to_owned()],
            ..ImageConfig::default()
        };
        let spec = spec(&order, &image);
        assert_eq!(spec["process"]["args"], json!(["/workload", "19"]));
        assert_eq!(spec["process"]["env"], json!([PATH, "LABRUN_HOLD=1"]));
        let grant = spec["mounts"].as_array().and_then(|mounts| mounts.last());
        assert_eq!(grant.expect("a mount")["destination"], "/grant");
        assert_eq!(spec["linux"]["cgroupsPath"], "/labrun-1-2-3");
    }
}
